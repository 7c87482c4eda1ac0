//! Cells that one side lacks only because its inventory could not be read in full.

use std::sync::Arc;

use crate::{
    inventory::Inventory,
    render::{FailureKind, RenderFailure},
};

use super::{
    fleet::{Pair, Revision},
    model::{RevisionSide, SideFailure},
};

/// Why a side may lack cells that are there, for each side.
pub(crate) struct Absent {
    base: Option<Arc<RenderFailure>>,
    head: Option<Arc<RenderFailure>>,
}

impl Absent {
    pub(crate) fn of(base: Option<Revision<'_>>, head: Revision<'_>) -> Self {
        Self { base: base.and_then(|base| fault(base.inventory)), head: fault(head.inventory) }
    }

    /// The side on which the cell is missing without that being known to be so.
    pub(crate) fn side(&self, pair: &Pair<'_>) -> Option<SideFailure> {
        let of = |side, failure: &Option<Arc<RenderFailure>>| {
            failure.clone().map(|failure| SideFailure { side, failure })
        };
        match (pair.base, pair.head) {
            (Some(_), None) => of(RevisionSide::Head, &self.head),
            (None, Some(_)) => of(RevisionSide::Base, &self.base),
            _ => None,
        }
    }
}

fn fault(inventory: &Inventory) -> Option<Arc<RenderFailure>> {
    let fault = inventory.fault()?;
    Some(Arc::new(RenderFailure {
        kind: FailureKind::Unknown,
        message: format!("not known whether the cell exists: {}", fault.message),
        place: fault.place.clone(),
        hint: fault.hint.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::{
        inventory::Config,
        predict::{CellState, Options, VerdictKind, predict},
        render::Renderer,
        source::MemoryTree,
    };

    use super::*;

    const RULE: &str =
        "apps:\n- match: \"clusters/{cluster}/{app}.yaml\"\n  chart: \"charts/{app}\"\n";

    fn tree(files: &[(&'static str, &'static str)]) -> MemoryTree {
        let chart = [
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("charts/web/templates/web.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: a}\n"),
        ];
        MemoryTree::new(chart.iter().chain(files).copied())
    }

    /// The states of the cells between two trees, and the sum.
    #[track_caller]
    fn check(base: &MemoryTree, head: &MemoryTree, want: &[CellState], sum: VerdictKind) {
        let (old, new) = (Config::of(base), Config::of(head));
        let (old, new) = (Inventory::of(base, &old), Inventory::of(head, &new));
        let base = Revision { tree: base, inventory: &old };
        let head = Revision { tree: head, inventory: &new };
        let renderer = Renderer::with_threads(1);
        let prediction = predict(Some(base), head, &renderer, &Options::default(), &|_, _| {});
        let states: Vec<CellState> = prediction.cells.iter().map(|cell| cell.state).collect();
        assert_eq!((&states[..], prediction.verdict), (want, sum));
    }

    #[test]
    fn cells_that_a_broken_configuration_hides_are_not_removed() {
        let sound = tree(&[("zij.yaml", RULE), ("clusters/eu/web.yaml", "")]);
        let broken = tree(&[("zij.yaml", "apps: [\n"), ("clusters/eu/web.yaml", "")]);
        let removed = tree(&[("zij.yaml", RULE)]);
        check(&sound, &broken, &[CellState::Unknown], VerdictKind::Unevaluated);
        check(&broken, &sound, &[CellState::Unknown], VerdictKind::Unevaluated);
        check(&sound, &removed, &[CellState::Removed], VerdictKind::Clean);
    }
}
