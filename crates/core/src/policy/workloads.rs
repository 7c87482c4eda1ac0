//! Where pods are described inside the kinds of Kubernetes.

use crate::resource::{FieldPath, Resource, Step, Value};

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
pub(crate) fn pod_spec(resource: &Resource) -> Option<(FieldPath, &Value)> {
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

/// Every container of an object's pods, with a path that names it.
pub(crate) fn named_containers(resource: &Resource) -> Vec<(FieldPath, &Value)> {
    let Some((path, spec)) = pod_spec(resource) else { return Vec::new() };
    let mut found = Vec::new();
    for list in ["initContainers", "containers"] {
        let path = path.key(list);
        for (index, item) in spec.get(list).map(Value::items).unwrap_or_default().iter().enumerate()
        {
            let step = item
                .text_at(&["name"])
                .map_or(Step::Index(index), |name| Step::Item { key: "name", value: name.into() });
            found.push((path.then(step), item));
        }
    }
    found
}

/// Whether the object is of a kind that Kubernetes itself has.
pub(crate) fn is_built_in(resource: &Resource) -> bool {
    is_built_in_group(&resource.id.group)
}

/// Whether a group is one of Kubernetes itself.
pub(crate) fn is_built_in_group(group: &str) -> bool {
    matches!(group, "" | "apps" | "batch" | "autoscaling" | "policy" | "extensions")
        || BUILT_IN.contains(&group)
}

/// The groups of Kubernetes itself that have a dot; other groups that end with `.k8s.io` are those
/// of add-ons.
const BUILT_IN: [&str; 17] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];
