//! Packed charts: any bytes are loaded or refused, within limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_helm::{Chart, Profile, load::LoadLimits};

fuzz_target!(|bytes: &[u8]| {
    let limits =
        LoadLimits { archive_bytes: 1 << 20, file_bytes: 1 << 18, ..LoadLimits::default() };
    drop(Chart::load_archive("fuzz.tgz", bytes, <&Profile>::default(), &limits));
});
