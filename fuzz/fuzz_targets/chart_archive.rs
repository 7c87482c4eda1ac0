//! Packed charts: any bytes are loaded or refused, within limits; as a packed file, as the tar file in
//! it, and as the files in that (name and content apart by a line break, files by lines of `%%`).
#![no_main]

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use zij_helm::{Chart, Profile, load::LoadLimits};

fuzz_target!(|bytes: &[u8]| {
    let limits =
        LoadLimits { archive_bytes: 1 << 20, file_bytes: 1 << 18, ..LoadLimits::default() };
    let load =
        |bytes: &[u8]| drop(Chart::load_archive("fuzz.tgz", bytes, <&Profile>::default(), &limits));
    match bytes.split_first() {
        Some((b'T', tar)) => load(&packed(tar)),
        Some((b'F', files)) => load(&packed(&tar_of(files))),
        _ => load(bytes),
    }
});

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}

/// Headers are written by hand, since a library would refuse the names that matter here.
fn tar_of(files: &[u8]) -> Vec<u8> {
    let mut archive = Vec::new();
    for file in String::from_utf8_lossy(files).split("\n%%\n") {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        let mut header = tar::Header::new_ustar();
        let stored = &name.as_bytes()[..name.len().min(99)];
        header.as_old_mut().name[..stored.len()].copy_from_slice(stored);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(content.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}
