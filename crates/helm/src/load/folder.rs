//! The only way charts are read: a folder of files that somebody else provides.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Why a folder could not give what was asked; the text goes into messages as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Nothing lies at the path.
    #[error("open {0}: no such file or directory")]
    Missing(String),
    /// The file at the path has more bytes than were asked for.
    #[error("{0} is too large")]
    TooLarge(String),
    /// Something lies at the path that cannot be read as asked, or leads out of the folder.
    #[error("{text}")]
    Refused {
        /// What was read.
        path: String,
        /// Why it was refused.
        text: String,
    },
}

/// What a directory entry is, links already followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A socket, device or the like.
    Irregular,
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Last part of the path.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// A tree of files, read by `/`-separated paths relative to its root; `""` is the root itself.
///
/// Implementations decide what a symbolic link is: a git tree follows links that stay inside,
/// the disk follows all of them as Helm does.
pub trait Folder: Send + Sync {
    /// Lists a directory in any order.
    ///
    /// # Errors
    /// [`FolderError`] when the path is missing, is no directory or cannot be listed.
    fn list(&self, path: &str) -> Result<Vec<Entry>, FolderError>;

    /// Reads a file of at most that many bytes.
    ///
    /// # Errors
    /// [`FolderError`] when the path is missing, is no file, is larger or cannot be read.
    fn read(&self, path: &str, most: u64) -> Result<Arc<[u8]>, FolderError>;

    /// A stable id of the content at the path (a blob or subtree id) when one is known for free.
    fn content_id(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// The path as messages should show it.
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Files held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl MemoryFolder {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, data: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), data.into().into());
    }

    fn below(&self, directory: &str) -> impl Iterator<Item = &str> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        self.files.keys().filter_map(move |path| path.strip_prefix(prefix.as_str()))
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
    fn list(&self, path: &str) -> Result<Vec<Entry>, FolderError> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for rest in self.below(path) {
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Directory),
                None => (rest, EntryKind::File),
            };
            if seen.insert(name) {
                entries.push(Entry { name: name.to_owned(), kind });
            }
        }
        if entries.is_empty() && !path.is_empty() {
            return Err(FolderError::Missing(path.to_owned()));
        }
        Ok(entries)
    }

    fn read(&self, path: &str, most: u64) -> Result<Arc<[u8]>, FolderError> {
        match self.files.get(path) {
            Some(data) if data.len() as u64 > most => Err(FolderError::TooLarge(path.to_owned())),
            Some(data) => Ok(Arc::clone(data)),
            None => Err(FolderError::Missing(path.to_owned())),
        }
    }
}
