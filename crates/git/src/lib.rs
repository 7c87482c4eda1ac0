//! Revisions, trees and history read from git's object database.
//!
//! The only user of gix. Nothing here fetches, starts a process, or reads the work tree; reading
//! writes nothing to the repository.
#![warn(missing_docs)]

mod changes;
mod error;
mod folder;
mod history;
mod id;
mod merge;
mod overlay;
mod pins;
mod range;
mod repository;
mod revision;
mod staged;
mod store;
mod touched;
mod tree;

pub use changes::PathChange;
pub use error::{Error, Result};
pub use history::{Branch, CommitSummary};
pub use id::{CommitId, InvalidId};
pub use merge::{MergeConflict, MergeOutcome, MergePoint, Merger};
pub use range::{BaseChoice, Range};
pub use repository::{ObjectFolders, Repository};
pub use revision::Revision;
pub use tree::GitTree;
