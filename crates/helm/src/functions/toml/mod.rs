//! TOML as BurntSushi/toml writes and reads it.

mod encode;
mod functions;

pub(super) use functions::FUNCTIONS;
