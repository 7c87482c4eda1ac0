//! What running pods go through, the worst first, and what undoing it would do.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::{
    model::{Report, Rollback, RollbackVerdict, Rollout, RolloutVerdict, SyncStep, Trigger},
    paper::{Label, Paper, columns},
    pods::span,
    sums::counted,
};

/// Workloads that are shown.
const SHOWN: usize = 12;
/// Triggers of one workload that are shown.
const TRIGGERS: usize = 3;

/// A rollout with all cells in which it is the same.
struct Told<'r> {
    rollout: &'r Rollout,
    cells: Vec<usize>,
}

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    let told = told(report);
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

/// Rollouts that somebody should know of, the worst first.
fn told(report: &Report) -> Vec<Told<'_>> {
    let mut cells: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, cell) in report.cells.iter().enumerate() {
        for rollout in &cell.rollouts {
            cells.entry(*rollout).or_default().push(at);
        }
    }
    let mut told: Vec<Told<'_>> = cells
        .into_iter()
        .filter_map(|(at, cells)| Some(Told { rollout: report.rollouts.get(at)?, cells }))
        .filter(|told| {
            told.rollout.verdict != RolloutVerdict::None || !told.rollout.notes.is_empty()
        })
        .collect();
    told.sort_by_key(|told| (told.rollout.badness(), told.cells.first().copied()));
    told
}

impl Rollout {
    /// Smaller is worse: by verdict, then by the share of pods that stay up, then by length.
    pub(crate) fn badness(&self) -> (u8, u64, RolloutVerdict, u64) {
        let share = match (self.lowest, self.replicas) {
            (Some(lowest), Some(count)) if count > 0 => {
                u64::from(lowest) * 1_000_000 / u64::from(count)
            }
            _ => 1_000_000,
        };
        let length = self.duration.map_or(0, |duration| duration.expected);
        let kind = match self.verdict {
            RolloutVerdict::Blocked => 0,
            verdict if verdict.restarts() => 1,
            _ => 2,
        };
        (kind, share, self.verdict, u64::MAX - length)
    }
}

/// `38 workloads in 12 clusters restart pods, worst: payments 2/3 available for ~90 s in kr-1`.
fn headline(paper: &mut Paper, report: &Report) {
    paper.put(Label::Heading, "Pods").plain("  ");
    let Some(sum) = &report.rollout else {
        paper.plain("no running pod restarts").end();
        return;
    };
    let mut text = format!(
        "{} in {} restart{}",
        counted(sum.workloads, "workload"),
        counted(sum.clusters, "cluster"),
        if sum.workloads == 1 { "s" } else { "" },
    );
    if sum.pods > 0 {
        let pods = usize::try_from(sum.pods).unwrap_or(usize::MAX);
        text.extend([" ", &counted(pods, "pod")]);
    }
    let worst = sum.worst.and_then(|at| report.rollouts.get(at));
    let cell = sum.worst_cell.and_then(|at| report.cells.get(at));
    if let (Some(worst), Some(cell)) = (worst, cell) {
        let state = availability(worst).map_or_else(String::new, |state| format!(" {state}"));
        let length =
            worst.duration.map_or_else(String::new, |d| format!(" for ~{}", span(d.expected)));
        let name = &worst.resource.name;
        let place = report.cluster_of(cell);
        text.extend([", worst: ", name, &state, &length, " in ", place]);
    }
    paper.prose(Label::Plain, &text, 6);
    if sum.cells > 1 && sum.together > 0 {
        let text = format!(
            "~{} if all sync at once, ~{} one after the other",
            span(sum.together),
            span(sum.in_turn)
        );
        paper.spaces(6).put(Label::Dim, &text).end();
    }
}

/// `2/3 available`.
fn availability(rollout: &Rollout) -> Option<String> {
    Some(format!("{}/{} available", rollout.lowest?, rollout.replicas?))
}

fn rollout<'r>(paper: &mut Paper, report: &Report, told: &Told<'r>, said: &mut BTreeSet<&'r str>) {
    let Told { rollout, cells } = told;
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
    if let Some(line) = figures(rollout) {
        paper.spaces(4).prose(Label::Plain, &line, 4);
    }
    if let Some(why) = &rollout.why_unknown {
        paper.spaces(4).prose(Label::Doubtful, &format!("not sure: {why}"), 4);
    }
    why(paper, rollout);
    for note in &rollout.notes {
        paper.spaces(4).prose(Label::Plain, note, 4);
    }
    if let Some(stall) = rollout.stall.as_ref().filter(|_| rollout.verdict.restarts()) {
        let up = match (stall.available, rollout.replicas) {
            (Some(up), Some(count)) => format!("{up} of {count} stay up"),
            _ => "it stops".to_owned(),
        };
        // What happens then is said once for all alike.
        let text = match said.insert(&stall.message) {
            true => format!("never ready: {up}; {}", stall.message),
            false => format!("never ready: {up}"),
        };
        paper.spaces(4).prose(Label::Dim, &text, 4);
    }
}

/// What had to be assumed of any of them.
fn assumptions(paper: &mut Paper, told: &[Told<'_>]) {
    let mut seen = BTreeSet::new();
    let all = told.iter().take(SHOWN).flat_map(|told| &told.rollout.assumptions);
    let distinct: Vec<&str> = all.map(String::as_str).filter(|text| seen.insert(*text)).collect();
    if !distinct.is_empty() {
        let text = format!("assumed: {}", distinct.join("; "));
        paper.spaces(2).prose(Label::Dim, &text, 2);
    }
}

/// `2/3 available, peak 4 pods, 3 waves, ~60 s (at least 0 s, at most 30 min)`.
fn figures(rollout: &Rollout) -> Option<String> {
    let is_whole = matches!(rollout.verdict, RolloutVerdict::Create | RolloutVerdict::Delete);
    let state = availability(rollout).filter(|_| !is_whole);
    let mut parts: Vec<String> = state.into_iter().collect();
    if rollout.verdict.restarts() {
        if let (Some(peak), Some(count)) = (rollout.peak, rollout.replicas)
            && peak > count
        {
            parts.push(format!("up to {peak} pods"));
        }
        parts.extend(rollout.waves.filter(|n| *n > 1).map(|n| counted(n as usize, "wave")));
    }
    if let Some(duration) = rollout.duration.filter(|duration| duration.expected > 0) {
        let bound = duration.upper.map_or_else(
            || "nothing bounds it".to_owned(),
            |upper| format!("at most {}", span(upper)),
        );
        parts.push(format!("~{} ({bound})", span(duration.expected)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn why(paper: &mut Paper, rollout: &Rollout) {
    if rollout.triggers.is_empty() {
        return;
    }
    let one = |trigger: &Trigger| match &trigger.of {
        Some(config) => format!("{} of {config}", trigger.path),
        None => trigger.path.clone(),
    };
    let first: Vec<String> = rollout.triggers.iter().take(TRIGGERS).map(one).collect();
    let more = rollout.triggers.len() - first.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    paper.spaces(4).prose(Label::Dim, &format!("why: {}{more}", first.join(", ")), 4);
}

/// The order of syncs, where it matters.
fn plans(paper: &mut Paper, report: &Report) {
    for (index, plan) in report.plans.iter().enumerate().take(SHOWN) {
        let has = |cell: &&usize| report.cells.get(**cell).is_some_and(|c| c.plan == Some(index));
        let all: Vec<usize> = (0..report.cells.len()).collect();
        let cells: Vec<usize> = all.iter().filter(has).copied().collect();
        let steps: Vec<String> = plan.iter().map(step).collect();
        let text = format!("{}: {}", report.name_cells(&cells), steps.join(" → "));
        paper.spaces(2).put(Label::Dim, "order  ");
        paper.prose(Label::Plain, &text, 9);
    }
}

fn step(step: &SyncStep) -> String {
    let mut parts = Vec::new();
    if step.changes > 0 {
        parts.push(counted(step.changes, "change"));
    }
    parts.extend(step.hooks.iter().map(|hook| format!("hook {hook}")));
    if step.expected > 0 {
        parts.push(format!("~{}", span(step.expected)));
    }
    let wave = if step.wave == 0 { String::new() } else { format!(" wave {}", step.wave) };
    format!("{}{wave} ({})", step.phase, parts.join(", "))
}

/// What undoing it would do, the worst first.
fn undo(paper: &mut Paper, report: &Report) {
    let mut cells: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, cell) in report.cells.iter().enumerate() {
        if let Some(rollback) = cell.rollback {
            cells.entry(rollback).or_default().push(at);
        }
    }
    let mut all: Vec<(&Rollback, Vec<usize>)> = cells
        .into_iter()
        .filter_map(|(at, cells)| Some((report.rollbacks.get(at)?, cells)))
        .collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|(rollback, cells)| {
        (std::cmp::Reverse(rollback.verdict), cells.first().copied())
    });
    let is_simple = |rollback: &Rollback| rollback.verdict <= RollbackVerdict::Rolls;
    paper.end().put(Label::Heading, "Undo").plain("  ");
    if all.iter().all(|(rollback, _)| is_simple(rollback)) {
        let workloads: usize =
            all.iter().map(|(rollback, cells)| rollback.workloads * cells.len()).sum();
        let text = match workloads {
            0 => "clean: a revert brings everything back and restarts nothing".to_owned(),
            _ => format!("clean, rolls {}", counted(workloads, "workload")),
        };
        paper.put(Label::Good, &text).end();
    } else {
        paper.plain("not by a revert alone").end();
    }
    for (rollback, cells) in &all {
        if is_simple(rollback) && rollback.not_undone.is_empty() {
            continue;
        }
        one_undo(paper, report, rollback, cells);
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
