//! The key behind the fingerprints that stand for secret texts.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use zij_core::resource::Mask;

use crate::{clock, folders::Folders};

/// The variable that names another file, such as one that the machines of a CI server share.
const VARIABLE: &str = "ZIJ_MASK_KEY_FILE";

/// The user's mask. Its key is made once and kept in the state folder, readable by the user alone.
///
/// A key that can neither be read nor kept is made for this run: fingerprints then tell changes
/// inside of one report and cannot be compared with those of another.
pub(crate) fn mask_of_user() -> Mask {
    Mask::new(&secret_of_user().unwrap_or_else(|| clock::random_key().to_vec()))
}

/// The user's key itself, for other keys to be derived from; `None` where it can neither be read nor
/// kept.
pub(crate) fn secret_of_user() -> Option<Vec<u8>> {
    let named = env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let usual = || Folders::of_user().ok().map(|folders| folders.state.join("mask.key"));
    named.or_else(usual).and_then(|file| key_in(&file).ok())
}

/// The key in a file, which is made where there is none.
fn key_in(file: &Path) -> io::Result<Vec<u8>> {
    match fs::read(file) {
        Ok(key) if !key.is_empty() => Ok(key),
        Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(file),
        Err(error) => Err(error),
    }
}

/// Makes a key and keeps it; another process that was faster wins.
fn make(file: &Path) -> io::Result<Vec<u8>> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Only root or the user may read a temporary file, and it appears under its name whole.
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    made.write_all(&clock::random_key())?;
    match made.persist_noclobber(file) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error),
    }
    fs::read(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/mask.key");
        let key = key_in(&file).unwrap();
        assert_eq!(key.len(), 32);
        assert_eq!(key_in(&file).unwrap(), key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
        fs::write(&file, "").unwrap();
        assert!(key_in(&file).is_err(), "an empty key would be no key");
    }
}
