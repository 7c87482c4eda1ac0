//! Lists that may not say a thing twice.
//!
//! (Source: apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go @ v0.36.0.)

use std::collections::BTreeMap;

use super::list_type;
use crate::resource::{Data, Value};

/// Where a list of the types `set` and `map` repeats an item; each item is told once.
pub(super) fn repeated(schema: &Value, items: &[Value]) -> Vec<usize> {
    let keys: Vec<&str> = match list_type(schema) {
        "set" => Vec::new(),
        "map" => {
            let keys = schema.get("x-kubernetes-list-map-keys").map(Value::items);
            keys.unwrap_or_default().iter().filter_map(Value::as_str).collect()
        }
        _ => return Vec::new(),
    };
    let property = |key: &str| schema.at(&["items", "properties", key, "default"]);
    let name = |item: &Value| -> String {
        if keys.is_empty() {
            return item.to_string();
        }
        let of = |key: &&str| {
            let own = item.get(key).filter(|value| !matches!(value.data, Data::Null));
            own.or_else(|| property(key)).map_or_else(String::new, ToString::to_string)
        };
        keys.iter().map(of).collect::<Vec<_>>().join("\n")
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let times = seen.entry(name(item)).or_default();
        *times += 1;
        if *times == 2 {
            found.push(index);
        }
    }
    found
}
