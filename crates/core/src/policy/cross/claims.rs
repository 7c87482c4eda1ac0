//! Two objects that want the same.

use std::{cell::LazyCell, collections::BTreeSet, sync::Arc};

use super::{CrossHit, Scene, Side};
use crate::{
    inventory::{CellId, Owner},
    policy::{
        Severity,
        facts::{Claim, Facts},
        rule::Hit,
    },
    resource::{FieldPath, ResourceId},
};

/// X1: an object that two applications of a cluster have.
pub(crate) fn owner(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, id) in scene.created() {
        // Namespaces are made by whoever needs them; names that the server makes are no names.
        if &*id.kind == "Namespace" || id.name.ends_with('*') {
            continue;
        }
        // Where a cell goes or is renamed, the object had as many owners before.
        let owners = |side| scene.owners(side, id).len();
        if owners(Side::Base) >= owners(Side::Head) {
            continue;
        }
        let cell = &scene.changed[index];
        let other = other_owner(scene, index, id);
        let Some(other) = other else { continue };
        let message =
            format!("{id} is already deployed by {other}: each sync of one undoes the other");
        let is_certain = !matches!(cell.id.owner, Owner::Plain)
            && other.owner == cell.id.owner
            && &*id.kind != "CustomResourceDefinition";
        let most = if is_certain { Severity::Block } else { Severity::Warn };
        found.push(CrossHit::whole(index, id, message).at_most(most));
    }
    found
}

fn other_owner(scene: &Scene<'_, '_>, index: usize, id: &ResourceId) -> Option<CellId> {
    let changed = scene.owners(Side::Head, id).iter().find(|other| **other != index);
    if let Some(other) = changed {
        return Some(scene.changed[*other].id.clone());
    }
    let peers = scene.peers.peers(id.namespace.as_deref());
    let has = |facts: &Facts| facts.objects.contains_key(id);
    peers
        .into_iter()
        .find(|peer| peer.facts.as_deref().is_some_and(has))
        .map(|peer| peer.id.clone())
}

/// X2: a host and path that two routes take.
pub(crate) fn route(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    collisions(scene, |claim| match claim {
        Claim::Route { class, .. } if &**class == "nginx" => Some(Severity::Block),
        Claim::Route { .. } => Some(Severity::Warn),
        _ => None,
    })
}

/// X3: a port of all nodes, or an address, that two Services take.
pub(crate) fn node_port(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    collisions(scene, |claim| match claim {
        Claim::NodePort { .. } => Some(Severity::Block),
        Claim::Address(_) => Some(Severity::Warn),
        _ => None,
    })
}

/// X3: a port of a node that two workloads take; they may run on different nodes.
pub(crate) fn host_port(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    collisions(scene, |claim| matches!(claim, Claim::HostPort { .. }).then_some(Severity::Warn))
}

fn collisions(
    scene: &Scene<'_, '_>,
    severity: impl Fn(&Claim) -> Option<Severity>,
) -> Vec<CrossHit> {
    let mut found = Vec::new();
    let default = LazyCell::new(|| default_class(scene));
    for (index, cell) in scene.cells() {
        for (claim, owners) in &cell.head.claims {
            let Some(most) = severity(claim) else { continue };
            let known = cell.base.claims.get(claim);
            let news = owners.iter().filter(|id| !known.is_some_and(|known| known.contains(*id)));
            for id in news {
                let exact = holder(scene, index, claim, id).map(|holder| (holder, most));
                let by_default = || {
                    let claims = claim.by_default(default.as_ref()?);
                    let holder = claims.iter().find_map(|claim| holder(scene, index, claim, id))?;
                    // Which class was the default when an Ingress was made is not known.
                    Some((holder, most.max(Severity::Warn)))
                };
                let Some(((other, whose), most)) = exact.or_else(by_default) else { continue };
                let message = format!("{} is taken by {other}{whose} too", claim.shown());
                let hit = Hit::new(FieldPath::of(&["spec"]), message).at_most(most);
                found.push(CrossHit::new(index, id, hit));
            }
        }
    }
    found
}

/// The class that Ingresses without one get, where the cluster has one such.
fn default_class(scene: &Scene<'_, '_>) -> Option<Arc<str>> {
    let peers = scene.peers.peers(None);
    let peers = peers.iter().filter_map(|peer| peer.facts.as_deref());
    let all = scene.side(Side::Head).chain(peers);
    let classes: BTreeSet<&Arc<str>> = all.flat_map(|facts| &facts.default_classes).collect();
    classes.first().filter(|_| classes.len() == 1).map(|class| Arc::clone(class))
}

/// Who else has the claim: the object, and the cell where it is another one.
fn holder(
    scene: &Scene<'_, '_>,
    index: usize,
    claim: &Claim,
    id: &ResourceId,
) -> Option<(ResourceId, String)> {
    let other = |owners: &BTreeSet<ResourceId>| owners.iter().find(|other| *other != id).cloned();
    let in_facts = |facts: &Facts| facts.claims.get(claim).and_then(other);
    for position in scene.holders(claim) {
        let cell = &scene.changed[*position];
        if let Some(found) = in_facts(&cell.head) {
            let whose = if *position == index { String::new() } else { format!(" of {}", cell.id) };
            return Some((found, whose));
        }
    }
    let peers = scene.peers.peers(None);
    peers.into_iter().find_map(|peer| {
        let found = peer.facts.as_deref().and_then(in_facts)?;
        Some((found, format!(" of {}", peer.id)))
    })
}
