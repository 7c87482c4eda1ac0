//! Sets of applications that lose many of them at once.

use std::{collections::BTreeMap, sync::Arc};

use super::{CellPrediction, RevisionSide, cell::whole_cell, fleet::Pair};
use crate::{
    inventory::{Application, Inventory, LinkKind, Owner},
    policy::SET_EMPTIED,
};

/// So many removed applications may be meant one by one.
const FEW: usize = 2;

/// A set, by the Argo CD that it belongs to.
type Set<'a> = (&'a Owner, &'a Arc<str>);

/// D5: a set that no longer makes most of its applications, which deletes them and what they
/// deployed, even where another name or another set makes them anew.
///
/// Applications without the finalizer leave behind what they deployed and do not count.
pub(crate) fn emptied_sets(base: &Inventory, pairs: &[Pair<'_>], cells: &mut [CellPrediction]) {
    let mut lost: BTreeMap<Set<'_>, usize> = BTreeMap::new();
    for (pair, cell) in pairs.iter().zip(&*cells) {
        if let Some(set) = lost_by(pair, cell) {
            *lost.entry(set).or_insert(0) += 1;
        }
    }
    if lost.is_empty() {
        return;
    }
    let mut before: BTreeMap<Set<'_>, usize> = BTreeMap::new();
    for set in base.cells.values().filter_map(|cell| set_of(cell)) {
        *before.entry(set).or_insert(0) += 1;
    }
    for (pair, cell) in pairs.iter().zip(cells) {
        let Some(set) = lost_by(pair, cell) else { continue };
        let (lost, count) = (lost.get(&set).copied().unwrap_or(0), before.get(&set).copied());
        let count = count.unwrap_or(lost);
        if lost <= FEW || lost * 2 < count {
            continue;
        }
        let anew = match pair.head {
            Some(_) => "; another set makes this one anew",
            None => "",
        };
        let message = format!("set {} loses {lost} of its {count} applications{anew}", set.1);
        let place = pair.base.map(|base| base.application.origin.place.clone());
        cell.findings.insert(0, whole_cell(&SET_EMPTIED, message, place));
    }
}

/// The set whose application is deleted by the change.
fn lost_by<'a>(pair: &Pair<'a>, cell: &CellPrediction) -> Option<Set<'a>> {
    let is_unknown =
        cell.failure.as_ref().is_some_and(|failure| failure.side == RevisionSide::Head);
    let application = pair.base.filter(|_| !is_unknown)?.application;
    if pair.head.is_some_and(|head| std::ptr::eq(head.application, application)) {
        return None;
    }
    let set = set_of(application).filter(|_| application.meta.cascades)?;
    // What no set makes any more was handed over by hand.
    let is_kept = |head: &Application| set_of(head).is_none_or(|of_head| of_head == set);
    (!pair.head.is_some_and(|head| is_kept(head.application))).then_some(set)
}

/// The set that made an application.
fn set_of(application: &Application) -> Option<Set<'_>> {
    let last = application.origin.chain.last()?;
    match &last.kind {
        LinkKind::Set { name, .. } => Some((&application.id.owner, name)),
        LinkKind::Root | LinkKind::Application(_) => None,
    }
}
