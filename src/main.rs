//! The `zij` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Rendering is mostly small, short-lived values on several threads; the system's allocator takes
/// a tenth longer for it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    zij::run(std::env::args_os())
}
