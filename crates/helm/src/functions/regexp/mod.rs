//! Regular expressions as Go reads and applies them.

mod functions;
mod pattern;
mod translate;

pub(super) use functions::FUNCTIONS;
pub use pattern::regex_matches;
pub(crate) use pattern::regex_problem;
