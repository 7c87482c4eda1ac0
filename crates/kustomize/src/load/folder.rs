//! The only way files are read: a tree that somebody else provides.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a tree could not give what was asked; the text goes into messages as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Nothing lies at the path.
    #[error("{0}: no such file or directory")]
    Missing(String),
    /// Something lies at the path that cannot be read as asked, or leads out of the tree.
    #[error("{text}")]
    Refused {
        /// What was read.
        path: String,
        /// Why it was refused.
        text: String,
    },
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// A path with all links followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The path without links, relative to the root.
    pub path: String,
    /// What lies there.
    pub kind: EntryKind,
}

/// A tree of files, read by `/`-separated paths relative to its root; `""` is the root itself.
///
/// Paths come without `.` and `..`. Implementations decide what a symbolic link is, and must
/// refuse one that leaves the tree.
pub trait Folder: Send + Sync {
    /// Follows the links of a path.
    ///
    /// # Errors
    /// [`FolderError`] when the path is missing or leads out of the tree.
    fn locate(&self, path: &str) -> Result<Located, FolderError>;

    /// Reads a file.
    ///
    /// # Errors
    /// [`FolderError`] when the path is missing, is no file or cannot be read.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, FolderError>;

    /// The path as messages should show it.
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Files held in memory, without links.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl MemoryFolder {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, data: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), data.into().into());
    }

    fn is_directory(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        let after = self.files.range(prefix.clone()..).next();
        path.is_empty() || after.is_some_and(|(path, _)| path.starts_with(&prefix))
    }
}

impl<P: Into<String>, D: Into<Vec<u8>>> FromIterator<(P, D)> for MemoryFolder {
    fn from_iter<I: IntoIterator<Item = (P, D)>>(files: I) -> Self {
        let mut folder = Self::default();
        for (path, data) in files {
            folder.insert(path, data);
        }
        folder
    }
}

impl Folder for MemoryFolder {
    fn locate(&self, path: &str) -> Result<Located, FolderError> {
        let kind = if self.files.contains_key(path) {
            EntryKind::File
        } else if self.is_directory(path) {
            EntryKind::Directory
        } else {
            return Err(FolderError::Missing(path.to_owned()));
        };
        Ok(Located { path: path.to_owned(), kind })
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, FolderError> {
        self.files.get(path).cloned().ok_or_else(|| FolderError::Missing(path.to_owned()))
    }
}
