//! JSON as Go's `encoding/json` reads and writes it.

mod read;
mod write;

pub use read::parse;
pub use write::{Escape, push_float, push_string, write, write_pretty, write_raw};
