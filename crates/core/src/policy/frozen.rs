//! Rules for kinds of which nearly everything is fixed, and for objects that only seem to be new.

use super::rule::{Hit, shown};
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

/// A kind's group and name, its fields that are fixed for good, and what the server puts there where
/// nothing is said.
type Fixed = (&'static str, &'static str, &'static [(&'static [&'static str], &'static str)]);

/// (Source: `ValidateEndpointSliceUpdate`, `ValidateResourceQuotaUpdate`, `ValidateCSIDriverUpdate`,
/// `ValidateVolumeAttributesClassUpdate`, `ValidateControllerRevisionUpdate` and
/// `ValidateLeaseCandidateSpecUpdate` in pkg/apis/*/validation/validation.go; pkg/apis/storage/v1/
/// defaults.go.)
const FIXED: &[Fixed] = &[
    ("discovery.k8s.io", "EndpointSlice", &[(&["addressType"], "")]),
    ("", "ResourceQuota", &[(&["spec", "scopes"], "")]),
    (
        "storage.k8s.io",
        "CSIDriver",
        &[(&["spec", "attachRequired"], "true"), (&["spec", "volumeLifecycleModes"], "Persistent")],
    ),
    ("storage.k8s.io", "VolumeAttributesClass", &[(&["driverName"], ""), (&["parameters"], "")]),
    ("apps", "ControllerRevision", &[(&["data"], "")]),
    ("coordination.k8s.io", "LeaseCandidate", &[(&["spec", "leaseName"], "")]),
];

/// A field in a form that does not depend on the order of texts or on a default that is written out.
fn comparable(value: Option<&Value>, default: &str) -> Vec<String> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return if default.is_empty() { Vec::new() } else { vec![default.to_owned()] };
    };
    let told = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match &value.data {
        Data::List(items) => {
            let mut items: Vec<String> = items.iter().map(told).collect();
            items.sort();
            items
        }
        _ => vec![told(value)],
    }
}

/// U18: fields of other kinds that are fixed.
pub(crate) fn others(old: &Resource, new: &Resource) -> Vec<Hit> {
    let kinds = FIXED.iter().filter(|(group, kind, _)| is(new, group, kind));
    kinds
        .flat_map(|(_, _, fields)| fields.iter())
        .filter_map(|(keys, default)| {
            let (was, will) = (old.body.at(keys), new.body.at(keys));
            let path = FieldPath::of(keys);
            let message = format!(
                "`{path}` cannot change: it is {} and would be {}",
                shown(was),
                shown(will)
            );
            let is_same = comparable(was, default) == comparable(will, default);
            (!is_same).then(|| Hit::new(path, message))
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
