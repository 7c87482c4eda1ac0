//! Pods that their namespace refuses.

use std::{collections::BTreeSet, sync::Arc};

use super::{CrossHit, Scene, Side};
use crate::{
    policy::{
        facts::{Enforced, Facts},
        rule::{Hit, Severity},
        standards::Breach,
    },
    resource::{FieldPath, ResourceId},
};

/// The newest version whose standards are known, which `latest` is taken for.
const LATEST: u32 = 36;
/// The oldest version that rules claim to know.
const OLDEST: u32 = 31;

/// H13: pods that the standard of their namespace forbids.
pub(crate) fn refused_pods(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        let tightened = cell.head.enforced.iter().filter_map(|(namespace, enforced)| {
            let before = cell.base.enforced.get(namespace).copied();
            tightened(scene, namespace, before, *enforced)
        });
        found.extend(tightened.map(|(owner, hit)| CrossHit::new(index, &owner, hit)));
        for (owner, breaches) in &cell.head.breaches {
            let Some(enforced) = enforced(scene, Side::Head, owner) else { continue };
            let was_enforced = self::enforced(scene, Side::Base, owner);
            let known: BTreeSet<&FieldPath> = match (was_enforced, cell.base.breaches.get(owner)) {
                (Some(before), Some(old)) => {
                    old.iter().filter(|breach| is_met(before, breach)).map(|b| &b.path).collect()
                }
                _ => BTreeSet::new(),
            };
            let news = breaches
                .iter()
                .filter(|breach| is_met(enforced, breach) && !known.contains(&breach.path));
            found.extend(news.map(|breach| {
                let hit = hit(owner, enforced, breach);
                CrossHit::new(index, owner, hit)
            }));
        }
    }
    found
}

/// A namespace that comes to enforce more than pods of untouched cells follow.
fn tightened(
    scene: &Scene<'_, '_>,
    namespace: &Arc<str>,
    before: Option<Enforced>,
    enforced: Enforced,
) -> Option<(ResourceId, Hit)> {
    if before == Some(enforced) {
        return None;
    }
    let peers = scene.peers.peers(Some(namespace));
    let facts = || peers.iter().filter_map(|peer| peer.facts.as_deref());
    let is_new = |breach: &&Breach| {
        is_met(enforced, breach) && before.is_none_or(|before| !is_met(before, breach))
    };
    let of_namespace = |(owner, _): &(&ResourceId, _)| owner.namespace.as_ref() == Some(namespace);
    let refused = facts().flat_map(|facts| &facts.breaches).filter(of_namespace);
    let mut refused =
        refused.filter_map(|(owner, breaches)| Some((owner, breaches.iter().find(is_new)?)));
    let (owner, breach) = refused.next()?;
    let more = match refused.count() {
        0 => String::new(),
        count => format!(", and the pods of {count} more"),
    };
    let message = format!(
        "namespace {namespace} comes to enforce `{}`, which refuses the next pods of {owner}: {}{more}",
        enforced.level, breach.message
    );
    let path = FieldPath::of(&["metadata", "labels", "pod-security.kubernetes.io/enforce"]);
    let id = ResourceId {
        group: "".into(),
        kind: "Namespace".into(),
        namespace: None,
        name: Arc::clone(namespace),
    };
    // Pods that run are left alone.
    Some((id, Hit::new(path, message).at_most(Severity::Warn)))
}

fn is_met(enforced: Enforced, breach: &Breach) -> bool {
    enforced.level >= breach.level && breach.versions.contains(&enforced.version.unwrap_or(LATEST))
}

fn hit(owner: &ResourceId, enforced: Enforced, breach: &Breach) -> Hit {
    let level = enforced.level;
    let namespace = owner.namespace.as_deref().unwrap_or_default();
    let message = format!(
        "namespace {namespace} enforces `{level}`, which refuses the pods of {owner}: {}",
        breach.message
    );
    // What is missing may be put there by a webhook, and `latest` is as old as the cluster.
    let is_sure = enforced.version.is_some() || breach.versions.contains(&OLDEST);
    let most = if breach.is_absence || !is_sure { Severity::Warn } else { Severity::Block };
    Hit::new(breach.path.clone(), message).at_most(most)
}

/// What the namespace of a workload enforces on a side.
fn enforced(scene: &Scene<'_, '_>, side: Side, owner: &ResourceId) -> Option<Enforced> {
    let namespace = owner.namespace.as_deref()?;
    let ask = |facts: &Facts| facts.enforced.get(namespace).copied();
    if let Some(found) = scene.enforced(side, namespace) {
        return Some(found);
    }
    let peers = scene.peers.peers(Some(namespace));
    peers.iter().filter_map(|peer| peer.facts.as_deref()).find_map(ask)
}
