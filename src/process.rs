//! The only place that starts other programs.

use std::{env, ffi::OsStr, io, os::unix::process::CommandExt as _, process::Command};

/// A command whose environment is this process's own less what git sets for its hooks.
///
/// `GIT_DIR` and its like name the repository of the hook that runs; a command for another folder
/// must not inherit them (`git rev-parse --local-env-vars`).
#[expect(clippy::disallowed_methods, reason = "this is the wrapper that the lint points to")]
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in GIT_LOCAL_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Makes this process begin anew with more in its environment; returns only where that fails.
#[expect(clippy::disallowed_methods, reason = "it is this program, with all that it was given")]
pub(crate) fn begin_anew(variables: &[(&str, &str)]) -> io::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = Command::new(program);
    let mut arguments = env::args_os();
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command.args(arguments).envs(variables.iter().copied()).exec()
}

/// What `git rev-parse --local-env-vars` prints (git 2.47).
const GIT_LOCAL_VARIABLES: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
];
