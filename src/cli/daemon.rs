//! `zij daemon`: keeps this repository predicted.

use std::path::Path;

use super::{
    audit::log_of,
    range::{RangeArgs, predictor, repository},
};
use crate::{
    daemon::{DaemonPlace, Keeps, serve},
    error::CommandResult,
    folders::Folders,
    ui::Ui,
};

/// Predicts every new commit of this repository and answers `diff`, `check` and hooks at once.
///
/// Runs in the foreground until it is interrupted. Everything it knows is in git and in the cache:
/// it may be killed at any time.
#[derive(Debug, clap::Args)]
pub(crate) struct DaemonArgs {
    /// Also keep what each commit deploys in refs/zij/rendered/BRANCH, Secrets masked
    #[arg(long)]
    rendered: bool,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &DaemonArgs) -> CommandResult {
    let repository = repository(directory)?;
    let place = DaemonPlace::of(&Folders::of_user()?, &repository.common_dir());
    let log = log_of(&repository);
    let keeps = if args.rendered { Keeps::Rendered } else { Keeps::Reports };
    serve(ui, &place, predictor(repository, &RangeArgs::default())?, log, keeps)
}
