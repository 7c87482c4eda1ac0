//! The vendor folder on disk: everything is written beside it first and then put in place.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use zij_core::{inventory::Lock, source::TreePath};

use super::{copy::Content, error::FetchError};

/// Keeps git from changing line ends, which would change digests.
const ATTRIBUTES: &str = "* -text linguist-vendored\n";

/// The vendor folder of a work tree.
pub(super) struct VendorFolder {
    root: PathBuf,
    staging: TempDir,
    count: usize,
}

impl VendorFolder {
    pub(super) fn open(root: &Path) -> Result<Self, FetchError> {
        let folder = root.join(Lock::FOLDER);
        let failed = |cause| disk(&folder, cause);
        for part in ["", "charts", "git", "files"] {
            let path = folder.join(part);
            if fs::symlink_metadata(&path).is_ok_and(|data| !data.is_dir()) {
                let cause = io::Error::other("it is no folder, and a link could lead anywhere");
                return Err(disk(&path, cause));
            }
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        let staging = tempfile::Builder::new().prefix(".zij-").tempdir_in(&folder);
        Ok(Self { root: root.to_owned(), staging: staging.map_err(failed)?, count: 0 })
    }

    /// Puts a copy in place of whatever is at `path`.
    pub(super) fn put(&mut self, path: &TreePath, content: &Content) -> Result<(), FetchError> {
        let new = self.beside();
        match content {
            Content::File(bytes) => fs::write(&new, bytes).map_err(|cause| disk(&new, cause))?,
            Content::Folder(files) => {
                for (name, bytes) in files {
                    let file = new.join(name.as_str());
                    let written = file.parent().map_or(Ok(()), fs::create_dir_all);
                    let written = written.and_then(|()| fs::write(&file, bytes));
                    written.map_err(|cause| disk(&file, cause))?;
                }
            }
        }
        let target = self.root.join(path.as_str());
        let made = target.parent().map_or(Ok(()), fs::create_dir_all);
        made.map_err(|cause| disk(&target, cause))?;
        self.take(&target)?;
        fs::rename(&new, &target).map_err(|cause| disk(&target, cause))
    }

    /// Takes away what is at `path`.
    pub(super) fn remove(&mut self, path: &TreePath) -> Result<(), FetchError> {
        self.take(&self.root.join(path.as_str()))
    }

    /// Writes the lock file, at once or not at all.
    pub(super) fn write_lock(&mut self, text: &str) -> Result<(), FetchError> {
        let attributes = self.root.join(Lock::FOLDER).join(".gitattributes");
        if fs::symlink_metadata(&attributes).is_err() {
            fs::write(&attributes, ATTRIBUTES).map_err(|cause| disk(&attributes, cause))?;
        }
        let new = self.beside();
        let write = || {
            let mut file = fs::File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, self.root.join(Lock::FILE))
        };
        write().map_err(|cause| disk(&self.root.join(Lock::FILE), cause))
    }

    /// Moves something out of the way; it goes for good when all is done.
    fn take(&mut self, target: &Path) -> Result<(), FetchError> {
        if fs::symlink_metadata(target).is_err() {
            return Ok(());
        }
        let old = self.beside();
        fs::rename(target, old).map_err(|cause| disk(target, cause))
    }

    fn beside(&mut self) -> PathBuf {
        self.count += 1;
        self.staging.path().join(self.count.to_string())
    }
}

fn disk(path: &Path, cause: io::Error) -> FetchError {
    FetchError::Disk { path: path.display().to_string(), cause }
}
