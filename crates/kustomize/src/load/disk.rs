//! A folder on disk.

use std::collections::HashMap;
use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::folder::{EntryKind, Folder, FolderError, Located};

/// Bytes that a file may have; [`crate::Limits::bytes`] bounds all files of a build together.
const LARGEST: u64 = 512 << 20;

/// A directory of the file system as a [`Folder`]; links that leave it are refused.
///
/// Where directories lead is remembered, so a folder serves one build, or several at one time.
#[derive(Debug)]
pub struct DiskFolder {
    root: PathBuf,
    /// Paths of directories with their links followed.
    directories: Mutex<HashMap<String, Arc<str>>>,
}

impl DiskFolder {
    /// Returns a folder rooted at a directory, whose own links are followed.
    ///
    /// # Errors
    /// The directory cannot be found.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { root: root.as_ref().canonicalize()?, directories: Mutex::default() })
    }

    /// Follows all links of a path.
    fn follow(&self, path: &str) -> Result<Located, FolderError> {
        let full = self.root.join(path);
        let refused = |error: io::Error| Self::refused(&full, &error);
        let real = full.canonicalize().map_err(refused)?;
        let Some(path) = real.strip_prefix(&self.root).ok().and_then(Path::to_str) else {
            let text = format!("{} leads out of {}", full.display(), self.root.display());
            return Err(FolderError::Refused { path: full.display().to_string(), text });
        };
        let kind = kind(fs::metadata(&real).map_err(refused)?.file_type()).map_err(refused)?;
        Ok(Located { path: path.to_owned(), kind })
    }

    /// Follows the links of a directory, once.
    fn directory(&self, path: &str) -> Result<Arc<str>, FolderError> {
        if let Some(real) = self.known().get(path) {
            return Ok(Arc::clone(real));
        }
        let real: Arc<str> = self.follow(path)?.path.into();
        self.known().insert(path.to_owned(), Arc::clone(&real));
        Ok(real)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Arc<str>>> {
        self.directories.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn locate(&self, asked: &str) -> Result<Located, FolderError> {
        let Some((parent, name)) = asked.rsplit_once('/') else { return self.follow(asked) };
        let full = self.root.join(asked);
        let refused = |error: &io::Error| Self::refused(&full, error);
        // What is wrong with the directory is told of the path that was asked for.
        let Ok(parent) = self.directory(parent) else { return self.follow(asked) };
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
        let found = fs::symlink_metadata(self.root.join(&path)).map_err(|error| refused(&error))?;
        if found.is_symlink() {
            return self.follow(&path);
        }
        let kind = kind(found.file_type()).map_err(|error| refused(&error))?;
        if kind == EntryKind::Directory {
            self.known().insert(asked.to_owned(), path.as_str().into());
        }
        Ok(Located { path, kind })
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

fn kind(found: FileType) -> io::Result<EntryKind> {
    match (found.is_dir(), found.is_file()) {
        (true, _) => Ok(EntryKind::Directory),
        (_, true) => Ok(EntryKind::File),
        // A pipe or a device may never end.
        _ => Err(io::Error::other("is no regular file")),
    }
}
