//! The `zij` command.
fn main() {}
