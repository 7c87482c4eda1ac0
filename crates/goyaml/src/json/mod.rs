//! JSON as Go's `encoding/json` reads and writes it.

mod read;
mod write;

pub use read::{parse, parse_all, parse_prefix};
pub use write::{Escape, push_bytes, push_float, push_string, write, write_pretty, write_raw};
