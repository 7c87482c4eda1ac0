//! How the released command is linked.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    if !(is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux")) {
        return;
    }
    // A position-independent executable is patched in 37,000 places each time that it starts, which
    // took longer than most of its work does. Go links helm and kubectl at a fixed address as well.
    println!("cargo::rustc-link-arg-bin=zij=-no-pie");
    if is("CARGO_CFG_TARGET_ENV", "gnu") && env::var("HOST").ok() == env::var("TARGET").ok() {
        link_unwinder();
    }
}

/// Links the unwinder from its archive where the linker's driver knows one: as a library every start
/// maps and searches it, and only a panic needs it. (It is what `-static-libgcc` does for C.)
#[expect(clippy::disallowed_methods, reason = "a build script has no `crate::process`")]
fn link_unwinder() {
    let asked = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    let Ok(answer) = asked else { return };
    let answer = String::from_utf8_lossy(&answer.stdout);
    let archive = Path::new(answer.trim());
    if let (true, Some(folder)) = (archive.is_file(), archive.parent()) {
        println!("cargo::rustc-link-search=native={}", folder.display());
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}
