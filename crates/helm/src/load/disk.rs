//! A folder on disk, links followed as Helm follows them.
//!
//! Source of the rules: Helm's `internal/sympath/walk.go`.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    iter,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::folder::{Entry, EntryKind, Folder, FolderError};

/// A directory of the file system as a [`Folder`]; meant for `zij template`, whose user already
/// has the rights to read what a link points to.
#[derive(Debug, Clone)]
pub struct DiskFolder {
    root: PathBuf,
}

impl DiskFolder {
    /// A folder rooted at a directory; nothing is read yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

fn refused(path: &Path, verb: &str, error: &io::Error) -> FolderError {
    let shown = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound if verb == "open" => FolderError::Missing(shown),
        _ => {
            let text = format!("{verb} {shown}: {}", reason(error));
            FolderError::Refused { path: shown, text }
        }
    }
}

/// The words that the C library and Go have for the error, without Rust's number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.to_ascii_lowercase()
}

impl Folder for DiskFolder {
    fn list(&self, path: &str) -> Result<Vec<Entry>, FolderError> {
        let directory = self.at(path);
        let mut entries = Vec::new();
        for entry in fs::read_dir(&directory).map_err(|e| refused(&directory, "open", &e))? {
            let entry = entry.map_err(|e| refused(&directory, "readdirent", &e))?;
            let followed = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => Ok(kind),
                _ => fs::metadata(entry.path()).map(|target| target.file_type()),
            };
            let kind = match followed.map_err(|e| broken_link(&entry.path(), &e))? {
                kind if kind.is_dir() => EntryKind::Directory,
                kind if kind.is_file() => EntryKind::File,
                _ => EntryKind::Irregular,
            };
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind });
        }
        Ok(entries)
    }

    fn read(&self, path: &str, most: u64) -> Result<Arc<[u8]>, FolderError> {
        let file = self.at(path);
        match read_whole(&file, most) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(FolderError::TooLarge(file.display().to_string()))
            }
            read => read.map_err(|error| refused(&file, "open", &error)),
        }
    }

    fn display(&self, path: &str) -> String {
        self.at(path).display().to_string()
    }
}

/// Reads a file into memory of its size, which saves a copy.
fn read_whole(path: &Path, most: u64) -> io::Result<Arc<[u8]>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let size = usize::try_from(size).unwrap_or(0);
    let mut data: Arc<[u8]> = iter::repeat_n(0, size).collect();
    match Arc::get_mut(&mut data).map(|data| file.read_exact(data)) {
        Some(Ok(())) if size > 0 => Ok(data),
        // It has another size than it says.
        _ => fs::read(path).map(Into::into),
    }
}

fn broken_link(link: &Path, error: &io::Error) -> FolderError {
    let shown = link.display().to_string();
    let target = fs::read_link(link).map_or_else(|_| link.to_path_buf(), |to| absolute(link, &to));
    let text =
        format!("error evaluating symlink {shown}: lstat {}: {}", target.display(), reason(error));
    FolderError::Refused { path: shown, text }
}

fn absolute(link: &Path, target: &Path) -> PathBuf {
    link.parent().map_or_else(|| target.to_path_buf(), |parent| parent.join(target))
}
