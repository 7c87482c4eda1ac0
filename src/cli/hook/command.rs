//! The commands below `zij hook`.

use std::{ffi::OsString, path::Path, time::Duration};

use clap::builder::FalseyValueParser;
use zij_hooks::Hook;

use super::{commit, doctor, install, push};
use crate::{error::CommandResult, ui::Ui};

/// Lets git ask for a verdict: on every push, or on the server before it accepts one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij hook install                      check every push from this clone
  zij hook install --hook pre-receive   in a bare repository: refuse unsafe pushes
  zij hook doctor                       prove that an unsafe push is refused")]
pub(crate) struct HookArgs {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Debug, clap::Subcommand)]
enum HookCommand {
    /// Puts a hook in place; a hook that is there already is kept and runs first
    Install(PlanArgs),
    /// Takes the hook away again and puts back what was there
    Uninstall(PlanArgs),
    /// Says what is wrong with a hook, and proves with a scratch push that it refuses
    ///
    /// Exit code 1: the hook does not do its work.
    Doctor(DoctorArgs),
    /// Called by git before a commit is made: checks what is staged
    PreCommit(PreCommitArgs),
    /// Called by git after a commit was made: tells the daemon
    PostCommit,
    /// Called by git before a push is sent; the refs come on standard input
    PrePush(PrePushArgs),
    /// Called by git on the server before a push is accepted; the refs come on standard input
    PreReceive(ServerArgs),
    /// Called by git on the server before a single ref is updated
    Update(UpdateArgs),
    /// Called by git on the server after a push: tells the daemon, and anchors the audit log
    PostReceive,
}

#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// Which hook: by default pre-push, or pre-receive in a bare repository
    #[arg(long, value_name = "HOOK")]
    pub(super) hook: Option<HookName>,
    /// Print what would be done and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Which hook: by default pre-push, or pre-receive in a bare repository
    #[arg(long, value_name = "HOOK")]
    pub(super) hook: Option<HookName>,
}

/// The hooks that can be installed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum HookName {
    PreCommit,
    PostCommit,
    PrePush,
    PreReceive,
    Update,
    PostReceive,
}

#[derive(Debug, clap::Args)]
pub(super) struct PreCommitArgs {
    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", env = "ZIJ_HOOK_DEADLINE", default_value = "5",
        value_parser = seconds)]
    pub(super) deadline: Duration,
    /// Refuse what could not be evaluated; without this it goes on with a warning
    #[arg(long, env = "ZIJ_HOOK_STRICT", value_parser = FalseyValueParser::new())]
    pub(super) strict: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct PrePushArgs {
    /// The remote's name, or its URL where it has none
    #[arg(value_name = "REMOTE")]
    pub(super) remote: OsString,
    /// The remote's URL
    #[arg(value_name = "URL")]
    url: OsString,
    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", env = "ZIJ_HOOK_DEADLINE", default_value = "10",
        value_parser = seconds)]
    pub(super) deadline: Duration,
    /// Refuse what could not be evaluated; without this it goes on with a warning
    #[arg(long, env = "ZIJ_HOOK_STRICT", value_parser = FalseyValueParser::new())]
    pub(super) strict: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", env = "ZIJ_HOOK_DEADLINE", default_value = "60",
        value_parser = seconds)]
    pub(super) deadline: Duration,
    /// Accept what could not be evaluated, with a warning; without this it is refused
    #[arg(long, env = "ZIJ_HOOK_FAIL_OPEN", value_parser = FalseyValueParser::new())]
    pub(super) fail_open: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct UpdateArgs {
    /// The ref
    #[arg(value_name = "REF")]
    pub(super) name: OsString,
    /// What it points to, in full
    #[arg(value_name = "OLD")]
    pub(super) old: OsString,
    /// What it shall point to, in full
    #[arg(value_name = "NEW")]
    pub(super) new: OsString,
    #[command(flatten)]
    pub(super) server: ServerArgs,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &HookArgs) -> CommandResult {
    match &args.command {
        HookCommand::Install(args) => install::install(ui, directory, args),
        HookCommand::Uninstall(args) => install::uninstall(ui, directory, args),
        HookCommand::Doctor(args) => doctor::run(ui, directory, args),
        HookCommand::PreCommit(args) => commit::pre_commit(ui, directory, args),
        HookCommand::PostCommit => commit::post_commit(directory),
        HookCommand::PostReceive => commit::post_receive(ui, directory),
        HookCommand::PrePush(args) => push::pre_push(ui, directory, args),
        HookCommand::PreReceive(args) => push::pre_receive(ui, directory, args),
        HookCommand::Update(args) => push::update(ui, directory, args),
    }
}

impl From<HookName> for Hook {
    fn from(name: HookName) -> Self {
        match name {
            HookName::PreCommit => Self::PreCommit,
            HookName::PostCommit => Self::PostCommit,
            HookName::PrePush => Self::PrePush,
            HookName::PreReceive => Self::PreReceive,
            HookName::Update => Self::Update,
            HookName::PostReceive => Self::PostReceive,
        }
    }
}

/// A deadline, which has to be one: a hook that never ends is worse than none.
fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration
        .filter(|duration| !duration.is_zero() && *duration <= Duration::from_secs(3600))
        .ok_or_else(|| "a number of seconds up to 3600 was expected".to_owned())
}
