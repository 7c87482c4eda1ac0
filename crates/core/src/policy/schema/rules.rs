//! Rules of a definition about one object: `x-kubernetes-validations` that do not name `oldSelf`.
//!
//! (Source: `Validator.validate` in apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go
//! @ v0.36.0.) A rule that has no answer here is not told: there are many of them.

use super::{
    DEPTH, MOST, Patterns, has_formats, list_type, others, properties, stored, stored::inner, told,
};
use crate::{
    policy::{
        cel::{self, Expression},
        rule::Hit,
    },
    resource::{Data, FieldPath, Value},
};

/// So many rules of one object are evaluated, counted once for each value that they are about.
const EVALUATED: usize = 2000;

/// What an object breaks. It is judged as the server judges it: with the defaults of the schema, and
/// without a status, which is none of its writer's business.
pub(super) fn broken(schema: &Value, object: &Value, patterns: &Patterns) -> Vec<Hit> {
    if !has_rules(schema, object, DEPTH) {
        return Vec::new();
    }
    let mut object = stored(schema, object, DEPTH);
    if let Data::Map(map) = &mut object.data {
        map.remove("status");
    }
    let mut walk = Walk { hits: Vec::new(), patterns, left: EVALUATED };
    walk.value(schema, &object, &FieldPath::root(), DEPTH);
    walk.hits
}

fn rules(schema: &Value) -> impl Iterator<Item = (&Value, &str)> {
    let rules = schema.get("x-kubernetes-validations").map(Value::items).unwrap_or_default();
    rules.iter().filter_map(|rule| Some((rule, rule.text_at(&["rule"])?)))
}

/// The parts of a value with what the definition says of each.
fn parts<'v>(
    schema: &'v Value,
    value: &'v Value,
    path: &FieldPath,
) -> Vec<(&'v Value, &'v Value, FieldPath)> {
    match &value.data {
        Data::Map(map) => {
            let part = |(key, value): (&'v std::sync::Arc<str>, &'v Value)| {
                let own = properties(schema).and_then(|map| map.get(key)).or(others(schema));
                Some((own?, value, path.key(key)))
            };
            map.iter().filter_map(part).collect()
        }
        Data::List(items) => {
            let Some(of_items) = schema.get("items") else { return Vec::new() };
            let items = items.iter().enumerate();
            items.map(|(index, item)| (of_items, item, path.index(index))).collect()
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => Vec::new(),
    }
}

/// Whether a rule is about a part of the value.
fn has_rules(schema: &Value, value: &Value, depth: usize) -> bool {
    depth > 0
        && (rules(schema).next().is_some()
            || parts(schema, value, &FieldPath::root())
                .iter()
                .any(|(schema, value, _)| has_rules(schema, value, depth - 1)))
}

/// Whether a part of the schema is a list whose order does not count.
fn has_sets(schema: &Value, depth: usize) -> bool {
    depth == 0
        || matches!(list_type(schema), "set" | "map")
        || inner(schema).any(|inner| has_sets(inner, depth - 1))
}

struct Walk<'p> {
    hits: Vec<Hit>,
    patterns: &'p Patterns,
    /// How many rules are evaluated yet.
    left: usize,
}

impl Walk<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &FieldPath, depth: usize) {
        if depth == 0 || self.hits.len() >= MOST || matches!(value.data, Data::Null) {
            return;
        }
        for (rule, text) in rules(schema).filter(|(_, text)| !cel::is_transition(text)) {
            let Some(left) = self.left.checked_sub(1) else { return };
            self.left = left;
            if self.breaks(schema, text, value) {
                let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let why = rule.text_at(&["message"]).unwrap_or(&short);
                let message = format!("{} breaks a rule of its definition: {why}", told(value));
                self.hits.push(Hit::on(path.clone(), value, message));
            }
        }
        for (schema, value, path) in parts(schema, value, path) {
            self.value(schema, value, &path, depth - 1);
        }
    }

    fn breaks(&self, schema: &Value, text: &str, value: &Value) -> bool {
        let Ok(rule) = Expression::parse(text) else { return false };
        rule.holds(value, value, self.patterns) == Some(false)
            // The server sees times and bytes, not texts; and sets are equal and summed as sets.
            && !has_formats(schema, DEPTH)
            && !(text.contains(['[', '+']) && has_sets(schema, DEPTH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from(&zij_goyaml::parse(text.as_bytes(), &zij_goyaml::Limits::default()).unwrap())
    }

    /// Where an object breaks the rules of its schema.
    fn told_of(schema: &str, object: &str) -> String {
        let hits = broken(&value(schema), &value(object), &Patterns::default());
        let place = |hit: &Hit| {
            if hit.path.steps().is_empty() { ".".to_owned() } else { hit.path.to_string() }
        };
        hits.iter().map(place).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn objects_are_judged_where_the_server_judges_them() {
        let of_spec = |rule: &str, more: &str| {
            format!(
                "{{type: object, properties: {{spec: {{type: object, properties: {{{more}}}, \
                 x-kubernetes-validations: [{{rule: {rule:?}}}]}}}}}}"
            )
        };
        let numbers = "min: {type: integer, default: 1}, max: {type: integer}";
        let at_most = of_spec("!has(self.max) || self.min <= self.max", numbers);
        let one_of = of_spec("has(self.a) != has(self.b)", "a: {type: string}, b: {type: string}");
        let items = "{type: array, items: {type: string, x-kubernetes-validations: [{rule: \"self.matches('^a')\"}]}}";
        let items = of_spec("true", &format!("l: {items}"));
        let set = "s: {type: array, x-kubernetes-list-type: set, items: {type: string}}";
        let time = "t: {type: string, format: date-time}";
        for (schema, object, want) in [
            (&*at_most, "{spec: {min: 2, max: 1}}", "spec"),
            (&at_most, "{spec: {max: 1}}", ""),
            (&at_most, "{spec: {max: 0}}", "spec"),
            (&at_most, "{spec: {min: 2}}", ""),
            (&at_most, "{}", ""),
            (&at_most, "{spec: null}", ""),
            (&one_of, "{spec: {a: x}}", ""),
            (&one_of, "{spec: {}}", "spec"),
            (&one_of, "{spec: {a: x, b: null}}", ""),
            (&items, "{spec: {l: [a, b, ab]}}", "spec.l[1]"),
            (&of_spec("self.t == 'x'", time), "{spec: {t: y}}", ""),
            (&of_spec("self.s == ['b', 'a']", set), "{spec: {s: [a, b]}}", ""),
            (&of_spec("self.s.size() < 2", set), "{spec: {s: [a, b]}}", "spec"),
            (&of_spec("self.x.isSorted()", ""), "{spec: {x: [b, a]}}", ""),
            (&of_spec("self.x == 1", ""), "{spec: {}}", ""),
            (&of_spec("self == oldSelf", ""), "{spec: {}}", ""),
            (
                "{x-kubernetes-validations: [{rule: \"self.metadata.name == 'only' && !has(self.status)\"}]}",
                "{metadata: {name: only}, status: {}}",
                "",
            ),
            (
                "{x-kubernetes-validations: [{rule: \"self.metadata.name == 'only'\"}]}",
                "{metadata: {name: x}}",
                ".",
            ),
        ] {
            assert_eq!(told_of(schema, object), want, "{schema}: {object}");
        }
    }
}
