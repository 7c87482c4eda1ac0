//! `--set` and its kin: any text is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_gotmpl::DataMap;
use zij_helm::{Profile, values::strvals};

fuzz_target!(|text: &str| {
    for read in [strvals::set, strvals::set_string, strvals::set_json, strvals::set_literal] {
        drop(read(text, &mut DataMap::default(), <&Profile>::default()));
    }
});
