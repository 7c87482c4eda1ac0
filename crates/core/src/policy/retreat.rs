//! Rules for what a cell's change takes away as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    loss::is_kept,
    rule::{Hit, Severity},
    workloads::{pod_spec, pod_template},
};
use crate::{
    diff::{Change, Changes},
    resource::{FieldPath, Resource, ResourceSet, Value},
};

/// A hit and the change that it is about, by its position.
pub(crate) type Placed = (usize, Hit);

fn is(resource: &Resource, group: &str, kinds: &[&str]) -> bool {
    &*resource.id.group == group && kinds.contains(&&*resource.id.kind)
}

fn whole(message: String) -> Hit {
    Hit::new(FieldPath::root(), message)
}

/// D9: a workload that goes while one with the same containers comes.
pub(crate) fn renamed(changes: &Changes<'_>, _: &ResourceSet) -> Vec<Placed> {
    type Likeness = (String, Option<String>, BTreeSet<String>);
    let likeness = |resource: &Resource| -> Option<Likeness> {
        if !is(resource, "apps", &["Deployment", "StatefulSet", "DaemonSet"]) {
            return None;
        }
        let (_, spec) = pod_spec(resource)?;
        let containers = spec.get("containers").map(Value::items).unwrap_or_default();
        let repository = |container: &Value| {
            let image = container.text_at(&["image"])?;
            let start = image.rfind('/').unwrap_or(0);
            let end = image[start..].find([':', '@']).map_or(image.len(), |at| start + at);
            Some(image[..end].to_owned())
        };
        let images: BTreeSet<String> = containers.iter().filter_map(repository).collect();
        let namespace = resource.id.namespace.as_ref().map(ToString::to_string);
        (!images.is_empty()).then(|| (resource.id.kind.to_string(), namespace, images))
    };
    let mut alike: BTreeMap<Likeness, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (index, change) in changes.resources.iter().enumerate() {
        let Some(key) = likeness(change.resource()) else { continue };
        match change {
            Change::Delete(_) => alike.entry(key).or_default().0.push(index),
            Change::Create(_) => alike.entry(key).or_default().1.push(index),
            Change::Update { .. } => {}
        }
    }
    let pairs = alike.into_values().filter_map(|(gone, come)| match (&gone[..], &come[..]) {
        ([gone], [come]) => Some((*gone, *come)),
        _ => None,
    });
    pairs
        .map(|(gone, come)| {
            let (old, new) = (&changes.resources[gone], &changes.resources[come]);
            let claims = match &*old.id().kind {
                "StatefulSet" => " and the new pods get new, empty claims",
                _ => "",
            };
            let message = format!(
                "{} becomes {}: the old pods are deleted at once and not rolled{claims}",
                old.id(),
                new.id()
            );
            (come, whole(message))
        })
        .collect()
}

/// D13: a ConfigMap or Secret with a generated name that goes while pods may still want it.
pub(crate) fn generated_config(changes: &Changes<'_>, new: &ResourceSet) -> Vec<Placed> {
    let successor = |gone: &Resource| {
        let (stem, _) = gone.id.name.rsplit_once('-')?;
        let prefix = format!("{stem}-");
        new.resources.keys().find(|id| {
            id.kind == gone.id.kind
                && id.namespace == gone.id.namespace
                && id.name.strip_prefix(prefix.as_str()).is_some_and(is_hash)
        })
    };
    let deletions = changes.resources.iter().enumerate();
    deletions
        .filter_map(|(index, change)| {
            let Change::Delete(old) = change else { return None };
            let is_generated = is(old, "", &["ConfigMap", "Secret"])
                && old.id.name.rsplit_once('-').is_some_and(|(_, hash)| is_hash(hash))
                && !is_kept(old);
            let next = successor(old).filter(|_| is_generated)?;
            let message = format!(
                "{} is pruned when {next} takes over: pods of the old revision that start again, or a \
                 rollback, do not find it",
                old.id
            );
            Some((index, whole(message)))
        })
        .collect()
}

/// The hash that kustomize appends: ten of its letters and digits.
fn is_hash(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b"bcdfghkmt2456789".contains(&b))
}

/// D15: what protects pods that stay.
pub(crate) fn protection(changes: &Changes<'_>, new: &ResourceSet) -> Vec<Placed> {
    let deletions = changes.resources.iter().enumerate();
    deletions
        .filter_map(|(index, change)| {
            let Change::Delete(old) = change else { return None };
            let (what, most) = match (&*old.id.group, &*old.id.kind) {
                ("networking.k8s.io", "NetworkPolicy") => {
                    ("who may reach its pods", Severity::Warn)
                }
                ("policy", "PodDisruptionBudget") => {
                    ("how many of its pods may be evicted at once", Severity::Warn)
                }
                ("autoscaling", "HorizontalPodAutoscaler") => {
                    ("how many pods it has under load", Severity::Warn)
                }
                ("monitoring.coreos.com", "ServiceMonitor" | "PodMonitor" | "PrometheusRule") => {
                    ("what is measured of it", Severity::Info)
                }
                _ => return None,
            };
            let stays = match &*old.id.kind {
                "HorizontalPodAutoscaler" => is_still_scaled_by_none(old, new),
                "NetworkPolicy" => selects_any(old, &["spec", "podSelector"], new),
                "PodDisruptionBudget" => selects_any(old, &["spec", "selector"], new),
                _ => !new.resources.is_empty(),
            };
            let is_replaced = new.resources.keys().any(|id| {
                id.kind == old.id.kind
                    && id.group == old.id.group
                    && id.namespace == old.id.namespace
            });
            (stays && !is_replaced && !is_kept(old)).then(|| {
                let message = format!("{} is deleted, and nothing else says {what}", old.id);
                (index, whole(message).at_most(most))
            })
        })
        .collect()
}

/// Whether a workload's target stays and has no other autoscaler.
fn is_still_scaled_by_none(scaler: &Resource, new: &ResourceSet) -> bool {
    let target = |key: &str| scaler.body.text_at(&["spec", "scaleTargetRef", key]);
    let stays = new.resources.keys().any(|id| {
        Some(&*id.kind) == target("kind")
            && Some(&*id.name) == target("name")
            && id.namespace == scaler.id.namespace
    });
    let other = new.resources.values().any(|resource| {
        matches!(&*resource.id.kind, "HorizontalPodAutoscaler" | "ScaledObject")
            && resource.body.text_at(&["spec", "scaleTargetRef", "name"]) == target("name")
    });
    stays && !other
}

fn selects_any(policy: &Resource, keys: &[&str], new: &ResourceSet) -> bool {
    let wanted = policy.body.at(keys).and_then(|s| s.get("matchLabels")).and_then(Value::as_map);
    new.resources.values().filter(|r| r.id.namespace == policy.id.namespace).any(|resource| {
        pod_template(resource).is_some_and(|(_, template)| {
            let label = |key: &str| template.text_at(&["metadata", "labels", key]);
            wanted.into_iter().flatten().all(|(key, value)| label(key) == value.as_str())
        })
    })
}

/// D16: most of a cell's objects go at once.
pub(crate) fn mass(changes: &Changes<'_>, new: &ResourceSet) -> Vec<Placed> {
    const LEAST: usize = 10;
    let gone: Vec<usize> = changes
        .resources
        .iter()
        .enumerate()
        .filter(|(_, change)| matches!(change, Change::Delete(old) if !is_kept(old)))
        .map(|(index, _)| index)
        .collect();
    let created = changes.resources.iter().filter(|c| matches!(c, Change::Create(_))).count();
    let before = new.resources.len() + gone.len() - created.min(new.resources.len());
    // An empty cell is a case of its own.
    if new.resources.is_empty() || gone.len() < LEAST || gone.len() * 2 <= before {
        return Vec::new();
    }
    let Some(first) = gone.first() else { return Vec::new() };
    let message = format!("{} of {before} objects are deleted at once", gone.len());
    vec![(*first, Hit::new(FieldPath::root(), message))]
}

/// D17: a container that says no longer when it is ready.
pub(crate) fn readiness(old: &Resource, new: &Resource) -> Vec<Hit> {
    let probes = |resource: &Resource| -> BTreeMap<String, bool> {
        let Some((_, spec)) = pod_spec(resource) else { return BTreeMap::new() };
        let containers = spec.get("containers").map(Value::items).unwrap_or_default();
        let has = |container: &Value| {
            let name = container.text_at(&["name"])?.to_owned();
            Some((name, container.get("readinessProbe").is_some_and(|probe| !probe.is_empty())))
        };
        containers.iter().filter_map(has).collect()
    };
    if !is(new, "apps", &["Deployment", "StatefulSet", "DaemonSet"]) {
        return Vec::new();
    }
    let after = probes(new);
    let lost =
        probes(old).into_iter().filter(|(name, had)| *had && after.get(name) == Some(&false));
    lost.map(|(name, _)| {
        let path = FieldPath::of(&["spec", "template", "spec", "containers"])
            .then(crate::resource::Step::Item { key: "name", value: name.as_str().into() })
            .key("readinessProbe");
        let message =
            format!("container `{name}` loses its readinessProbe: it counts as ready at once");
        Hit::new(path, message)
    })
    .collect()
}
