//! A chart folder whose `.helmignore` and `Chart.yaml` are any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_helm::{
    Chart, Profile,
    load::{LoadLimits, MemoryFolder},
};

fuzz_target!(|texts: (&str, &str)| {
    let mut folder = MemoryFolder::default();
    folder.insert(".helmignore", texts.0);
    folder.insert("Chart.yaml", texts.1);
    folder.insert("templates/a.yaml", "a: 1");
    folder.insert("files/b[1].txt", "b");
    drop(Chart::load(&folder, "", <&Profile>::default(), &LoadLimits::default()));
});
