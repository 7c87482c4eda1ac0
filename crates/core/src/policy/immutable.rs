//! Rules for changes that the API server refuses although the new object is valid.

use std::collections::BTreeSet;

use super::{
    kube::Kube,
    rule::{Hit, Severity, shown},
};
use crate::resource::{Data, FieldPath, Map, Resource, Server, Value, quantity};

fn is(resource: &Resource, group: &str, kinds: &[&str]) -> bool {
    &*resource.id.group == group && kinds.contains(&&*resource.id.kind)
}

/// A hit for a field that differs, unless both sides say nothing.
fn fixed(old: &Resource, new: &Resource, keys: &[&str]) -> Option<Hit> {
    let (before, after) = (old.body.at(keys), new.body.at(keys));
    differs(before, after).then(|| changed(FieldPath::of(keys), before, after))
}

fn differs(old: Option<&Value>, new: Option<&Value>) -> bool {
    fn said(value: Option<&Value>) -> Option<&Value> {
        value.filter(|value| !value.is_empty() && value.as_str() != Some(""))
    }
    said(old) != said(new)
}

fn changed(path: FieldPath, old: Option<&Value>, new: Option<&Value>) -> Hit {
    let message =
        format!("`{path}` cannot change: it is {} and would be {}", shown(old), shown(new));
    match new {
        Some(value) => Hit::on(path, value, message),
        None => Hit::new(path, message),
    }
}

fn all_fixed(old: &Resource, new: &Resource, fields: &[&[&str]]) -> Vec<Hit> {
    fields.iter().filter_map(|keys| fixed(old, new, keys)).collect()
}

/// U1, U2: the selector of a Deployment, DaemonSet or ReplicaSet.
pub(crate) fn workload_selector(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "apps", &["Deployment", "DaemonSet", "ReplicaSet"]) {
        return Vec::new();
    }
    // A hit for each label, so that the label's own line is found.
    let path = FieldPath::of(&["spec", "selector"]);
    let side = |resource: &Resource| resource.body.at(&["spec", "selector"]).cloned();
    let (Some(old), Some(new)) = (side(old), side(new)) else { return Vec::new() };
    crate::diff::fields(&old, &new)
        .into_iter()
        .filter(|change| differs(change.old.as_ref(), change.new.as_ref()))
        .map(|change| {
            let path = path.join(&change.path);
            changed(path, change.old.as_ref(), change.new.as_ref())
        })
        .collect()
}

/// U4: everything of a StatefulSet's spec that is not listed as free.
pub(crate) fn stateful_set(old: &Resource, new: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    const FREE: [&str; 6] = [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    if !is(new, "apps", &["StatefulSet"]) {
        return Vec::new();
    }
    let fields = |resource: &Resource| -> BTreeSet<String> {
        let spec = resource.body.get("spec").and_then(Value::as_map);
        spec.into_iter().flat_map(Map::keys).map(ToString::to_string).collect()
    };
    let mut hits = Vec::new();
    for field in fields(old).union(&fields(new)).filter(|field| !FREE.contains(&field.as_str())) {
        let keys = ["spec", field.as_str()];
        match field.as_str() {
            "volumeClaimTemplates" => claims(old, new, &mut hits),
            "podManagementPolicy" => {
                hits.extend(fixed_with_default(old, new, &keys, "OrderedReady"));
            }
            "revisionHistoryLimit" => hits.extend(history_limit(old, new, kube)),
            _ => hits.extend(fixed(old, new, &keys)),
        }
    }
    hits
}

/// Refused up to 1.32 and taken from 1.33 on.
///
/// (Source: `ValidateStatefulSetUpdate` in pkg/apis/apps/validation/validation.go at v1.32.13 and
/// v1.33.13.)
fn history_limit(old: &Resource, new: &Resource, kube: Option<Kube>) -> Option<Hit> {
    let certainty = match kube {
        Some(kube) if kube >= Kube::new(33) => return None,
        Some(_) => Severity::Block,
        None => Severity::Warn,
    };
    let keys = ["spec", "revisionHistoryLimit"];
    // The API server fills in 10 where nothing is said.
    let limit = |side: &Resource| side.body.at(&keys).and_then(Value::as_int).unwrap_or(10);
    if limit(old) == limit(new) {
        return None;
    }
    let unknown = if kube.is_none() { "; the cluster's version is not known" } else { "" };
    fixed(old, new, &keys).map(|mut hit| {
        hit.message.push_str(unknown);
        hit.at_most(certainty)
    })
}

fn fixed_with_default(old: &Resource, new: &Resource, keys: &[&str], default: &str) -> Option<Hit> {
    let text = |resource: &Resource| resource.body.text_at(keys).unwrap_or(default).to_owned();
    if text(old) == text(new) { None } else { fixed(old, new, keys) }
}

fn claims(old: &Resource, new: &Resource, out: &mut Vec<Hit>) {
    let keys = ["spec", "volumeClaimTemplates"];
    let list = |resource: &Resource| -> Value {
        let items = resource.body.at(&keys).map(Value::items).unwrap_or_default();
        Data::List(items.iter().map(|claim| Server::default().claim(claim)).collect()).into()
    };
    out.extend(part(old, new, &keys, &list(old), &list(new)));
}

/// A hit for each field in which the comparable forms of a part differ, shown as it is written.
fn part(old: &Resource, new: &Resource, keys: &[&str], before: &Value, after: &Value) -> Vec<Hit> {
    let written = |resource: &Resource, path: &FieldPath, comparable: Option<Value>| {
        resource.body.at_path(path).cloned().or(comparable)
    };
    crate::diff::fields(before, after)
        .into_iter()
        .map(|change| {
            let path = FieldPath::of(keys).join(&change.path);
            let before = written(old, &path, change.old);
            let after = written(new, &path, change.new);
            changed(path, before.as_ref(), after.as_ref())
        })
        .collect()
}

/// U5: the template of a Job and what decides when it is done.
pub(crate) fn job(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "batch", &["Job"]) || is_recreated(new) {
        return Vec::new();
    }
    let mut hits = all_fixed(
        old,
        new,
        &[
            &["spec", "selector"],
            &["spec", "completionMode"],
            &["spec", "podFailurePolicy"],
            &["spec", "successPolicy"],
            &["spec", "backoffLimitPerIndex"],
            &["spec", "managedBy"],
        ],
    );
    let is_indexed = new.body.text_at(&["spec", "completionMode"]) == Some("Indexed");
    if !is_indexed {
        hits.extend(fixed(old, new, &["spec", "completions"]));
    }
    let keys = ["spec", "template"];
    if let (Some(before), Some(after)) = (old.body.at(&keys), new.body.at(&keys)) {
        let template = |value: &Value| Server::default().template("Job", value);
        hits.extend(part(old, new, &keys, &template(before), &template(after)));
    }
    let may_be_gone = new.body.at(&["spec", "ttlSecondsAfterFinished"]).is_some();
    // Of a Job that never started, more may change; whether it did is not told by git.
    let is_suspended = old.body.at(&["spec", "suspend"]).is_some_and(Value::is_true);
    let certainty = if may_be_gone || is_suspended { Severity::Warn } else { Severity::Block };
    hits.into_iter().map(|hit| hit.at_most(certainty)).collect()
}

/// Whether a tool deletes the object before it applies it anew.
fn is_recreated(resource: &Resource) -> bool {
    let annotation = |key: &str| resource.body.text_at(&["metadata", "annotations", key]);
    resource.hook.is_some()
        || annotation("helm.sh/hook").is_some()
        || annotation("argocd.argoproj.io/hook").is_some()
}

/// U6: a claim is fixed, except that it may grow.
pub(crate) fn volume_claim(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "", &["PersistentVolumeClaim"]) {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for field in [
        "accessModes",
        "volumeMode",
        "storageClassName",
        "volumeName",
        "selector",
        "dataSource",
        "dataSourceRef",
    ] {
        let keys = ["spec", field];
        let hit = match field {
            "volumeMode" => fixed_with_default(old, new, &keys, "Filesystem"),
            _ => fixed(old, new, &keys),
        };
        // The server fills in what the manifest leaves open; writing the same down is accepted.
        let was_open = old.body.at(&keys).is_none() || new.body.at(&keys).is_none();
        let certainty = if was_open { Severity::Warn } else { Severity::Block };
        hits.extend(hit.map(|hit| hit.at_most(certainty)));
    }
    let keys = ["spec", "volumeAttributesClassName"];
    if old.body.text_at(&keys).is_some_and(|class| !class.is_empty()) {
        let is_taken_away = new.body.text_at(&keys).is_none_or(str::is_empty);
        let hit = if is_taken_away { fixed(old, new, &keys) } else { None };
        // From 1.34 on that is refused only once the class is in force.
        hits.extend(hit.map(|hit| hit.at_most(Severity::Warn)));
    }
    let keys = ["spec", "resources", "requests", "storage"];
    let (before, after) = (old.body.at(&keys), new.body.at(&keys));
    let size = |value: Option<&Value>| {
        let value = value?;
        quantity(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    if let (Some(was), Some(will), Some(value)) = (size(before), size(after), after)
        && will < was
    {
        let message = format!(
            "a volume cannot shrink: it is {} and would be {}",
            shown(before),
            shown(after)
        );
        hits.push(Hit::on(FieldPath::of(&keys), value, message));
    }
    hits
}

/// U7: where a volume's data lie.
pub(crate) fn volume(old: &Resource, new: &Resource) -> Vec<Hit> {
    const FREE: [&str; 7] = [
        "capacity",
        "accessModes",
        "claimRef",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "mountOptions",
        "volumeAttributesClassName",
    ];
    if !is(new, "", &["PersistentVolume"]) {
        return Vec::new();
    }
    let spec = |resource: &Resource| resource.body.get("spec").and_then(Value::as_map).cloned();
    let (before, after) = (spec(old).unwrap_or_default(), spec(new).unwrap_or_default());
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    fields
        .into_iter()
        .filter(|field| !FREE.contains(&&***field))
        .filter(|field| &***field != "nodeAffinity" || before.contains_key(*field))
        .filter_map(|field| match &**field {
            "volumeMode" => fixed_with_default(old, new, &["spec", field], "Filesystem"),
            "csi" => driver(old, new),
            _ => fixed(old, new, &["spec", field]),
        })
        .collect()
}

/// The driver of a volume, to which a Secret for growing may be added later.
fn driver(old: &Resource, new: &Resource) -> Option<Hit> {
    const ADDED: &str = "controllerExpandSecretRef";
    let keys = ["spec", "csi"];
    let (before, after) = (old.body.at(&keys), new.body.at(&keys));
    let has = |side: Option<&Value>| side.and_then(|driver| driver.get(ADDED)).is_some();
    if has(before) || !has(after) {
        return fixed(old, new, &keys);
    }
    let mut after = after?.clone();
    if let Data::Map(map) = &mut after.data {
        map.retain(|key, _| &**key != ADDED);
    }
    differs(before, Some(&after)).then(|| changed(FieldPath::of(&keys), before, Some(&after)))
}

/// U8, U9: an immutable Secret or ConfigMap, and the type of a Secret. Names keys only.
pub(crate) fn frozen_config(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "", &["Secret", "ConfigMap"]) {
        return Vec::new();
    }
    let mut hits = Vec::new();
    if is(new, "", &["Secret"]) {
        hits.extend(fixed_with_default(old, new, &["type"], "Opaque"));
    }
    if !old.body.get("immutable").is_some_and(Value::is_true) {
        return hits;
    }
    let kind = &new.id.kind;
    if !new.body.get("immutable").is_some_and(Value::is_true) {
        let message = format!("`immutable` of a {kind} cannot be taken back");
        hits.push(Hit::new(FieldPath::of(&["immutable"]), message));
    }
    for field in ["data", "binaryData", "stringData"] {
        let side = |resource: &Resource| {
            resource.body.get(field).cloned().unwrap_or_else(|| Data::Map(Map::default()).into())
        };
        let changes = crate::diff::fields(&side(old), &side(new));
        hits.extend(changes.into_iter().map(|change| {
            let path = FieldPath::of(&[field]).join(&change.path);
            let message = format!("the {kind} is immutable, but `{path}` differs");
            Hit::new(path, message)
        }));
    }
    hits
}

/// U10: the addresses of a Service.
pub(crate) fn service(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "", &["Service"]) {
        return Vec::new();
    }
    let kind = |resource: &Resource| {
        resource.body.text_at(&["spec", "type"]).unwrap_or("ClusterIP").to_owned()
    };
    let (before, after) = (kind(old), kind(new));
    if before == "ExternalName" || after == "ExternalName" {
        return Vec::new();
    }
    let mut hits = Vec::new();
    // An address that the manifest leaves out is kept by the server.
    let keeps =
        |keys: &[&str]| new.body.at(keys).is_none_or(|v| v.is_empty() || v.as_str() == Some(""));
    if !keeps(&["spec", "clusterIP"]) {
        hits.extend(fixed(old, new, &["spec", "clusterIP"]));
    }
    let is_headless =
        [old, new].iter().any(|side| side.body.text_at(&["spec", "clusterIP"]) == Some("None"));
    if !is_headless
        && let (Some(was), Some(will)) = (
            old.body.get("spec").and_then(|s| s.get("ipFamilies")?.items().first()),
            new.body.get("spec").and_then(|s| s.get("ipFamilies")?.items().first()),
        )
        && was != will
    {
        let path = FieldPath::of(&["spec", "ipFamilies"]).index(0);
        hits.push(changed(path, Some(was), Some(will)));
    }
    if before == "LoadBalancer" && after == "LoadBalancer" {
        hits.extend(fixed(old, new, &["spec", "loadBalancerClass"]));
    }
    let is_checked = |side: &Resource| {
        side.body.text_at(&["spec", "type"]) == Some("LoadBalancer")
            && side.body.text_at(&["spec", "externalTrafficPolicy"]) == Some("Local")
    };
    if is_checked(old)
        && is_checked(new)
        && old.body.at(&["spec", "healthCheckNodePort"]).is_some()
        && !keeps(&["spec", "healthCheckNodePort"])
    {
        hits.extend(fixed(old, new, &["spec", "healthCheckNodePort"]));
    }
    hits
}

/// U11, U14, U15, U16: kinds of which some fields are fixed for good.
pub(crate) fn fixed_fields(old: &Resource, new: &Resource) -> Vec<Hit> {
    let fields: &[&[&str]] = match (&*new.id.group, &*new.id.kind) {
        ("storage.k8s.io", "StorageClass") => {
            let defaults = [("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")];
            let defaulted = defaults
                .into_iter()
                .filter_map(|(key, default)| fixed_with_default(old, new, &[key], default));
            return all_fixed(old, new, &[&["parameters"], &["provisioner"]])
                .into_iter()
                .chain(defaulted)
                .collect();
        }
        ("scheduling.k8s.io", "PriorityClass") => {
            let policy =
                fixed_with_default(old, new, &["preemptionPolicy"], "PreemptLowerPriority");
            return all_fixed(old, new, &[&["value"]]).into_iter().chain(policy).collect();
        }
        ("networking.k8s.io", "IngressClass") => &[&["spec", "controller"]],
        ("node.k8s.io", "RuntimeClass") => &[&["handler"]],
        _ => &[],
    };
    all_fixed(old, new, fields)
}

/// U12: what a binding grants.
pub(crate) fn role_ref(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "rbac.authorization.k8s.io", &["RoleBinding", "ClusterRoleBinding"]) {
        return Vec::new();
    }
    all_fixed(old, new, &[&["roleRef", "kind"], &["roleRef", "name"]])
}

/// U13: the identity of a custom resource definition.
pub(crate) fn crd(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is(new, "apiextensions.k8s.io", &["CustomResourceDefinition"]) {
        return Vec::new();
    }
    let mut hits = all_fixed(
        old,
        new,
        &[
            &["spec", "group"],
            &["spec", "names", "plural"],
            &["spec", "names", "kind"],
            &["spec", "scope"],
        ],
    );
    let versions = |resource: &Resource| -> Vec<String> {
        let versions =
            resource.body.at(&["spec", "versions"]).map(Value::items).unwrap_or_default();
        versions.iter().filter_map(|version| Some(version.text_at(&["name"])?.to_owned())).collect()
    };
    let kept = versions(new);
    for version in versions(old).into_iter().filter(|version| !kept.contains(version)) {
        let message = format!(
            "version `{version}` is gone: refused while objects stored as it exist (`status.storedVersions`)"
        );
        hits.push(Hit::new(FieldPath::of(&["spec", "versions"]), message).at_most(Severity::Warn));
    }
    hits
}

/// U13: a definition stores exactly one of its versions.
pub(crate) fn crd_storage(resource: &Resource) -> Vec<Hit> {
    if !is(resource, "apiextensions.k8s.io", &["CustomResourceDefinition"]) {
        return Vec::new();
    }
    let versions = resource.body.at(&["spec", "versions"]).map(Value::items).unwrap_or_default();
    let stored = versions.iter().filter(|v| v.get("storage").is_some_and(Value::is_true)).count();
    if versions.is_empty() || stored == 1 {
        return Vec::new();
    }
    let message =
        format!("{stored} of {} versions have `storage: true`, exactly one must", versions.len());
    vec![Hit::new(FieldPath::of(&["spec", "versions"]), message)]
}
