//! Where pods are described inside the kinds of Kubernetes.

use crate::resource::{FieldPath, Resource, Value};

/// The keys that lead to the pod template of a kind; `None` for a kind without one.
pub(crate) fn pod_template_keys(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// The pod template of an object and its path.
pub(crate) fn pod_template(resource: &Resource) -> Option<(FieldPath, &Value)> {
    let keys = pod_template_keys(&resource.id.group, &resource.id.kind)?;
    Some((FieldPath::of(keys), resource.body.at(keys)?))
}

/// The spec of the pods of an object, a Pod itself included.
fn pod_spec(resource: &Resource) -> Option<(FieldPath, &Value)> {
    if resource.id.group.is_empty() && &*resource.id.kind == "Pod" {
        return Some((FieldPath::of(&["spec"]), resource.body.get("spec")?));
    }
    let (path, template) = pod_template(resource)?;
    Some((path.key("spec"), template.get("spec")?))
}

/// Every container of an object's pods, with its path.
pub(crate) fn containers(resource: &Resource) -> Vec<(FieldPath, &Value)> {
    let Some((path, spec)) = pod_spec(resource) else { return Vec::new() };
    let mut found = Vec::new();
    for list in ["initContainers", "containers"] {
        let items = spec.get(list).map(Value::items).unwrap_or_default();
        let path = path.key(list);
        found.extend(items.iter().enumerate().map(|(at, item)| (path.index(at), item)));
    }
    found
}
