//! JSON: parsing never panics, and writing what was read is stable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_goyaml::json;

fuzz_target!(|text: &[u8]| {
    let Ok(node) = json::parse(text) else { return };
    let Ok(written) = json::write(&node) else { return };
    let again = json::parse(written.as_bytes()).expect("what is written can be read");
    assert_eq!(json::write(&again).as_ref(), Ok(&written));
});
