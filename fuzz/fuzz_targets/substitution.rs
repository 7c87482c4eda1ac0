//! Texts with expressions are replaced, and what is replaced has no expression that could be read
//! in the text around it.

#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use libfuzzer_sys::fuzz_target;
use zij_core::render::{Variables, substitute};

fuzz_target!(|data: (bool, &str, &str)| {
    let (strict, text, value) = data;
    let values: BTreeMap<Arc<str>, Arc<str>> =
        BTreeMap::from([("v".into(), value.into()), ("e".into(), "".into())]);
    let variables = Variables { values: &values, strict, keeps_unknown: false };
    let replaced = substitute(text, variables);
    if !text.contains('$') && !text.contains('\0') {
        assert_eq!(replaced.as_deref(), Ok(text));
    }
    // Variables that are not known stay as they are, so that a second pass reads the same text.
    let nothing = BTreeMap::new();
    let keeping = Variables { values: &nothing, strict, keeps_unknown: true };
    if let Ok(kept) = substitute(text, keeping)
        && !text.contains("$$")
        && !text.contains('\0')
    {
        assert_eq!(kept, text);
    }
});
