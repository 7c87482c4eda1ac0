//! Pairs the cells of two revisions and predicts each.

use std::{
    cmp::Ordering::{Greater, Less},
    collections::{BTreeMap, BTreeSet},
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;

use super::{
    CellPrediction, CellState, Prediction, RevisionSide, Rollout, VerdictKind,
    absent::Absent,
    cell,
    generators::emptied_sets,
    groups::{Digest, Groups},
    neighbours::{FactsPair, neighbours},
    presence::presences,
    rollout::summary,
};
use crate::{
    inventory::{
        Application, CellId, Cluster, ClusterName, Inventory, Problem, Severity as Gravity,
    },
    policy::{CLUSTER_EMPTIED, Date, Demand, Finding, Judged, Policy, Restart, Severity, Touch},
    render::{Comparison, Renderer},
    resource::Mask,
    source::Tree,
};

/// A revision with the cells that exist in it.
#[derive(Clone, Copy)]
pub struct Revision<'a> {
    /// Its files.
    pub tree: &'a dyn Tree,
    /// Its cells.
    pub inventory: &'a Inventory,
}

/// What a prediction depends on besides the revisions.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What keeps the content of Secrets out of the prediction.
    pub mask: Mask,
    /// Which cells are of interest; all where it is empty.
    pub only: Only,
    /// What the repository makes of the rules.
    pub policy: Policy,
    /// The day on which waivers are looked at.
    pub today: Option<Date>,
    /// Whether cells that are proved untouched are rendered all the same, to test the proof.
    pub renders_all: bool,
    /// Set to end a prediction that nobody waits for; what is given then says nothing.
    pub stop: Arc<AtomicBool>,
}

/// A choice of cells.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// The clusters; all where it is empty.
    pub clusters: BTreeSet<ClusterName>,
    /// The applications; all where it is empty.
    pub applications: BTreeSet<crate::inventory::ApplicationName>,
}

impl Only {
    fn has(&self, id: &CellId) -> bool {
        (self.clusters.is_empty() || self.clusters.contains(&id.cluster))
            && (self.applications.is_empty() || self.applications.contains(&id.application))
    }
}

/// A cell at one revision.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) application: &'a Application,
    pub(crate) cluster: &'a Cluster,
}

/// A cell at both revisions; at least one side is there.
pub(crate) struct Pair<'a> {
    pub(crate) id: &'a CellId,
    pub(crate) base: Option<Placed<'a>>,
    pub(crate) head: Option<Placed<'a>>,
}

/// What changes between `base` and `head`, cell by cell; without a base every cell is new.
///
/// Cells whose inputs are equal are not rendered. `progress` is told how many of how many cells
/// are done, from several threads.
pub fn predict(
    base: Option<Revision<'_>>,
    head: Revision<'_>,
    renderer: &Renderer,
    options: &Options,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Prediction {
    let pairs = pairs(base, head, &options.only);
    let groups = Groups::default();
    let absent = Absent::of(base, head);
    let comparison = base.filter(|_| !options.renders_all);
    let comparison = comparison.map(|base| Comparison::new(renderer, base.tree, head.tree));
    let (done, untouched) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let one = |(index, pair): (usize, &Pair<'_>)| {
        if options.stop.load(Ordering::Relaxed) {
            return (cell::unchanged(pair.id), None, None);
        }
        let proved = comparison.as_ref().and_then(|c| cell::predict_untouched(pair, renderer, c));
        let result = match (proved, absent.side(pair)) {
            (Some(cell), _) => {
                untouched.fetch_add(1, Ordering::Relaxed);
                (cell, None, None)
            }
            (None, Some(failure)) => (cell::predict_unknown(pair, renderer, failure), None, None),
            (None, None) => cell::predict(index, pair, renderer, &groups, &options.mask),
        };
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, pairs.len());
        result
    };
    let predicted: Vec<(CellPrediction, Option<Digest>, Option<FactsPair>)> =
        renderer.install(|| pairs.par_iter().enumerate().map(one).collect());
    let (mut results, facts): (Vec<_>, Vec<_>) =
        predicted.into_iter().map(|(cell, digest, facts)| ((cell, digest), facts)).unzip();
    if base.is_some() {
        neighbours(head, renderer, &pairs, facts, &mut results);
    }
    if let Some(base) = base {
        emptied_clusters(base.inventory, head.inventory, &pairs, &mut results);
        emptied_sets(base.inventory, &pairs, &mut results);
        presences(base, head, &pairs, &mut results);
    }
    let demands = rule_on(options, &mut results);
    let digests: Vec<Option<Digest>> = results.iter().map(|(_, digest)| *digest).collect();
    let (groups, group_of) = groups.finish(&digests);
    let cells: Vec<CellPrediction> = results
        .into_iter()
        .zip(group_of)
        .map(|((cell, _), group)| CellPrediction { group, ..cell })
        .collect();
    let problems = problems(base, head);
    let verdict = verdict(&cells, &problems);
    let rollout = summary(&cells);
    Prediction {
        cells,
        untouched: untouched.into_inner(),
        groups,
        problems,
        rollout,
        verdict,
        demands,
    }
}

/// Applies the repository's policy, and marks the cells that a finding blocks then.
fn rule_on(options: &Options, results: &mut [(CellPrediction, Option<Digest>)]) -> Vec<Demand> {
    let mut judged: Vec<Judged<'_>> = results
        .iter_mut()
        .map(|(cell, _)| Judged {
            id: &cell.id,
            touch: match cell.state {
                CellState::Unchanged | CellState::ValuesOnly | CellState::Unknown => Touch::Nothing,
                CellState::Rolls => Touch::Rolls,
                CellState::Removed => Touch::Removes,
                CellState::Changed | CellState::Added | CellState::Blocked | CellState::Error => {
                    Touch::Changes
                }
            },
            restarts: cell.rollouts.iter().filter(|one| one.restarts()).map(restart).collect(),
            findings: &mut cell.findings,
        })
        .collect();
    let demands = options.policy.apply(&mut judged, options.today);
    for (cell, _) in results {
        let is_open = matches!(cell.state, CellState::Error | CellState::Unknown);
        if !is_open && cell.findings.iter().any(|finding| finding.severity == Severity::Block) {
            cell.state = CellState::Blocked;
        }
    }
    demands
}

fn restart(rollout: &Rollout) -> Restart {
    Restart {
        subject: rollout.subject.clone(),
        replicas: rollout.replicas,
        lowest: rollout.lowest,
        down: rollout.unavailable,
    }
}

fn pairs<'a>(base: Option<Revision<'a>>, head: Revision<'a>, only: &Only) -> Vec<Pair<'a>> {
    let wanted = |(id, _): &(&CellId, Placed<'_>)| only.has(id);
    let mut old = base.into_iter().flat_map(placed).filter(wanted).peekable();
    let mut new = placed(head).filter(wanted).peekable();
    // Both sides are sorted.
    let next = iter::from_fn(|| {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return None,
            (Some(_), None) => Less,
            (None, Some(_)) => Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let base = if order.is_le() { old.next() } else { None };
        let head = if order.is_ge() { new.next() } else { None };
        let id = base.or(head)?.0;
        Some(Pair {
            id,
            base: base.map(|(_, placed)| placed),
            head: head.map(|(_, placed)| placed),
        })
    });
    next.collect()
}

fn placed<'a>(revision: Revision<'a>) -> impl Iterator<Item = (&'a CellId, Placed<'a>)> {
    let Revision { tree, inventory } = revision;
    inventory.cells.iter().filter_map(move |(id, application)| {
        let cluster = inventory.clusters.get(&id.cluster)?;
        Some((id, Placed { tree, application, cluster }))
    })
}

/// D5: a cluster that loses all of its applications at once, which is what renaming it does.
fn emptied_clusters(
    base: &Inventory,
    head: &Inventory,
    pairs: &[Pair<'_>],
    results: &mut [(CellPrediction, Option<Digest>)],
) {
    let mut counts: BTreeMap<&ClusterName, usize> = BTreeMap::new();
    for id in base.cells.keys() {
        *counts.entry(&id.cluster).or_default() += 1;
    }
    for id in head.cells.keys() {
        counts.remove(&id.cluster);
    }
    for (cell, _) in &*results {
        // A cell that head may still have is not removed.
        if cell.failure.as_ref().is_some_and(|failure| failure.side == RevisionSide::Head) {
            counts.remove(&cell.id.cluster);
        }
    }
    for (pair, (cell, _)) in pairs.iter().zip(results) {
        let Some(count) = counts.get(&pair.id.cluster).filter(|count| **count > 1) else {
            continue;
        };
        let message =
            format!("all {count} applications of cluster {} are removed", pair.id.cluster);
        let place = pair.base.map(|base| base.application.origin.place.clone());
        cell.findings.insert(0, cell::whole_cell(&CLUSTER_EMPTIED, message, place));
    }
}

/// Every problem of head, and those of base that head no longer has.
fn problems(base: Option<Revision<'_>>, head: Revision<'_>) -> Vec<(RevisionSide, Problem)> {
    let of_head = head.inventory.problems.iter().map(|problem| (RevisionSide::Head, problem));
    let of_base = base.into_iter().flat_map(|base| &base.inventory.problems);
    let only_base = of_base
        .filter(|problem| !head.inventory.problems.contains(problem))
        .map(|problem| (RevisionSide::Base, problem));
    of_head.chain(only_base).map(|(side, problem)| (side, problem.clone())).collect()
}

fn verdict(cells: &[CellPrediction], problems: &[(RevisionSide, Problem)]) -> VerdictKind {
    let has = |severity: Severity| {
        let findings = cells.iter().flat_map(|cell| &cell.findings);
        findings.into_iter().any(|finding: &Finding| finding.severity == severity)
    };
    let is_open =
        |cell: &CellPrediction| matches!(cell.state, CellState::Error | CellState::Unknown);
    let is_incomplete = |(side, problem): &(RevisionSide, Problem)| {
        *side == RevisionSide::Head && problem.severity == Gravity::Error
    };
    if has(Severity::Block) {
        VerdictKind::Blocked
    } else if cells.iter().any(is_open) || problems.iter().any(is_incomplete) {
        VerdictKind::Unevaluated
    } else if has(Severity::Warn) {
        VerdictKind::Warned
    } else {
        VerdictKind::Clean
    }
}
