//! The pods of a workload.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Target, items, text};
use crate::{
    policy::{
        amounts::amount,
        workloads::{pod_spec, pod_template},
    },
    resource::{Resource, ResourceId, Value},
};

/// The pods that a workload makes.
#[derive(Debug, PartialEq)]
pub(crate) struct Pods {
    /// The workload.
    pub(crate) owner: ResourceId,
    /// The labels of each pod.
    pub(crate) labels: BTreeMap<Arc<str>, Arc<str>>,
    /// What they listen on: names, and numbers that are declared.
    pub(crate) ports: BTreeSet<Target>,
    /// How many there are; absent where something else decides it.
    pub(crate) replicas: Option<i64>,
    /// How many more there may be during a rollout.
    pub(crate) surge: i64,
    /// What they ask for.
    pub(crate) containers: Containers,
    /// The claims that they mount.
    pub(crate) claims: BTreeSet<Arc<str>>,
    /// Whether pods are replaced before the old ones are gone.
    pub(crate) overlaps: bool,
    /// Whether a port of the node is asked for.
    pub(crate) is_on_host: bool,
}

/// What the containers of one pod ask for together.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Containers {
    /// `requests.cpu`, `limits.memory` and the like.
    pub(crate) amounts: BTreeMap<Arc<str>, i128>,
    /// The containers that ask for no processor time.
    pub(crate) without_cpu: Vec<Arc<str>>,
}

/// The pods of an object, where it makes any.
pub(super) fn of(resource: &Resource) -> Option<Pods> {
    let kind = &*resource.id.kind;
    let (_, spec) = pod_spec(resource)?;
    if matches!(kind, "CronJob") {
        return None;
    }
    let labels = match pod_template(resource) {
        Some((_, template)) => template.at(&["metadata", "labels"]),
        None => resource.body.at(&["metadata", "labels"]),
    };
    let labels = labels.and_then(Value::as_map).into_iter().flatten();
    let labels = labels.filter_map(|(key, value)| Some((Arc::clone(key), value.as_str()?.into())));
    let replicas = match kind {
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Rollout" => {
            resource.body.at(&["spec", "replicas"]).and_then(Value::as_int)
        }
        "Pod" => Some(1),
        _ => None,
    };
    let volumes = items(spec, &["volumes"]).iter();
    let claims = volumes.filter_map(|volume| text(volume, &["persistentVolumeClaim", "claimName"]));
    let containers = items(spec, &["containers"]);
    let on_host = spec.get("hostNetwork").is_some_and(Value::is_true);
    Some(Pods {
        owner: resource.id.clone(),
        labels: labels.collect(),
        ports: ports(spec),
        replicas,
        surge: surge(resource, replicas.unwrap_or(1)),
        containers: asked(containers),
        claims: claims.collect(),
        overlaps: kind == "Deployment"
            && resource.body.text_at(&["spec", "strategy", "type"]) != Some("Recreate"),
        is_on_host: containers.iter().flat_map(|container| items(container, &["ports"])).any(
            |port| {
                let key = if on_host { "containerPort" } else { "hostPort" };
                port.get(key).and_then(Value::as_int).is_some_and(|port| port != 0)
            },
        ),
    })
}

fn ports(spec: &Value) -> BTreeSet<Target> {
    let mut found = BTreeSet::new();
    // A native sidecar serves ports too.
    for list in ["containers", "initContainers"] {
        for port in items(spec, &[list]).iter().flat_map(|container| items(container, &["ports"])) {
            found.extend(text(port, &["name"]).map(Target::Name));
            found.extend(port.get("containerPort").and_then(Value::as_int).map(Target::Number));
        }
    }
    found
}

/// The pods beyond `replicas` during a rollout.
fn surge(resource: &Resource, replicas: i64) -> i64 {
    let (keys, default) = match &*resource.id.kind {
        "Deployment" => (["spec", "strategy", "rollingUpdate", "maxSurge"], 25),
        "DaemonSet" => (["spec", "updateStrategy", "rollingUpdate", "maxSurge"], 0),
        _ => return 0,
    };
    if resource.body.text_at(&["spec", "strategy", "type"]) == Some("Recreate") {
        return 0;
    }
    let share = |percent: i64| replicas.saturating_mul(percent).saturating_add(99) / 100;
    match resource.body.at(&keys) {
        None => share(default),
        Some(value) => match value.as_str() {
            Some(text) => text.strip_suffix('%').and_then(|t| t.parse().ok()).map_or(0, share),
            None => value.as_int().unwrap_or(0),
        },
    }
}

/// What containers ask for; a limit stands in for a request that is not given.
fn asked(containers: &[Value]) -> Containers {
    let mut asked = Containers::default();
    for container in containers {
        let at = |list: &str, name: &str| container.at(&["resources", list, name]).and_then(amount);
        for name in ["cpu", "memory"] {
            let limit = at("limits", name);
            let request = at("requests", name).or(limit);
            for (list, value) in [("requests", request), ("limits", limit)] {
                if let Some(value) = value {
                    *asked.amounts.entry(format!("{list}.{name}").into()).or_default() += value;
                }
            }
            if name == "cpu" && request.is_none() {
                asked.without_cpu.extend(text(container, &["name"]));
            }
        }
    }
    asked
}
