//! The words of a hook: at most 72 columns a line, since they pass through git's `remote: `.

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use zij_core::report::{
    hook::{fit, folded, text_for},
    model::{Report, Severity, Verdict},
};
use zij_git::{BaseChoice, Revision};
use zij_hooks::{Decision, Failure, Outcome, Side};

use super::comparison::Comparison;
use crate::{audit::WaiversUsed, error::CommandError};

/// Branches that are told of in full.
const TOLD: usize = 5;

/// What is found out about one branch of a push.
#[derive(Debug)]
pub(super) struct Judgement {
    branch: String,
    pub(super) outcome: Outcome,
    /// The rules that block, sorted.
    rules: BTreeSet<String>,
    /// The waivers that it stands on.
    pub(super) waivers: WaiversUsed,
    /// Finished lines; none where there is nothing to say.
    lines: Vec<String>,
}

/// Why a branch has no judgement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Missing {
    /// The deadline came; so many cells of so many were done.
    Late { deadline: Duration, cells: (usize, usize) },
    /// The work ended without a result, which is a fault of ours.
    Stopped,
    /// No thread could be started.
    NotStarted,
}

impl Judgement {
    /// Nothing deploys from it.
    pub(super) fn silent(branch: &str) -> Self {
        Self::new(branch, Outcome::Passed, [])
    }

    pub(super) fn is_silent(&self) -> bool {
        self.lines.is_empty()
    }

    /// What the prediction says.
    pub(super) fn of(
        branch: &str,
        comparison: &Comparison,
        report: &Report,
        took: Duration,
    ) -> Self {
        let mut judgement = Self::of_report(&push_to(branch, comparison), report, took);
        branch.clone_into(&mut judgement.branch);
        if judgement.outcome != Outcome::Passed {
            judgement.lines.extend(basis(comparison).iter().map(|line| fit(line)));
        }
        judgement.lines.extend(caution(comparison).iter().map(|line| fit(line)));
        judgement
    }

    /// What the prediction says of something that is named, such as `push to main`.
    pub(super) fn of_report(what: &str, report: &Report, took: Duration) -> Self {
        let outcome = match report.verdict {
            Verdict::Clean => Outcome::Passed,
            Verdict::Warned => Outcome::Warned,
            Verdict::Blocked => Outcome::Rejected,
            Verdict::Unevaluated => Outcome::Failed(Failure::Unevaluated),
        };
        let text = text_for(report, what);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some(first) = lines.first_mut() {
            let timed = format!("{first} ({:.1} s)", took.as_secs_f64());
            if fit(&timed) == timed {
                *first = timed;
            }
        }
        let blocking = report.findings.iter().filter(|f| f.severity == Severity::Block);
        let rules = blocking.map(|finding| finding.rule.clone()).collect();
        let waivers = WaiversUsed::of(report);
        Self { rules, waivers, ..Self::new(what, outcome, lines) }
    }

    /// The rules that block, sorted.
    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Other commits, but the same files.
    pub(super) fn same_files(branch: &str, comparison: &Comparison) -> Self {
        let line = format!("zij: {} ok - no file differs", push_to(branch, comparison));
        Self::new(branch, Outcome::Passed, [line].into_iter().chain(caution(comparison)))
    }

    pub(super) fn deletes(branch: &str) -> Self {
        let line = format!("zij: deletion of {branch} ok - what deploys from it is not checked");
        Self::new(branch, Outcome::Passed, [line])
    }

    /// The branch that deploys is deleted; `cells` is how many it deploys, if that is known.
    pub(super) fn deletes_default(branch: &str, cells: Option<usize>) -> Self {
        let line = format!("zij: deletion of {branch} ok with warnings - it is the main branch");
        let cells = match cells {
            Some(1) => "1 cell deploys from it and is no longer described",
            Some(cells) => &format!("{cells} cells deploy from it and are no longer described"),
            None => "what deploys from it is not known here",
        };
        let lines = [line].into_iter().chain(folded("  ? ", cells));
        Self::new(branch, Outcome::Warned, lines)
    }

    /// An error took the place of the verdict on a push.
    pub(super) fn failed(branch: &str, error: &CommandError) -> Self {
        let judgement = Self::not_judged(&format!("push to {branch}"), error);
        Self { branch: branch.to_owned(), ..judgement }
    }

    /// An error took the place of a verdict.
    pub(super) fn not_judged(what: &str, error: &CommandError) -> Self {
        let first = format!("zij: {what} COULD NOT BE EVALUATED");
        let cause = folded("  cause    ", &error.message);
        let hints = error.hints.iter().flat_map(|hint| folded("  fix      ", hint));
        let lines = [first].into_iter().chain(cause).chain(hints);
        Self::new(what, Outcome::Failed(Failure::Unevaluated), lines)
    }

    pub(super) fn missing(what: &str, reason: Missing) -> Self {
        let reason = match reason {
            Missing::Late { deadline, cells: (_, 0) } => {
                format!("not finished within {} s", deadline.as_secs_f64())
            }
            Missing::Late { deadline, cells: (done, total) } => format!(
                "not finished within {} s, {done} of {total} cells were predicted",
                deadline.as_secs_f64()
            ),
            Missing::Stopped => "the prediction stopped unexpectedly".to_owned(),
            Missing::NotStarted => "no thread could be started".to_owned(),
        };
        Self::not_judged(what, &CommandError::unevaluated(reason))
    }

    fn new(branch: &str, outcome: Outcome, lines: impl IntoIterator<Item = String>) -> Self {
        let lines = lines.into_iter().map(|line| fit(&line)).collect();
        let (branch, rules, waivers) = (branch.to_owned(), BTreeSet::new(), WaiversUsed::default());
        Self { branch, outcome, rules, waivers, lines }
    }
}

/// The whole message, without the last line break; the gravest branches come first.
pub(super) fn message(judgements: &[Judgement], side: &Side, decision: Decision) -> String {
    let (passed, mut others): (Vec<_>, Vec<_>) =
        judgements.iter().partition(|judgement| judgement.outcome == Outcome::Passed);
    others.sort_by_key(|judgement| Reverse(judgement.outcome));
    let mut lines = match passed[..] {
        [only] => only.lines.clone(),
        [] => Vec::new(),
        _ => vec![fit(&format!("zij: push to {} ok", names(&passed)))],
    };
    let (told, more) = others.split_at(others.len().min(TOLD));
    lines.extend(told.iter().flat_map(|judgement| judgement.lines.iter().cloned()));
    if !more.is_empty() {
        lines.push(fit(&format!("zij: and the same or less for {}", names(more))));
    }
    let unevaluated = |judgement: &&Judgement| matches!(judgement.outcome, Outcome::Failed(_));
    if others.iter().any(unevaluated) {
        lines.extend(consequence(side, decision).map(str::to_owned));
    }
    lines.join("\n")
}

/// The line that tells that work is going on.
pub(super) fn progress((done, total): (usize, usize)) -> String {
    match total {
        0 => "zij: predicting what this push deploys".to_owned(),
        _ => format!("zij: predicting what this push deploys, {done} of {total} cells"),
    }
}

fn names(judgements: &[&Judgement]) -> String {
    let names: Vec<&str> = judgements.iter().map(|judgement| judgement.branch.as_str()).collect();
    match names.len() {
        1 => names.concat(),
        count => format!("{count} branches ({})", names.join(", ")),
    }
}

/// What follows from not having a verdict.
fn consequence(side: &Side, decision: Decision) -> Option<&'static str> {
    match (decision.code, side) {
        (0, _) => Some("zij: warning: the push goes on without a verdict"),
        (3 | 4, Side::Local { .. }) => Some("zij: refused: strict, and there is no verdict"),
        (3 | 4, Side::Server { .. }) => Some("zij: refused: nothing is accepted without a verdict"),
        _ => None,
    }
}

fn push_to(branch: &str, comparison: &Comparison) -> String {
    match comparison {
        Comparison { force: true, .. } => format!("force push to {branch}"),
        Comparison { new: true, .. } => format!("push to {branch} (new)"),
        _ => format!("push to {branch}"),
    }
}

fn basis(comparison: &Comparison) -> Vec<String> {
    match (&comparison.range.choice, &comparison.range.base) {
        _ if comparison.caution.is_some() => Vec::new(),
        (BaseChoice::MergeBase { with }, _) => {
            folded("  base     ", &format!("where the branch left {with}"))
        }
        (_, Revision::Empty) => folded("  base     ", "nothing: all of it is new there"),
        _ => Vec::new(),
    }
}

fn caution(comparison: &Comparison) -> Vec<String> {
    comparison.caution.iter().flat_map(|text| folded("  note     ", text)).collect()
}
