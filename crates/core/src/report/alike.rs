//! Changes of one shape: the same fields in each cell, with each cell's own values.
//!
//! A template change that puts the cluster's name into a label is fifty distinct changes on fifty
//! clusters; told one by one they would hide all others.

use std::collections::BTreeMap;

use super::model::{Action, CellState, Group, Report, ResourceChange};

/// Groups whose changes have one shape.
pub(crate) struct Alike<'a> {
    /// The group that stands for all: one that blocks, where there is one.
    pub(crate) shown: &'a Group,
    /// How many distinct changes there are.
    pub(crate) count: usize,
    /// The cells of all groups, sorted.
    pub(crate) cells: Vec<usize>,
}

/// The changes of a report by shape, those of most cells first.
pub(crate) fn alike(report: &Report) -> Vec<Alike<'_>> {
    let mut shapes: BTreeMap<Shape<'_>, (usize, Alike<'_>)> = BTreeMap::new();
    for (index, group) in report.groups.iter().enumerate() {
        let (_, alike) = shapes
            .entry(shape(group))
            .or_insert_with(|| (index, Alike { shown: group, count: 0, cells: Vec::new() }));
        if !blocks(report, alike.shown) && blocks(report, group) {
            alike.shown = group;
        }
        alike.count += 1;
        alike.cells.extend(&group.cells);
    }
    let mut sorted: Vec<(usize, Alike<'_>)> = shapes.into_values().collect();
    sorted.sort_by_key(|(index, alike)| (usize::MAX - alike.cells.len(), *index));
    sorted
        .into_iter()
        .map(|(_, mut alike)| {
            alike.cells.sort_unstable();
            alike
        })
        .collect()
}

fn blocks(report: &Report, group: &Group) -> bool {
    let states = group.cells.iter().filter_map(|at| Some(report.cells.get(*at)?.state));
    states.into_iter().any(|state| state == CellState::Blocked)
}

/// What groups of one shape have in common.
type Shape<'a> = (Vec<ValueShape<'a>>, Vec<ResourceShape<'a>>);

/// A value's path, and on which sides it is.
type ValueShape<'a> = (&'a str, bool, bool);

/// An object's kind, its template, what happens to it, and which of its fields differ; its name
/// may be each cell's own.
type ResourceShape<'a> = (&'a str, Option<&'a str>, u8, Vec<&'a str>, bool);

fn shape(group: &Group) -> Shape<'_> {
    let values = group.values.iter();
    (
        values.map(|v| (v.path.as_str(), v.old.is_some(), v.new.is_some())).collect(),
        group.resources.iter().map(resource_shape).collect(),
    )
}

fn resource_shape(change: &ResourceChange) -> ResourceShape<'_> {
    let action = match change.action {
        Action::Create => 0,
        Action::Update => 1,
        Action::Delete => 2,
    };
    (
        &change.resource.kind,
        change.template.as_ref().map(|place| place.file.as_str()),
        action,
        change.fields.iter().map(|field| field.path.as_str()).collect(),
        change.rolls.is_empty(),
    )
}
