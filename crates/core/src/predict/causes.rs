//! Where the difference of a cell comes from.

use std::collections::BTreeSet;

use super::{CauseKind, fleet::Placed};
use crate::{
    inventory::{ChartSource, Source, ValuesSource},
    source::{ContentId, EntryKind, Tree, TreePath},
};

/// Why a cell that exists on both sides may differ; sorted.
pub(crate) fn causes(base: Placed<'_>, head: Placed<'_>) -> Vec<CauseKind> {
    let mut causes = Vec::new();
    let Source::Chart(old) = &base.application.source;
    let Source::Chart(new) = &head.application.source;
    if values_differ(base.tree, old, head.tree, new) {
        causes.push(CauseKind::Values);
    }
    if chart_differs(base.tree, old, head.tree, new) {
        causes.push(CauseKind::Template);
    }
    let setting = |chart: &ChartSource| {
        (chart.path.clone(), chart.release.clone(), chart.include_crds, chart.skip_tests)
    };
    let placed = |cell: Placed<'_>| cell.application.namespace.clone();
    if setting(old) != setting(new) || placed(base) != placed(head) {
        causes.push(CauseKind::Inventory);
    }
    if base.cluster.profile != head.cluster.profile {
        causes.push(CauseKind::Profile);
    }
    if base.cluster.kube != head.cluster.kube || base.cluster.apis != head.cluster.apis {
        causes.push(CauseKind::Capabilities);
    }
    causes
}

/// A layer's content, so that moved but equal layers count as equal.
#[derive(PartialEq)]
enum Layer<'a> {
    File(Option<ContentId>),
    Inline(&'a str),
}

fn values_differ(
    old: &dyn Tree,
    before: &ChartSource,
    new: &dyn Tree,
    after: &ChartSource,
) -> bool {
    layers(old, before) != layers(new, after)
}

fn layers<'a>(tree: &dyn Tree, chart: &'a ChartSource) -> Vec<Layer<'a>> {
    let content = |path| tree.entry(path).ok().flatten().map(|entry| entry.id);
    let layer = |source: &'a ValuesSource| match source {
        ValuesSource::File(path) => Some(Layer::File(content(path))),
        ValuesSource::OptionalFile(path) => content(path).map(|id| Layer::File(Some(id))),
        ValuesSource::Inline { text, .. } => Some(Layer::Inline(text)),
    };
    chart.values.iter().filter_map(layer).collect()
}

fn chart_differs(
    old: &dyn Tree,
    before: &ChartSource,
    new: &dyn Tree,
    after: &ChartSource,
) -> bool {
    let layer_files: BTreeSet<&TreePath> = before
        .values
        .iter()
        .chain(&after.values)
        .filter_map(|source| match source {
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => Some(path),
            ValuesSource::Inline { .. } => None,
        })
        .collect();
    differs((old, &before.path), (new, &after.path), &layer_files)
}

/// Whether two folders differ in more than the files left out.
fn differs(
    old: (&dyn Tree, &TreePath),
    new: (&dyn Tree, &TreePath),
    leave_out: &BTreeSet<&TreePath>,
) -> bool {
    let entry = |(tree, path): (&dyn Tree, &TreePath)| tree.entry(path).ok().flatten();
    let (Some(before), Some(after)) = (entry(old), entry(new)) else {
        return entry(old).is_some() != entry(new).is_some();
    };
    if before.id == after.id && before.kind == after.kind {
        return false;
    }
    if before.kind != EntryKind::Folder || after.kind != EntryKind::Folder {
        return true;
    }
    let names = |(tree, path): (&dyn Tree, &TreePath)| -> BTreeSet<Box<str>> {
        let entries = tree.list(path).ok().flatten();
        entries.iter().flat_map(|entries| entries.iter()).map(|entry| entry.name.clone()).collect()
    };
    names(old).union(&names(new)).any(|name| {
        let (before, after) = (old.1.child(name), new.1.child(name));
        !leave_out.contains(&before)
            && !leave_out.contains(&after)
            && differs((old.0, &before), (new.0, &after), leave_out)
    })
}
