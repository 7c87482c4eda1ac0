//! `zij rollback`: what undoing a commit would do.

use std::{collections::BTreeSet, path::Path};

use zij_core::{
    predict::CellState,
    report::{
        Heading,
        model::{Report, RevisionName, Rollback},
        rollback::{LaterCommit, ROLLBACK_SCHEMA, Undoing, UndoingResult},
        terminal,
    },
};
use zij_git::{CommitId, GitTree, MergeOutcome, Repository, Revision};

use super::{
    format::{FormatArgs, Told},
    range::{RangeArgs, commit, predictor, repository},
};
use crate::{
    error::{CommandError, CommandResult},
    prediction::{Predictor, Progress, revision_name},
    ui::Ui,
};

/// Says what reverting a commit would do, and whether it can be undone at all.
///
/// The commit is reverted in memory on top of HEAD: whether that applies, what it changes on every
/// cell, which pods restart, what has to be done by hand, and what later commits have changed since.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij rollback             the last commit
  zij rollback v1.4.0~2    an older one
  zij rollback HEAD~3 --format json
  zij rollback HEAD~3 --output html=undo.html --output markdown=comment.md")]
pub(crate) struct RollbackArgs {
    /// The commit to undo; of a merge, what it brought to its first parent
    #[arg(value_name = "COMMIT", default_value = "HEAD")]
    commit: String,
    /// What it is undone on
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    on: String,
    #[command(flatten)]
    format: FormatArgs,
}

/// Commits after the one to undo that are looked at.
const LATER: usize = 500;

pub(crate) fn run(ui: &Ui, directory: &Path, args: &RollbackArgs) -> CommandResult {
    let repository = repository(directory)?;
    let undone = commit(&repository, &args.commit)?;
    let tip = commit(&repository, &args.on)?;
    if !repository.is_ancestor(undone, tip)? {
        let message = format!("`{}` is not part of {}", args.commit, args.on);
        return Err(CommandError::usage(message));
    }
    let range = RangeArgs { no_cache: true, ..RangeArgs::default() };
    let predictor = predictor(repository.clone(), &range)?;
    let progress = ui.progress("predicting cells");
    let work =
        Work { repository: &repository, predictor: &predictor, commit: undone, tip, on: &args.on };
    let undoing = work.run(&|done, total| progress.update(done, total))?;
    drop(progress);
    let options = terminal::Options { color: ui.color, width: ui.width, ..Default::default() };
    let report = undoing.as_report();
    let told = Told::report(&report, || undoing.to_text(&options));
    args.format.put(ui, &told.after(undoing.foreword(), undoing.to_json(), &report))
}

struct Work<'w> {
    repository: &'w Repository,
    predictor: &'w Predictor,
    commit: CommitId,
    tip: CommitId,
    on: &'w str,
}

impl Work<'_> {
    fn run(&self, progress: &Progress<'_>) -> CommandResult<Undoing> {
        let summary = self.repository.summary(self.commit)?;
        let before = match summary.parents.first() {
            Some(parent) => self.repository.tree_of(*parent)?,
            None => self.repository.tree(&Revision::Empty)?,
        };
        let after = self.repository.tree_of(self.commit)?;
        let present = self.repository.tree_of(self.tip)?;
        let merger = self.repository.merger()?;
        let outcome = merger.revert(merger.at(self.tip)?, self.commit)?;
        let mut undoing = Undoing {
            schema: ROLLBACK_SCHEMA,
            commit: self.commit.to_string(),
            subject: summary.subject,
            tip: self.on.to_owned(),
            applies: false,
            conflicts: Vec::new(),
            result: UndoingResult::Conflict,
            later: self.later(&before, &after)?,
            rollback: None,
            report: None,
        };
        let forward = self.report(&before, &after, progress);
        let point = match outcome {
            MergeOutcome::Clean(point) => point,
            MergeOutcome::Conflict(conflicts) => {
                undoing.conflicts = conflicts
                    .into_iter()
                    .map(|conflict| (conflict.path, conflict.what.to_owned()))
                    .collect();
                undoing.rollback = Rollback::sum(&forward.rollbacks);
                return Ok(undoing);
            }
        };
        undoing.applies = true;
        let Some(reverted) = merger.into_trees(&[point]).pop() else { return Ok(undoing) };
        let back = self.report(&present, &reverted, progress);
        let is_still = self
            .predictor
            .prediction(&before, &reverted, progress)
            .cells
            .iter()
            .all(|cell| matches!(cell.state, CellState::Unchanged | CellState::ValuesOnly));
        let deploys = back.cells.iter().any(|cell| cell.manifests_differ);
        undoing.result = match (deploys, is_still) {
            (false, _) => UndoingResult::NoOp,
            (true, true) => UndoingResult::AsBefore,
            (true, false) => UndoingResult::Differs,
        };
        undoing.rollback = rollback(&forward, &back);
        undoing.report = Some(back);
        Ok(undoing)
    }

    fn report(&self, base: &GitTree, head: &GitTree, progress: &Progress<'_>) -> Report {
        let named = |tree: &GitTree, name: &str| RevisionName {
            name: name.to_owned(),
            ..revision_name(tree)
        };
        let heading = Heading { base: named(base, self.on), head: named(head, "after the revert") };
        Report::new(heading, &self.predictor.prediction(base, head, progress))
    }

    /// Later commits that touch files that the commit touches.
    fn later(&self, before: &GitTree, after: &GitTree) -> CommandResult<Vec<LaterCommit>> {
        let own: BTreeSet<String> = self.paths(before, after)?;
        let mut later = Vec::new();
        let is_own = |id| id == self.commit;
        for summary in self.repository.first_parents(self.tip, LATER, &is_own)? {
            let Some(parent) = summary.parents.first() else { break };
            let (old, new) =
                (self.repository.tree_of(*parent)?, self.repository.tree_of(summary.id)?);
            let files: Vec<String> = self.paths(&old, &new)?.intersection(&own).cloned().collect();
            if !files.is_empty() {
                later.push(LaterCommit {
                    commit: summary.id.to_string(),
                    subject: summary.subject,
                    files,
                });
            }
        }
        Ok(later)
    }

    fn paths(&self, old: &GitTree, new: &GitTree) -> CommandResult<BTreeSet<String>> {
        let changes = new.changes_since(old).map_err(zij_git::Error::from)?;
        Ok(changes.into_iter().map(|change| change.path.to_string()).collect())
    }
}

/// What was told of the commit itself, with the workloads that the revert restarts now.
fn rollback(forward: &Report, back: &Report) -> Option<Rollback> {
    let workloads = back.rollout.as_ref().map_or(0, |rollout| rollout.workloads);
    let sum = Rollback::sum(&forward.rollbacks)?;
    Some(Rollback { workloads, ..sum })
}
