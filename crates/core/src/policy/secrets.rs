//! Rules for Secrets of the types that Kubernetes knows.

use super::rule::Hit;
use crate::resource::{FieldPath, Resource, Value};

/// Which keys a type demands, as groups of which one is enough, and whether they must hold something.
///
/// (Source: `ValidateSecret` in pkg/apis/core/validation/validation.go.)
const TYPES: &[(&str, &[&[&str]], bool)] = &[
    ("kubernetes.io/tls", &[&["tls.crt"], &["tls.key"]], false),
    ("kubernetes.io/dockerconfigjson", &[&[".dockerconfigjson"]], false),
    ("kubernetes.io/dockercfg", &[&[".dockercfg"]], false),
    ("kubernetes.io/basic-auth", &[&["username", "password"]], false),
    ("kubernetes.io/ssh-auth", &[&["ssh-privatekey"]], true),
];

/// F24: a Secret has what its type demands. Names keys only.
pub(crate) fn typed(resource: &Resource) -> Vec<Hit> {
    if !resource.id.group.is_empty() || &*resource.id.kind != "Secret" {
        return Vec::new();
    }
    let kind = resource.body.text_at(&["type"]).unwrap_or_default();
    if kind == "kubernetes.io/service-account-token" {
        return account(resource).into_iter().collect();
    }
    let Some((_, groups, is_said)) = TYPES.iter().find(|(name, ..)| *name == kind) else {
        return Vec::new();
    };
    let has = |key: &&str| {
        ["data", "stringData"].iter().any(|field| {
            let value = resource.body.at(&[field, key]);
            value.is_some_and(|value| !is_said || value.as_str() != Some("") && !is_null(value))
        })
    };
    let missing = groups.iter().filter(|keys| !keys.iter().any(has));
    missing
        .map(|keys| {
            let path = FieldPath::of(&["data"]).key(keys[0]);
            Hit::new(path, format!("a Secret of type `{kind}` needs `{}`", keys.join("` or `")))
        })
        .collect()
}

fn is_null(value: &Value) -> bool {
    value.is_empty() && value.as_str().is_none()
}

fn account(resource: &Resource) -> Option<Hit> {
    let keys = ["metadata", "annotations", "kubernetes.io/service-account.name"];
    let name = resource.body.text_at(&keys).filter(|name| !name.is_empty());
    let message = "a Secret for the token of a ServiceAccount names it in the annotation \
                   `kubernetes.io/service-account.name`";
    name.is_none().then(|| Hit::new(FieldPath::of(&keys), message))
}
