//! In which order a cell's objects are applied.

use std::collections::BTreeMap;

use super::{Rollout, SyncPlan, SyncStep};
use crate::{
    diff::{Change, Changes},
    resource::{Resource, ResourceSet},
};

const PRE: &str = "pre-sync";
const SYNC: &str = "sync";
const POST: &str = "post-sync";

/// The steps of a sync; `None` where all changes are applied in one and no hook runs.
///
/// A step waits until what the one before it applied is healthy.
/// (Source: argo-cd docs/user-guide/sync-waves.md.)
pub(crate) fn plan(
    new: &ResourceSet,
    changes: &Changes<'_>,
    rollouts: &[Rollout],
) -> Option<SyncPlan> {
    let mut steps: BTreeMap<(usize, i64), SyncStep> = BTreeMap::new();
    for change in &changes.resources {
        let resource = change.resource();
        let Some(phase) = phase(resource).filter(|_| resource.hook.is_none()) else { continue };
        let step = step(&mut steps, phase, resource);
        step.changes += 1;
        let own = rollouts.iter().find(|rollout| rollout.subject.id == resource.id);
        let waits = !matches!(change, Change::Delete(_));
        if let Some((rollout, duration)) =
            own.and_then(|rollout| Some((rollout, rollout.duration?))).filter(|_| waits)
        {
            step.expected = step.expected.max(duration.expected);
            step.workloads.push(rollout.subject.clone());
        }
    }
    for resource in new.resources.values().filter(|resource| is_hook(resource)) {
        if let Some(phase) = phase(resource) {
            step(&mut steps, phase, resource).hooks.push(resource.id.to_string());
        }
    }
    let is_plain = steps.len() <= 1 && steps.values().all(|step| step.hooks.is_empty());
    let has_changes = steps.values().any(|step| step.changes > 0);
    (!is_plain && has_changes).then(|| SyncPlan { steps: steps.into_values().collect() })
}

fn step<'s>(
    steps: &'s mut BTreeMap<(usize, i64), SyncStep>,
    phase: &'static str,
    resource: &Resource,
) -> &'s mut SyncStep {
    let order = [PRE, SYNC, POST].iter().position(|known| *known == phase).unwrap_or_default();
    let wave = wave(resource);
    steps.entry((order, wave)).or_insert_with(|| SyncStep {
        phase,
        wave,
        changes: 0,
        hooks: Vec::new(),
        workloads: Vec::new(),
        expected: 0,
    })
}

fn annotation<'r>(resource: &'r Resource, key: &str) -> Option<&'r str> {
    resource.body.text_at(&["metadata", "annotations", key])
}

fn is_hook(resource: &Resource) -> bool {
    resource.hook.is_some() || annotation(resource, "argocd.argoproj.io/hook").is_some()
}

/// The phase of an object; `None` for a hook of another occasion, such as a test.
fn phase(resource: &Resource) -> Option<&'static str> {
    if let Some(kinds) = annotation(resource, "argocd.argoproj.io/hook") {
        let kinds: Vec<&str> = kinds.split(',').map(str::trim).collect();
        return [("PreSync", PRE), ("Sync", SYNC), ("PostSync", POST)]
            .into_iter()
            .find_map(|(kind, phase)| kinds.contains(&kind).then_some(phase));
    }
    let Some(hook) = &resource.hook else { return Some(SYNC) };
    let has = |events: [&str; 2]| hook.events.iter().any(|event| events.contains(&&**event));
    if has(["pre-install", "pre-upgrade"]) {
        Some(PRE)
    } else if has(["post-install", "post-upgrade"]) {
        Some(POST)
    } else {
        None
    }
}

fn wave(resource: &Resource) -> i64 {
    let weight = resource.hook.as_ref().map_or(0, |hook| hook.weight);
    let text = annotation(resource, "argocd.argoproj.io/sync-wave");
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(weight)
}
