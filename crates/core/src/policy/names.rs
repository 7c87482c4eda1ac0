//! Rules for the names of objects.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    format,
    kube::Kube,
    rule::{Hit, Severity},
};
use crate::resource::{Data, FieldPath, Resource, Value};

fn given_name(resource: &Resource) -> Option<&Value> {
    resource.body.at(&["metadata", "name"])
}

/// F5: each kind's own grammar for names.
///
/// (Source: `ValidateXName` in pkg/apis/*/validation/validation.go.)
pub(crate) fn object_names(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    let Some(value) = given_name(resource) else { return Vec::new() };
    let Some(name) = value.as_str() else { return Vec::new() };
    let kind = &*resource.id.kind;
    let (fault, certainty) = match (&*resource.id.group, kind) {
        ("", "Namespace") | ("apps", "StatefulSet") => (format::dns_label(name), Severity::Block),
        ("", "Service") => (format::dns_1035_label(name), service_name(name, kube)),
        ("batch", "CronJob") => (cron_job_name(name), Severity::Block),
        ("rbac.authorization.k8s.io", _) => (format::path_segment(name), Severity::Block),
        // Kinds with a grammar of their own, and kinds of which nothing but the path is checked.
        ("certificates.k8s.io", "ClusterTrustBundle" | "CertificateSigningRequest")
        | ("networking.k8s.io", "IPAddress")
        | ("coordination.k8s.io", "LeaseCandidate")
        | ("policy", "PodDisruptionBudget") => (format::path_segment(name), Severity::Block),
        // What an API server beside Kubernetes' own takes is not known.
        (group, _) if is_aggregated(group) => (format::path_segment(name), Severity::Block),
        _ => (format::dns_subdomain(name), Severity::Block),
    };
    let path = FieldPath::of(&["metadata", "name"]);
    let hit = |fault| Hit::on(path, value, format!("{kind} name `{name}` {fault}"));
    fault.map(|fault| hit(fault).at_most(certainty)).into_iter().collect()
}

/// Groups that OpenShift serves by API servers of its own, some of which name objects by user or by
/// image and tag.
fn is_aggregated(group: &str) -> bool {
    const OPENSHIFT: [&str; 11] = [
        "apps",
        "authorization",
        "build",
        "image",
        "oauth",
        "project",
        "quota",
        "route",
        "security",
        "template",
        "user",
    ];
    group.strip_suffix(".openshift.io").is_some_and(|name| OPENSHIFT.contains(&name))
}

/// Servers take a name that begins with a digit from 1.36 on, where `RelaxedServiceNameValidation`
/// is on unless it is turned off; before, the gate is off or not there.
///
/// (Source: pkg/features/kube_features.go at v1.35.6 and v1.36.3.)
fn service_name(name: &str, kube: Option<Kube>) -> Severity {
    let is_strict = kube.is_some_and(|kube| kube < Kube::new(36));
    if is_strict || format::dns_label(name).is_some() { Severity::Block } else { Severity::Warn }
}

/// The controller appends eleven characters for its Jobs.
fn cron_job_name(name: &str) -> Option<String> {
    const MOST: usize = 52;
    let count = name.chars().count();
    let is_long = count > MOST;
    is_long
        .then(|| format!("has {count} characters, the limit is {MOST}"))
        .or_else(|| format::dns_subdomain(name))
}

/// F6: the name and a revision's hash become a label of the pods.
pub(crate) fn stateful_set_length(resource: &Resource) -> Vec<Hit> {
    const MOST: usize = 52;
    let Some(value) = given_name(resource) else { return Vec::new() };
    let Some(name) = value.as_str().filter(|_| &*resource.id.kind == "StatefulSet") else {
        return Vec::new();
    };
    let count = name.chars().count();
    if count <= MOST {
        return Vec::new();
    }
    let message = format!(
        "StatefulSet name `{name}` has {count} characters, more than {MOST}: its pods get the label \
         `controller-revision-hash` of the name and a hash of up to 10 digits, which passes 63, so \
         no pod ever starts"
    );
    vec![Hit::on(FieldPath::of(&["metadata", "name"]), value, message)]
}

/// F9: keys of ConfigMaps and Secrets are file names.
pub(crate) fn config_keys(resource: &Resource) -> Vec<Hit> {
    if !resource.id.group.is_empty() || !matches!(&*resource.id.kind, "ConfigMap" | "Secret") {
        return Vec::new();
    }
    let is_secret = &*resource.id.kind == "Secret";
    let mut hits = Vec::new();
    for field in ["data", "binaryData", "stringData"] {
        let path = FieldPath::of(&[field]);
        for (key, value) in resource.body.get(field).and_then(Value::as_map).into_iter().flatten() {
            let fault = format::config_key(key).or_else(|| {
                let is_text = matches!(value.data, Data::String(_) | Data::Null);
                if !is_text {
                    return Some("has a value that is no text; quote it".to_owned());
                }
                let is_encoded = field == "binaryData" || field == "data" && is_secret;
                let text = value.as_str().filter(|text| is_encoded && !is_filled_in(text))?;
                (!is_base64(text)).then(|| "has a value that is no base64".to_owned())
            });
            if let Some(fault) = fault {
                let kind = &resource.id.kind;
                let mut hit = Hit::new(path.key(key), format!("{kind} key `{key}` {fault}"));
                hit.line = value.line;
                hits.push(hit);
            }
        }
    }
    hits
}

/// Whether something else puts the value there before the server sees it.
fn is_filled_in(text: &str) -> bool {
    ["${", "<", "ENC[", "ref+", "AGE-"].iter().any(|mark| text.contains(mark))
}

/// What Go's decoder of JSON takes as bytes: base64 with padding, over several lines too.
fn is_base64(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    STANDARD.decode(digits).is_ok()
}

/// F10: what a ConfigMap or Secret may hold.
pub(crate) fn config_size(resource: &Resource) -> Vec<Hit> {
    const MOST: usize = 1024 * 1024;
    if !resource.id.group.is_empty() || !matches!(&*resource.id.kind, "ConfigMap" | "Secret") {
        return Vec::new();
    }
    let is_secret = &*resource.id.kind == "Secret";
    let map = |field: &str| resource.body.get(field).and_then(Value::as_map);
    let mut size = 0;
    for field in ["data", "binaryData", "stringData"] {
        for (key, value) in map(field).into_iter().flatten() {
            // What `stringData` says of a key replaces what `data` says.
            let is_replaced = field == "data"
                && is_secret
                && map("stringData").is_some_and(|texts| texts.contains_key(key));
            let text = value.as_str().filter(|_| !is_replaced).unwrap_or_default();
            let is_base64 = field == "binaryData" || (field == "data" && is_secret);
            size += if is_base64 { decoded(text) } else { text.len() };
        }
    }
    let message = format!("the data have {size} bytes together, the limit is {MOST}");
    (size > MOST).then(|| Hit::new(FieldPath::of(&["data"]), message)).into_iter().collect()
}

/// How many bytes a base64 text stands for.
fn decoded(text: &str) -> usize {
    let digits = text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').count();
    digits * 3 / 4
}
