//! Where a repository's daemon listens.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use crate::folders::Folders;

/// The socket and the lock of the daemon of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DaemonPlace {
    pub(crate) socket: PathBuf,
    pub(super) lock: PathBuf,
}

impl DaemonPlace {
    /// The place that belongs to the repository whose git folder is `git_dir`: all work trees of a
    /// repository share it.
    pub(crate) fn of(folders: &Folders, git_dir: &Path) -> Self {
        let git_dir = git_dir.canonicalize().unwrap_or_else(|_| git_dir.to_owned());
        let hash = blake3::hash(git_dir.as_os_str().as_encoded_bytes()).to_hex();
        // A socket's whole path may have 107 bytes only (unix(7)).
        let name = &hash[..16];
        let folder = &folders.runtime;
        Self {
            socket: folder.join(format!("{name}.sock")),
            lock: folder.join(format!("{name}.lock")),
        }
    }
}

/// Makes the folder of sockets, which nobody else may enter.
///
/// # Errors
/// When it cannot be made, or others may enter it.
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mode = fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let text = format!("{} may be entered by others (mode {:o})", folder.display(), mode & 0o777);
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_one_place_whatever_the_way_to_it() {
        let root = tempfile::tempdir().unwrap();
        let git_dir = root.path().join("a/.git");
        fs::create_dir_all(&git_dir).unwrap();
        let folder = || root.path().to_owned();
        let folders = Folders { cache: folder(), state: folder(), runtime: folder() };
        let place = DaemonPlace::of(&folders, &git_dir);
        assert_eq!(place, DaemonPlace::of(&folders, &root.path().join("a/../a/.git")));
        assert_ne!(place, DaemonPlace::of(&folders, root.path()));
    }

    #[test]
    fn a_folder_open_to_others_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("zij");
        make_private_folder(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(make_private_folder(&folder).is_err());
    }
}
