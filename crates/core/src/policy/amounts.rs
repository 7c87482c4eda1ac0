//! Rules for quantities.
//!
//! (Source: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go; `ValidateResourceRequirements`
//! in pkg/apis/core/validation/validation.go.)

use super::{
    rule::{Hit, shown},
    workloads::{is_built_in, named_containers, pod_spec},
};
use crate::resource::{Data, FieldPath, Resource, Value, quantity};

/// A quantity as it is read; `None` where it is none.
pub(crate) fn amount(value: &Value) -> Option<i128> {
    match &value.data {
        Data::Null => Some(0),
        Data::String(text) => quantity(text.trim()),
        Data::Number(text) => quantity(text),
        Data::Bool(_) | Data::List(_) | Data::Map(_) => None,
    }
}

/// F11: quantities can be read, are not negative, and no request is above its limit.
pub(crate) fn quantities(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, resources) in requirements(resource) {
        for list in ["requests", "limits"] {
            amounts(&path.key(list), resources.get(list), &mut hits);
        }
        let pairs = resources.get("requests").and_then(Value::as_map).into_iter().flatten();
        for (name, request) in pairs {
            let limit = resources.at(&["limits", name]);
            if let (Some(wanted), Some(most)) = (amount(request), limit.and_then(amount))
                && wanted > most
            {
                let message = format!(
                    "the {name} request {} is above its limit {}",
                    shown(Some(request)),
                    shown(limit)
                );
                hits.push(Hit::on(path.key("requests").key(name), request, message));
            }
        }
    }
    if is_kind(resource, "ResourceQuota") {
        let hard = resource.body.at(&["spec", "hard"]);
        amounts(&FieldPath::of(&["spec", "hard"]), hard, &mut hits);
    }
    hits
}

fn is_kind(resource: &Resource, kind: &str) -> bool {
    resource.id.group.is_empty() && &*resource.id.kind == kind
}

/// Every `resources` of an object.
fn requirements(resource: &Resource) -> Vec<(FieldPath, &Value)> {
    let mut found = Vec::new();
    if is_built_in(resource) && pod_spec(resource).is_some() {
        let containers = named_containers(resource).into_iter();
        found.extend(containers.filter_map(|(path, container)| {
            Some((path.key("resources"), container.get("resources")?))
        }));
    }
    if is_kind(resource, "PersistentVolumeClaim")
        && let Some(resources) = resource.body.at(&["spec", "resources"])
    {
        found.push((FieldPath::of(&["spec", "resources"]), resources));
    }
    if &*resource.id.kind == "StatefulSet" && &*resource.id.group == "apps" {
        let keys = ["spec", "volumeClaimTemplates"];
        let claims = resource.body.at(&keys).map(Value::items).unwrap_or_default();
        found.extend(claims.iter().enumerate().filter_map(|(index, claim)| {
            let path = FieldPath::of(&keys).index(index).key("spec").key("resources");
            Some((path, claim.at(&["spec", "resources"])?))
        }));
    }
    found
}

fn amounts(path: &FieldPath, map: Option<&Value>, out: &mut Vec<Hit>) {
    for (name, value) in map.and_then(Value::as_map).into_iter().flatten() {
        let fault = match amount(value) {
            None => "is no quantity such as `500m` or `1Gi`",
            Some(amount) if amount < 0 => "is negative",
            Some(_) => continue,
        };
        let message = format!("{name} {} {fault}", shown(Some(value)));
        out.push(Hit::on(path.key(name), value, message));
    }
}
