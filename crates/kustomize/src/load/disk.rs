//! A folder on disk.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{EntryKind, Folder, FolderError, Located};

/// Bytes that a file may have; [`crate::Limits::bytes`] bounds all files of a build together.
const LARGEST: u64 = 512 << 20;

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
        let metadata = fs::metadata(&real).map_err(refused)?;
        let kind = match (metadata.is_dir(), metadata.is_file()) {
            (true, _) => EntryKind::Directory,
            (_, true) => EntryKind::File,
            // A pipe or a device may never end.
            _ => return Err(refused(io::Error::other("is no regular file"))),
        };
        Ok(Located { path: path.to_owned(), kind })
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, FolderError> {
        let full = self.root.join(path);
        let refused = |error: io::Error| Self::refused(&full, &error);
        let file = File::open(&full).map_err(refused)?;
        let size = file.metadata().map_err(refused)?.len();
        if size > LARGEST {
            let text = format!("has {size} bytes, more than {LARGEST}");
            return Err(refused(io::Error::other(text)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(LARGEST).read_to_end(&mut bytes).map_err(refused)?;
        Ok(bytes.into())
    }

    fn display(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }
}
