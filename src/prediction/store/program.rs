//! Which program wrote something.

use std::{env, fs, os::unix::fs::MetadataExt as _, sync::LazyLock};

/// What tells this program from every other, of the same version too: its rules may differ.
///
/// An upgrade replaces the file, and with it what this is.
pub(crate) static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let file = env::current_exe().and_then(fs::metadata);
    let file = file.map(|file| (file.len(), file.ino(), file.mtime(), file.mtime_nsec()));
    format!("{} {:?}", env!("CARGO_PKG_VERSION"), file.ok())
});
