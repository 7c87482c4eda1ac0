//! Services and network policies, and the pods that they mean.

use std::collections::BTreeMap;

use super::{CrossHit, Scene, Side};
use crate::{
    policy::{
        Severity,
        facts::{Facts, Pods, Selecting, Selector, Target, Wants},
        rule::Hit,
    },
    resource::{FieldPath, ResourceId},
};

/// The pods in a namespace that a selector chooses.
fn chosen<'s>(
    scene: &Scene<'_, 's>,
    side: Side,
    id: &ResourceId,
    selector: &Selector,
) -> Vec<&'s Pods> {
    let facts = scene.in_namespace(side, id.namespace.as_deref());
    let pods = facts.flat_map(|facts| &facts.pods);
    pods.filter(|pods| pods.owner.namespace == id.namespace && selector.matches(&pods.labels))
        .collect()
}

fn services(facts: &Facts) -> impl Iterator<Item = (&ResourceId, &Selecting, &Vec<Target>)> {
    facts.selecting.iter().filter_map(|(id, selecting)| match &selecting.wants {
        Wants::Traffic { targets } => Some((id, selecting, targets)),
        Wants::Budget { .. } | Wants::Entry { .. } => None,
    })
}

/// X6: a Service that reaches no pod, or not on the port that it names.
pub(crate) fn dangling(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for (id, selecting, targets) in services(&cell.head) {
            let after = chosen(scene, Side::Head, id, &selecting.selector);
            let old = cell.base.selecting.get(id);
            let before =
                old.map_or_else(Vec::new, |old| chosen(scene, Side::Base, id, &old.selector));
            if after.is_empty() {
                found.extend(reaches_nobody(scene, index, (id, selecting), old.is_some(), &before));
            } else {
                found.extend(without_port(index, id, targets, &before, &after));
            }
        }
    }
    found
}

fn reaches_nobody(
    scene: &Scene<'_, '_>,
    index: usize,
    (id, selecting): (&ResourceId, &Selecting),
    was_there: bool,
    before: &[&Pods],
) -> Option<CrossHit> {
    let cell = &scene.changed[index];
    let is_touched = !was_there || !before.is_empty();
    if !is_touched {
        return None;
    }
    // What an operator runs has no pods in the manifests.
    let makes_pods = cell.head.objects.keys().any(|id| {
        !crate::policy::workloads::is_built_in_group(&id.group)
            && &*id.group != "monitoring.coreos.com"
    });
    if !was_there && makes_pods {
        return None;
    }
    let matches = |facts: &Facts| {
        let pods = facts.pods.iter().any(|pods| {
            pods.owner.namespace == id.namespace && selecting.selector.matches(&pods.labels)
        });
        pods.then_some(())
    };
    let (peer, is_whole) = scene.find(id.namespace.as_deref(), matches);
    if peer.is_some() || !is_whole {
        return None;
    }
    let path = FieldPath::of(&["spec", "selector"]);
    let Some(pods) = before.first() else {
        let message = format!("{id} selects no pod of the repository");
        return Some(CrossHit::new(index, id, Hit::new(path, message).at_most(Severity::Info)));
    };
    let stays = !scene.owners(Side::Head, &pods.owner).is_empty();
    let message = if stays {
        format!(
            "{id} selected the pods of {} and selects none any more: it loses all traffic",
            pods.owner
        )
    } else {
        format!("{id} selected the pods of {}, which is gone: it loses all traffic", pods.owner)
    };
    let most = if stays && !makes_pods { Severity::Block } else { Severity::Warn };
    Some(CrossHit::new(index, id, Hit::new(path, message).at_most(most)))
}

/// A port that is named and that no selected pod has.
fn without_port(
    index: usize,
    id: &ResourceId,
    targets: &[Target],
    before: &[&Pods],
    after: &[&Pods],
) -> Option<CrossHit> {
    let is_served =
        |pods: &[&Pods], target: &Target| pods.iter().any(|pods| pods.ports.contains(target));
    let missing = targets
        .iter()
        .find(|target| matches!(target, Target::Name(_)) && !is_served(after, target))?;
    let was_served = is_served(before, missing);
    if !before.is_empty() && !was_served {
        return None;
    }
    let Target::Name(name) = missing else { return None };
    let message = format!("{id} sends to port `{name}`, which no selected pod has");
    let most = if was_served { Severity::Block } else { Severity::Warn };
    let path = FieldPath::of(&["spec", "ports"]);
    Some(CrossHit::new(index, id, Hit::new(path, message).at_most(most)))
}

/// X7: a Service's selector that changes together with the labels of its pods.
pub(crate) fn relabelled(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for (id, selecting, _) in services(&cell.head) {
            let Some(old) = cell.base.selecting.get(id) else { continue };
            if old.selector == selecting.selector {
                continue;
            }
            let before = chosen(scene, Side::Base, id, &old.selector);
            let after: BTreeMap<&ResourceId, &Pods> =
                chosen(scene, Side::Head, id, &selecting.selector)
                    .into_iter()
                    .map(|pods| (&pods.owner, pods))
                    .collect();
            // The pods that run now carry the old labels until they are replaced.
            let rolling = before.iter().find(|pods| {
                after.contains_key(&pods.owner) && !selecting.selector.matches(&pods.labels)
            });
            let Some(pods) = rolling else { continue };
            let message = format!(
                "the selector of {id} changes together with the labels of {}: its running pods leave the \
                 Service before new ones are ready",
                pods.owner
            );
            let hit = Hit::new(FieldPath::of(&["spec", "selector"]), message);
            found.push(CrossHit::new(index, id, hit));
        }
    }
    found
}

/// X13: a policy that closes pods in which nobody closed before, without letting in what their
/// Services send.
pub(crate) fn closed_in(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for (id, selecting) in &cell.head.selecting {
            let Wants::Entry { ports: Some(open) } = &selecting.wants else { continue };
            if cell.base.selecting.get(id) == Some(selecting) {
                continue;
            }
            for pods in chosen(scene, Side::Head, id, &selecting.selector) {
                let namespace = pods.owner.namespace.as_deref();
                if is_closed(scene.in_namespace(Side::Base, namespace), pods) {
                    continue;
                }
                let needed = scene.in_namespace(Side::Head, namespace).flat_map(services).find_map(
                    |(service, chosen, targets)| {
                        let is_meant = service.namespace == pods.owner.namespace
                            && chosen.selector.matches(&pods.labels);
                        let is_shut = |target: &&Target| !is_open(open, pods, target);
                        let shut = targets.iter().find(is_shut).filter(|_| is_meant)?;
                        Some((service, shut))
                    },
                );
                let Some((service, target)) = needed else { continue };
                let shown = match target {
                    Target::Name(name) => name.to_string(),
                    Target::Number(number) => number.to_string(),
                };
                let message = format!(
                    "{id} closes {} for all that it does not name, and {service} sends to port {shown}",
                    pods.owner
                );
                let hit = Hit::new(FieldPath::of(&["spec", "ingress"]), message);
                found.push(CrossHit::new(index, id, hit));
                break;
            }
        }
    }
    found
}

fn is_closed<'a>(mut facts: impl Iterator<Item = &'a Facts>, pods: &Pods) -> bool {
    facts.any(|facts| {
        facts.selecting.iter().any(|(id, selecting)| {
            matches!(selecting.wants, Wants::Entry { .. })
                && id.namespace == pods.owner.namespace
                && selecting.selector.matches(&pods.labels)
        })
    })
}

/// Whether a port is let in; a name and a number may mean the same, which is not told apart here.
fn is_open(open: &[Target], pods: &Pods, target: &Target) -> bool {
    let is_same_kind = |other: &Target| {
        matches!(
            (other, target),
            (Target::Name(_), Target::Name(_)) | (Target::Number(_), Target::Number(_))
        )
    };
    open.contains(target)
        || open.iter().any(|other| !is_same_kind(other) && pods.ports.contains(other))
}
