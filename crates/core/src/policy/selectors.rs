//! Rules for the selectors of workloads.

use super::{
    rule::{Hit, shown},
    workloads::pod_template,
};
use crate::resource::{FieldPath, Resource, Value};

const SELECTING: [&str; 4] = ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"];

/// U3: a workload must select the pods that it makes, and restart them always.
///
/// (Source: `ValidateDeploymentSpec` and its kin in pkg/apis/apps/validation/validation.go.)
pub(crate) fn selects_its_pods(resource: &Resource) -> Vec<Hit> {
    if &*resource.id.group != "apps" || !SELECTING.contains(&&*resource.id.kind) {
        return Vec::new();
    }
    let path = FieldPath::of(&["spec", "selector"]);
    let Some((template_path, template)) = pod_template(resource) else {
        return vec![Hit::new(FieldPath::of(&["spec", "template"]), "the pod template is missing")];
    };
    let mut hits = Vec::new();
    match resource.body.at(&["spec", "selector"]) {
        // Versions before `apps/v1` take the labels of the template.
        None if !resource.api_version.ends_with("/v1") => {}
        None => hits.push(Hit::new(path, "`spec.selector` is missing")),
        Some(selector) if is_blank(selector) => {
            hits.push(Hit::on(
                path,
                selector,
                "`spec.selector` is empty and would select every pod",
            ));
        }
        Some(selector) => mismatches(selector, template, &path, &mut hits),
    }
    let policy = template.at(&["spec", "restartPolicy"]);
    if let Some(value) =
        policy.filter(|value| !matches!(value.as_str(), Some("Always" | "") | None))
    {
        let message = format!("restartPolicy {} must be `Always` here", shown(Some(value)));
        hits.push(Hit::on(template_path.key("spec").key("restartPolicy"), value, message));
    }
    hits
}

fn is_blank(selector: &Value) -> bool {
    ["matchLabels", "matchExpressions"]
        .iter()
        .all(|key| selector.get(key).is_none_or(Value::is_empty))
}

fn mismatches(selector: &Value, template: &Value, path: &FieldPath, out: &mut Vec<Hit>) {
    let label = |key: &str| template.at(&["metadata", "labels", key]);
    let wanted = selector.get("matchLabels").and_then(Value::as_map).into_iter().flatten();
    for (key, value) in wanted {
        let found = label(key);
        if found.and_then(Value::as_str) != value.as_str() {
            let message = format!(
                "the selector wants label `{key}` to be {}, the pod template has {}",
                shown(Some(value)),
                shown(found)
            );
            out.push(Hit::on(path.key("matchLabels").key(key), value, message));
        }
    }
    let expressions = selector.get("matchExpressions").map(Value::items).unwrap_or_default();
    for (index, expression) in expressions.iter().enumerate() {
        let key = expression.text_at(&["key"]).unwrap_or_default();
        let operator = expression.text_at(&["operator"]).unwrap_or_default();
        let values = expression.get("values").map(Value::items).unwrap_or_default();
        let found = label(key).and_then(Value::as_str);
        let is_listed = values.iter().any(|value| value.as_str() == found && found.is_some());
        let holds = match operator {
            "In" => is_listed,
            "NotIn" => !is_listed,
            "Exists" => found.is_some(),
            "DoesNotExist" => found.is_none(),
            _ => continue,
        };
        if !holds {
            let message = format!(
                "the selector wants `{key} {operator} {values:?}`, the pod template has {}",
                shown(label(key))
            );
            out.push(Hit::on(path.key("matchExpressions").index(index), expression, message));
        }
    }
}
