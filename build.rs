//! How the released command is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    // A position-independent executable is patched in 37,000 places each time that it starts, which
    // took longer than most of its work does. Go links helm and kubectl at a fixed address as well.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bin=zij=-no-pie");
    }
}
