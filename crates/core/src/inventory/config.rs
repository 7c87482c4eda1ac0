//! What `zij.yaml` says.

use super::Problem;

/// The configuration of one revision.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it was read.
    pub origin: ConfigOrigin,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Where a [`Config`] was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConfigOrigin {
    /// Nowhere: there is no configuration.
    #[default]
    Absent,
    /// The named file.
    File(String),
}
