//! Pods and the templates of pods.

use std::sync::Arc;

use super::{
    amounts::Amounts,
    fill::{
        Fill::{Bool, Number, Text},
        Fills, fill, fill_zero, is_unset, items, make, map_at, text,
    },
};
use crate::resource::value::{Data, Map, Value};

const SPEC: Fills = &[
    ("dnsPolicy", Text("ClusterFirst")),
    ("restartPolicy", Text("Always")),
    ("schedulerName", Text("default-scheduler")),
    ("terminationGracePeriodSeconds", Number("30")),
];
const CONTAINER: Fills = &[
    ("terminationMessagePath", Text("/dev/termination-log")),
    ("terminationMessagePolicy", Text("File")),
];
const PROBE: Fills = &[
    ("timeoutSeconds", Number("1")),
    ("periodSeconds", Number("10")),
    ("successThreshold", Number("1")),
    ("failureThreshold", Number("3")),
];
const HTTP_GET: Fills = &[("path", Text("/")), ("scheme", Text("HTTP"))];
const MODE: Fills = &[("defaultMode", Number("420"))];
/// The sources of volumes that have defaults.
const VOLUMES: &[(&str, Fills)] = &[
    ("secret", MODE),
    ("configMap", MODE),
    ("downwardAPI", MODE),
    ("projected", MODE),
    ("iscsi", &[("iscsiInterface", Text("default"))]),
    (
        "rbd",
        &[("pool", Text("rbd")), ("user", Text("admin")), ("keyring", Text("/etc/ceph/keyring"))],
    ),
    ("scaleIO", &[("storageMode", Text("ThinProvisioned")), ("fsType", Text("xfs"))]),
    (
        "azureDisk",
        &[
            ("cachingMode", Text("ReadWrite")),
            ("kind", Text("Shared")),
            ("fsType", Text("ext4")),
            ("readOnly", Bool(false)),
        ],
    ),
];
const FIELD: Fills = &[("apiVersion", Text("v1"))];

/// How a pod spec is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct PodRules {
    /// How its amounts are compared.
    pub(super) amounts: Amounts,
    /// Whether ports of the host's network are filled in.
    pub(super) host_ports: bool,
}

/// Fills in a template of pods, or what a Pod shares with one.
pub(super) fn template(template: &mut Map, rules: PodRules) {
    if let Some(metadata) = map_at(template, &["metadata"]) {
        metadata.remove("creationTimestamp");
        if let Some(labels) = map_at(metadata, &["labels"]) {
            labels.remove("pod-template-hash");
        }
    }
    if let Some(spec) = map_at(template, &["spec"]) {
        pod_spec(spec, rules);
    }
}

/// What is filled in for a Pod and not for templates, so that writing it into a template rolls.
///
/// (Source: `SetDefaults_Pod` and the comment on `SetDefaults_PodSpec`.)
pub(super) fn pod_only(spec: &mut Map) {
    fill(spec, &[("enableServiceLinks", Bool(true))]);
    for list in ["initContainers", "containers"] {
        for container in items(spec, list) {
            requests_of_limits(container);
        }
    }
}

fn requests_of_limits(container: &mut Map) {
    let Some(resources) = map_at(container, &["resources"]) else { return };
    let limits = resources.get("limits").and_then(Value::as_map).cloned().unwrap_or_default();
    if limits.is_empty() {
        return;
    }
    let Some(requests) = make(resources, "requests") else { return };
    for (name, amount) in limits {
        requests.entry(name).or_insert(amount);
    }
}

fn pod_spec(spec: &mut Map, rules: PodRules) {
    fill(spec, SPEC);
    // Absent and empty are one: the server stores an empty one.
    if spec.get("securityContext").is_some_and(Value::is_empty) {
        spec.remove("securityContext");
    }
    // The old name of the same field.
    if let Some(account) = spec.remove("serviceAccount")
        && is_unset(spec, "serviceAccountName")
    {
        spec.insert("serviceAccountName".into(), account);
    }
    let is_on_host = spec.get("hostNetwork").is_some_and(Value::is_true);
    for list in ["initContainers", "containers"] {
        for container in items(spec, list) {
            fill_container(container, rules.amounts);
            for port in items(container, "ports") {
                fill_port(port, is_on_host && rules.host_ports);
            }
        }
    }
    if let Some(overhead) = map_at(spec, &["overhead"]) {
        rules.amounts.all(overhead);
    }
    for volume in items(spec, "volumes") {
        fill_volume(volume, rules.amounts);
    }
}

fn fill_container(container: &mut Map, amounts: Amounts) {
    fill(container, CONTAINER);
    let policy = if is_latest(text(container, "image")) { "Always" } else { "IfNotPresent" };
    if is_unset(container, "imagePullPolicy") {
        container.insert("imagePullPolicy".into(), policy.into());
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = map_at(container, &[probe]) {
            fill_zero(probe, PROBE);
            fill_handler(probe);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(hook) = map_at(container, &["lifecycle", hook]) {
            fill_handler(hook);
        }
    }
    for list in ["limits", "requests"] {
        if let Some(list) = map_at(container, &["resources", list]) {
            amounts.all(list);
        }
    }
    for variable in items(container, "env") {
        if let Some(from) = map_at(variable, &["valueFrom"]) {
            fill_field(from, amounts);
        }
    }
}

fn fill_handler(handler: &mut Map) {
    if let Some(get) = map_at(handler, &["httpGet"]) {
        fill(get, HTTP_GET);
    }
}

fn fill_port(port: &mut Map, takes_host_port: bool) {
    fill(port, &[("protocol", Text("TCP"))]);
    let has_none = port.get("hostPort").and_then(Value::as_int).is_none_or(|number| number == 0);
    if takes_host_port && has_none {
        let own = port.get("containerPort").cloned();
        port.extend(own.map(|number| (Arc::from("hostPort"), number)));
    }
}

/// A reference to a field of the pod or to one of its amounts.
fn fill_field(owner: &mut Map, amounts: Amounts) {
    if let Some(field) = map_at(owner, &["fieldRef"]) {
        fill(field, FIELD);
    }
    if let Some(resource) = map_at(owner, &["resourceFieldRef"]) {
        fill(resource, &[("divisor", Text("0"))]);
        if let Some(divisor) = resource.get_mut("divisor") {
            amounts.one(divisor);
        }
    }
}

fn fill_volume(volume: &mut Map, amounts: Amounts) {
    let has_source = volume.iter().any(|(key, value)| &**key != "name" && !is_null(value));
    if !has_source {
        volume.insert("emptyDir".into(), Data::Map(Map::new()).into());
    }
    for (source, fills) in VOLUMES {
        if let Some(source) = map_at(volume, &[source]) {
            fill(source, fills);
        }
    }
    if let Some(limit) = map_at(volume, &["emptyDir"]).and_then(|map| map.get_mut("sizeLimit")) {
        amounts.one(limit);
    }
    if let Some(image) = map_at(volume, &["image"])
        && is_unset(image, "pullPolicy")
    {
        let policy = if is_latest(text(image, "reference")) { "Always" } else { "IfNotPresent" };
        image.insert("pullPolicy".into(), policy.into());
    }
    if let Some(claim) = map_at(volume, &["ephemeral", "volumeClaimTemplate", "spec"]) {
        fill_claim(claim, amounts);
    }
    if let Some(api) = map_at(volume, &["downwardAPI"]) {
        items(api, "items").for_each(|item| fill_field(item, amounts));
    }
    let Some(projected) = map_at(volume, &["projected"]) else { return };
    for source in items(projected, "sources") {
        if let Some(token) = map_at(source, &["serviceAccountToken"]) {
            fill(token, &[("expirationSeconds", Number("3600"))]);
        }
        if let Some(api) = map_at(source, &["downwardAPI"]) {
            items(api, "items").for_each(|item| fill_field(item, amounts));
        }
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value.data, Data::Null)
}

/// The spec of a claim for storage.
pub(super) fn fill_claim(spec: &mut Map, amounts: Amounts) {
    fill(spec, &[("volumeMode", Text("Filesystem"))]);
    for list in ["limits", "requests"] {
        if let Some(list) = map_at(spec, &["resources", list]) {
            amounts.all(list);
        }
    }
}

/// Whether an image has the tag `latest`, or neither tag nor digest, so that it is always pulled.
///
/// A name that cannot be read has no tag. (Source: pkg/util/parsers/parsers.go.)
fn is_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').unwrap_or((image, ""));
    let last = name.rsplit_once('/').map_or(name, |(_, last)| last);
    let (path, tag) = match last.split_once(':') {
        Some((_, tag)) => (&name[..name.len() - tag.len() - 1], tag),
        None => (name, ""),
    };
    // The first part may be a host, which may have capital letters.
    let own = match path.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        _ => path,
    };
    if own.is_empty() || own.contains(|c: char| c.is_ascii_uppercase() || c.is_whitespace()) {
        return false;
    }
    tag == "latest" || (tag.is_empty() && digest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_without_tag_or_digest_are_the_latest() {
        for (image, want) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1", false),
            ("registry.example:5000/nginx", true),
            ("registry.example:5000/nginx:1", false),
            ("Registry.example/nginx", true),
            ("nginx@sha256:abc", false),
            ("nginx:latest@sha256:abc", true),
            ("nginx:1@sha256:abc", false),
            ("", false),
            ("Nginx", false),
            ("{{ image }}", false),
        ] {
            assert_eq!(is_latest(image), want, "{image}");
        }
    }
}
