//! Disruption budgets that allow no disruption.

use super::{CrossHit, Scene, news};
use crate::{
    policy::{
        facts::{Amount, Facts, Pods, Wants},
        rule::Hit,
    },
    resource::{FieldPath, ResourceId},
};

/// X8: budgets with which no pod can ever be evicted, and pods with two budgets.
pub(crate) fn budgets(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, side| {
        let budgets = facts.selecting.iter().filter_map(|(id, selecting)| match &selecting.wants {
            Wants::Budget { least, most_gone } => Some((id, selecting, *least, *most_gone)),
            Wants::Traffic { .. } | Wants::Entry { .. } => None,
        });
        let mut hits = Vec::new();
        for (id, selecting, least, most_gone) in budgets {
            let chosen = |pods: &&Pods| {
                pods.owner.namespace == id.namespace && selecting.selector.matches(&pods.labels)
            };
            let near = || scene.in_namespace(side, id.namespace.as_deref());
            let pods: Vec<&Pods> = near().flat_map(|facts| &facts.pods).filter(chosen).collect();
            hits.extend(shut(id, least, most_gone, &pods, near));
            hits.extend(pods.iter().find_map(|pods| second(id, pods, near())));
        }
        hits
    })
}

/// A budget that leaves nothing to evict.
fn shut<'s, I: Iterator<Item = &'s Facts>>(
    id: &ResourceId,
    least: Option<Amount>,
    most_gone: Option<Amount>,
    pods: &[&Pods],
    near: impl Fn() -> I,
) -> Option<(ResourceId, Hit)> {
    let hit =
        |key: &str, message: String| (id.clone(), Hit::new(FieldPath::of(&["spec", key]), message));
    if matches!(most_gone, Some(Amount::Count(0) | Amount::Share(0))) {
        return Some(hit(
            "maxUnavailable",
            format!("{id} allows no eviction at all: drains wait for ever"),
        ));
    }
    let counts = pods.iter().map(|pods| least_pods(pods, near()));
    let running: i64 = counts.collect::<Option<Vec<i64>>>()?.into_iter().sum();
    let wanted = match least? {
        Amount::Count(count) => count,
        Amount::Share(share) if share >= 100 => running,
        Amount::Share(_) => return None,
    };
    (running > 0 && wanted >= running).then(|| {
        let message = format!(
            "{id} wants {wanted} of {running} pods: none can be evicted, drains wait for ever"
        );
        hit("minAvailable", message)
    })
}

/// The fewest pods that a workload has.
fn least_pods<'s>(pods: &Pods, near: impl Iterator<Item = &'s Facts>) -> Option<i64> {
    let scaler = near.flat_map(|facts| &facts.scalers).find(|(id, scaler)| {
        !scaler.is_vertical
            && id.namespace == pods.owner.namespace
            && scaler.target == (pods.owner.kind.clone(), pods.owner.name.clone())
    });
    match scaler {
        Some((_, scaler)) => Some(scaler.least),
        None if matches!(&*pods.owner.kind, "Deployment" | "StatefulSet" | "ReplicaSet") => {
            Some(pods.replicas.unwrap_or(1))
        }
        None => None,
    }
}

/// Another budget for the same pods.
fn second<'s>(
    id: &ResourceId,
    pods: &Pods,
    near: impl Iterator<Item = &'s Facts>,
) -> Option<(ResourceId, Hit)> {
    let mut others = near.flat_map(|facts| &facts.selecting);
    let other = others.find(|(other, selecting)| {
        matches!(selecting.wants, Wants::Budget { .. })
            && *other < id
            && other.namespace == pods.owner.namespace
            && selecting.selector.matches(&pods.labels)
    })?;
    let message = format!(
        "{} has two budgets, {} and {id}: the API refuses every eviction of its pods",
        pods.owner, other.0
    );
    Some((id.clone(), Hit::new(FieldPath::of(&["spec", "selector"]), message)))
}
