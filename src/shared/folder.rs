//! A folder that several machines see, such as a network file system or a volume of a CI server.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// Entries below a folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// What is kept under a name, as far as it is no longer than `limit`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn get(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.0.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        // A device or a pipe would never end.
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    }

    /// Keeps an entry; others see it whole or not at all.
    ///
    /// # Errors
    /// When the folder is not there or cannot be written.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // One that is not there is one that is not mounted.
        fs::metadata(&self.0)?;
        let path = self.0.join(name);
        let parent = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(parent)?;
        let mut file = tempfile::Builder::new().permissions(readable()).tempfile_in(parent)?;
        file.write_all(bytes)?;
        persist(file, &path)
    }
}

/// What others of the team may read, as far as the umask lets them.
fn readable() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o664)
}

fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map(drop).map_err(io::Error::from)
}
