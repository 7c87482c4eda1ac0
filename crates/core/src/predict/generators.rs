//! Sets of applications that lose many of them at once.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    CellPrediction, CellState, RevisionSide, cell::whole_cell, fleet::Pair, groups::Digest,
};
use crate::{
    inventory::{Application, Inventory, LinkKind},
    policy::SET_EMPTIED,
};

/// So many removed applications may be meant one by one.
const FEW: usize = 2;

/// D10: a set whose generator no longer gives most of its applications, which deletes them and
/// what they deployed.
pub(crate) fn emptied_sets(
    base: &Inventory,
    head: &Inventory,
    pairs: &[Pair<'_>],
    results: &mut [(CellPrediction, Option<Digest>)],
) {
    let (before, after) = (counts(base), counts(head));
    let lost: BTreeMap<&Arc<str>, (usize, usize)> = before
        .iter()
        .filter_map(|(set, count)| {
            let left = after.get(set).copied().unwrap_or(0);
            let lost = count.saturating_sub(left);
            (lost > FEW && lost * 2 >= *count).then_some((*set, (lost, *count)))
        })
        .collect();
    for (pair, (cell, _)) in pairs.iter().zip(results) {
        let is_unknown =
            cell.failure.as_ref().is_some_and(|failure| failure.side == RevisionSide::Head);
        let (Some(placed), None, false) = (pair.base, pair.head, is_unknown) else { continue };
        let Some((lost, count)) = set_of(placed.application).and_then(|set| lost.get(set)) else {
            continue;
        };
        let set = set_of(placed.application).map(|set| &**set).unwrap_or_default();
        let message = format!("set {set} loses {lost} of its {count} applications");
        let place = Some(placed.application.origin.place.clone());
        cell.findings.insert(0, whole_cell(&SET_EMPTIED, message, place));
        if !matches!(cell.state, CellState::Error | CellState::Unknown) {
            cell.state = CellState::Blocked;
        }
    }
}

fn counts(inventory: &Inventory) -> BTreeMap<&Arc<str>, usize> {
    let mut counts = BTreeMap::new();
    for set in inventory.cells.values().filter_map(set_of) {
        *counts.entry(set).or_insert(0) += 1;
    }
    counts
}

/// The set that made an application.
fn set_of(application: &Application) -> Option<&Arc<str>> {
    application.origin.chain.iter().rev().find_map(|link| match &link.kind {
        LinkKind::Set { name, .. } => Some(name),
        LinkKind::Root | LinkKind::Application(_) => None,
    })
}
