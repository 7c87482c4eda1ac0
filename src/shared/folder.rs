//! A folder that several machines see, such as a network file system or a volume of a CI server.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::NamedTempFile;

use super::bounds::{self, Bounds, Tally};
use crate::clock;

/// Entries below a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The most bytes of all entries.
    most: Option<u64>,
}

/// Folders that entries are spread over, evenly, since names are hashes: each has its share of the bytes.
const PARTS: u64 = 256;
/// How exactly it is known when an entry was used last.
const EXACTLY: Duration = Duration::from_secs(24 * 60 * 60);

impl Folder {
    pub(super) fn new(path: &Path, most: Option<u64>) -> Self {
        Self { path: path.to_owned(), most }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The most bytes that its entries may have, where that is bounded.
    pub(crate) fn most(&self) -> Option<u64> {
        self.most
    }

    /// Removes what is outside of some bounds, unless it is only to be counted; returns what stays
    /// and what goes.
    ///
    /// # Errors
    /// When the folder cannot be read, or something may not be removed.
    pub(crate) fn prune(&self, bounds: Bounds, is_trial: bool) -> io::Result<(Tally, Tally)> {
        fs::metadata(&self.path).map_err(|error| {
            let folder = self.path.display();
            io::Error::new(error.kind(), format!("{folder}, which ZIJ_SHARED_CACHE names: {error}"))
        })?;
        let mut all = Vec::new();
        for part in 0..PARTS {
            match bounds::entries(&self.path.join(format!("v1/{part:02x}"))) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => all.extend(other?),
            }
        }
        let (stay, go) = bounds::parted(all, bounds, now());
        if !is_trial {
            bounds::remove(&go)?;
        }
        Ok((bounds::tally(&stay), bounds::tally(&go)))
    }

    /// What is kept under a name, as far as it is no longer than `limit`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn get(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        // A device or a pipe would never end.
        let data = file.metadata()?;
        if !data.is_file() {
            return Ok(None);
        }
        let is_old = |used| now().duration_since(used).is_ok_and(|age| age > EXACTLY);
        if data.modified().is_ok_and(is_old) {
            // Whoever may only read cannot say that it was used.
            drop(file.set_modified(now()));
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
        fs::metadata(&self.path)?;
        let path = self.path.join(name);
        let parent = path.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent)?;
        let mut file = tempfile::Builder::new().permissions(readable()).tempfile_in(parent)?;
        file.write_all(bytes)?;
        persist(file, &path)?;
        let Some(most) = self.most else { return Ok(()) };
        let bytes = (most / PARTS).max(bytes.len() as u64);
        let bounds = Bounds { bytes: Some(bytes), age: None };
        bounds::remove(&bounds::parted(bounds::entries(parent)?, bounds, now()).1)
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + clock::since_epoch()
}

/// What others of the team may read, as far as the umask lets them.
fn readable() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o664)
}

fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map(drop).map_err(io::Error::from)
}
