//! Rules for how Argo CD applies.

use std::collections::BTreeSet;

use super::rule::{Hit, Severity, shown};
use crate::resource::{Data, FieldPath, Resource, Value};

/// The options of an object, or of the Application that it is.
fn options(resource: &Resource) -> BTreeSet<String> {
    const KEY: &str = "argocd.argoproj.io/sync-options";
    let own = resource.body.text_at(&["metadata", "annotations", KEY]).unwrap_or_default();
    let of_application = is_application(resource)
        .then(|| resource.body.at(&["spec", "syncPolicy", "syncOptions"]))
        .flatten();
    let listed = of_application.map(Value::items).unwrap_or_default().iter();
    let all = own.split(',').chain(listed.filter_map(Value::as_str));
    all.map(|option| option.trim().to_owned()).filter(|option| !option.is_empty()).collect()
}

fn is_application(resource: &Resource) -> bool {
    &*resource.id.group == "argoproj.io" && &*resource.id.kind == "Application"
}

fn path() -> FieldPath {
    FieldPath::of(&["metadata", "annotations", "argocd.argoproj.io/sync-options"])
}

/// F4: an object that does not fit into the annotation in which a client-side apply keeps it.
pub(crate) fn too_large(resource: &Resource) -> Option<Hit> {
    const MOST: usize = 262_144;
    let options = options(resource);
    if ["ServerSideApply=true", "Replace=true"].iter().any(|option| options.contains(*option)) {
        return None;
    }
    let size = json_size(&resource.body);
    (size > MOST).then(|| {
        let message = format!(
            "{} has {size} bytes as JSON: a client-side apply keeps it in an annotation, which holds {MOST}",
            resource.id
        );
        Hit::new(FieldPath::root(), message)
    })
}

/// The bytes of a value as JSON without blanks, give or take what has to be escaped.
fn json_size(value: &Value) -> usize {
    match &value.data {
        Data::Null => 4,
        Data::Bool(value) => 5 - usize::from(*value),
        Data::Number(text) => text.len(),
        Data::String(text) => text.len() + 2,
        Data::List(items) => items.iter().map(|item| json_size(item) + 1).sum::<usize>() + 1,
        Data::Map(map) => {
            map.iter().map(|(key, value)| key.len() + 4 + json_size(value)).sum::<usize>() + 1
        }
    }
}

/// A1: objects that are replaced, not updated.
pub(crate) fn replaced(resource: &Resource) -> Vec<Hit> {
    let options = options(resource);
    if !options.contains("Replace=true") {
        return Vec::new();
    }
    let forced = options.contains("Force=true");
    let message = if forced {
        "`Replace=true` with `Force=true` deletes the object and makes it anew at each change"
    } else {
        "`Replace=true` overwrites what others have set, such as the replicas of an autoscaler"
    };
    let most = if forced { made_anew(resource) } else { Severity::Warn };
    vec![Hit::new(path(), message).at_most(most)]
}

/// What it means that an object is deleted and made anew: data or traffic are lost with some kinds,
/// and a Job cannot be changed otherwise.
fn made_anew(resource: &Resource) -> Severity {
    match (&*resource.id.group, &*resource.id.kind) {
        ("batch", "Job") => Severity::Info,
        ("argoproj.io", "Application" | "ApplicationSet")
        | ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "Namespace" | "PersistentVolumeClaim" | "PersistentVolume" | "Pod" | "Service")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => Severity::Block,
        _ => Severity::Warn,
    }
}

/// A2: options that take a guard away.
pub(crate) fn unguarded(resource: &Resource) -> Vec<Hit> {
    const OPTIONS: [(&str, &str); 4] = [
        ("Prune=false", "the object stays when git no longer has it"),
        ("Validate=false", "its fields are no longer checked"),
        ("SkipDryRunOnMissingResource=true", "it is not tried before it is applied"),
        ("Delete=false", "it stays when the application is deleted"),
    ];
    let options = options(resource);
    let given = OPTIONS.iter().filter(|(option, _)| options.contains(*option));
    given
        .map(|(option, what)| Hit::new(path().key(option), format!("`{option}`: {what}")))
        .collect()
}

/// A3: when an application deploys, and what.
pub(crate) fn automation(old: &Resource, new: &Resource) -> Vec<Hit> {
    if !is_application(new) {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for key in ["prune", "selfHeal"] {
        let keys = ["spec", "syncPolicy", "automated", key];
        let (was, will) = (old.body.at(&keys), new.body.at(&keys));
        let is_on = |value: Option<&Value>| value.is_some_and(Value::is_true);
        if is_on(was) != is_on(will) {
            let message =
                format!("{} changes `{key}` from {} to {}", new.id, shown(was), shown(will));
            hits.push(Hit::new(FieldPath::of(&keys), message));
        }
    }
    let keys = ["spec", "source", "targetRevision"];
    let (was, will) = (old.body.text_at(&keys), new.body.text_at(&keys));
    let moves = |text: Option<&str>| {
        text.is_none_or(|text| {
            let is_commit = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
            let is_tag = text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
            !is_commit && !is_tag
        })
    };
    if moves(will) && !moves(was) {
        let message = format!(
            "{} follows `{}` now, which moves without a change here",
            new.id,
            will.unwrap_or("HEAD")
        );
        hits.push(Hit::new(FieldPath::of(&keys), message));
    }
    hits
}
