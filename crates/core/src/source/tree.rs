//! The one trait of the corridor: a read-only folder of files at a revision.

use std::{fmt, sync::Arc};

use super::TreePath;

/// The content of a file or folder, named by its hash: equal ids mean equal content.
///
/// For a git tree it is the object id in hexadecimal; a folder's id covers all that lies below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub Arc<str>);

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file, executable or not.
    File,
    /// A folder.
    Folder,
    /// A symbolic link; its blob holds the target's path.
    Link,
    /// A submodule's commit: its content is not in this tree.
    Submodule,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The last part of the path.
    pub name: Box<str>,
    /// What the name stands for.
    pub kind: EntryKind,
    /// The content's id.
    pub id: ContentId,
}

/// Reading failed for a reason other than absence.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The object is named by the tree but not stored here, as in a partial clone.
    #[error(
        "{path}: object {id} is not in this repository; fetch it first (`git fetch --refetch`)"
    )]
    Missing {
        /// Where it was needed.
        path: TreePath,
        /// The object's id.
        id: ContentId,
    },
    /// A symbolic link points outside the tree, in a circle, or nowhere.
    #[error("{path}: symbolic link to `{target}` {why}")]
    Link {
        /// The link.
        path: TreePath,
        /// Its target as written.
        target: String,
        /// What is wrong with it, such as `leaves the repository`.
        why: &'static str,
    },
    /// The file is larger than a reader accepts.
    #[error("{path}: {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The file.
        path: TreePath,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The store itself failed.
    #[error("{path}: {message}")]
    Store {
        /// Where it failed.
        path: TreePath,
        /// The store's own words, causes included.
        message: String,
    },
}

impl SourceError {
    /// What a link is told that leads out of the tree.
    pub const LEAVES: &str = "leaves the repository";

    /// Whether a link leads out of the tree.
    pub fn leaves_the_tree(&self) -> bool {
        matches!(self, Self::Link { why, .. } if *why == Self::LEAVES)
    }
}

/// A read-only folder of files at one revision.
///
/// Paths are relative to the repository's root, in `/` form; the empty path is the root.
/// Implementations follow symbolic links that stay inside the tree and refuse all others.
pub trait Tree: Send + Sync {
    /// The id of the whole tree.
    fn id(&self) -> ContentId;

    /// What lies at `path`, links followed; `None` where nothing does.
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError>;

    /// The names in the folder at `path`, sorted bytewise; `None` where there is no folder.
    ///
    /// Names that are not UTF-8 are given with replacement characters and cannot be read.
    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError>;

    /// The bytes of the file at `path`, links followed; `None` where there is no file.
    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError>;

    /// The files of the same repository at another revision, such as a tag; `None` where there is
    /// no such revision or the tree knows of no other.
    fn at(&self, revision: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        let _ = revision;
        Ok(None)
    }

    /// The names of the repository's tags, sorted; none where the tree knows of no repository.
    fn tags(&self) -> Vec<String> {
        Vec::new()
    }
}
