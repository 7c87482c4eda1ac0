//! From two revisions of a repository to a report: git, the corridor and the cache together.

mod config;
mod predictor;
mod recent;
mod store;

pub(crate) use config::ConfigFile;
pub(crate) use predictor::{Predictor, Progress, named, revision_name, today};
pub(crate) use store::PROGRAM;
