//! `zij completions`: what the shell needs to complete zij's commands and flags.

use clap::CommandFactory as _;

use super::Arguments;
use crate::{error::CommandResult, ui::Ui};

/// Prints the completion script of a shell.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

pub(crate) fn run(ui: &Ui, args: &CompletionsArgs) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "zij", &mut script);
    ui.print(script)
}
