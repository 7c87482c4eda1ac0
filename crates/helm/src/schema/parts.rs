//! Parts of schemas and instances that the words of both libraries need.

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::Value;

/// The property that makes a missing one required, when the violated keyword is `dependencies` or
/// `dependentRequired`.
pub(super) fn dependent_on(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    let Kind::Required { property } = error.kind() else { return None };
    let place = error.schema_path().as_str();
    let keyword = place.rsplit('/').next()?;
    if !matches!(keyword, "dependencies" | "dependentRequired") {
        return None;
    }
    let given = error.instance().as_object()?;
    let wants = |wanted: &Value| wanted.as_array().is_some_and(|list| list.contains(property));
    let mut rules = schema.pointer(place)?.as_object()?.iter();
    rules
        .find(|(name, wanted)| given.contains_key(*name) && wants(wanted))
        .map(|(name, _)| name.clone())
}

/// A validator for a part of a schema, which sees the whole schema's definitions.
pub(super) fn validator_at(schema: &Value, place: &str) -> Option<Validator> {
    let mut part = schema.pointer(place)?.clone();
    if let (Value::Object(part), Value::Object(whole)) = (&mut part, schema) {
        for key in ["$schema", "definitions", "$defs"] {
            if let Some(value) = whole.get(key) {
                part.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
    jsonschema::validator_for(&part).ok()
}

/// The first pair of equal items, the smaller index first.
pub(super) fn equal_items(list: &Value) -> Option<(usize, usize)> {
    let items = list.as_array()?;
    items.iter().enumerate().skip(1).find_map(|(second, item)| {
        let first = items[..second].iter().position(|other| equal(other, item))?;
        Some((first, second))
    })
}

/// Equality that does not tell 1 from 1.0.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(key, own): (&String, &Value)| b.get(key).is_some_and(|b| equal(own, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (a, b) => a == b,
    }
}
