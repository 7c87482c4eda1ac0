//! Kustomizations: any files are built or refused, within limits (files apart by lines of `%%`, name
//! and content by a line break; the first one is the kustomization).
#![no_main]

use libfuzzer_sys::fuzz_target;
use zij_kustomize::{Limits, MemoryFolder, Options, Profile, build};

fuzz_target!(|bytes: &[u8]| {
    let Some((version, text)) = bytes.split_first() else { return };
    let profile = Profile::ALL[usize::from(*version) % Profile::ALL.len()];
    let mut folder = MemoryFolder::default();
    for (number, file) in String::from_utf8_lossy(text).split("\n%%\n").enumerate() {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        match number {
            0 => folder.insert("kustomization.yaml", file),
            _ => folder.insert(name.trim_matches('/'), content),
        }
    }
    let limits = Limits {
        yaml: zij_kustomize::YamlLimits { nodes: 10_000, ..Default::default() },
        kustomizations: 50,
        objects: 500,
        steps: 100_000,
        ..Limits::default()
    };
    let options = Options { profile, limits, origins: true, ..Options::default() };
    if let Ok(build) = build(&folder, "", &options) {
        drop(build.to_yaml());
        drop(build.to_files());
    }
});
