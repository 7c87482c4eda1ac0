//! Where the difference of a cell comes from.

use std::collections::BTreeSet;

use super::{CauseKind, fleet::Placed};
use crate::{
    inventory::{Application, ChartRender, Render, Source, SourceAt, ValuesSource},
    source::{ContentId, EntryKind, Tree, TreePath},
};

/// Why a cell that exists on both sides may differ; sorted.
pub(crate) fn causes(base: Placed<'_>, head: Placed<'_>) -> Vec<CauseKind> {
    let mut causes = Vec::new();
    let (old, new) = (&base.application.sources, &head.application.sources);
    if layers(base.tree, old) != layers(head.tree, new) {
        causes.push(CauseKind::Values);
    }
    if contents_differ((base.tree, old), (head.tree, new)) {
        causes.push(CauseKind::Template);
    }
    if settings(base.application) != settings(head.application) {
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

/// What an application says apart from its values.
fn settings(application: &Application) -> impl PartialEq {
    let sources = application.sources.iter().map(|source| {
        let render = match &source.render {
            Render::Chart(chart) => {
                Render::Chart(ChartRender { values: Vec::new(), ..chart.clone() })
            }
            other => other.clone(),
        };
        Source { at: source.at.clone(), render }
    });
    (application.namespace.clone(), application.post.clone(), sources.collect::<Vec<_>>())
}

/// A layer's content, so that moved but equal layers count as equal.
#[derive(PartialEq)]
enum Layer<'a> {
    File(Option<ContentId>),
    Inline(&'a str),
}

fn layers<'a>(tree: &dyn Tree, sources: &'a [Source]) -> Vec<Layer<'a>> {
    let content = |tree: &dyn Tree, path| tree.entry(path).ok().flatten().map(|entry| entry.id);
    let layer = |source: &'a ValuesSource| match source {
        ValuesSource::File(path) => Some(Layer::File(content(tree, path))),
        ValuesSource::OptionalFile(path) => content(tree, path).map(|id| Layer::File(Some(id))),
        ValuesSource::Pinned { at, .. } => {
            let there = tree.at(&at.revision).ok().flatten();
            Some(Layer::File(there.and_then(|there| content(&*there, &at.path))))
        }
        ValuesSource::Inline { text, .. } | ValuesSource::Set { text, .. } => {
            Some(Layer::Inline(text))
        }
    };
    values(sources).filter_map(layer).collect()
}

fn values(sources: &[Source]) -> impl Iterator<Item = &ValuesSource> {
    sources.iter().flat_map(|source| match &source.render {
        Render::Chart(chart) => &chart.values[..],
        Render::Kustomize(_)
        | Render::Directory(_)
        | Render::Nothing
        | Render::Unread(_)
        | Render::Opaque(_)
        | Render::Refused(_) => &[],
    })
}

/// Whether the files of any source differ, values layers left aside.
fn contents_differ(old: (&dyn Tree, &[Source]), new: (&dyn Tree, &[Source])) -> bool {
    let layer_files: BTreeSet<&TreePath> = values(old.1)
        .chain(values(new.1))
        .filter_map(|source| match source {
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => Some(path),
            ValuesSource::Pinned { .. }
            | ValuesSource::Inline { .. }
            | ValuesSource::Set { .. } => None,
        })
        .collect();
    let path = |source: &Source| match &source.at {
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => Some(path.clone()),
        // What is pinned differs only with the name of its revision, which is a setting.
        SourceAt::Pinned(_) | SourceAt::Absent(_) => None,
    };
    old.1.iter().zip(new.1).any(|(before, after)| match (path(before), path(after)) {
        (Some(before), Some(after)) => differs((old.0, &before), (new.0, &after), &layer_files),
        _ => false,
    })
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
