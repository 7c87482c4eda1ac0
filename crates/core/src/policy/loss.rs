//! Rules for what is lost when an object goes away or shrinks.

use super::rule::{Hit, Severity, shown};
use crate::resource::{FieldPath, Resource, Value};

fn is(resource: &Resource, group: &str, kinds: &[&str]) -> bool {
    &*resource.id.group == group && kinds.contains(&&*resource.id.kind)
}

fn annotation<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    resource.body.text_at(&["metadata", "annotations", key])
}

fn sync_option(resource: &Resource, wanted: &str) -> bool {
    let options = annotation(resource, "argocd.argoproj.io/sync-options").unwrap_or_default();
    options.split(',').any(|option| option.trim() == wanted)
}

/// Whether tools leave the object in the cluster when it is gone from the manifests.
pub(crate) fn is_kept(resource: &Resource) -> bool {
    annotation(resource, "helm.sh/resource-policy") == Some("keep")
        || ["Prune=false", "Delete=false"].iter().any(|option| sync_option(resource, option))
        || annotation(resource, "kustomize.toolkit.fluxcd.io/prune") == Some("disabled")
}

/// Whether tools delete the object and make it anew where it cannot be updated.
pub(crate) fn is_recreated(resource: &Resource) -> bool {
    sync_option(resource, "Replace=true") && sync_option(resource, "Force=true")
}

fn gone(resource: &Resource, what: &str) -> Vec<Hit> {
    if is_kept(resource) {
        return Vec::new();
    }
    vec![Hit::new(FieldPath::root(), format!("{} is deleted, and with it {what}", resource.id))]
}

/// D1: storage.
pub(crate) fn storage(resource: &Resource) -> Vec<Hit> {
    let keeps_data =
        resource.body.text_at(&["spec", "persistentVolumeReclaimPolicy"]) != Some("Delete");
    if is(resource, "", &["PersistentVolumeClaim"]) {
        gone(resource, "the data of its volume unless the volume's reclaim policy is Retain")
    } else if is(resource, "", &["PersistentVolume"]) && !keeps_data {
        gone(resource, "its data, since its reclaim policy is Delete")
    } else if is(resource, "snapshot.storage.k8s.io", &["VolumeSnapshot"]) {
        gone(resource, "the snapshot's data")
    } else {
        Vec::new()
    }
}

/// D2: a namespace.
pub(crate) fn namespace(resource: &Resource) -> Vec<Hit> {
    if is(resource, "", &["Namespace"]) { gone(resource, "every object in it") } else { Vec::new() }
}

/// D3: a custom resource definition.
pub(crate) fn definition(resource: &Resource) -> Vec<Hit> {
    if is(resource, "apiextensions.k8s.io", &["CustomResourceDefinition"]) {
        gone(resource, "every object of its kind in the whole cluster")
    } else {
        Vec::new()
    }
}

fn claim_policy<'a>(resource: &'a Resource, when: &str) -> &'a str {
    let keys = ["spec", "persistentVolumeClaimRetentionPolicy", when];
    resource.body.text_at(&keys).unwrap_or("Retain")
}

/// D4: a StatefulSet; its claims stay unless it says otherwise.
pub(crate) fn stateful_set_gone(resource: &Resource) -> Vec<Hit> {
    if !is(resource, "apps", &["StatefulSet"]) {
        return Vec::new();
    }
    if claim_policy(resource, "whenDeleted") == "Delete" {
        return gone(resource, "its claims and their data (`whenDeleted: Delete`)");
    }
    let hits = gone(resource, "its pods; its claims stay");
    hits.into_iter().map(|hit| hit.at_most(Severity::Warn)).collect()
}

fn replicas(resource: &Resource) -> i64 {
    resource.body.at(&["spec", "replicas"]).and_then(Value::as_int).unwrap_or(1)
}

/// D4: a StatefulSet with fewer pods.
pub(crate) fn stateful_set_shrinks(old: &Resource, new: &Resource) -> Vec<Hit> {
    let (was, will) = (replicas(old), replicas(new));
    if !is(new, "apps", &["StatefulSet"]) || will >= was {
        return Vec::new();
    }
    let deletes = claim_policy(new, "whenScaled") == "Delete";
    let (claims, certainty) = if deletes {
        ("and deletes their claims (`whenScaled: Delete`)", Severity::Block)
    } else {
        ("and keeps their claims", Severity::Warn)
    };
    let path = FieldPath::of(&["spec", "replicas"]);
    let message = format!("{} goes from {was} to {will} pods {claims}", new.id);
    let hit = new.body.at(&["spec", "replicas"]).map_or_else(
        || Hit::new(path.clone(), message.clone()),
        |value| Hit::on(path.clone(), value, message.clone()),
    );
    vec![hit.at_most(certainty)]
}

/// H11: a workload with no pods left.
pub(crate) fn scaled_to_zero(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "apps", &["Deployment", "StatefulSet", "ReplicaSet"]) {
        return Vec::new();
    }
    match new.body.at(&["spec", "replicas"]) {
        Some(value) if replicas(new) == 0 && replicas(old) > 0 => {
            let message = format!("{} goes from {} pods to none", new.id, replicas(old));
            vec![Hit::on(FieldPath::of(&["spec", "replicas"]), value, message)]
        }
        _ => Vec::new(),
    }
}

/// D8: an object that the tool leaves behind.
pub(crate) fn orphan(resource: &Resource) -> Vec<Hit> {
    if !is_kept(resource) {
        return Vec::new();
    }
    let message = format!(
        "{} is no longer rendered but stays in the cluster, managed by nobody",
        resource.id
    );
    vec![Hit::new(FieldPath::root(), message)]
}

fn is_balancer(resource: &Resource) -> bool {
    is(resource, "", &["Service"])
        && resource.body.text_at(&["spec", "type"]) == Some("LoadBalancer")
}

fn is_pinned(resource: &Resource) -> bool {
    let annotations = resource.body.at(&["metadata", "annotations"]).and_then(Value::as_map);
    let names_address = |key: &str| {
        let key = key.to_ascii_lowercase();
        [
            "loadbalancerip",
            "load-balancer-ip",
            "static-ip",
            "eip-allocations",
            "ipv4",
            "addresspool",
            "lb-ipam-ips",
        ]
        .iter()
        .any(|part| key.contains(part))
    };
    resource.body.text_at(&["spec", "loadBalancerIP"]).is_some_and(|ip| !ip.is_empty())
        || annotations.is_some_and(|map| map.keys().any(|key| names_address(key)))
}

/// D10: an external address that is given back.
pub(crate) fn balancer_gone(resource: &Resource) -> Vec<Hit> {
    if !is_balancer(resource) || is_pinned(resource) {
        return Vec::new();
    }
    gone(resource, "its external address, which is not pinned")
}

/// D10: a Service that stops being a load balancer.
pub(crate) fn balancer_retyped(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is_balancer(old) || is_balancer(new) || is_pinned(old) {
        return Vec::new();
    }
    let kind = new.body.at(&["spec", "type"]);
    let message = format!(
        "{} stops being a LoadBalancer and would be {}: its external address is given back",
        new.id,
        kind.map_or_else(|| "`ClusterIP`".to_owned(), |kind| shown(Some(kind)))
    );
    let path = FieldPath::of(&["spec", "type"]);
    vec![match kind {
        Some(kind) => Hit::on(path, kind, message),
        None => Hit::new(path, message),
    }]
}
