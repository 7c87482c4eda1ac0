//! What a definition says of the parts of a value, and the value as the server stores it.

use crate::resource::{Data, Map, Value};

pub(crate) fn properties(schema: &Value) -> Option<&Map> {
    schema.get("properties").and_then(Value::as_map)
}

pub(crate) fn others(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|others| others.as_map().is_some())
}

/// What a schema says of the parts of its values.
pub(super) fn inner(schema: &Value) -> impl Iterator<Item = &Value> {
    let properties = properties(schema).into_iter().flat_map(Map::values);
    properties.chain(others(schema)).chain(schema.get("items"))
}

pub(crate) fn list_type(schema: &Value) -> &str {
    schema.text_at(&["x-kubernetes-list-type"]).unwrap_or("atomic")
}

/// What tells the items of a list that is a map apart.
pub(crate) fn keys_of(schema: &Value, item: &Value) -> Option<Vec<String>> {
    let keys = schema.get("x-kubernetes-list-map-keys").map(Value::items)?;
    keys.iter().map(|key| Some(item.get(key.as_str()?)?.to_string())).collect()
}

/// A value with the schema's defaults, and lists that have no order in one.
pub(crate) fn stored(schema: &Value, value: &Value, depth: usize) -> Value {
    if depth == 0 {
        return value.clone();
    }
    match &value.data {
        Data::Map(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let schema = properties(schema).and_then(|map| map.get(key)).or(others(schema));
                let is_kept = !matches!(value.data, Data::Null)
                    || schema.is_some_and(|s| s.get("nullable").is_some_and(Value::is_true));
                if is_kept {
                    let value =
                        schema.map_or_else(|| value.clone(), |s| stored(s, value, depth - 1));
                    out.insert(key.clone(), value);
                }
            }
            for (key, schema) in properties(schema).into_iter().flatten() {
                if let Some(default) = schema.get("default").filter(|_| !out.contains_key(key)) {
                    out.insert(key.clone(), stored(schema, default, depth - 1));
                }
            }
            Data::Map(out).into()
        }
        Data::List(items) => {
            let Some(of_items) = schema.get("items") else { return value.clone() };
            let mut out: Vec<Value> =
                items.iter().map(|item| stored(of_items, item, depth - 1)).collect();
            match list_type(schema) {
                "set" => out.sort_by_cached_key(ToString::to_string),
                "map" => out.sort_by_cached_key(|item| keys_of(schema, item)),
                _ => {}
            }
            Data::List(out).into()
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => value.clone(),
    }
}

/// Whether a part of the schema has values that rules see as times or bytes, which are equal
/// although they are written otherwise.
pub(crate) fn has_formats(schema: &Value, depth: usize) -> bool {
    const FORMATS: [&str; 4] = ["date", "date-time", "duration", "byte"];
    let format = schema.text_at(&["format"]).unwrap_or_default();
    FORMATS.contains(&format)
        || depth == 0
        || inner(schema).any(|inner| has_formats(inner, depth - 1))
}
