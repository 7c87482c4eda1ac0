//! What git writes to a hook: any bytes are read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(zij_hooks::parse_pre_push(bytes));
    drop(zij_hooks::parse_pre_receive(bytes));
});
