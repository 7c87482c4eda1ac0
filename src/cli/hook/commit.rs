//! The hooks around a commit, and the one after a push: only the first of them may refuse.

use std::{
    path::Path,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use zij_core::source::Tree as _;
use zij_git::{BaseChoice, Range, Repository, Revision};
use zij_hooks::{Outcome, Side};

use super::{
    command::PreCommitArgs,
    evaluation::STACK,
    message::{Judgement, Missing},
    surroundings,
};
use crate::{
    audit::write_anchor,
    cli::{
        audit::log_of,
        range::{RangeArgs, predictor},
    },
    daemon::{Client, DaemonPlace},
    error::{CommandError, CommandResult},
    folders::Folders,
    ui::Ui,
};

/// What the messages call it.
const COMMIT: &str = "commit";

/// Judges what is staged against HEAD.
pub(super) fn pre_commit(ui: &Ui, directory: &Path, args: &PreCommitArgs) -> CommandResult {
    let repository = surroundings::repository(directory)?;
    let started = Instant::now();
    let (sender, receiver) = mpsc::channel();
    let work = move || drop(sender.send(judge(&repository, started)));
    // Left alone when the deadline comes, it ends with the process.
    let thread = thread::Builder::new().name("commit".to_owned()).stack_size(STACK).spawn(work);
    let late = Missing::Late { deadline: args.deadline, cells: (0, 0) };
    let judgement = match thread.map(|_| receiver.recv_timeout(args.deadline)) {
        Ok(Ok(judged)) => judged.unwrap_or_else(|error| Judgement::not_judged(COMMIT, &error)),
        Ok(Err(RecvTimeoutError::Timeout)) => Judgement::missing(COMMIT, late),
        Ok(Err(RecvTimeoutError::Disconnected)) => Judgement::missing(COMMIT, Missing::Stopped),
        Err(_) => Judgement::missing(COMMIT, Missing::NotStarted),
    };
    let side = Side::Local { strict: args.strict };
    let decision = judgement.outcome.decide(&side);
    let mut lines = judgement.into_lines();
    if decision.code == 0 && decision.warning && lines.iter().any(|line| line.contains("EVALUATED"))
    {
        lines.push("zij: warning: the commit goes on without a verdict".to_owned());
    }
    if !lines.is_empty() {
        ui.status(&lines.join("\n"));
    }
    match decision.code {
        0 => Ok(()),
        1 => Err(CommandError::rejected()),
        _ => Err(CommandError::unevaluated("")),
    }
}

fn judge(repository: &Repository, started: Instant) -> CommandResult<Judgement> {
    // Before the first commit there is nothing to compare with.
    let base = repository.resolve("HEAD").unwrap_or(Revision::Empty);
    let range = Range { base, head: Revision::Staged, choice: BaseChoice::Given };
    if repository.tree(&range.base)?.id() == repository.tree(&range.head)?.id() {
        return Ok(Judgement::silent(COMMIT));
    }
    let predictor = predictor(repository.clone(), &RangeArgs::default())?;
    let report = predictor.range(&range, &|_, _| {})?;
    let judgement = Judgement::of_report(COMMIT, &report, started.elapsed());
    // A commit that changes no cell is no news.
    let is_news = judgement.outcome != Outcome::Passed || !report.groups.is_empty();
    Ok(if is_news { judgement } else { Judgement::silent(COMMIT) })
}

/// Tells the daemon, if there is one; a commit is made already and nothing can go wrong with it.
pub(super) fn post_commit(directory: &Path) -> CommandResult {
    if let Ok(repository) = surroundings::repository(directory) {
        tell_daemon(&repository);
    }
    Ok(())
}

/// Tells the daemon and anchors the audit log, now that refs may be written again.
pub(super) fn post_receive(ui: &Ui, directory: &Path) -> CommandResult {
    let repository = surroundings::repository(directory)?;
    tell_daemon(&repository);
    if let Err(error) = write_anchor(&log_of(&repository), &repository.common_dir()) {
        ui.status(&format!("zij: the audit log could not be anchored: {error}"));
    }
    Ok(())
}

fn tell_daemon(repository: &Repository) {
    const PATIENCE: Duration = Duration::from_millis(300);
    let Ok(folders) = Folders::of_user() else { return };
    let place = DaemonPlace::of(&folders, &repository.common_dir());
    if let Some(client) = Client::at(&place) {
        // A daemon that does not listen looks for itself.
        drop(client.look(PATIENCE));
    }
}
