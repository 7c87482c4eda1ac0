//! Rules for how a workload replaces its pods.

use super::rule::{Hit, shown};
use crate::resource::{Data, FieldPath, Resource, Value};

/// A count or share of pods, as far as the rules need it.
fn amount(value: &Value) -> Option<(i64, bool)> {
    match &value.data {
        Data::Number(_) => Some((value.as_int()?, false)),
        Data::String(text) => Some((text.strip_suffix('%')?.parse().ok()?, true)),
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => None,
    }
}

/// Whether an amount is none, or the default is where it is absent.
fn is_zero(value: Option<&Value>, default: bool) -> bool {
    value.map_or(default, |value| amount(value).is_some_and(|(count, _)| count == 0))
}

/// U19: strategies that the API server refuses because no rollout could ever go on.
///
/// (Source: `ValidateDeploymentStrategy`, `ValidateRollingUpdateDaemonSet` and their kin in
/// pkg/apis/apps/validation/validation.go.)
pub(crate) fn strategies(resource: &Resource) -> Vec<Hit> {
    match (&*resource.id.group, &*resource.id.kind) {
        ("apps", "Deployment") => deployment(resource),
        ("apps", "DaemonSet") => daemon_set(resource),
        ("apps", "StatefulSet") => stateful_set(resource),
        _ => Vec::new(),
    }
}

fn deployment(resource: &Resource) -> Vec<Hit> {
    let at = |keys: &[&str]| resource.body.at(keys);
    let path = FieldPath::of(&["spec", "strategy"]);
    let mut hits = Vec::new();
    let rolling = at(&["spec", "strategy", "rollingUpdate"])
        .filter(|value| !matches!(value.data, Data::Null));
    match (resource.body.text_at(&["spec", "strategy", "type"]), rolling) {
        // Even an empty one is too much.
        (Some("Recreate"), Some(value)) => {
            let message = "`rollingUpdate` is not allowed with the type `Recreate`";
            hits.push(Hit::on(path.key("rollingUpdate"), value, message));
        }
        (None | Some("" | "Recreate" | "RollingUpdate"), _) => {}
        (Some(other), _) => {
            let message = format!("strategy `{other}` is not `RollingUpdate` or `Recreate`");
            hits.push(Hit::new(path.key("type"), message));
        }
    }
    let field = |key| rolling.and_then(|rolling| rolling.get(key));
    if is_zero(field("maxSurge"), false) && is_zero(field("maxUnavailable"), false) {
        let message =
            "maxSurge and maxUnavailable are both 0, so that no pod could ever be replaced";
        hits.push(Hit::new(path.key("rollingUpdate"), message));
    }
    if let Some(value) =
        field("maxUnavailable").filter(|value| amount(value).is_some_and(|a| a.1 && a.0 > 100))
    {
        let message = format!("maxUnavailable {} is more than all pods", shown(Some(value)));
        hits.push(Hit::on(path.key("rollingUpdate").key("maxUnavailable"), value, message));
    }
    let seconds = |key, default| at(&["spec", key]).and_then(Value::as_int).unwrap_or(default);
    let (deadline, ready) =
        (seconds("progressDeadlineSeconds", 600), seconds("minReadySeconds", 0));
    if deadline <= ready {
        let message =
            format!("progressDeadlineSeconds {deadline} must be more than minReadySeconds {ready}");
        hits.push(Hit::new(FieldPath::of(&["spec", "progressDeadlineSeconds"]), message));
    }
    hits
}

fn daemon_set(resource: &Resource) -> Vec<Hit> {
    let keys = ["spec", "updateStrategy", "rollingUpdate"];
    // What the numbers are does not matter to a set that waits for its pods to be deleted.
    if resource.body.text_at(&["spec", "updateStrategy", "type"]) == Some("OnDelete") {
        return Vec::new();
    }
    let Some(rolling) = resource.body.at(&keys).filter(|value| !value.is_empty()) else {
        return Vec::new();
    };
    let surge = is_zero(rolling.get("maxSurge"), true);
    let unavailable = is_zero(rolling.get("maxUnavailable"), false);
    let message = match (surge, unavailable) {
        (true, true) => {
            "maxSurge and maxUnavailable are both 0, so that no pod could ever be replaced"
        }
        (false, false) => "maxSurge needs maxUnavailable to be 0 (it is 1 where it is left out)",
        _ => return Vec::new(),
    };
    vec![Hit::on(FieldPath::of(&keys), rolling, message)]
}

fn stateful_set(resource: &Resource) -> Vec<Hit> {
    let keys = ["spec", "updateStrategy", "rollingUpdate"];
    let rolling = resource.body.at(&keys).filter(|value| !matches!(value.data, Data::Null));
    let Some(rolling) = rolling else { return Vec::new() };
    let path = FieldPath::of(&keys);
    if resource.body.text_at(&["spec", "updateStrategy", "type"]) == Some("OnDelete") {
        let message = "`rollingUpdate` is not allowed with the type `OnDelete`";
        return vec![Hit::on(path, rolling, message)];
    }
    let Some(value) = rolling.get("maxUnavailable") else { return Vec::new() };
    let message = match amount(value) {
        Some((0, _)) => "maxUnavailable of a StatefulSet cannot be 0",
        Some((101.., true)) => "maxUnavailable of a StatefulSet cannot be more than all pods",
        _ => return Vec::new(),
    };
    vec![Hit::on(path.key("maxUnavailable"), value, message)]
}
