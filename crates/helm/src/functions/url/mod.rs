//! URLs as Go's `net/url` reads and writes them.

mod escape;
mod functions;
mod host;
mod parse;

pub(super) use functions::FUNCTIONS;
