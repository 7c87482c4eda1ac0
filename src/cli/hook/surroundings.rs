//! The repository and the objects that git names to its hooks.

use std::{
    env,
    path::{Path, PathBuf},
};

use zij_git::{ObjectFolders, Repository};

use crate::{
    cli::range,
    error::{CommandError, CommandResult},
};

/// The repository of the hook that runs, with the objects of a push that is not accepted yet.
pub(super) fn repository(directory: &Path) -> CommandResult<Repository> {
    let folders = quarantine(directory);
    if folders.0.is_empty() {
        return range::repository(directory);
    }
    let git_dir = env::var_os("GIT_DIR").unwrap_or_default();
    Ok(Repository::open_with_objects(&directory.join(git_dir), &folders)?)
}

/// Makes sure that git is the caller: it names the repository to every hook of a server.
pub(super) fn expect_git() -> CommandResult {
    match env::var_os("GIT_DIR") {
        Some(_) => Ok(()),
        None => Err(CommandError::usage("GIT_DIR is not set: git calls this hook on a server")),
    }
}

/// Where git keeps the objects of the push apart from the others (git-receive-pack(1)).
pub(super) fn quarantine(directory: &Path) -> ObjectFolders {
    let Some(own) = env::var_os("GIT_OBJECT_DIRECTORY") else { return ObjectFolders::default() };
    let others = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    // Git goes on without an alternate that is gone; the objects of the push have to be there.
    let others = env::split_paths(&others)
        .filter(|path| !path.as_os_str().is_empty())
        .map(|path| directory.join(path))
        .filter(|path| path.is_dir());
    let folders: Vec<PathBuf> = [directory.join(own)].into_iter().chain(others).collect();
    ObjectFolders(folders)
}
