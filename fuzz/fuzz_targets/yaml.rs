//! YAML: parsing never panics, and what is written is read back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_goyaml::{Limits, json, parse, parse_all, to_yaml};

fuzz_target!(|text: &[u8]| {
    let limits = Limits::default();
    drop(parse_all(text, &limits));
    let Ok(node) = parse(text, &limits) else { return };
    let Ok(written) = to_yaml(&node) else { return };
    // As in goyaml: NEL is folded to a space, -0 loses its sign, and a long key cannot be read again.
    let Ok(value) = json::write(&node) else { return };
    let folded = value.contains('\u{85}') || value.contains("-0") || value.len() > 1000;
    if !folded {
        let again = parse(written.as_bytes(), &limits).expect("what is written can be read");
        assert_eq!(json::write(&again).as_ref(), Ok(&value), "{written}");
    }
});
