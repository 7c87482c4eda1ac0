//! Times, layouts and durations as Go's `time` package has them.

mod civil;
mod duration;
mod format;
mod functions;
mod layout;
mod object;
mod parse;
mod zones;

pub(super) use civil::Moment;
pub(super) use functions::FUNCTIONS;
pub(crate) use parse::date_problem;
