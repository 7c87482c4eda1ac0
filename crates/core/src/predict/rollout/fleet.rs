//! The rollouts of all cells together.

use std::collections::BTreeSet;

use super::Rollout;
use crate::predict::CellPrediction;

/// What all cells together go through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FleetRollout {
    /// Workloads whose pods are replaced.
    pub workloads: usize,
    /// Cells with such a workload.
    pub cells: usize,
    /// Clusters with such a cell.
    pub clusters: usize,
    /// Pods that are replaced, as far as their number is known.
    pub pods: u64,
    /// The rollout that leaves the smallest share of pods up, of several the longest.
    pub worst: Option<Worst>,
    /// Expected seconds if all cells are synced at once.
    pub together: u64,
    /// Expected seconds if cells are synced one after the other.
    pub in_turn: u64,
}

/// A rollout by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worst {
    /// The index of the cell.
    pub cell: usize,
    /// The index of the rollout in it.
    pub rollout: usize,
}

/// The sum of all cells; `None` where no pod is replaced.
pub(crate) fn summary(cells: &[CellPrediction]) -> Option<FleetRollout> {
    let mut sum = FleetRollout::default();
    let mut clusters = BTreeSet::new();
    let mut worst_key = None;
    for (cell_index, cell) in cells.iter().enumerate() {
        let restarting = cell.rollouts.iter().enumerate().filter(|(_, one)| one.restarts());
        let mut has_any = false;
        for (rollout_index, rollout) in restarting {
            has_any = true;
            sum.workloads += 1;
            sum.pods += u64::from(rollout.replicas.unwrap_or(0));
            let key = badness(rollout);
            if worst_key.is_none_or(|worst| key < worst) {
                worst_key = Some(key);
                sum.worst = Some(Worst { cell: cell_index, rollout: rollout_index });
            }
        }
        if has_any {
            sum.cells += 1;
            clusters.insert(&cell.id.cluster);
            let expected = critical_path(cell);
            sum.together = sum.together.max(expected);
            sum.in_turn += expected;
        }
    }
    sum.clusters = clusters.len();
    (sum.workloads > 0).then_some(sum)
}

/// Smaller is worse.
fn badness(rollout: &Rollout) -> (u64, u64) {
    let share = match (rollout.lowest, rollout.replicas) {
        (Some(lowest), Some(count)) if count > 0 => {
            u64::from(lowest) * 1_000_000 / u64::from(count)
        }
        _ => 1_000_000,
    };
    (share, u64::MAX - rollout.duration.map_or(0, |duration| duration.expected))
}

/// Expected seconds until the last pod of a cell is up.
fn critical_path(cell: &CellPrediction) -> u64 {
    let of_steps = cell.plan.as_ref().map(|plan| plan.steps.iter().map(|s| s.expected).sum());
    let expected = cell.rollouts.iter().filter_map(|rollout| rollout.duration);
    of_steps.unwrap_or_else(|| expected.map(|duration| duration.expected).max().unwrap_or(0))
}
