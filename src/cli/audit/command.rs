//! The commands below `zij audit`.

use std::{
    env,
    path::{Path, PathBuf},
};

use zij_git::Repository;

use super::{
    export::{self, ExportArgs},
    log::{self, LogArgs},
    retire::{self, RetireArgs},
    ship::{self, ShipArgs},
    verify::{self, VerifyArgs},
};
use crate::{
    audit::{AnchorError, Log, LogError, write_anchor},
    cli::range::repository,
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Reads the record of what was decided, and proves that nobody changed it.
///
/// The log lies in the folder zij/audit of the git folder, or where ZIJ_AUDIT_DIR says.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij audit log --verb push --decision deny --since 7d
  zij audit log --follow
  zij audit verify --anchors /backup/fleet.git")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    /// Shows records, the oldest first
    Log(LogArgs),
    /// Says whether all records are there and as they were written, and where they are not
    ///
    /// Exit code 1: something was edited, inserted, deleted, reordered, cut off or replaced. 3: the
    /// log cannot be read.
    Verify(VerifyArgs),
    /// Prints the records for another program, once the log is verified
    Export(ExportArgs),
    /// Gives what is new to another program, and remembers how far it has the log
    ///
    /// Each record arrives at least once, in order; its auditID tells one that arrives again.
    Ship(ShipArgs),
    /// Removes old files of the log, which are on record as retired
    ///
    /// Only whole files go that are anchored and that every receiver has; verify tells them from missing
    /// ones.
    Retire(RetireArgs),
    /// Writes how far the log is to a ref of git, refs/zij/audit/HOST, for others to fetch
    Anchor,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &AuditArgs) -> CommandResult {
    let repository = repository(directory)?;
    let log = log_of(&repository);
    match &args.command {
        AuditCommand::Log(args) => log::run(ui, &log, args),
        AuditCommand::Verify(args) => verify::run(ui, directory, &repository, &log, args),
        AuditCommand::Export(args) => export::run(ui, &repository, &log, args),
        AuditCommand::Ship(args) => ship::run(ui, &log, args),
        AuditCommand::Retire(args) => retire::run(ui, &repository, &log, args),
        AuditCommand::Anchor => {
            let text = match write_anchor(&log, &repository.common_dir())? {
                Some(anchor) => format!("anchored up to record {}", anchor.sequence),
                None => "nothing new to anchor".to_owned(),
            };
            ui.status(&text);
            Ok(())
        }
    }
}

/// The log of a repository.
pub(crate) fn log_of(repository: &Repository) -> Log {
    let elsewhere = env::var_os("ZIJ_AUDIT_DIR").filter(|folder| !folder.is_empty());
    Log::of(&repository.common_dir(), elsewhere.map(PathBuf::from).as_deref())
}

impl From<LogError> for CommandError {
    fn from(error: LogError) -> Self {
        let changed = matches!(error, LogError::Changed { .. });
        let error = Self::unevaluated(error.to_string());
        if changed { error.hint("zij audit verify says where") } else { error }
    }
}

impl From<AnchorError> for CommandError {
    fn from(error: AnchorError) -> Self {
        Self::unevaluated(error.to_string())
    }
}
