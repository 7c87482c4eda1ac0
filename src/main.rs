//! The `zij` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    zij::run(std::env::args_os())
}
