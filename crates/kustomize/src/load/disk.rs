//! A folder on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{EntryKind, Folder, FolderError, Located};

/// A directory of the file system as a [`Folder`]; links that leave it are refused.
#[derive(Debug, Clone)]
pub struct DiskFolder {
    root: PathBuf,
}

impl DiskFolder {
    /// Returns a folder rooted at a directory, whose own links are followed.
    ///
    /// # Errors
    /// The directory cannot be found.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { root: root.as_ref().canonicalize()? })
    }

    fn refused(path: &Path, error: &io::Error) -> FolderError {
        let shown = path.display().to_string();
        if error.kind() == io::ErrorKind::NotFound {
            return FolderError::Missing(shown);
        }
        let text = format!("{shown}: {error}");
        FolderError::Refused { path: shown, text }
    }
}

impl Folder for DiskFolder {
    fn locate(&self, path: &str) -> Result<Located, FolderError> {
        let full = self.root.join(path);
        let refused = |error: io::Error| Self::refused(&full, &error);
        let real = full.canonicalize().map_err(refused)?;
        let Some(path) = real.strip_prefix(&self.root).ok().and_then(Path::to_str) else {
            let text = format!("{} leads out of {}", full.display(), self.root.display());
            return Err(FolderError::Refused { path: full.display().to_string(), text });
        };
        let kind = if fs::metadata(&real).map_err(refused)?.is_dir() {
            EntryKind::Directory
        } else {
            EntryKind::File
        };
        Ok(Located { path: path.to_owned(), kind })
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, FolderError> {
        let full = self.root.join(path);
        fs::read(&full).map(Into::into).map_err(|error| Self::refused(&full, &error))
    }

    fn display(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }
}
