//! YAML: parsing never panics, and what is written is read back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_goyaml::{Limits, parse, parse_all, to_yaml};

fuzz_target!(|text: &[u8]| {
    let limits = Limits::default();
    drop(parse_all(text, &limits));
    let Ok(node) = parse(text, &limits) else { return };
    let Ok(written) = to_yaml(&node) else { return };
    let again = parse(written.as_bytes(), &limits).expect("what is written can be read");
    assert_eq!(to_yaml(&again).as_deref(), Ok(&*written), "writing again gives the same text");
});
