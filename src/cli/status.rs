//! `zij status`: what the daemon holds.

use std::path::Path;

use serde::Serialize;

use super::range::repository;
use crate::{
    daemon::{
        BranchStatus, Client, DaemonPlace, Predicted, Repositories, Repository, Status, Unanswered,
    },
    error::{CommandError, CommandResult, Kind},
    folders::Folders,
    ui::Ui,
};

/// Shows what the daemon of this repository holds.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// All repositories that the same daemon keeps predicted
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: StatusFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum StatusFormat {
    Terminal,
    Json,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &StatusArgs) -> CommandResult {
    let place = DaemonPlace::of(&Folders::of_user()?, &repository(directory)?.common_dir());
    let client = Client::at(&place).ok_or_else(|| no_daemon("no daemon runs here"))?;
    let unanswered = |error| match error {
        Unanswered::Unreachable(reason) | Unanswered::Failed(reason) => no_daemon(&reason),
        Unanswered::Late => no_daemon("the daemon does not answer"),
    };
    if args.all {
        let repositories = client.repositories().map_err(unanswered)?;
        return match args.format {
            StatusFormat::Terminal => ui.page(&in_words(&repositories)),
            StatusFormat::Json => print_json(ui, &repositories),
        };
    }
    let status = client.status().map_err(unanswered)?;
    match args.format {
        StatusFormat::Terminal => ui.page(&as_text(&status)),
        StatusFormat::Json => print_json(ui, &status),
    }
}

fn print_json<T: Serialize>(ui: &Ui, value: &T) -> CommandResult {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| CommandError::unevaluated(error.to_string()))?;
    ui.print(json + "\n")
}

fn in_words(served: &Repositories) -> String {
    let line = |one: &Repository| {
        let branches = if one.branches == 1 { "branch" } else { "branches" };
        format!("{}  {} {branches}, {} waiting\n", one.repository, one.branches, one.waiting)
    };
    served.repositories.iter().map(line).collect()
}

fn no_daemon(reason: &str) -> CommandError {
    CommandError::new(Kind::Unreachable, reason).hint("start one with `zij daemon`")
}

fn as_text(status: &Status) -> String {
    let mut text = format!(
        "daemon {} (pid {}) for {}, {} waiting\n",
        status.version, status.pid, status.repository, status.waiting
    );
    let longest = status.branches.iter().map(|branch| branch.name.chars().count()).max();
    for branch in &status.branches {
        text.push_str(&line(branch, longest.unwrap_or_default()));
    }
    text
}

fn line(branch: &BranchStatus, width: usize) -> String {
    let state = match &branch.state {
        Predicted::Pending => "waiting".to_owned(),
        Predicted::Failed(reason) => format!("not predictable: {reason}"),
        Predicted::Done(sums) => {
            let cells: Vec<String> =
                sums.cells.iter().map(|(letter, count)| format!("{count} {letter}")).collect();
            let verdict = format!("{:?}", sums.verdict).to_lowercase();
            format!("{verdict}, {} changed ({})", sums.changed(), cells.join(", "))
        }
    };
    let commit = branch.commit.get(..8).unwrap_or(&branch.commit);
    let against = branch.base.as_deref().map_or("nothing", |base| base.get(..8).unwrap_or(base));
    let text = format!("  {:width$}  {commit} against {against}: {state}", branch.name);
    // Branch names and subjects come from whoever pushed them.
    let clean: String = text.chars().filter(|character| !character.is_control()).collect();
    clean + "\n"
}
