//! What is kept between runs, in a SQLite file of the user's cache folder.

mod entries;
mod program;
mod reports;

pub(crate) use program::PROGRAM;
pub(super) use reports::{Inputs, Kept, ReportKey, ReportStore};
