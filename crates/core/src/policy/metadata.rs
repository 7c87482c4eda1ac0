//! Rules for labels and annotations, wherever they occur.

use super::{
    format,
    rule::{Hit, shown},
};
use crate::resource::{Data, FieldPath, Map, Resource, Value, Way};

/// What a map of texts is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Labels,
    Annotations,
}

/// Every map of labels or annotations of an object, with its path.
///
/// Inside kinds of other groups only the object's own metadata has a known meaning.
fn maps(resource: &Resource) -> Vec<(FieldPath, Use, &Map)> {
    let mut found = Vec::new();
    metadata(&Way::root(), &resource.body, &mut found);
    if is_built_in(&resource.id.group) && &*resource.id.kind != "CustomResourceDefinition" {
        if let Some(spec) = resource.body.get("spec") {
            nested(&Way::root().key("spec"), spec, &mut found);
        }
        if matches!(&*resource.id.kind, "Service" | "ReplicationController") {
            labels(&Way::root().key("spec"), &resource.body, &["spec", "selector"], &mut found);
        }
    }
    found
}

fn is_built_in(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

fn metadata<'a>(path: &Way<'_>, object: &'a Value, out: &mut Vec<(FieldPath, Use, &'a Map)>) {
    let path = path.key("metadata");
    for (key, kind) in [("labels", Use::Labels), ("annotations", Use::Annotations)] {
        if let Some(map) = object.at(&["metadata", key]).and_then(Value::as_map) {
            out.push((path.key(key).path(), kind, map));
        }
    }
}

fn labels<'a>(
    path: &Way<'_>,
    object: &'a Value,
    keys: &[&str],
    out: &mut Vec<(FieldPath, Use, &'a Map)>,
) {
    if let (Some(map), Some(last)) = (object.at(keys).and_then(Value::as_map), keys.last()) {
        out.push((path.key(last).path(), Use::Labels, map));
    }
}

fn nested<'a>(path: &Way<'_>, value: &'a Value, out: &mut Vec<(FieldPath, Use, &'a Map)>) {
    match &value.data {
        Data::Map(map) => {
            metadata(path, value, out);
            labels(path, value, &["matchLabels"], out);
            labels(path, value, &["nodeSelector"], out);
            for (key, value) in map {
                if !matches!(&**key, "metadata" | "matchLabels" | "nodeSelector") {
                    nested(&path.key(key), value, out);
                }
            }
        }
        Data::List(items) => {
            for (index, item) in items.iter().enumerate() {
                nested(&path.index(index), item, out);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
    }
}

/// F1: a label's value is a text of at most 63 plain characters.
pub(crate) fn label_values(resource: &Resource) -> Vec<Hit> {
    let labels = maps(resource).into_iter().filter(|(_, kind, _)| *kind == Use::Labels);
    let entries = labels.flat_map(|(path, _, map)| map.iter().map(move |e| (path.clone(), e)));
    entries
        .filter_map(|(path, (key, value))| {
            let fault = match &value.data {
                Data::String(text) => format::label_value(text)
                    .map(|fault| format!("{fault}: {}", shown(Some(value)))),
                Data::Null => None,
                _ => Some(not_a_text(value)),
            }?;
            Some(Hit::on(path.key(key), value, format!("label `{key}` {fault}")))
        })
        .collect()
}

fn not_a_text(value: &Value) -> String {
    let kind = match &value.data {
        Data::Bool(_) => "a boolean",
        Data::Number(_) => "a number",
        Data::List(_) => "a list",
        Data::Map(_) => "a map",
        Data::Null => "nothing",
        Data::String(_) => "a text",
    };
    format!("is {kind}, not a text; quote it: {}", shown(Some(value)))
}

/// F2: keys of labels and annotations are qualified names.
pub(crate) fn keys(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, kind, map) in maps(resource) {
        let what = if kind == Use::Labels { "label" } else { "annotation" };
        for (key, value) in map {
            // The case of an annotation's key does not count, see `ValidateAnnotations` in
            // staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go (v0.31.0 to v0.36.0).
            let fault = match kind {
                Use::Labels => format::qualified_name(key),
                Use::Annotations => format::qualified_name(&key.to_lowercase()),
            };
            if let Some(fault) = fault {
                let mut hit = Hit::on(path.key(key), value, format!("{what} key `{key}` {fault}"));
                hit.value = None;
                hits.push(hit);
            }
        }
    }
    hits
}

/// All annotations of an object together, keys and values, in bytes.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// F3: annotations are texts, and together not too large.
pub(crate) fn annotations(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, _, map) in
        maps(resource).into_iter().filter(|(_, kind, _)| *kind == Use::Annotations)
    {
        for (key, value) in map {
            if !matches!(value.data, Data::String(_) | Data::Null) {
                let message = format!("annotation `{key}` {}", not_a_text(value));
                hits.push(Hit::on(path.key(key), value, message));
            }
        }
        let text = |value: &Value| value.as_str().map_or(0, str::len);
        let size: usize = map.iter().map(|(key, value)| key.len() + text(value)).sum();
        if size > ANNOTATIONS_LIMIT {
            let message = format!(
                "the annotations have {size} bytes together, the limit is {ANNOTATIONS_LIMIT}"
            );
            hits.push(Hit::new(path, message));
        }
    }
    hits
}
