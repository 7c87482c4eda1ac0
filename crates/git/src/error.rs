//! What can go wrong with a repository, and what to do about it.

use std::{fmt::Write as _, path::PathBuf};

use zij_core::source::SourceError;

use crate::CommitId;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the repository did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository there, or none that can be opened.
    #[error("`{path}` is not in a git repository: {detail}")]
    NotARepository {
        /// Where it was looked for.
        path: PathBuf,
        /// The reason in gix's words, causes included.
        detail: String,
    },
    /// The repository belongs to another user, which git refuses too.
    #[error("the repository at `{path}` belongs to another user")]
    OtherOwner {
        /// The work tree, or the git folder of a bare repository.
        path: PathBuf,
    },
    /// The refs are kept in a way that cannot be read.
    #[error("the repository at `{path}` keeps its refs as `{format}`, only `files` can be read")]
    RefStorage {
        /// The git folder.
        path: PathBuf,
        /// The value of `extensions.refStorage`.
        format: String,
    },
    /// The current branch has no commit yet.
    #[error("branch `{branch}` has no commit yet")]
    Unborn {
        /// The branch's short name.
        branch: String,
    },
    /// A name stands for no commit.
    #[error("`{text}` does not name a commit: {detail}")]
    UnknownRevision {
        /// The name as typed.
        text: String,
        /// The reason in gix's words, causes included.
        detail: String,
        /// Refs with a name like it.
        near: Vec<String>,
    },
    /// A commit is named but not stored here.
    #[error("commit {id} is not in this repository")]
    MissingCommit {
        /// The commit.
        id: CommitId,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// Two commits share no history.
    #[error("`{left}` and `{right}` have no common ancestor")]
    NoMergeBase {
        /// One side as typed.
        left: String,
        /// The other side as typed.
        right: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// The index holds unresolved conflicts, so it is no tree.
    #[error("`{path}` has conflicts, so what is staged is not a complete tree")]
    Unmerged {
        /// The first such path.
        path: String,
    },
    /// There is no index, as in a bare repository.
    #[error("a bare repository has nothing staged")]
    Bare,
    /// A file or folder of a tree could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The repository itself failed.
    #[error("failed to {doing}: {detail}")]
    Store {
        /// What was being done.
        doing: &'static str,
        /// The reason in gix's words, causes included.
        detail: String,
    },
}

impl Error {
    /// A line that says what to do, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotARepository { .. } => {
                Some("run this inside a clone of the configuration repository".to_owned())
            }
            Self::OtherOwner { path } => Some(format!(
                "if you trust it: git config --global --add safe.directory '{}'",
                path.display()
            )),
            Self::RefStorage { .. } => {
                Some("convert it: git refs migrate --ref-format=files".to_owned())
            }
            Self::Unborn { .. } => Some("make a first commit, then try again".to_owned()),
            Self::UnknownRevision { near, .. } if !near.is_empty() => {
                Some(format!("did you mean `{}`?", near.join("`, `")))
            }
            Self::MissingCommit { shallow: true, .. } | Self::NoMergeBase { shallow: true, .. } => {
                Some("the clone is shallow: git fetch --unshallow".to_owned())
            }
            Self::MissingCommit { .. } => Some("fetch it first: git fetch --all".to_owned()),
            Self::Unmerged { .. } => Some("resolve the conflicts and `git add` them".to_owned()),
            Self::UnknownRevision { .. }
            | Self::NoMergeBase { .. }
            | Self::Bare
            | Self::Source(_)
            | Self::Store { .. } => None,
        }
    }

    pub(crate) fn store(doing: &'static str) -> impl FnOnce(gix::Error) -> Self {
        move |error| Self::Store { doing, detail: chain(&error) }
    }
}

/// The whole chain of causes in one line: gix's outermost message alone says too little.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        let message = message.trim();
        if text.is_empty() {
            text.push_str(message);
        } else if !message.is_empty() && !text.contains(message) {
            write!(text, ": {message}").expect("writing to a string cannot fail");
        }
        next = error.source();
    }
    text
}
