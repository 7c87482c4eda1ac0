//! The form in which the API server compares pod templates and claims.
//!
//! A default that is written out must not look like a change. (Source: pkg/apis/core/v1/
//! defaults.go; `equality.Semantic.DeepEqual` in staging/src/k8s.io/apimachinery.)

use std::sync::Arc;

use super::{
    quantity,
    value::{Data, Map, Value},
};

/// Fields whose zero value is the same as their absence.
const PLAIN_BOOLS: [&str; 8] =
    ["hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly", "optional"];
/// Maps and plain structs whose emptiness is the same as their absence.
const PLAIN_MAPS: [&str; 9] = [
    "labels",
    "annotations",
    "nodeSelector",
    "limits",
    "requests",
    "matchLabels",
    "resources",
    "metadata",
    "status",
];
/// Maps whose entries are the user's own, so that an empty text in them means something.
const TEXT_MAPS: [&str; 5] = ["labels", "annotations", "nodeSelector", "matchLabels", "data"];

/// A pod template with the API server's defaults filled in and what means nothing left out.
pub fn pod_template(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(metadata) = map_at(&mut template, "metadata") {
        metadata.remove("creationTimestamp");
        if let Some(labels) = metadata.get_mut("labels").and_then(as_map) {
            labels.remove("pod-template-hash");
        }
    }
    if let Some(spec) = map_at(&mut template, "spec") {
        pod_spec(spec);
    }
    prune(&mut template);
    template
}

/// The claim templates of a StatefulSet, comparable.
pub fn claim(claim: &Value) -> Value {
    let mut claim = claim.clone();
    if let Some(map) = as_map(&mut claim) {
        for field in ["apiVersion", "kind", "status"] {
            map.remove(field);
        }
    }
    if let Some(metadata) = map_at(&mut claim, "metadata") {
        metadata.remove("creationTimestamp");
    }
    if let Some(spec) = map_at(&mut claim, "spec") {
        default(spec, "volumeMode", "Filesystem");
        quantities(spec);
    }
    prune(&mut claim);
    claim
}

fn as_map(value: &mut Value) -> Option<&mut Map> {
    match &mut value.data {
        Data::Map(map) => Some(map),
        _ => None,
    }
}

fn map_at<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map> {
    as_map(as_map(value)?.get_mut(key)?)
}

fn items<'a>(map: &'a mut Map, key: &str) -> impl Iterator<Item = &'a mut Map> {
    let items = match map.get_mut(key).map(|value| &mut value.data) {
        Some(Data::List(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    items.iter_mut().filter_map(as_map)
}

fn is_unset(map: &Map, key: &str) -> bool {
    map.get(key).is_none_or(|value| matches!(value.data, Data::Null) || value.as_str() == Some(""))
}

fn default(map: &mut Map, key: &str, text: &str) {
    if is_unset(map, key) {
        map.insert(key.into(), text.into());
    }
}

fn default_number(map: &mut Map, key: &str, number: &str) {
    if is_unset(map, key) {
        map.insert(key.into(), Data::Number(number.into()).into());
    }
}

fn pod_spec(spec: &mut Map) {
    default(spec, "restartPolicy", "Always");
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "schedulerName", "default-scheduler");
    default_number(spec, "terminationGracePeriodSeconds", "30");
    if is_unset(spec, "enableServiceLinks") {
        spec.insert("enableServiceLinks".into(), Data::Bool(true).into());
    }
    if spec.get("securityContext").is_some_and(Value::is_empty) {
        spec.remove("securityContext");
    }
    if let Some(account) = spec.remove("serviceAccount") {
        spec.entry("serviceAccountName".into()).or_insert(account);
    }
    let is_on_host = spec.get("hostNetwork").is_some_and(Value::is_true);
    for list in ["initContainers", "containers"] {
        for container in items(spec, list) {
            container_defaults(container, is_on_host);
        }
    }
    for volume in items(spec, "volumes") {
        for source in ["secret", "configMap", "downwardAPI", "projected"] {
            if let Some(source) = volume.get_mut(source).and_then(as_map) {
                default_number(source, "defaultMode", "420");
            }
        }
        if let Some(directory) = volume.get_mut("emptyDir").and_then(as_map)
            && let Some(limit) = directory.get_mut("sizeLimit")
        {
            canonical_quantity(limit);
        }
    }
}

fn container_defaults(container: &mut Map, is_on_host: bool) {
    default(container, "terminationMessagePath", "/dev/termination-log");
    default(container, "terminationMessagePolicy", "File");
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let policy = if is_latest(image) { "Always" } else { "IfNotPresent" };
    default(container, "imagePullPolicy", policy);
    for port in items(container, "ports") {
        default(port, "protocol", "TCP");
        if is_on_host && is_unset(port, "hostPort") {
            port.extend(port.get("containerPort").cloned().map(|p| (Arc::from("hostPort"), p)));
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe).and_then(as_map) {
            default_number(probe, "periodSeconds", "10");
            default_number(probe, "timeoutSeconds", "1");
            default_number(probe, "successThreshold", "1");
            default_number(probe, "failureThreshold", "3");
            if let Some(get) = probe.get_mut("httpGet").and_then(as_map) {
                default(get, "scheme", "HTTP");
                default(get, "path", "/");
            }
        }
    }
    quantities(container);
}

/// Whether an image has the tag `latest` or none, which makes the kubelet always pull it.
fn is_latest(image: &str) -> bool {
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

/// Makes the amounts under `resources` comparable and copies limits to requests.
fn quantities(owner: &mut Map) {
    let Some(resources) = owner.get_mut("resources").and_then(as_map) else { return };
    for list in ["limits", "requests"] {
        if let Some(amounts) = resources.get_mut(list).and_then(as_map) {
            amounts.values_mut().for_each(canonical_quantity);
        }
    }
    let limits = resources.get("limits").and_then(Value::as_map).cloned().unwrap_or_default();
    if !limits.is_empty() {
        let requests = resources.entry("requests".into()).or_insert(Data::Map(Map::new()).into());
        if let Some(requests) = as_map(requests) {
            for (name, amount) in limits {
                requests.entry(name).or_insert(amount);
            }
        }
    }
}

fn canonical_quantity(value: &mut Value) {
    let text = match &value.data {
        Data::String(text) => Arc::clone(text),
        Data::Number(text) => Arc::from(&**text),
        _ => return,
    };
    if let Some(amount) = quantity(&text) {
        value.data = Data::Number(amount.to_string().into());
    }
}

/// Leaves out what the API server does not store.
fn prune(value: &mut Value) {
    match &mut value.data {
        Data::Map(map) => {
            map.iter_mut()
                .filter(|(key, _)| !TEXT_MAPS.contains(&&***key))
                .for_each(|(_, v)| prune(v));
            map.retain(|key, value| !is_nothing(key, value));
        }
        Data::List(items) => items.iter_mut().for_each(prune),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
    }
}

fn is_nothing(key: &str, value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::Bool(value) => !value && PLAIN_BOOLS.contains(&key),
        Data::String(text) => text.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.is_empty() && PLAIN_MAPS.contains(&key),
        Data::Number(_) => false,
    }
}
