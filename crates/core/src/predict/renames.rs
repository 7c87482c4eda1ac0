//! Cells that are the same thing by another name.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::fleet::{Pair, Placed, Revision};
use crate::{
    inventory::{
        Application, CellId, ClusterName, Inventory, LinkKind, Render, SourceAt, ValuesSource,
    },
    source::{Tree, TreePath},
};

/// The other name of each cell that was renamed, of old and new names alike.
///
/// An application is renamed where another one of the same cluster is made by the same set from
/// the same parameters, or has the same namespace and sources, by path or by content; a cluster, where one with the same server or with nearly the
/// same applications takes its place. What has two candidates is not renamed.
pub(crate) fn renames(
    base: Revision<'_>,
    head: Revision<'_>,
    lone: &[&Pair<'_>],
) -> BTreeMap<CellId, CellId> {
    let mut renames = BTreeMap::new();
    if lone.is_empty() {
        return renames;
    }
    let clusters = clusters(base.inventory, head.inventory, lone);
    for pair in lone.iter().filter(|pair| pair.base.is_some()) {
        let Some(new) = clusters.get(&pair.id.cluster) else { continue };
        let same = |other: &&&Pair<'_>| {
            other.head.is_some()
                && other.id.cluster == *new
                && other.id.application == pair.id.application
        };
        if let Some(other) = lone.iter().find(same) {
            both(&mut renames, pair.id, other.id);
        }
    }
    pair_up(lone, &of_set, &mut renames);
    pair_up(lone, &|placed| signature(placed, false), &mut renames);
    pair_up(lone, &|placed| signature(placed, true), &mut renames);
    renames
}

fn both(renames: &mut BTreeMap<CellId, CellId>, one: &CellId, other: &CellId) {
    renames.insert(one.clone(), other.clone());
    renames.insert(other.clone(), one.clone());
}

/// Pairs cells that are alike and that nothing else is like.
fn pair_up(
    lone: &[&Pair<'_>],
    signature: &dyn Fn(Placed<'_>) -> Option<String>,
    renames: &mut BTreeMap<CellId, CellId>,
) {
    let mut alike: BTreeMap<String, (Vec<&CellId>, Vec<&CellId>)> = BTreeMap::new();
    for pair in lone.iter().filter(|pair| !renames.contains_key(pair.id)) {
        let (Some(placed), is_old) = (pair.base.or(pair.head), pair.base.is_some()) else {
            continue;
        };
        let Some(signature) = signature(placed) else { continue };
        let (old, new) = alike.entry(signature).or_default();
        if is_old { old.push(pair.id) } else { new.push(pair.id) }
    }
    for (old, new) in alike.into_values() {
        if let ([old], [new]) = (&old[..], &new[..]) {
            both(renames, old, new);
        }
    }
}

/// Which new cluster stands for an old one.
fn clusters(
    base: &Inventory,
    head: &Inventory,
    lone: &[&Pair<'_>],
) -> BTreeMap<ClusterName, ClusterName> {
    let names = |inventory: &Inventory| -> BTreeSet<ClusterName> {
        inventory.cells.keys().map(|id| id.cluster.clone()).collect()
    };
    let (old, new) = (names(base), names(head));
    let applications = |cluster: &ClusterName| -> BTreeSet<_> {
        let here = lone.iter().filter(|pair| pair.id.cluster == *cluster);
        here.map(|pair| pair.id.application.clone()).collect()
    };
    let server = |inventory: &Inventory, name: &ClusterName| {
        let server = inventory.clusters.get(name)?.server.clone();
        server.filter(|server| !server.is_empty())
    };
    let mut found: Vec<(ClusterName, ClusterName)> = Vec::new();
    for gone in old.difference(&new) {
        let of_gone = applications(gone);
        for come in new.difference(&old) {
            let same_server =
                server(base, gone).is_some_and(|url| server(head, come) == Some(url.clone()));
            let common = applications(come).intersection(&of_gone).count();
            if same_server || common * 2 > of_gone.len() {
                found.push((gone.clone(), come.clone()));
            }
        }
    }
    let is_only = |one: &(ClusterName, ClusterName)| {
        found.iter().filter(|other| other.0 == one.0 || other.1 == one.1).count() == 1
    };
    found.iter().filter(|one| is_only(one)).cloned().collect()
}

/// The parameters from which a set makes a cell.
fn of_set(placed: Placed<'_>) -> Option<String> {
    let link = placed.application.origin.chain.last()?;
    match &link.kind {
        LinkKind::Set { name, parameters, .. } => Some(format!(
            "{} {:?} {name} {parameters}",
            placed.application.id.cluster, placed.application.id.owner
        )),
        LinkKind::Root | LinkKind::Application(_) => None,
    }
}

/// What a cell is apart from its name; nothing where it has no sources in the repository.
fn signature(placed: Placed<'_>, by_content: bool) -> Option<String> {
    let Placed { tree, application, .. } = placed;
    let Application { id, namespace, sources, .. } = application;
    let path = |path: &TreePath| match by_content {
        true => tree.entry(path).ok().flatten().map(|entry| entry.id.to_string()),
        false => Some(path.to_string()),
    };
    let mut text = format!("{} {namespace}", id.cluster);
    for source in sources {
        let at = match &source.at {
            SourceAt::Tree(at) => path(at)?,
            SourceAt::Pinned(_) | SourceAt::Vendored { .. } => format!("{:?}", source.at),
            SourceAt::Absent(missing) => missing.message.clone(),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{at} {}", render(tree, &source.render, by_content)?);
    }
    (!sources.is_empty()).then_some(text)
}

fn render(tree: &dyn Tree, render: &Render, by_content: bool) -> Option<String> {
    let Render::Chart(chart) = render else {
        return match render {
            Render::Refused(_) | Render::Opaque(_) => None,
            Render::Chart(_)
            | Render::Kustomize(_)
            | Render::Directory(_)
            | Render::Nothing
            | Render::Unread(_) => Some(format!("{render:?}")),
        };
    };
    let mut text = String::from("chart");
    for layer in &chart.values {
        let shown = match layer {
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) if by_content => {
                tree.entry(path).ok().flatten().map_or_else(String::new, |file| file.id.to_string())
            }
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => path.to_string(),
            ValuesSource::Pinned { at, .. } => format!("{at:?}"),
            ValuesSource::Inline { text, .. } | ValuesSource::Set { text, .. } => text.to_string(),
        };
        text.extend([" ", &shown]);
    }
    Some(text)
}
