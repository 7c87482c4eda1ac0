//! What running pods go through, the worst first, and what undoing it would do.

use std::collections::BTreeSet;

use crate::report::{
    impact::{self, Affected},
    model::{Report, Rollback, RollbackVerdict, Rollout, RolloutVerdict},
    paper::{Label, Paper, columns},
    sums::counted,
};

/// Workloads that are shown.
const SHOWN: usize = 12;

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    let told = impact::rollouts(report);
    if !told.is_empty() {
        paper.end();
        headline(paper, report);
    }
    let mut said = BTreeSet::new();
    for one in told.iter().take(SHOWN) {
        rollout(paper, report, one, &mut said);
    }
    assumptions(paper, &told);
    if let Some(rest) = told.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        let text = format!("and {}, see `zij diff --format json`", counted(rest, "more workload"));
        paper.spaces(2).put(Label::Dim, &text).end();
    }
    plans(paper, report);
    undo(paper, report);
}

fn headline(paper: &mut Paper, report: &Report) {
    paper.put(Label::Heading, "Pods").plain("  ");
    paper.prose(Label::Plain, &impact::pods_headline(report), 6);
    if let Some(text) = impact::lengths(report) {
        paper.spaces(6).put(Label::Dim, &text).end();
    }
}

fn rollout<'r>(
    paper: &mut Paper,
    report: &Report,
    told: &Affected<'r, Rollout>,
    said: &mut BTreeSet<&'r str>,
) {
    let Affected { own: rollout, cells, .. } = told;
    let label = match rollout.verdict {
        RolloutVerdict::Blocked => Label::Bad,
        verdict if verdict.restarts() => Label::Doubtful,
        RolloutVerdict::StaleConfig | RolloutVerdict::Deferred => Label::Doubtful,
        _ => Label::Plain,
    };
    paper.spaces(2).put(Label::Name, &rollout.resource.to_string()).plain(" ");
    paper.put(label, rollout.verdict.words());
    let place = report.name_cells(cells);
    let used = 2 + columns(&rollout.resource.to_string()) + 1 + columns(rollout.verdict.words());
    if used + 2 + columns(&place) > paper.width {
        paper.end().spaces(4);
    } else {
        paper.plain("  ");
    }
    paper.put(Label::Dim, &place).end();
    if let Some(line) = impact::figures(rollout) {
        paper.spaces(4).prose(Label::Plain, &line, 4);
    }
    if let Some(why) = &rollout.why_unknown {
        paper.spaces(4).prose(Label::Doubtful, &format!("not sure: {why}"), 4);
    }
    if let Some(why) = impact::why(rollout) {
        paper.spaces(4).prose(Label::Dim, &format!("why: {why}"), 4);
    }
    for note in &rollout.notes {
        paper.spaces(4).prose(Label::Plain, note, 4);
    }
    if let Some(stall) = rollout.stall.as_ref().filter(|_| rollout.verdict.restarts()) {
        let up = impact::stays_up(rollout, stall);
        // What happens then is said once for all alike.
        let text = match said.insert(&stall.message) {
            true => format!("never ready: {up}; {}", stall.message),
            false => format!("never ready: {up}"),
        };
        paper.spaces(4).prose(Label::Dim, &text, 4);
    }
}

/// What had to be assumed of any of them.
fn assumptions(paper: &mut Paper, told: &[Affected<'_, Rollout>]) {
    let distinct = impact::assumptions(told.iter().take(SHOWN));
    if !distinct.is_empty() {
        let text = format!("assumed: {}", distinct.join("; "));
        paper.spaces(2).prose(Label::Dim, &text, 2);
    }
}

/// The order of syncs, where it matters.
fn plans(paper: &mut Paper, report: &Report) {
    for plan in impact::plans(report).iter().take(SHOWN) {
        let steps: Vec<String> = plan.own.iter().map(impact::step).collect();
        let text = format!("{}: {}", report.name_cells(&plan.cells), steps.join(" → "));
        paper.spaces(2).put(Label::Dim, "order  ");
        paper.prose(Label::Plain, &text, 9);
    }
}

/// What undoing it would do, the worst first.
fn undo(paper: &mut Paper, report: &Report) {
    let all = impact::rollbacks(report);
    let Some(headline) = impact::undo_headline(&all) else { return };
    let is_simple = all.iter().all(|one| one.own.is_simple());
    let label = if is_simple { Label::Good } else { Label::Plain };
    paper.end().put(Label::Heading, "Undo").plain("  ").put(label, &headline).end();
    for one in all.iter().filter(|one| !one.own.is_simple() || !one.own.not_undone.is_empty()) {
        one_undo(paper, report, one.own, &one.cells);
    }
}

fn one_undo(paper: &mut Paper, report: &Report, rollback: &Rollback, cells: &[usize]) {
    let label = match rollback.verdict {
        RollbackVerdict::Clean | RollbackVerdict::Rolls => Label::Good,
        RollbackVerdict::Partial => Label::Doubtful,
        RollbackVerdict::OneWay => Label::Bad,
    };
    paper.spaces(2).put(label, &rollback.words()).plain("  ");
    paper.put(Label::Dim, &report.name_cells(cells)).end();
    for reason in &rollback.reasons {
        paper.spaces(4).prose(Label::Plain, reason, 4);
    }
    for step in &rollback.steps {
        paper.spaces(4).plain("do   ").prose(Label::Plain, step, 9);
    }
    for rest in &rollback.not_undone {
        paper.spaces(4).plain("note ").prose(Label::Dim, rest, 9);
    }
}
