//! What a change does to pods and what undoing it takes, in the words that every form uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    model::{
        Cell, Report, Rollback, RollbackVerdict, Rollout, RolloutVerdict, Stall, SyncStep, Trigger,
    },
    pods::span,
    sums::counted,
};

/// Triggers of one workload that are told.
const TRIGGERS: usize = 3;

/// Something that is the same in several cells.
pub(crate) struct Affected<'r, T: ?Sized> {
    pub(crate) own: &'r T,
    /// Indices into [`Report::cells`], sorted.
    pub(crate) cells: Vec<usize>,
}

/// What the cells point at, by its position, with the cells that do.
fn by_cells(report: &Report, positions: impl Fn(&Cell) -> &[usize]) -> BTreeMap<usize, Vec<usize>> {
    let mut cells: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, cell) in report.cells.iter().enumerate() {
        for position in positions(cell) {
            cells.entry(*position).or_default().push(at);
        }
    }
    cells
}

/// Rollouts that somebody should know of, the worst first.
pub(crate) fn rollouts(report: &Report) -> Vec<Affected<'_, Rollout>> {
    let mut told: Vec<Affected<'_, Rollout>> = by_cells(report, |cell| &cell.rollouts)
        .into_iter()
        .filter_map(|(at, cells)| Some(Affected { own: report.rollouts.get(at)?, cells }))
        .filter(|one| one.own.verdict != RolloutVerdict::None || !one.own.notes.is_empty())
        .collect();
    told.sort_by_key(|one| (one.own.badness(), one.cells.first().copied()));
    told
}

/// The orders of syncs that cells have, in the order of the report.
pub(crate) fn plans(report: &Report) -> Vec<Affected<'_, [SyncStep]>> {
    by_cells(report, |cell| cell.plan.as_slice())
        .into_iter()
        .filter_map(|(at, cells)| Some(Affected { own: &**report.plans.get(at)?, cells }))
        .collect()
}

/// What undoing cells would do, the worst first.
pub(crate) fn rollbacks(report: &Report) -> Vec<Affected<'_, Rollback>> {
    let mut all: Vec<Affected<'_, Rollback>> = by_cells(report, |cell| cell.rollback.as_slice())
        .into_iter()
        .filter_map(|(at, cells)| Some(Affected { own: report.rollbacks.get(at)?, cells }))
        .collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.own.verdict), one.cells.first().copied()));
    all
}

/// `38 workloads in 12 clusters restart pods, worst: payments 2/3 available for ~90 s in kr-1`.
pub(crate) fn pods_headline(report: &Report) -> String {
    let Some(sum) = &report.rollout else { return "no running pod restarts".to_owned() };
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
    text
}

/// How long all cells take, at once and one after the other; nothing for one cell.
pub(crate) fn lengths(report: &Report) -> Option<String> {
    let sum = report.rollout.as_ref().filter(|sum| sum.cells > 1 && sum.together > 0)?;
    let (together, in_turn) = (span(sum.together), span(sum.in_turn));
    Some(format!("~{together} if all sync at once, ~{in_turn} one after the other"))
}

/// The cell that takes longest, with what it waits for one after the other; nothing where no pod
/// restarts.
pub(crate) fn critical_path(report: &Report) -> Option<String> {
    let restarts = |cell: &&Cell| own_rollouts(report, cell).any(|one| one.verdict.restarts());
    let longest = report
        .cells
        .iter()
        .filter(restarts)
        .map(|cell| (length(report, cell), cell))
        .reduce(|best, one| if one.0 > best.0 { one } else { best });
    let (_, cell) = longest.filter(|(seconds, _)| *seconds > 0)?;
    let name = format!("{} on {}", report.application_of(cell), report.cluster_of(cell));
    if let Some(plan) = cell.plan.and_then(|at| report.plans.get(at)) {
        let steps: Vec<String> = plan.iter().map(step).collect();
        return Some(format!("{name}: {}", steps.join(" → ")));
    }
    let expected = |one: &&Rollout| one.duration.map_or(0, |duration| duration.expected);
    let slowest = own_rollouts(report, cell)
        .reduce(|a, b| if expected(&b) > expected(&a) { b } else { a })?;
    Some(format!("{name}: {} (~{})", slowest.resource, span(expected(&slowest))))
}

fn own_rollouts<'r>(report: &'r Report, cell: &'r Cell) -> impl Iterator<Item = &'r Rollout> {
    cell.rollouts.iter().filter_map(|at| report.rollouts.get(*at))
}

/// Expected seconds until the last pod of a cell is up.
fn length(report: &Report, cell: &Cell) -> u64 {
    if let Some(plan) = cell.plan.and_then(|at| report.plans.get(at)) {
        return plan.iter().map(|step| step.expected).sum();
    }
    own_rollouts(report, cell).filter_map(|one| one.duration).map(|d| d.expected).max().unwrap_or(0)
}

/// `sync wave 2 (3 changes, hook Job/migrate, ~40 s)`.
pub(crate) fn step(step: &SyncStep) -> String {
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

/// `2/3 available`.
fn availability(rollout: &Rollout) -> Option<String> {
    Some(format!("{} available", lowest(rollout)?))
}

/// `2/3`: of the pods wanted how many stay available.
pub(crate) fn lowest(rollout: &Rollout) -> Option<String> {
    Some(format!("{}/{}", rollout.lowest?, rollout.replicas?))
}

/// `2/3 available, up to 4 pods, 3 waves, ~60 s (at most 30 min)`.
pub(crate) fn figures(rollout: &Rollout) -> Option<String> {
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
        parts.push(format!("~{} ({})", span(duration.expected), bound(duration.upper)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What bounds a rollout.
pub(crate) fn bound(upper: Option<u64>) -> String {
    upper.map_or_else(|| "nothing bounds it".to_owned(), |upper| format!("at most {}", span(upper)))
}

/// The fields that make it happen; nothing where there are none.
pub(crate) fn why(rollout: &Rollout) -> Option<String> {
    let one = |trigger: &Trigger| match &trigger.of {
        Some(config) => format!("{} of {config}", trigger.path),
        None => trigger.path.clone(),
    };
    let first: Vec<String> = rollout.triggers.iter().take(TRIGGERS).map(one).collect();
    let more = rollout.triggers.len() - first.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!first.is_empty()).then(|| format!("{}{more}", first.join(", ")))
}

/// What remains if the new version never gets ready: `2 of 3 stay up`.
pub(crate) fn stays_up(rollout: &Rollout, stall: &Stall) -> String {
    match (stall.available, rollout.replicas) {
        (Some(up), Some(count)) => format!("{up} of {count} stay up"),
        _ => "it stops".to_owned(),
    }
}

/// What had to be assumed of any of them, each once.
pub(crate) fn assumptions<'r>(
    told: impl IntoIterator<Item = &'r Affected<'r, Rollout>>,
) -> Vec<&'r str> {
    let mut seen = BTreeSet::new();
    let all = told.into_iter().flat_map(|one| &one.own.assumptions).map(String::as_str);
    all.filter(|text| seen.insert(*text)).collect()
}

/// The answer for all cells together; nothing where nothing deploys.
pub(crate) fn undo_headline(all: &[Affected<'_, Rollback>]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    if !all.iter().all(|one| one.own.is_simple()) {
        return Some("not by a revert alone".to_owned());
    }
    Some(match all.iter().map(|one| one.own.workloads * one.cells.len()).sum() {
        0 => "clean: a revert brings everything back and restarts nothing".to_owned(),
        workloads => format!("clean, rolls {}", counted(workloads, "workload")),
    })
}

impl Rollback {
    /// Whether a revert alone undoes it.
    pub(crate) fn is_simple(&self) -> bool {
        self.verdict <= RollbackVerdict::Rolls
    }
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
