//! Checks custom resources as the API server does, by the structural schema of their definition.
//!
//! (Source: apiextensions-apiserver/pkg/apiserver/{schema,validation} v0.36.0 and
//! kube-openapi/pkg/validation/validate @ 43fb72c5454a, which it uses.)
//! What [`formats`] and [`rules`] leave out is not checked.

mod durations;
mod formats;
mod lists;
mod numbers;
mod patterns;
mod rules;
mod stored;

pub(crate) use self::{
    patterns::Patterns,
    stored::{has_formats, keys_of, list_type, others, properties, stored},
};
use super::rule::{Hit, Severity, shown};
use crate::resource::{Data, FieldPath, Value};

/// The deepest nesting that is looked into.
const DEPTH: usize = 64;
/// So many faults of one object are told.
const MOST: usize = 8;

/// What is wrong with an object, apart from its metadata.
pub(crate) fn faults(schema: &Value, object: &Value) -> Vec<Hit> {
    let patterns = Patterns::default();
    let mut checker = Checker { hits: Vec::new(), patterns: &patterns };
    checker.object(schema, object, &FieldPath::root(), DEPTH);
    checker.hits.extend(rules::broken(schema, object, &patterns));
    checker.hits.truncate(MOST);
    checker.hits
}

struct Checker<'p> {
    hits: Vec<Hit>,
    patterns: &'p Patterns,
}

/// A value for a message; what a text says may be secret and stays out of it.
pub(crate) fn told(value: &Value) -> String {
    match &value.data {
        Data::String(text) => format!("a text of {} characters", text.chars().count()),
        Data::List(items) => format!("a list of {}", items.len()),
        Data::Map(map) => format!("a map of {}", map.len()),
        Data::Null | Data::Bool(_) | Data::Number(_) => format!("`{value}`"),
    }
}

fn is_set(schema: &Value, key: &str) -> bool {
    schema.get(key).is_some_and(Value::is_true)
}

/// The type that a schema names.
fn kind_of(schema: &Value) -> Option<&str> {
    schema.text_at(&["type"]).filter(|kind| !kind.is_empty())
}

impl Checker<'_> {
    fn fault(&mut self, path: &FieldPath, value: &Value, message: String) {
        self.hits.push(Hit::on(path.clone(), value, message));
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &FieldPath, depth: usize) {
        // The API server leaves out what is null and may not be.
        if depth == 0 || matches!(value.data, Data::Null) {
            return;
        }
        if !self.has_type(schema, value, path) {
            return;
        }
        self.bounds(schema, value, path);
        self.text(schema, value, path);
        self.junctors(schema, value, path, depth);
        match &value.data {
            Data::Map(_) => self.object(schema, value, path, depth),
            Data::List(items) => {
                for index in lists::repeated(schema, items) {
                    let message = "is in the list twice, which its type forbids".to_owned();
                    self.fault(&path.index(index), &items[index], message);
                }
                let Some(schema) = schema.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.value(schema, item, &path.index(index), depth - 1);
                }
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
        }
    }

    fn has_type(&mut self, schema: &Value, value: &Value, path: &FieldPath) -> bool {
        if is_set(schema, "x-kubernetes-int-or-string") {
            let fits = value.as_int().is_some() || value.as_str().is_some();
            if !fits {
                self.fault(path, value, format!("{} is no whole number and no text", told(value)));
            }
            return fits;
        }
        let Some(kind) = kind_of(schema) else {
            // A format without a type is one of texts.
            let is_text = matches!(value.data, Data::String(_) | Data::List(_));
            let format = schema.text_at(&["format"]).filter(|format| formats::is_known(format));
            if let Some(format) = format.filter(|_| !is_text) {
                self.fault(path, value, format!("{} is not of the format `{format}`", told(value)));
            }
            return is_text || format.is_none();
        };
        let fits = match (kind, &value.data) {
            ("object", Data::Map(_))
            | ("array", Data::List(_))
            | ("string", Data::String(_))
            | ("boolean", Data::Bool(_))
            | ("number", Data::Number(_)) => true,
            ("integer", Data::Number(text)) => numbers::is_whole(text),
            _ => false,
        };
        if !fits {
            self.fault(path, value, format!("{} is not of the type `{kind}`", told(value)));
        }
        fits
    }

    fn bounds(&mut self, schema: &Value, value: &Value, path: &FieldPath) {
        if let Some(words) = schema.get("enum").filter(|words| !words.is_empty())
            && !words.items().contains(value)
        {
            let message = format!("{} is none of {}", told(value), shown(Some(words)));
            self.fault(path, value, message);
        }
        let (size, what, keys) = match &value.data {
            Data::String(text) => (text.chars().count(), "characters", ["minLength", "maxLength"]),
            Data::List(items) => (items.len(), "items", ["minItems", "maxItems"]),
            Data::Map(map) => (map.len(), "entries", ["minProperties", "maxProperties"]),
            Data::Number(_) => return self.range(schema, value, path),
            Data::Null | Data::Bool(_) => return,
        };
        let bound = |key: &str| schema.get(key).and_then(Value::as_int);
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        if let Some(least) = bound(keys[0]).filter(|least| size < *least) {
            self.fault(path, value, format!("has {size} {what}, at least {least} are needed"));
        }
        if let Some(most) = bound(keys[1]).filter(|most| size > *most) {
            self.fault(path, value, format!("has {size} {what}, at most {most} are allowed"));
        }
    }

    /// What binds texts alone.
    fn text(&mut self, schema: &Value, value: &Value, path: &FieldPath) {
        let Some(text) = value.as_str() else { return };
        let word = |key: &str| schema.text_at(&[key]).filter(|word| !word.is_empty());
        if let Some(pattern) = word("pattern")
            && self.patterns.matches(pattern, text) == Some(false)
        {
            let pattern = shown(schema.get("pattern"));
            self.fault(path, value, format!("{} does not match {pattern}", told(value)));
        }
        if let Some(format) = word("format")
            && matches!(kind_of(schema), None | Some("string"))
            && formats::refuses(format, text)
        {
            self.fault(path, value, format!("{} is not of the format `{format}`", told(value)));
        }
    }

    fn range(&mut self, schema: &Value, value: &Value, path: &FieldPath) {
        let number = |value: &Value| value.to_string().parse::<f64>().ok();
        let Some(own) = number(value) else { return };
        let bound = |key: &str| schema.get(key).and_then(number);
        if let Some(least) = bound("minimum")
            && (own < least || own <= least && is_set(schema, "exclusiveMinimum"))
        {
            self.fault(path, value, format!("{value} is below {least}"));
        }
        if let Some(most) = bound("maximum")
            && (own > most || own >= most && is_set(schema, "exclusiveMaximum"))
        {
            self.fault(path, value, format!("{value} is above {most}"));
        }
        if let Some(factor) = schema.get("multipleOf")
            && numbers::is_multiple(value, factor) == Some(false)
        {
            self.fault(path, value, format!("{value} is no multiple of {factor}"));
        }
        if let Some(format) = schema.text_at(&["format"])
            && kind_of(schema).is_some_and(|kind| numbers::overflows(kind, format, value))
        {
            self.fault(path, value, format!("{value} is too large for the format `{format}`"));
        }
    }

    /// `allOf`, `anyOf`, `oneOf` and `not`, which bind values and name no new fields.
    fn junctors(&mut self, schema: &Value, value: &Value, path: &FieldPath, depth: usize) {
        let patterns = self.patterns;
        let holds = |schema: &Value| {
            let mut inner = Checker { hits: Vec::new(), patterns };
            inner.value(schema, value, path, depth - 1);
            // A field that such a part does not name is named outside of it.
            inner.hits.iter().all(|hit| hit.at_most != Severity::Block)
        };
        for part in schema.get("allOf").map(Value::items).unwrap_or_default() {
            if !holds(part) {
                self.fault(path, value, format!("{} does not fit `allOf`", told(value)));
            }
        }
        for (key, is_exact) in [("anyOf", false), ("oneOf", true)] {
            let parts = schema.get(key).map(Value::items).unwrap_or_default();
            let count = parts.iter().filter(|part| holds(part)).count();
            if !parts.is_empty() && (count == 0 || is_exact && count > 1) {
                let message = format!("{} fits {count} parts of `{key}`", told(value));
                self.fault(path, value, message);
            }
        }
        if let Some(part) = schema.get("not").filter(|part| !part.is_empty())
            && holds(part)
        {
            self.fault(path, value, format!("{} fits what `not` forbids", told(value)));
        }
    }

    fn object(&mut self, schema: &Value, value: &Value, path: &FieldPath, depth: usize) {
        let Some(map) = value.as_map() else { return };
        let is_root = path.steps().is_empty();
        let properties = schema.get("properties").and_then(Value::as_map);
        let others = schema.get("additionalProperties");
        let keeps = is_set(schema, "x-kubernetes-preserve-unknown-fields")
            || is_set(schema, "x-kubernetes-embedded-resource");
        for required in schema.get("required").map(Value::items).unwrap_or_default() {
            let Some(name) = required.as_str() else { continue };
            let has_default = properties
                .and_then(|properties| properties.get(name))
                .is_some_and(|property| property.get("default").is_some());
            let is_there = map.get(name).is_some_and(|value| {
                !matches!(value.data, Data::Null)
                    || properties.and_then(|p| p.get(name)).is_some_and(|p| is_set(p, "nullable"))
            });
            if !is_there && !has_default {
                self.hits.push(Hit::new(path.key(name), format!("`{name}` is missing")));
            }
        }
        for (key, value) in map {
            if is_root && matches!(&**key, "apiVersion" | "kind" | "metadata" | "status") {
                continue;
            }
            let path = path.key(key);
            match (properties.and_then(|properties| properties.get(key)), others) {
                (Some(schema), _) => self.value(schema, value, &path, depth - 1),
                (None, Some(schema)) if schema.as_map().is_some() => {
                    self.value(schema, value, &path, depth - 1);
                }
                (None, Some(Value { data: Data::Bool(true), .. })) => {}
                (None, _) if keeps || properties.is_none() => {}
                (None, _) => {
                    let message =
                        format!("the definition has no field `{key}`: it is dropped, or refused");
                    self.hits.push(Hit::on(path, value, message).at_most(Severity::Warn));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from(&zij_goyaml::parse(text.as_bytes(), &zij_goyaml::Limits::default()).unwrap())
    }

    fn faulty(schema: &str, object: &str) -> String {
        let schema = format!("{{type: object, properties: {{a: {schema}}}}}");
        let hits = faults(&value(&schema), &value(&format!("{{a: {object}}}")));
        let lines = hits.iter().map(|hit| format!("{}: {}", hit.path, hit.message));
        lines.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn objects_are_checked_as_the_api_server_does() {
        for (schema, good, bad) in [
            ("{type: string}", "x", "1"),
            ("{type: integer}", "3", "3.5"),
            ("{type: number, minimum: 1, exclusiveMinimum: true}", "1.5", "1"),
            ("{type: boolean}", "true", "'true'"),
            ("{x-kubernetes-int-or-string: true}", "50%", "true"),
            ("{type: string, enum: [b, c]}", "b", "d"),
            ("{type: string, maxLength: 2}", "éé", "abc"),
            ("{type: array, minItems: 1, items: {type: string}}", "[b]", "[]"),
            ("{type: array, items: {type: string}}", "[]", "[1]"),
            ("{type: object, required: [b], properties: {b: {type: string}}}", "{b: ''}", "{}"),
            ("{type: object, additionalProperties: {type: string}}", "{b: c}", "{b: 1}"),
            ("{type: object, properties: {b: {type: string}}}", "{b: c}", "{x: c}"),
            (
                "{type: object, properties: {b: {}, c: {}}, oneOf: [{required: [b]}, {required: [c]}]}",
                "{b: 1}",
                "{b: 1, c: 1}",
            ),
            ("{type: object, anyOf: [{required: [b]}], properties: {b: {}}}", "{b: 1}", "{}"),
            ("{type: object, not: {required: [b]}, properties: {b: {}}}", "{}", "{b: 1}"),
            (
                "{type: object, maxProperties: 1, additionalProperties: {}}",
                "{b: 1}",
                "{b: 1, c: 1}",
            ),
            ("{type: string, pattern: '^[a-z]+$'}", "ab", "aB"),
            (r"{type: string, pattern: '^\d+\z'}", "'12'", "'१२'"),
            ("{x-kubernetes-int-or-string: true, pattern: '%$'}", "50%", "'50'"),
            ("{type: string, format: date-time}", "'2026-01-31T10:00:00Z'", "2026-01-31"),
            ("{type: string, anyOf: [{format: ipv4}, {format: ipv6}]}", "'::1'", "a"),
            ("{type: integer, format: int32}", "2147483647", "2147483648"),
            ("{type: integer}", "9223372036854775807", "9223372036854775808"),
            ("{type: number, format: float}", "3.0e+38", "3.5e+38"),
            ("{type: integer, multipleOf: 5}", "15", "16"),
            ("{type: number, multipleOf: 0.1}", "0.3", "0.25"),
            ("{type: array, x-kubernetes-list-type: set, items: {}}", "[1, '1']", "[a, b, a]"),
            (
                "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k, p], \
                 items: {properties: {k: {}, p: {default: TCP}}}}",
                "[{k: 1}, {k: 1, p: UDP}]",
                "[{k: 1}, {k: 1, p: TCP}]",
            ),
        ] {
            assert_eq!(faulty(schema, good), "", "{schema} {good}");
            assert_ne!(faulty(schema, bad), "", "{schema} {bad}");
        }
        for (schema, good) in [
            ("{type: object, required: [b], properties: {b: {type: string, default: x}}}", "{}"),
            ("{type: object, x-kubernetes-preserve-unknown-fields: true}", "{b: 1}"),
            ("{type: object}", "{b: 1}"),
            ("{type: string}", "null"),
            ("{type: string, pattern: '(?=a)'}", "b"),
            ("{type: string, format: semver}", "b"),
            ("{type: string, format: k8s-short-name}", "B"),
            ("{x-kubernetes-int-or-string: true, format: int-or-string}", "1"),
            ("{type: integer}", "3.0"),
            ("{type: integer, multipleOf: 0.5}", "3"),
            ("{type: array, x-kubernetes-list-type: atomic, items: {}}", "[a, a]"),
        ] {
            assert_eq!(faulty(schema, good), "", "{schema} {good}");
        }
    }
}
