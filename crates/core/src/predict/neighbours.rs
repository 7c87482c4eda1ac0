//! What changed cells do to each other and to the other cells of their cluster.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;

use super::{
    CellPrediction,
    fleet::{Pair, Revision},
    outcome::{Outcomes, Side},
};
use crate::{
    inventory::{CellId, ClusterName},
    policy::{ChangedCell, Facts, Peer, Peers, Scene, together},
    render::Renderer,
};

/// What a prediction has learnt of a cell that other cells may ask for.
#[derive(Clone)]
pub(crate) enum Known {
    /// Its facts differ.
    Differs {
        /// Before.
        base: Arc<Facts>,
        /// After.
        head: Arc<Facts>,
    },
    /// Its facts are these on both sides.
    Same(Arc<Facts>),
    /// It cannot be rendered on head.
    Nothing,
}

/// Cells by what is known of them.
#[derive(Default)]
struct Sorted<'a> {
    /// Those whose facts differ, with their positions, by cluster.
    clusters: BTreeMap<&'a ClusterName, Vec<(usize, ChangedCell<'a>)>>,
    /// The others; nothing where one cannot be rendered on head.
    same: HashMap<&'a CellId, Option<Arc<Facts>>>,
}

/// What findings that need several cells are looked for in.
pub(crate) struct Neighbours<'p, 'a> {
    head: Revision<'a>,
    renderer: &'p Renderer,
    outcomes: &'p Outcomes<'a>,
    pairs: &'p [Pair<'a>],
    /// The cells of head by cluster.
    ids: OnceCell<HashMap<&'a ClusterName, Vec<&'a CellId>>>,
}

impl<'p, 'a> Neighbours<'p, 'a> {
    pub(crate) fn new(
        head: Revision<'a>,
        (renderer, outcomes): (&'p Renderer, &'p Outcomes<'a>),
        pairs: &'p [Pair<'a>],
    ) -> Self {
        Self { head, renderer, outcomes, pairs, ids: OnceCell::new() }
    }

    /// Adds the findings about cells whose facts differ; they are all such cells of their clusters.
    pub(crate) fn judge(&self, known: Vec<(usize, Known)>, cells: &mut [CellPrediction]) {
        let Sorted { clusters, same } = self.sorted(known);
        for (cluster, of_cluster) in clusters {
            let (positions, changed): (Vec<usize>, Vec<ChangedCell<'_>>) =
                of_cluster.into_iter().unzip();
            let others = self.others(cluster, &changed, &same);
            let scene = Scene::new(&changed, &others);
            for (cell, finding) in self.renderer.install(|| together(&scene)) {
                let Some(prediction) = positions.get(cell).and_then(|at| cells.get_mut(*at)) else {
                    continue;
                };
                prediction.findings.push(finding);
                prediction.findings.sort_by_key(|finding| (finding.severity, finding.rule.id));
            }
        }
    }

    fn sorted(&self, known: Vec<(usize, Known)>) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        for (index, known) in known {
            let Some(pair) = self.pairs.get(index) else { continue };
            let Some(placed) = pair.head.or(pair.base) else { continue };
            match known {
                Known::Differs { base, head } => {
                    let (application, stays) = (placed.application, pair.head.is_some());
                    let cell = ChangedCell { id: pair.id, application, base, head, stays };
                    sorted.clusters.entry(&pair.id.cluster).or_default().push((index, cell));
                }
                Known::Same(facts) => {
                    sorted.same.insert(pair.id, Some(facts));
                }
                Known::Nothing => {
                    sorted.same.insert(pair.id, None);
                }
            }
        }
        sorted
    }

    /// The cells of a cluster that are not among those that changed, with what is known of them.
    fn others(
        &self,
        cluster: &ClusterName,
        changed: &[ChangedCell<'_>],
        known: &HashMap<&'a CellId, Option<Arc<Facts>>>,
    ) -> Others<'p, 'a> {
        let touched: BTreeSet<&CellId> = changed.iter().map(|cell| cell.id).collect();
        let ids = self.ids.get_or_init(|| {
            let mut ids: HashMap<&ClusterName, Vec<&CellId>> = HashMap::new();
            for id in self.head.inventory.cells.keys() {
                ids.entry(&id.cluster).or_default().push(id);
            }
            ids
        });
        let ids = ids.get(cluster).map(Vec::as_slice).unwrap_or_default();
        let others = ids.iter().filter(|id| !touched.contains(*id));
        let slot = |id: &&'a CellId| {
            (*id, known.get(id).map_or_else(OnceLock::new, |facts| facts.clone().into()))
        };
        Others {
            head: self.head,
            renderer: self.renderer,
            outcomes: self.outcomes,
            cells: others.map(slot).collect(),
        }
    }
}

/// The untouched cells of a cluster; those that nothing is known of are rendered when they are asked
/// for the first time.
struct Others<'p, 'a> {
    head: Revision<'a>,
    renderer: &'p Renderer,
    outcomes: &'p Outcomes<'a>,
    cells: Vec<(&'a CellId, OnceLock<Option<Arc<Facts>>>)>,
}

impl Others<'_, '_> {
    fn facts(&self, id: &CellId) -> Option<Arc<Facts>> {
        let Revision { tree, inventory } = self.head;
        let application = inventory.cells.get(id)?;
        let cluster = inventory.clusters.get(&id.cluster)?;
        let rendering = self.renderer.render(tree, application, cluster).ok()?;
        let side = Side::new(&rendering.documents, application);
        Some(self.outcomes.facts(&side, || Facts::of(&side.set())))
    }
}

impl<'a> Peers<'a> for Others<'_, 'a> {
    fn peers(&self, namespace: Option<&str>) -> Vec<Peer<'a>> {
        let deploys_there = |id: &CellId| {
            let application = self.head.inventory.cells.get(id);
            namespace.is_none_or(|wanted| application.is_some_and(|a| &*a.namespace == wanted))
        };
        let cells: Vec<_> = self.cells.iter().filter(|(id, _)| deploys_there(id)).collect();
        let load = |(id, slot): &&(&'a CellId, OnceLock<Option<Arc<Facts>>>)| Peer {
            id,
            facts: slot.get_or_init(|| self.facts(id)).clone(),
        };
        cells.par_iter().map(load).collect()
    }

    fn count(&self) -> usize {
        self.cells.len()
    }
}
