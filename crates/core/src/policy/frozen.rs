//! Rules for kinds of which nearly everything is fixed, and for objects that only seem to be new.

use super::rule::{Hit, Severity, shown};
use crate::{
    diff::fields,
    resource::{Data, FieldPath, Map, Resource, Server, Value},
};

fn is(resource: &Resource, group: &str, kind: &str) -> bool {
    &*resource.id.group == group && &*resource.id.kind == kind
}

/// U17: what of a Pod cannot change.
///
/// (Source: `ValidatePodUpdate` in pkg/apis/core/validation/validation.go.)
pub(crate) fn pod(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "", "Pod") || new.hook.is_some() || old.hook.is_some() || is_hook(new) {
        return Vec::new();
    }
    let spec = |resource: &Resource| {
        let mut stored = free(Server::default().stored(resource));
        if let Data::Map(map) = &mut stored.data {
            map.retain(|key, _| &**key == "spec");
        }
        stored
    };
    let changes = fields(&spec(old), &spec(new));
    let hit = |change: crate::diff::FieldChange| {
        let (was, will) = (shown(change.old.as_ref()), shown(change.new.as_ref()));
        let message =
            format!("`{}` of a Pod cannot change: it is {was} and would be {will}", change.path);
        Hit::new(change.path, message)
    };
    changes.into_iter().map(hit).collect()
}

fn is_hook(resource: &Resource) -> bool {
    ["argocd.argoproj.io/hook", "helm.sh/hook"]
        .iter()
        .any(|key| resource.body.at(&["metadata", "annotations", key]).is_some())
}

/// A Pod without what may change: images, tolerations, deadlines, resources (which another request
/// changes in place) and scheduling gates.
fn free(mut pod: Value) -> Value {
    let spec = match &mut pod.data {
        Data::Map(map) => map.get_mut("spec"),
        _ => None,
    };
    let Some(Data::Map(spec)) = spec.map(|spec| &mut spec.data) else { return pod };
    for key in [
        "tolerations",
        "activeDeadlineSeconds",
        "terminationGracePeriodSeconds",
        "schedulingGates",
        "nodeSelector",
        "affinity",
        "ephemeralContainers",
        "serviceAccountName",
        "nodeName",
    ] {
        spec.remove(key);
    }
    for list in ["containers", "initContainers"] {
        let items = match spec.get_mut(list).map(|list| &mut list.data) {
            Some(Data::List(items)) => items.as_mut_slice(),
            _ => &mut [],
        };
        for container in items.iter_mut().filter_map(as_map) {
            const FREE: [&str; 4] = ["image", "imagePullPolicy", "resources", "resizePolicy"];
            container.retain(|key, _| !FREE.contains(&&**key));
        }
    }
    pod
}

fn as_map(value: &mut Value) -> Option<&mut Map> {
    match &mut value.data {
        Data::Map(map) => Some(map),
        _ => None,
    }
}

/// Kinds with fields that are fixed for good, and how sure that is.
const FIXED: &[(&str, &str, &[&[&str]], Severity)] = &[
    ("discovery.k8s.io", "EndpointSlice", &[&["addressType"]], Severity::Block),
    ("", "ResourceQuota", &[&["spec", "scopes"], &["spec", "scopeSelector"]], Severity::Warn),
    (
        "storage.k8s.io",
        "CSIDriver",
        &[&["spec", "attachRequired"], &["spec", "volumeLifecycleModes"]],
        Severity::Warn,
    ),
    (
        "storage.k8s.io",
        "VolumeAttributesClass",
        &[&["driverName"], &["parameters"]],
        Severity::Warn,
    ),
    ("apps", "ControllerRevision", &[&["data"]], Severity::Block),
    ("coordination.k8s.io", "LeaseCandidate", &[&["spec", "leaseName"]], Severity::Warn),
];

/// U18: fields of other kinds that are fixed.
pub(crate) fn others(old: &Resource, new: &Resource) -> Vec<Hit> {
    let kinds = FIXED.iter().filter(|(group, kind, ..)| is(new, group, kind));
    let fields =
        kinds.flat_map(|(_, _, fields, severity)| fields.iter().map(move |f| (*f, *severity)));
    fields
        .filter_map(|(keys, severity)| {
            let (was, will) = (old.body.at(keys), new.body.at(keys));
            let is_same =
                was == will || was.is_none_or(Value::is_empty) && will.is_none_or(Value::is_empty);
            let path = FieldPath::of(keys);
            let message = format!(
                "`{path}` cannot change: it is {} and would be {}",
                shown(was),
                shown(will)
            );
            (!is_same).then(|| Hit::new(path, message).at_most(severity))
        })
        .collect()
}

/// U20: another API version of the same object.
pub(crate) fn moved(old: &Resource, new: &Resource) -> Vec<Hit> {
    let group = |version: &str| version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
    if group(&old.api_version) == group(&new.api_version) {
        return Vec::new();
    }
    let message = format!(
        "`{}` becomes `{}`: the API server stores both as one object, nothing is made anew",
        old.api_version, new.api_version
    );
    vec![Hit::new(FieldPath::of(&["apiVersion"]), message)]
}
