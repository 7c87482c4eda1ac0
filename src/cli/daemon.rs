//! `zij daemon`: keeps repositories predicted.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use zij_git::Repository;

use super::{
    audit::log_of,
    range::{RangeArgs, predictor, repository},
};
use crate::{
    daemon::{Charge, DaemonPlace, Keeps, serve},
    error::{CommandError, CommandResult},
    folders::Folders,
    process::begin_anew,
    ui::Ui,
};

/// What the allocator reads when a process begins: memory that is free goes back to the system at
/// once, also that of threads which have ended.
///
/// A command gives its memory back by ending; a daemon that has predicted a whole fleet would hold
/// several times of what it needs.
const ALLOCATOR: [(&str, &str); 2] =
    [("MIMALLOC_PURGE_DELAY", "0"), ("MIMALLOC_ABANDONED_PAGE_PURGE", "1")];

/// Predicts every new commit and answers `diff`, `check` and hooks at once.
///
/// Runs in the foreground until it is interrupted. Everything it knows is in git and in the cache:
/// it may be killed at any time. Several repositories take turns in one process; each has a socket
/// and an audit log of its own, so commands and hooks find theirs as ever.
#[derive(Debug, clap::Args)]
pub(crate) struct DaemonArgs {
    /// The repositories to keep predicted, by default the one of this folder
    #[arg(value_name = "REPOSITORY")]
    repositories: Vec<PathBuf>,
    /// Also those that this file names, one a line; `#` begins a comment
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Also keep what each commit deploys in refs/zij/rendered/BRANCH, Secrets masked
    #[arg(long)]
    rendered: bool,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &DaemonArgs) -> CommandResult {
    if ALLOCATOR.iter().any(|(name, _)| env::var_os(name).is_none()) {
        // Where it cannot, it needs more memory and is as good otherwise.
        drop(begin_anew(&ALLOCATOR));
    }
    let folders = Folders::of_user()?;
    let mut charges: Vec<Charge> = Vec::new();
    let named = args.folders(directory)?;
    let repositories = match &named[..] {
        // Only this one may be named by git's variables.
        [] => vec![repository(directory)?],
        named => {
            named.iter().map(|folder| Repository::discover(folder)).collect::<Result<_, _>>()?
        }
    };
    for repository in repositories {
        let place = DaemonPlace::of(&folders, &repository.common_dir());
        // Work trees of one repository are one.
        if charges.iter().any(|charge| charge.place == place) {
            continue;
        }
        let log = log_of(&repository);
        charges.push(Charge {
            place,
            predictor: predictor(repository, &RangeArgs::default())?,
            log,
        });
    }
    let keeps = if args.rendered { Keeps::Rendered } else { Keeps::Reports };
    serve(ui, charges, keeps)
}

impl DaemonArgs {
    /// The repositories that are named.
    fn folders(&self, directory: &Path) -> CommandResult<Vec<PathBuf>> {
        let mut folders: Vec<PathBuf> =
            self.repositories.iter().map(|path| directory.join(path)).collect();
        if let Some(list) = &self.list {
            let text = fs::read_to_string(list).map_err(|error| {
                CommandError::usage(format!("cannot read {}: {error}", list.display()))
            })?;
            let lines = text.lines().map(str::trim);
            let paths = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            // A relative path is meant from where the list lies.
            let base = list.parent().unwrap_or(directory);
            folders.extend(paths.map(|path| base.join(path)));
            if folders.is_empty() {
                let message = format!("{} names no repository", list.display());
                return Err(CommandError::usage(message).hint("write one path a line"));
            }
        }
        Ok(folders)
    }
}
