//! Autoscalers and quotas.

use std::{collections::BTreeMap, sync::Arc};

use super::{CrossHit, Scene, Side, news};
use crate::{
    policy::{
        facts::{Pods, Scaler},
        rule::Hit,
    },
    resource::{FieldPath, ResourceId},
};

fn scaler_of<'s>(
    scene: &Scene<'_, 's>,
    side: Side,
    owner: &ResourceId,
) -> Option<(&'s ResourceId, &'s Scaler)> {
    let all = scene.in_namespace(side, owner.namespace.as_deref());
    all.flat_map(|facts| &facts.scalers).find(|(id, scaler)| {
        !scaler.is_vertical
            && id.namespace == owner.namespace
            && scaler.target == (owner.kind.clone(), owner.name.clone())
    })
}

/// X9: `replicas` in a manifest whose count an autoscaler decides.
pub(crate) fn replicas_fought(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, side| {
        let counted = facts.pods.iter().filter(|pods| pods.replicas.is_some());
        let hits = counted.filter_map(|pods| {
            let (scaler, _) = scaler_of(scene, side, &pods.owner)?;
            let message = format!(
                "{} says `replicas`, and {scaler} decides them: each sync sets them back",
                pods.owner
            );
            Some((pods.owner.clone(), Hit::new(FieldPath::of(&["spec", "replicas"]), message)))
        });
        hits.collect()
    })
}

/// X9: `replicas` taken out for an autoscaler, which falls to one pod at first.
pub(crate) fn replicas_dropped(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for pods in cell.head.pods.iter().filter(|pods| pods.replicas.is_none()) {
            let before = cell.base.pods.iter().find(|old| old.owner == pods.owner);
            let Some(was) = before.and_then(|old| old.replicas).filter(|was| *was > 1) else {
                continue;
            };
            let Some((scaler, _)) = scaler_of(scene, Side::Head, &pods.owner) else { continue };
            let message = format!(
                "{} loses `replicas: {was}`: a client-side apply sets it to 1 until {scaler} scales it up",
                pods.owner
            );
            let hit = Hit::new(FieldPath::of(&["spec", "replicas"]), message);
            found.push(CrossHit::new(index, &pods.owner, hit));
        }
    }
    found
}

/// X10: an autoscaler that cannot work.
pub(crate) fn unscaled(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, side| {
        let mut hits = Vec::new();
        for (id, scaler) in facts.scalers.iter().filter(|(_, scaler)| !scaler.is_vertical) {
            let is_target = |pods: &&Pods| {
                pods.owner.namespace == id.namespace
                    && scaler.target == (pods.owner.kind.clone(), pods.owner.name.clone())
            };
            let all = || scene.in_namespace(side, id.namespace.as_deref());
            let Some(pods) = all().flat_map(|facts| &facts.pods).find(is_target) else {
                continue;
            };
            let mut hit = |key: &str, message: String| {
                hits.push((id.clone(), Hit::new(FieldPath::of(&["spec", key]), message)));
            };
            if let (true, Some(container)) =
                (scaler.by_cpu_share, pods.containers.without_cpu.first())
            {
                hit(
                    "metrics",
                    format!(
                        "{id} scales by the share of requested CPU, and container `{container}` of {} requests none",
                        pods.owner
                    ),
                );
            }
            let vertical = all().flat_map(|facts| &facts.scalers).find(|(other, other_scaler)| {
                other_scaler.is_vertical
                    && other.namespace == id.namespace
                    && other_scaler.target == scaler.target
            });
            if let (true, Some((vertical, _))) = (scaler.by_cpu_share, vertical) {
                hit(
                    "scaleTargetRef",
                    format!("{id} and {vertical} both act on the CPU of {}", pods.owner),
                );
            }
        }
        hits
    })
}

/// X11: pods that ask for more than their namespace allows, at the peak of a rollout.
pub(crate) fn quota(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let is_there = |side| scene.side(side).any(|facts| !facts.quotas.is_empty());
    if !is_there(Side::Head) {
        return Vec::new();
    }
    news(scene, |facts, side| {
        let mut hits = Vec::new();
        for (id, hard) in &facts.quotas {
            let asked = asked(scene, side, id.namespace.as_deref());
            for (name, most) in hard {
                let key: &str = match &**name {
                    "cpu" | "requests.cpu" => "requests.cpu",
                    "memory" | "requests.memory" => "requests.memory",
                    "limits.cpu" => "limits.cpu",
                    "limits.memory" => "limits.memory",
                    "pods" | "count/pods" => "pods",
                    _ => continue,
                };
                let Some(sum) = asked.get(key).filter(|sum| *sum > most) else { continue };
                let percent = sum.saturating_mul(100) / (*most).max(1);
                let message = format!(
                    "the pods of namespace {} ask for {percent} % of the quota's {name} at the peak of a rollout",
                    id.namespace.as_deref().unwrap_or_default()
                );
                let path = FieldPath::of(&["spec", "hard"]).key(name);
                hits.push((id.clone(), Hit::new(path, message)));
            }
        }
        hits
    })
}

fn asked(scene: &Scene<'_, '_>, side: Side, namespace: Option<&str>) -> BTreeMap<Arc<str>, i128> {
    const ONE: i128 = 1_000_000_000;
    let mut sums: BTreeMap<Arc<str>, i128> = BTreeMap::new();
    let pods = scene.in_namespace(side, namespace).flat_map(|facts| &facts.pods);
    for pods in pods.filter(|pods| pods.owner.namespace.as_deref() == namespace) {
        let count = i128::from(pods.replicas.unwrap_or(1).saturating_add(pods.surge));
        for (name, amount) in &pods.containers.amounts {
            *sums.entry(Arc::clone(name)).or_default() += amount.saturating_mul(count);
        }
        *sums.entry("pods".into()).or_default() += count.saturating_mul(ONE);
    }
    sums
}
