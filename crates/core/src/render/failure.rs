//! Why a cell has no rendering.

use std::fmt;

use zij_helm::diagnosis::Diagnosis;

use crate::{inventory::UnknownKind, source::Place};

/// Why a cell cannot be rendered; never a reason to show its resources as deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderFailure {
    /// Whether something is wrong or merely not known here.
    pub kind: FailureKind,
    /// What is wrong, in the tool's own words where it has any; may have several lines.
    pub message: String,
    /// The place to mend.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
    /// What is known of a failure of Helm's; files are named as in the repository.
    pub diagnosis: Option<Box<Diagnosis>>,
}

/// The two reasons to have no rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The real tool would fail too: cell state `E`.
    Error,
    /// Something outside the repository would be needed, of that sort: cell state `?`.
    Unknown(UnknownKind),
}

impl fmt::Display for RenderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for RenderFailure {}
