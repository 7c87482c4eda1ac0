//! Pairs the cells of two revisions and predicts each.

use std::{
    cmp::Ordering::{Greater, Less},
    collections::{BTreeMap, BTreeSet, HashMap},
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
    neighbours::{Known, Neighbours},
    outcome::Outcomes,
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
    /// The position among the cells of base, where it has one.
    pub(crate) at: usize,
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
    let mut cells: Vec<CellPrediction> =
        pairs.iter().map(|pair| cell::unchanged(pair.id)).collect();
    let open = open(base, head, renderer, options, &pairs);
    let proved = pairs.len() - open.len();
    if proved > 0 {
        progress(proved, pairs.len());
    }
    let groups = Groups::default();
    let outcomes = Outcomes::new(&options.mask, base.is_some());
    let absent = Absent::of(base, head);
    let (done, untouched) = (AtomicUsize::new(proved), AtomicUsize::new(proved));
    let one = |index: &usize| -> Option<Predicted> {
        let (index, pair) = (*index, pairs.get(*index)?);
        if options.stop.load(Ordering::Relaxed) {
            return None;
        }
        let is_same =
            base.is_some() && !options.renders_all && cell::has_same_inputs(pair, renderer);
        let result = match absent.side(pair) {
            _ if is_same => {
                untouched.fetch_add(1, Ordering::Relaxed);
                None
            }
            Some(failure) => {
                let cell = cell::predict_unknown(pair, renderer, failure);
                Some(Predicted { index, cell, digest: None, known: None })
            }
            None => Some(cell::predict(index, pair, renderer, &groups, &outcomes)),
        };
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, pairs.len());
        result
    };
    let mut digests = BTreeMap::new();
    let neighbours = Neighbours::new(head, (renderer, &outcomes), &pairs);
    for batch in batches(&pairs, open) {
        let predicted: Vec<Option<Predicted>> =
            renderer.install(|| batch.par_iter().map(one).collect());
        let mut known = Vec::new();
        for Predicted { index, cell, digest, known: of_cell } in predicted.into_iter().flatten() {
            cells[index] = cell;
            digests.extend(digest.map(|digest| (index, digest)));
            known.extend(of_cell.map(|of_cell| (index, of_cell)));
        }
        if base.is_some() {
            neighbours.judge(known, &mut cells);
        }
    }
    // A thread gives memory back faster where it took it itself.
    renderer.install(|| drop(outcomes));
    if let Some(base) = base {
        emptied_clusters(base.inventory, head.inventory, &pairs, &mut cells);
        emptied_sets(base.inventory, &pairs, &mut cells);
        presences(base, head, &pairs, &mut cells);
    }
    let demands = rule_on(options, &mut cells);
    let (groups, group_of) = groups.finish(&digests);
    for (index, group) in group_of {
        cells[index].group = Some(group);
    }
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

/// So many cells are predicted before what they do to their neighbours is looked at, unless one
/// cluster has more.
const BATCH: usize = 8192;

/// The positions of pairs in batches that each have all cells of their clusters among them: what is
/// known of the objects of a cell is not held longer than its cluster needs it.
fn batches(pairs: &[Pair<'_>], mut open: Vec<usize>) -> Vec<Vec<usize>> {
    let cluster = |index: &usize| pairs.get(*index).map(|pair| &pair.id.cluster);
    if open.len() <= BATCH {
        return vec![open];
    }
    open.sort_by_key(cluster);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for of_cluster in open.chunk_by(|one, other| cluster(one) == cluster(other)) {
        match batches.last_mut().filter(|last| last.len() + of_cluster.len() <= BATCH) {
            Some(last) => last.extend(of_cluster),
            None => batches.push(of_cluster.to_vec()),
        }
    }
    for batch in &mut batches {
        // Cells of one application are next to each other, since they may have the same objects.
        batch.sort_unstable();
    }
    batches
}

/// What is found of a cell that may differ.
pub(crate) struct Predicted {
    /// Its position among the pairs.
    pub(crate) index: usize,
    pub(crate) cell: CellPrediction,
    pub(crate) digest: Option<Digest>,
    pub(crate) known: Option<Known>,
}

/// The positions of the pairs that are not proved untouched by what their descriptions name.
fn open(
    base: Option<Revision<'_>>,
    head: Revision<'_>,
    renderer: &Renderer,
    options: &Options,
    pairs: &[Pair<'_>],
) -> Vec<usize> {
    let Some(base) = base.filter(|_| !options.renders_all) else {
        return (0..pairs.len()).collect();
    };
    let comparison = Comparison::new(renderer, base.tree, head.tree, base.inventory.names());
    let is_open = |pair: &Pair<'_>| !cell::is_untouched(pair, &comparison);
    pairs.iter().enumerate().filter(|(_, pair)| is_open(pair)).map(|(index, _)| index).collect()
}

/// Applies the repository's policy, and marks the cells that a finding blocks then.
fn rule_on(options: &Options, cells: &mut [CellPrediction]) -> Vec<Demand> {
    let has_news = |cell: &&mut CellPrediction| {
        cell.state != CellState::Unchanged || !cell.findings.is_empty()
    };
    let mut judged: Vec<Judged<'_>> = cells
        .iter_mut()
        .filter(has_news)
        .map(|cell| Judged {
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
    for cell in cells {
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
    let wanted = |(_, id, _): &(usize, &CellId, Placed<'_>)| only.has(id);
    if let Some(base) = base.filter(|base| std::ptr::eq(base.inventory, head.inventory)) {
        let both = placed(base).zip(placed(head)).filter(|(old, _)| wanted(old));
        return both
            .map(|((at, id, old), (.., new))| Pair { id, at, base: Some(old), head: Some(new) })
            .collect();
    }
    let mut old = base.into_iter().flat_map(placed).filter(wanted).peekable();
    let mut new = placed(head).filter(wanted).peekable();
    // Both sides are sorted.
    let next = iter::from_fn(|| {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return None,
            (Some(_), None) => Less,
            (None, Some(_)) => Greater,
            (Some((_, old, _)), Some((_, new, _))) => old.cmp(new),
        };
        let base = if order.is_le() { old.next() } else { None };
        let head = if order.is_ge() { new.next() } else { None };
        let (at, id, _) = base.or(head)?;
        Some(Pair {
            id,
            at,
            base: base.map(|(.., placed)| placed),
            head: head.map(|(.., placed)| placed),
        })
    });
    next.collect()
}

/// The cells of a revision with their positions.
fn placed<'a>(revision: Revision<'a>) -> impl Iterator<Item = (usize, &'a CellId, Placed<'a>)> {
    let Revision { tree, inventory } = revision;
    let clusters: HashMap<&ClusterName, &Cluster> = inventory.clusters.iter().collect();
    inventory.cells.iter().enumerate().filter_map(move |(at, (id, application))| {
        let cluster = clusters.get(&id.cluster).copied()?;
        Some((at, id, Placed { tree, application, cluster }))
    })
}

/// D5: a cluster that loses all of its applications at once, which is what renaming it does.
fn emptied_clusters(
    base: &Inventory,
    head: &Inventory,
    pairs: &[Pair<'_>],
    cells: &mut [CellPrediction],
) {
    if std::ptr::eq(base, head) {
        return;
    }
    let mut counts: BTreeMap<&ClusterName, usize> = BTreeMap::new();
    for id in base.cells.keys() {
        *counts.entry(&id.cluster).or_default() += 1;
    }
    for id in head.cells.keys() {
        counts.remove(&id.cluster);
    }
    for cell in &*cells {
        // A cell that head may still have is not removed.
        if cell.failure.as_ref().is_some_and(|failure| failure.side == RevisionSide::Head) {
            counts.remove(&cell.id.cluster);
        }
    }
    for (pair, cell) in pairs.iter().zip(cells) {
        let Some(count) = counts.get(&pair.id.cluster).filter(|count| **count > 1) else {
            continue;
        };
        let message =
            format!("all {count} applications of cluster {} are removed", pair.id.cluster);
        let place = pair.base.map(|base| base.application.origin.place.clone());
        cell.findings.insert(0, cell::whole_cell(&CLUSTER_EMPTIED, message, place));
    }
}

/// What is wrong with the repository as a whole: what is new, what head no longer has, and what is on
/// both sides; each said once, the gravest first.
fn problems(
    base: Option<Revision<'_>>,
    head: Revision<'_>,
) -> Vec<(Option<RevisionSide>, Problem)> {
    let of_base: BTreeSet<&Problem> =
        base.iter().flat_map(|base| &base.inventory.problems).collect();
    let of_head: BTreeSet<&Problem> = head.inventory.problems.iter().collect();
    let new = of_head.difference(&of_base).map(|problem| (Some(RevisionSide::Head), problem));
    let gone = of_base.difference(&of_head).map(|problem| (Some(RevisionSide::Base), problem));
    let old = of_head.intersection(&of_base).map(|problem| (None, problem));
    new.chain(gone).chain(old).map(|(side, problem)| (side, Problem::clone(problem))).collect()
}

fn verdict(cells: &[CellPrediction], problems: &[(Option<RevisionSide>, Problem)]) -> VerdictKind {
    let has = |severity: Severity| {
        let findings = cells.iter().flat_map(|cell| &cell.findings);
        findings.into_iter().any(|finding: &Finding| finding.severity == severity)
    };
    let is_open =
        |cell: &CellPrediction| matches!(cell.state, CellState::Error | CellState::Unknown);
    let is_incomplete = |(side, problem): &(Option<RevisionSide>, Problem)| {
        *side != Some(RevisionSide::Base) && problem.severity == Gravity::Error
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
