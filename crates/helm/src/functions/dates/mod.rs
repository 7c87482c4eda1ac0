//! Times, layouts and durations as Go's `time` package has them.

mod civil;
mod duration;
mod format;
mod functions;
mod layout;
mod object;
mod parse;

pub(super) use civil::Moment;
pub(super) use functions::FUNCTIONS;
