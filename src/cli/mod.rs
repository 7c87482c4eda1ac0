//! The commands, a file each: what was typed becomes what is meant.

mod apps;
mod check;
mod completions;
mod daemon;
mod demo;
mod diff;
mod hook;
mod init;
mod kustomize;
mod range;
mod render;
mod status;
mod template;
mod tui;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

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
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// When to colour: NO_COLOR and CLICOLOR_FORCE are honoured by `auto`
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Diff(diff::DiffArgs),
    Check(check::CheckArgs),
    Render(render::RenderArgs),
    Apps(apps::AppsArgs),
    Explain(apps::ExplainArgs),
    Template(Box<template::TemplateArgs>),
    Kustomize(Box<kustomize::KustomizeArgs>),
    Init(init::InitArgs),
    Hook(hook::HookArgs),
    Daemon(daemon::DaemonArgs),
    Status(status::StatusArgs),
    Tui(tui::TuiArgs),
    Completions(completions::CompletionsArgs),
}

/// Runs the command line and gives the exit code of design.md §1.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
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
        Command::Render(args) => render::run(ui, &directory, args),
        Command::Apps(args) => apps::run(ui, &directory, args),
        Command::Explain(args) => apps::explain(ui, &directory, args),
        Command::Template(args) => template::run(ui, &directory, args),
        Command::Kustomize(args) => kustomize::run(ui, &directory, args),
        Command::Init(args) => init::run(ui, &directory, args),
        Command::Hook(args) => hook::run(ui, &directory, args),
        Command::Daemon(args) => daemon::run(ui, &directory, args),
        Command::Status(args) => status::run(ui, &directory, args),
        Command::Tui(args) => tui::run(ui, &directory, args),
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
