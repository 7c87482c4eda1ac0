//! Cells that a side lacks only because its description, or the file that makes them, cannot be
//! read there.

use std::sync::Arc;

use crate::{
    inventory::{Gap, Inventory, UnknownKind},
    render::{FailureKind, RenderFailure, unreadable},
    source::{Tree, TreePath},
};

use super::{
    fleet::{Pair, Placed, Revision},
    model::{RevisionSide, SideFailure},
};

/// Why the sides may lack cells that are there.
pub(crate) struct Absent<'a> {
    base: Option<Side<'a>>,
    head: Side<'a>,
}

struct Side<'a> {
    tree: &'a dyn Tree,
    inventory: &'a Inventory,
    fault: Option<Arc<RenderFailure>>,
}

impl<'a> Absent<'a> {
    pub(crate) fn of(base: Option<Revision<'a>>, head: Revision<'a>) -> Self {
        Self { base: base.map(Side::of), head: Side::of(head) }
    }

    /// The side on which the cell is missing without that being known to be so.
    pub(crate) fn side(&self, pair: &Pair<'_>) -> Option<SideFailure> {
        let (side, failure) = match (pair.base, pair.head) {
            (Some(other), None) => (RevisionSide::Head, self.head.why_unknown(other)),
            (None, Some(other)) => {
                (RevisionSide::Base, self.base.as_ref().and_then(|base| base.why_unknown(other)))
            }
            _ => return None,
        };
        failure.map(|failure| SideFailure { side, failure })
    }
}

impl<'a> Side<'a> {
    fn of(revision: Revision<'a>) -> Self {
        let Revision { tree, inventory } = revision;
        Self { tree, inventory, fault: fault(inventory).map(Arc::new) }
    }

    /// Why it is not known whether this side has the cell that the other side has.
    fn why_unknown(&self, other: Placed<'_>) -> Option<Arc<RenderFailure>> {
        let file = || TreePath::parse(&other.application.origin.place.file).ok();
        let gap = || self.inventory.gap(other.application).map(of_gap).map(Arc::new);
        let failure = || unreadable(self.tree, &file()?).map(Arc::new);
        self.fault.clone().or_else(gap).or_else(failure)
    }
}

fn fault(inventory: &Inventory) -> Option<RenderFailure> {
    let fault = inventory.fault()?;
    Some(RenderFailure {
        kind: FailureKind::Error,
        message: fault.message.clone(),
        place: fault.place.clone(),
        hint: fault.hint.clone(),
        diagnosis: None,
    })
}

fn of_gap(gap: &Gap) -> RenderFailure {
    RenderFailure {
        kind: match gap.is_unknown {
            true => FailureKind::Unknown(UnknownKind::Generator),
            false => FailureKind::Error,
        },
        message: gap.problem.message.clone(),
        place: gap.problem.place.clone(),
        hint: gap.problem.hint.clone(),
        diagnosis: None,
    }
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
        for config in ["apps: [\n", "apps: 7\n", "apps: \u{1}\n"] {
            let broken = tree(&[("zij.yaml", config), ("clusters/eu/web.yaml", "")]);
            check(&sound, &broken, &[CellState::Error], VerdictKind::Blocked);
            check(&broken, &sound, &[CellState::Error], VerdictKind::Unevaluated);
        }
        let removed = tree(&[("zij.yaml", RULE)]);
        check(&sound, &removed, &[CellState::Removed], VerdictKind::Clean);
    }

    #[test]
    fn cells_whose_file_cannot_be_reached_are_not_removed() {
        let sound = tree(&[
            ("zij.yaml", RULE),
            ("clusters/eu/web.yaml", ""),
            ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
            ("clusters/eu/db.yaml", ""),
        ]);
        let both = [CellState::Error, CellState::Error];
        for link in ["clusters/eu", "clusters"] {
            let away = tree(&[("zij.yaml", RULE)]).with_links([(link, "/etc")]);
            check(&sound, &away, &both, VerdictKind::Blocked);
            check(&away, &sound, &both, VerdictKind::Unevaluated);
        }
        let file = ("clusters/eu/web.yaml", "../../../etc/passwd");
        let away = tree(&[("zij.yaml", RULE)]).with_links([file]);
        let states = [CellState::Removed, CellState::Error];
        check(&sound, &away, &states, VerdictKind::Blocked);
    }
}
