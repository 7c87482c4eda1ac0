//! Rules for what the API server demands of pods.
//!
//! (Source: `ValidatePodSpec` and what it calls in pkg/apis/core/validation/validation.go.)

use std::collections::BTreeSet;

use super::{
    format,
    kube::Kube,
    rule::{Hit, Severity, shown},
    workloads::{is_built_in, named_containers, pod_spec},
};
use crate::resource::{Data, FieldPath, Resource, Value};

/// The pods of a built-in kind; other kinds are judged by their own definitions.
fn pods(resource: &Resource) -> Option<(FieldPath, &Value)> {
    if is_built_in(resource) { pod_spec(resource) } else { None }
}

/// From which version on a container that is no init container may say `restartPolicy`, and from
/// which version a gate that is off lets it.
const RESTARTS: Kube = Kube::new(35);
const MAY_RESTART: Kube = Kube::new(34);

/// F19: containers have distinct names and an image, and say only what their part may say.
pub(crate) fn containers(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    let Some((path, spec)) = pods(resource) else { return Vec::new() };
    let mut hits = Vec::new();
    if spec.get("containers").is_none_or(Value::is_empty) {
        hits.push(Hit::new(path.key("containers"), "the pods have no container"));
    }
    let mut seen = BTreeSet::new();
    for (path, container) in named_containers(resource) {
        let Some(value) = container.get("name") else {
            hits.push(Hit::new(path.key("name"), "a container has no name"));
            continue;
        };
        let Some(name) = value.as_str() else { continue };
        let fault = format::dns_label(name)
            .or_else(|| (!seen.insert(name)).then(|| "is there twice".to_owned()));
        if let Some(fault) = fault {
            hits.push(Hit::on(path.key("name"), value, format!("container name `{name}` {fault}")));
        }
        hits.extend(image(resource, &path, name, container));
    }
    let items = |list: &str| spec.get(list).map(Value::items).unwrap_or_default();
    for (index, container) in items("initContainers").iter().enumerate() {
        let path = path.key("initContainers").index(index);
        if container.text_at(&["restartPolicy"]) != Some("Always") {
            hits.extend(before_start(&path, container));
        }
    }
    for (index, container) in items("containers").iter().enumerate() {
        let path = path.key("containers").index(index);
        hits.extend(own_restarts(&path, container, kube));
    }
    hits
}

/// What an init container that ends has no use for.
fn before_start(path: &FieldPath, container: &Value) -> Vec<Hit> {
    const NEVER: [&str; 4] = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];
    let given = NEVER.iter().filter_map(|key| Some((key, container.get(key)?)));
    given
        .filter(|(_, value)| !matches!(value.data, Data::Null))
        .map(|(key, value)| {
            let message = format!("an init container without `restartPolicy: Always` has no {key}");
            Hit::on(path.key(key), value, message)
        })
        .collect()
}

/// The `restartPolicy` of a container that is no init container.
fn own_restarts(path: &FieldPath, container: &Value, kube: Option<Kube>) -> Option<Hit> {
    let value = container.get("restartPolicy").filter(|v| !matches!(v.data, Data::Null))?;
    let certainty = match kube {
        Some(kube) if kube >= RESTARTS => return None,
        Some(kube) if kube < MAY_RESTART => Severity::Block,
        _ => Severity::Warn,
    };
    let message = "`restartPolicy` of a container needs Kubernetes 1.35; before, only init \
                   containers have it";
    Some(Hit::on(path.key("restartPolicy"), value, message).at_most(certainty))
}

fn image(resource: &Resource, path: &FieldPath, name: &str, container: &Value) -> Option<Hit> {
    let path = path.key("image");
    let Some(value) = container.get("image") else {
        return Some(Hit::new(path, format!("container `{name}` has no image")));
    };
    let fault = match &value.data {
        Data::Null => "has no image",
        Data::String(text) if text.is_empty() => "has an empty image",
        Data::String(text) if text.trim() != &**text => {
            // Templates are taken with it, and something else may fill it in before a Pod is made.
            let most = if &*resource.id.kind == "Pod" { Severity::Block } else { Severity::Warn };
            let message = format!("container `{name}` has an image with blanks around it");
            return Some(Hit::new(path, message).at_most(most));
        }
        _ => return None,
    };
    Some(Hit::new(path, format!("container `{name}` {fault}")))
}

/// F20: volumes have distinct names, and what is mounted exists.
pub(crate) fn volumes(resource: &Resource) -> Vec<Hit> {
    let Some((path, spec)) = pods(resource) else { return Vec::new() };
    let mut hits = Vec::new();
    let mut known = BTreeSet::new();
    for (index, volume) in
        spec.get("volumes").map(Value::items).unwrap_or_default().iter().enumerate()
    {
        let path = path.key("volumes").index(index).key("name");
        let Some(value) = volume.get("name") else {
            hits.push(Hit::new(path, "a volume has no name"));
            continue;
        };
        let Some(name) = value.as_str() else { continue };
        let fault = format::dns_label(name)
            .or_else(|| (!known.insert(name)).then(|| "is there twice".to_owned()));
        if let Some(fault) = fault {
            hits.push(Hit::on(path, value, format!("volume name `{name}` {fault}")));
        }
    }
    let claims = resource.body.at(&["spec", "volumeClaimTemplates"]).map(Value::items);
    let claims = claims.unwrap_or_default().iter().filter_map(|c| c.text_at(&["metadata", "name"]));
    known.extend(claims);
    for (path, container) in named_containers(resource) {
        mounts(&path, container, &known, &mut hits);
    }
    hits
}

fn mounts(path: &FieldPath, container: &Value, known: &BTreeSet<&str>, out: &mut Vec<Hit>) {
    let mut places = BTreeSet::new();
    for (list, place) in [("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")] {
        let items = container.get(list).map(Value::items).unwrap_or_default();
        for (index, mount) in items.iter().enumerate() {
            let path = path.key(list).index(index);
            if let Some(value) = mount.get("name")
                && let Some(name) = value.as_str()
                && !known.contains(name)
            {
                let message = format!("`{name}` is mounted, but there is no such volume");
                out.push(Hit::on(path.key("name"), value, message));
            }
            out.extend(sub_path(&path, mount));
            match mount.get(place).and_then(Value::as_str).filter(|text| !text.is_empty()) {
                None => out.push(Hit::new(path.key(place), format!("{place} is missing"))),
                Some(text) if !places.insert(text) => {
                    let message = format!("`{text}` is mounted twice in one container");
                    out.push(Hit::new(path.key(place), message));
                }
                Some(_) => {}
            }
        }
    }
}

/// The part of a volume that is mounted lies inside of it.
fn sub_path(path: &FieldPath, mount: &Value) -> Option<Hit> {
    let value = mount.get("subPath")?;
    let text = value.as_str()?;
    let fault = if text.starts_with('/') {
        "must be relative"
    } else if text.split('/').any(|part| part == "..") {
        "must not contain `..`"
    } else {
        return None;
    };
    Some(Hit::on(path.key("subPath"), value, format!("subPath `{text}` {fault}")))
}

/// From which version on the API server takes any printable text without `=` as a name, and until
/// which it surely does not.
const RELAXED: Kube = Kube::new(34);
const STRICT: Kube = Kube::new(29);

/// F21: names of environment variables, and where their values come from.
///
/// (Source: `IsEnvVarName` and `IsRelaxedEnvVarName` in staging/src/k8s.io/apimachinery/pkg/util/
/// validation/validation.go; feature gate `RelaxedEnvironmentVariableValidation`: alpha in 1.30, on
/// in 1.32, fixed to on in 1.34.)
pub(crate) fn environment(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    if pods(resource).is_none() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (path, container) in named_containers(resource) {
        let items = container.get("env").map(Value::items).unwrap_or_default();
        for (index, variable) in items.iter().enumerate() {
            let path = path.key("env").index(index);
            hits.extend(variable_name(&path, variable, kube));
            hits.extend(variable_source(&path, variable));
        }
    }
    hits
}

fn variable_name(path: &FieldPath, variable: &Value, kube: Option<Kube>) -> Option<Hit> {
    let value = variable.get("name");
    let Some(value) = value.filter(|value| !value.is_empty() && value.as_str() != Some("")) else {
        return Some(Hit::new(path.key("name"), "an environment variable has no name"));
    };
    let name = value.as_str()?;
    let hit = |fault: &str| {
        Hit::on(path.key("name"), value, format!("environment variable `{name}` {fault}"))
    };
    if !name.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') {
        return Some(hit("must be printable ASCII without `=`"));
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let is_strict = name.bytes().all(is_plain)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !matches!(name, "." | "..")
        && !name.starts_with("..");
    if is_strict || kube.is_some_and(|kube| kube >= RELAXED) {
        return None;
    }
    let fault = "must be letters, digits, `_`, `-` and `.`, and not begin with a digit, before \
                 Kubernetes 1.34";
    let is_sure = kube.is_some_and(|kube| kube <= STRICT);
    Some(hit(fault).at_most(if is_sure { Severity::Block } else { Severity::Warn }))
}

fn variable_source(path: &FieldPath, variable: &Value) -> Option<Hit> {
    let source = variable.get("valueFrom").filter(|source| !matches!(source.data, Data::Null))?;
    let has_value = variable.text_at(&["value"]).is_some_and(|text| !text.is_empty());
    let path = path.key("valueFrom");
    if has_value {
        return Some(Hit::new(path, "`value` and `valueFrom` exclude each other"));
    }
    const SOURCES: [&str; 5] =
        ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    let given = SOURCES
        .iter()
        .filter(|key| source.get(key).is_some_and(|source| !matches!(source.data, Data::Null)));
    match given.count() {
        1 => None,
        0 => Some(Hit::new(path, "`valueFrom` names no source")),
        _ => Some(Hit::new(path, "`valueFrom` names several sources")),
    }
}

/// F22: the pods of a Job end, so they are not restarted always.
///
/// (Source: `validateJobSpec` in pkg/apis/batch/validation/validation.go.)
pub(crate) fn job_restarts(resource: &Resource) -> Vec<Hit> {
    if &*resource.id.group != "batch" {
        return Vec::new();
    }
    let Some((path, spec)) = pod_spec(resource) else { return Vec::new() };
    let policy = spec.get("restartPolicy");
    if matches!(policy.and_then(Value::as_str), Some("OnFailure" | "Never")) {
        return Vec::new();
    }
    let message = format!(
        "restartPolicy of a {} must be `OnFailure` or `Never`; it is {}",
        resource.id.kind,
        policy.map_or_else(|| "`Always` where it is left out".to_owned(), |p| shown(Some(p)))
    );
    let path = path.key("restartPolicy");
    vec![policy.map_or_else(
        || Hit::new(path.clone(), message.clone()),
        |policy| Hit::on(path.clone(), policy, message.clone()),
    )]
}

/// F23: a probe has one way to probe.
pub(crate) fn probes(resource: &Resource) -> Vec<Hit> {
    const WAYS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];
    if pods(resource).is_none() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (path, container) in named_containers(resource) {
        for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let probe = container.get(kind).filter(|probe| !matches!(probe.data, Data::Null));
            let Some(probe) = probe else { continue };
            let is_given =
                |way: &&&str| probe.get(way).is_some_and(|way| !matches!(way.data, Data::Null));
            let message = match WAYS.iter().filter(is_given).count() {
                1 => None,
                0 => Some("says not how to probe"),
                _ => Some("says several ways to probe, one is allowed"),
            };
            if let Some(message) = message {
                hits.push(Hit::on(path.key(kind), probe, format!("{kind} {message}")));
            }
            let threshold = probe.get("successThreshold");
            if let Some(value) = threshold.filter(|value| {
                // The server puts 1 in the place of 0.
                let most = if kind == "readinessProbe" { i64::MAX } else { 1 };
                value.as_int().is_some_and(|count| !(0..=most).contains(&count))
            }) {
                let message = format!("successThreshold {value} of a {kind} must be 1");
                hits.push(Hit::on(path.key(kind).key("successThreshold"), value, message));
            }
            let grace = probe.get("terminationGracePeriodSeconds");
            if let Some(value) = grace.filter(|v| !matches!(v.data, Data::Null))
                && kind == "readinessProbe"
            {
                let message = "a readinessProbe ends no container and has no grace period";
                let path = path.key(kind).key("terminationGracePeriodSeconds");
                hits.push(Hit::on(path, value, message));
            }
        }
    }
    hits
}
