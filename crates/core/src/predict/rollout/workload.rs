//! What a manifest says of how a workload replaces its pods.

use super::{
    amount::{Amount, fence_posts},
    pace::{Paces, number, paces},
    steps::{Controller, MOST_PODS},
};
use crate::resource::{Resource, ResourceSet, Server, Value};

/// The keys that lead to a workload's pod template; `None` for what is no workload.
fn template_keys(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// The pod template of a workload, with the keys that lead to it.
pub(super) fn template_of(resource: &Resource) -> Option<(&'static [&'static str], &Value)> {
    let keys = template_keys(&resource.id.group, &resource.id.kind)?;
    Some((keys, resource.stable().at(keys)?))
}

/// What git and the configuration say of the place where workloads run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) server: Server,
    /// Nodes of the cluster.
    pub(super) nodes: Option<u32>,
    /// All objects of the cell as they will be.
    pub(super) set: &'a ResourceSet,
}

/// A workload as the API server stores it, and how it behaves.
pub(super) struct Workload<'a> {
    pub(super) resource: &'a Resource,
    stored: Value,
    pub(super) paces: Paces,
    pub(super) assumptions: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// What holds pods back from changing.
pub(super) enum Hold {
    /// Nothing does.
    No,
    /// Somebody must act: why.
    Until(&'static str),
}

impl<'a> Workload<'a> {
    pub(super) fn new(place: Place<'_>, resource: &'a Resource) -> Self {
        let stored = place.server.stored(resource);
        let keys = template_keys(&resource.id.group, &resource.id.kind).unwrap_or_default();
        let none = Value::from("");
        let spec = stored.get("spec").unwrap_or(&none);
        let deadline = (&*resource.id.kind == "Deployment")
            .then(|| number(spec, "progressDeadlineSeconds").unwrap_or(600));
        let ready = number(spec, "minReadySeconds").unwrap_or(0);
        let paces = paces(stored.at(keys).unwrap_or(&none), ready, deadline);
        let (assumptions, notes) = (paces.assumptions.clone(), paces.notes.clone());
        Self { resource, stored, paces, assumptions, notes }
    }

    fn spec(&self, keys: &[&str]) -> Option<&Value> {
        self.stored.get("spec")?.at(keys)
    }

    fn is(&self, kind: &str) -> bool {
        &*self.resource.id.kind == kind
    }

    /// Pods wanted; `None` where git does not say or the number is absurd.
    pub(super) fn replicas(&mut self, place: Place<'_>) -> Option<u32> {
        if self.is("DaemonSet") {
            return place.nodes.filter(|nodes| *nodes <= MOST_PODS);
        }
        let written = self.resource.body.at(&["spec", "replicas"]).and_then(Value::as_int);
        let own = match written {
            None if self.is("Job") => self.spec(&["parallelism"]).and_then(Value::as_int),
            other => other.or(Some(1)),
        };
        let scaler = autoscaler(place.set, self.resource);
        let least = scaler.map(|scaler| {
            scaler.body.at(&["spec", "minReplicas"]).and_then(Value::as_int).unwrap_or(1)
        });
        let count = match (written, least) {
            (_, None) => own,
            (None, Some(least)) => {
                self.assumptions.push(format!("the autoscaler runs its least, {least}"));
                Some(least)
            }
            (Some(count), Some(least)) => {
                self.assumptions.push("the autoscaler has not added pods".to_owned());
                Some(count.max(least))
            }
        };
        count.and_then(|count| u32::try_from(count).ok()).filter(|count| *count <= MOST_PODS)
    }

    /// Whether a changed template reaches running pods by itself.
    pub(super) fn hold(&self, replicas: Option<u32>) -> Hold {
        if self.resource.body.at(&["spec", "paused"]).is_some_and(Value::is_true) {
            return Hold::Until("it is paused: changes add up until it is resumed");
        }
        let strategy = self.spec(&["updateStrategy", "type"]).and_then(Value::as_str);
        if strategy == Some("OnDelete") {
            return Hold::Until("`OnDelete`: each pod changes when somebody deletes it");
        }
        match replicas {
            Some(count) if self.is("StatefulSet") && self.partition() >= count && count > 0 => {
                Hold::Until("its partition keeps all pods as they are")
            }
            _ => Hold::No,
        }
    }

    pub(super) fn partition(&self) -> u32 {
        let value = self.spec(&["updateStrategy", "rollingUpdate", "partition"]);
        value.and_then(Value::as_int).and_then(|p| u32::try_from(p).ok()).unwrap_or(0)
    }

    /// The controller that goes from so many pods to so many.
    pub(super) fn controller(
        &mut self,
        place: Place<'_>,
        from: u32,
        to: u32,
    ) -> Option<Controller> {
        match &*self.resource.id.kind {
            "Deployment" => Some(self.deployment(place, from, to)),
            "Rollout" => Some(self.rollout(from, to)),
            "StatefulSet" => Some(self.stateful_set(from, to)),
            "DaemonSet" => Some(self.daemon_set(to)),
            _ => None,
        }
    }

    fn amount(&self, keys: &[&str], default: Amount) -> Amount {
        self.spec(keys).and_then(Amount::read).unwrap_or(default)
    }

    fn deployment(&mut self, place: Place<'_>, from: u32, to: u32) -> Controller {
        if self.spec(&["strategy", "type"]).and_then(Value::as_str) == Some("Recreate") {
            return Controller::Recreate { from, to };
        }
        let quarter = Amount::Percent(25);
        let surge = self.amount(&["strategy", "rollingUpdate", "maxSurge"], quarter);
        let unavailable = self.amount(&["strategy", "rollingUpdate", "maxUnavailable"], quarter);
        let (surge, unavailable) = fence_posts(surge, unavailable, to);
        let held = self.held(place);
        if let Some(held) = &held
            && unavailable == 0
        {
            self.notes.push(format!(
                "a new pod may wait for ever for {held}: it needs a node of its own, or maxUnavailable 1"
            ));
        }
        let exclusive = held.is_some() && unavailable > 0;
        if surge > 0 && !exclusive {
            self.assumptions.push("the nodes have room for the pods on top".to_owned());
        }
        Controller::Deployment { from, to, surge, unavailable, exclusive }
    }

    /// Argo Rollouts: its pauses and analyses are not in the figures.
    fn rollout(&mut self, from: u32, to: u32) -> Controller {
        if self.spec(&["strategy", "blueGreen"]).is_some() {
            self.assumptions.push("the preview is promoted at once".to_owned());
            let (surge, unavailable) = (to, 0);
            return Controller::Deployment { from, to, surge, unavailable, exclusive: false };
        }
        let quarter = Amount::Percent(25);
        let surge = self.amount(&["strategy", "canary", "maxSurge"], quarter);
        let unavailable = self.amount(&["strategy", "canary", "maxUnavailable"], quarter);
        if self.spec(&["strategy", "canary", "steps"]).is_some() {
            self.assumptions
                .push("steps, pauses and analyses of the Rollout take no time".to_owned());
        }
        let (surge, unavailable) = fence_posts(surge, unavailable, to);
        Controller::Deployment { from, to, surge, unavailable, exclusive: false }
    }

    fn stateful_set(&mut self, from: u32, to: u32) -> Controller {
        let ordered =
            self.spec(&["podManagementPolicy"]).and_then(Value::as_str) != Some("Parallel");
        let wanted = self
            .amount(&["updateStrategy", "rollingUpdate", "maxUnavailable"], Amount::Count(1))
            .up(to)
            .max(1);
        // The gate is off: alpha up to 1.34, and after a regression in the first patches of 1.35 off
        // again by default at v1.35.6 and v1.36.3 (pkg/features/kube_features.go).
        let unavailable = 1;
        if wanted > 1 {
            self.assumptions.push(
                "one pod at a time: the gate MaxUnavailableStatefulSet is off, but in the first patches \
                 of 1.35"
                    .to_owned(),
            );
        }
        let partition = self.partition();
        if partition > 0 {
            self.notes.push(format!("pods below {partition} keep their version (partition)"));
        }
        if let Some(system) = quorum_system(&self.stored)
            && to > 1
            && to.saturating_sub(unavailable) < to / 2 + 1
        {
            let need = to / 2 + 1;
            self.notes.push(format!("{system} needs {need} of {to} members: it loses its quorum"));
        }
        Controller::StatefulSet { from, to, partition, unavailable, ordered }
    }

    fn daemon_set(&mut self, nodes: u32) -> Controller {
        let one = Amount::Count(1);
        let unavailable = self.amount(&["updateStrategy", "rollingUpdate", "maxUnavailable"], one);
        let surge = self.amount(&["updateStrategy", "rollingUpdate", "maxSurge"], Amount::Count(0));
        self.assumptions.push("all nodes are ready".to_owned());
        Controller::DaemonSet { nodes, surge: surge.up(nodes), unavailable: unavailable.up(nodes) }
    }

    /// What a new pod needs that an old one holds.
    fn held(&self, place: Place<'_>) -> Option<String> {
        let spec = self.spec(&["template", "spec"])?;
        let on_host = spec.get("hostNetwork").is_some_and(Value::is_true);
        for container in spec.get("containers").map(Value::items).unwrap_or_default() {
            for port in container.get("ports").map(Value::items).unwrap_or_default() {
                let key = if on_host { "containerPort" } else { "hostPort" };
                if let Some(number) = port.get(key).and_then(Value::as_int) {
                    return Some(format!("port {number} of the node"));
                }
            }
        }
        let volumes = spec.get("volumes").map(Value::items).unwrap_or_default();
        volumes.iter().find_map(|volume| {
            let name = volume.text_at(&["persistentVolumeClaim", "claimName"])?;
            let claim = place.set.resources.values().find(|resource| {
                &*resource.id.kind == "PersistentVolumeClaim" && &*resource.id.name == name
            })?;
            let modes = claim.body.at(&["spec", "accessModes"]).map(Value::items)?;
            let is_single = !modes.is_empty()
                && modes
                    .iter()
                    .all(|mode| mode.as_str().is_some_and(|m| m.starts_with("ReadWriteOnce")));
            is_single.then(|| format!("volume {name}"))
        })
    }
}

/// The autoscaler of a workload, where the cell has one.
fn autoscaler<'a>(set: &'a ResourceSet, workload: &Resource) -> Option<&'a Resource> {
    set.resources.values().find(|resource| {
        let target = resource.body.at(&["spec", "scaleTargetRef"]);
        let is =
            |key: &str, want: &str| target.and_then(|target| target.text_at(&[key])) == Some(want);
        &*resource.id.kind == "HorizontalPodAutoscaler"
            && resource.id.namespace == workload.id.namespace
            && is("name", &workload.id.name)
            && is("kind", &workload.id.kind)
    })
}

/// Systems of which more than half of the members must be up, by the name of their image.
fn quorum_system(stored: &Value) -> Option<&'static str> {
    const SYSTEMS: [&str; 12] = [
        "etcd",
        "zookeeper",
        "consul",
        "vault",
        "rabbitmq",
        "nats",
        "cockroach",
        "mongo",
        "elasticsearch",
        "opensearch",
        "kafka",
        "clickhouse-keeper",
    ];
    let containers = stored.at(&["spec", "template", "spec", "containers"])?.items();
    containers.iter().find_map(|container| {
        let image = container.text_at(&["image"])?;
        let name = image.rsplit('/').next()?.split([':', '@']).next()?;
        SYSTEMS
            .into_iter()
            .find(|system| name == *system || name.starts_with(&format!("{system}-")))
    })
}
