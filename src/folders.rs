//! The user's folders.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::error::{CommandError, CommandResult};

/// Where zij keeps what belongs to the user.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// The cache of reports.
    pub(crate) cache: PathBuf,
    /// What must outlive a cleared cache, such as keys.
    pub(crate) state: PathBuf,
    /// Sockets and locks of daemons.
    pub(crate) runtime: PathBuf,
}

impl Folders {
    /// The folders of this user, after the XDG base directory specification.
    pub(crate) fn of_user() -> CommandResult<Self> {
        let folders = ProjectDirs::from("", "", "zij").ok_or_else(|| {
            CommandError::usage("there is no home folder to keep a cache in").hint("set HOME")
        })?;
        let cache = folders.cache_dir().to_owned();
        let runtime = folders.runtime_dir().map_or_else(|| cache.join("run"), PathBuf::from);
        let state = folders.state_dir().unwrap_or(folders.data_local_dir()).to_owned();
        Ok(Self { cache, state, runtime })
    }
}
