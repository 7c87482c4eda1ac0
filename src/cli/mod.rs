//! The commands, a file each: what was typed becomes what is meant.

mod apps;
mod audit;
mod cache;
mod check;
mod combine;
mod completions;
mod daemon;
mod demo;
mod diff;
mod doctor;
mod explain;
mod format;
mod hook;
mod init;
mod kustomize;
mod man;
mod range;
mod reconcile;
mod render;
mod rollback;
mod status;
mod template;
mod tui;
mod vendor;
mod version;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, FromArgMatches as _, Parser, Subcommand};

use crate::{
    error::{CommandError, CommandResult},
    ui::{ColorChoice, Ui},
};

/// Predicts from git alone what a commit will deploy to every cluster and application.
#[derive(Debug, Parser)]
#[command(name = "zij", version, max_term_width = 100, infer_subcommands = false)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// When to colour: NO_COLOR and CLICOLOR_FORCE are honoured by `auto`
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: ColorChoice,
}

/// The commands; only the arguments of the one that is run are built, since that takes time. The
/// lines here are what the list of commands shows.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    /// Shows zij's main job on a small fleet made for it
    Demo(demo::DemoArgs),
    /// Shows what a change would deploy: the cluster × application matrix, then the differences of values and manifests, findings, and the verdict
    Diff(diff::DiffArgs),
    /// Says whether a change may go: the verdict, with what blocks it
    Check(check::CheckArgs),
    /// Shows what several branches do when they are merged together, and where they interact although git merges them
    Combine(combine::CombineArgs),
    /// Says what reverting a commit would do, and whether it can be undone at all
    Rollback(rollback::RollbackArgs),
    /// Prints the manifests of a revision as they would be applied
    Render(render::RenderArgs),
    /// Lists the applications of a revision with their clusters, sources and problems
    Apps(apps::AppsArgs),
    /// Says why a cell exists, or why an object or a field of it changes: commit, file and line, values layer, template line, field, verdict
    Explain(explain::ExplainArgs),
    /// Renders a chart as `helm template` does
    Template(Box<template::TemplateArgs>),
    /// Builds a kustomization as `kustomize build` does
    Kustomize(Box<kustomize::KustomizeArgs>),
    /// Writes a commented `zij.yaml` for the applications that are found at HEAD
    Init(init::InitArgs),
    /// Fetches the remote charts, repositories and files that applications name into vendor/
    Vendor(vendor::VendorArgs),
    /// Lets git ask for a verdict: on every push, or on the server before it accepts one
    Hook(hook::HookArgs),
    /// Predicts every new commit and answers `diff`, `check` and hooks at once
    Daemon(daemon::DaemonArgs),
    /// Shows what the daemon of this repository holds
    Status(status::StatusArgs),
    /// Shows what is kept of earlier runs, by this user and by the team, and removes it
    Cache(cache::CacheArgs),
    /// Reads the record of what was decided, and proves that nobody changed it
    Audit(audit::AuditArgs),
    /// Checks the branch that deploys and tells what came since the last check, in one report
    Reconcile(reconcile::ReconcileArgs),
    /// Says what is missing or misconfigured, and what to do about it
    Doctor(doctor::DoctorArgs),
    /// Browses the matrix and every cell's differences in the terminal
    Tui(tui::TuiArgs),
    /// Prints the completion script of a shell
    Completions(completions::CompletionsArgs),
    /// Writes the manual pages, zij(1) and one for each command
    Man(man::ManArgs),
    /// Says which zij this is
    Version(version::VersionArgs),
}

impl Arguments {
    /// Reads the command line of a command that scripts and hooks start often, as if there were no
    /// other: building them all takes as long as a small render. None for any other command, and
    /// where something is wrong or help is wanted, which all commands together answer.
    fn of_one_command(arguments: &[OsString]) -> Option<Self> {
        let (_, arguments) = arguments.split_first()?;
        let (name, words) = arguments.split_first()?;
        let (global, command) = match name.to_str()? {
            "check" => command(arguments, Command::Check)?,
            "diff" => command(arguments, Command::Diff)?,
            "hook" => command(arguments, Command::Hook)?,
            "kustomize" => match kustomize::KustomizeArgs::of_directory(words) {
                Some(plain) => (Global::default(), Command::Kustomize(Box::new(plain))),
                None => command(arguments, Command::Kustomize)?,
            },
            "template" => command(arguments, Command::Template)?,
            _ => return None,
        };
        Some(Self { global, command })
    }
}

fn command<T: Args>(arguments: &[OsString], of: fn(T) -> Command) -> Option<(Global, Command)> {
    let command = Global::augment_args(T::augment_args(clap::Command::default()));
    let mut matches = command.try_get_matches_from(arguments).ok()?;
    let own = T::from_arg_matches_mut(&mut matches).ok()?;
    Some((Global::from_arg_matches_mut(&mut matches).ok()?, of(own)))
}

/// Runs the command line and gives the exit code of design.md §1.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = match Arguments::of_one_command(&arguments) {
        Some(parsed) => Ok(parsed),
        None => Arguments::try_parse_from(arguments),
    };
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are printed to stdout with code 0, mistakes to stderr with 2.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let ui = Ui::new(arguments.global.color);
    match dispatch(&ui, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&ui, &error),
    }
}

fn dispatch(ui: &Ui, arguments: &Arguments) -> CommandResult {
    let directory = arguments.global.directory.clone().unwrap_or_default();
    match &arguments.command {
        Command::Demo(args) => demo::run(ui, args),
        Command::Diff(args) => diff::run(ui, &directory, args),
        Command::Check(args) => check::run(ui, &directory, args),
        Command::Combine(args) => combine::run(ui, &directory, args),
        Command::Rollback(args) => rollback::run(ui, &directory, args),
        Command::Render(args) => render::run(ui, &directory, args),
        Command::Apps(args) => apps::run(ui, &directory, args),
        Command::Explain(args) => explain::run(ui, &directory, args),
        Command::Template(args) => template::run(ui, &directory, args),
        Command::Kustomize(args) => kustomize::run(ui, &directory, args),
        Command::Init(args) => init::run(ui, &directory, args),
        Command::Vendor(args) => vendor::run(ui, &directory, args),
        Command::Hook(args) => hook::run(ui, &directory, args),
        Command::Daemon(args) => daemon::run(ui, &directory, args),
        Command::Status(args) => status::run(ui, &directory, args),
        Command::Cache(args) => cache::run(ui, args),
        Command::Audit(args) => audit::run(ui, &directory, args),
        Command::Tui(args) => tui::run(ui, &directory, args),
        Command::Reconcile(args) => reconcile::run(ui, &directory, args),
        Command::Doctor(args) => doctor::run(ui, &directory, args),
        Command::Man(args) => man::run(ui, args),
        Command::Version(args) => version::run(ui, args),
        Command::Completions(args) => completions::run(ui, args),
    }
}

fn report(ui: &Ui, error: &CommandError) -> ExitCode {
    if !error.message.is_empty() {
        ui.status(&format!("error: {error}"));
    }
    for hint in &error.hints {
        ui.status(&format!("  hint: {hint}"));
    }
    ExitCode::from(error.kind.exit_code())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_list_of_commands_says_what_each_command_says_of_itself() {
        let abouts = |command: &clap::Command| -> Vec<(String, Option<String>)> {
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
            let commands = command.get_subcommands().filter(|known| known.get_name() != "help");
            commands.map(|known| (known.get_name().to_owned(), about(known))).collect()
        };
        let mut command = Arguments::command();
        let listed = abouts(&command);
        command.build();
        assert_eq!(listed, abouts(&command));
    }

    #[test]
    fn one_command_is_read_as_all_of_them_read_it() {
        let lines = [
            "kustomize",
            "kustomize .",
            "kustomize overlays/prod",
            "kustomize overlays/prod base",
            "kustomize -",
            "kustomize --",
            "kustomize help",
            "kustomize --color never overlays/prod -C /tmp --enable-helm",
            "template demo chart -f a.yaml --set b=c -n shop --include-crds",
            "-C there kustomize here",
            "check --color=always",
            "diff main..topic -o json",
            "hook pre-push origin url",
            "hook",
            "template --no-such-flag",
            "kustomize --help",
            "kustomise",
            "apps",
            "",
        ];
        let mut read = 0;
        for line in lines {
            let words = ["zij"].into_iter().chain(line.split_whitespace());
            let words: Vec<OsString> = words.map(OsString::from).collect();
            let Some(one) = Arguments::of_one_command(&words) else { continue };
            let all = Arguments::try_parse_from(words);
            assert_eq!(
                format!("{one:?}"),
                all.map_or_else(|error| error.to_string(), |all| format!("{all:?}")),
                "{line}"
            );
            read += 1;
        }
        assert!(read >= 8, "the common command lines are read so: {read}");
    }
}
