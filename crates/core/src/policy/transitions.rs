//! Rules of a definition about changes: `x-kubernetes-validations` that name `oldSelf`.

use super::{
    cel::{self, Expression},
    rule::{Hit, Severity},
    schema::{Patterns, has_formats, keys_of, list_type, others, properties, stored, told},
};
use crate::resource::{Data, FieldPath, Value};

/// The deepest nesting that is looked into.
const DEPTH: usize = 64;
/// So many faults of one object are told.
const MOST: usize = 8;

/// What a change breaks, and as notes the rules on what changes that have no answer here.
///
/// Both sides are judged as the server judges them: with the defaults of the schema.
pub(crate) fn transitions(schema: &Value, old: &Value, new: &Value) -> Vec<Hit> {
    let (old, new) = (stored(schema, old, DEPTH), stored(schema, new, DEPTH));
    let mut walk = Walk { hits: Vec::new(), patterns: Patterns::default() };
    walk.value(schema, &old, &new, &FieldPath::root(), DEPTH);
    walk.hits
}

struct Walk {
    hits: Vec<Hit>,
    patterns: Patterns,
}

impl Walk {
    fn value(&mut self, schema: &Value, old: &Value, new: &Value, path: &FieldPath, depth: usize) {
        if depth == 0 || self.hits.len() >= MOST || old == new {
            return;
        }
        let rules = schema.get("x-kubernetes-validations").map(Value::items).unwrap_or_default();
        for rule in rules {
            let text = rule.text_at(&["rule"]).unwrap_or_default();
            if cel::is_transition(text) {
                let hit = self.judged((rule, text), schema, (old, new), path);
                self.hits.extend(hit);
            }
        }
        match (&old.data, &new.data) {
            (Data::Map(before), Data::Map(after)) => {
                if schema.text_at(&["x-kubernetes-map-type"]) == Some("atomic") {
                    return;
                }
                for (key, value) in after {
                    let schema = properties(schema).and_then(|map| map.get(key)).or(others(schema));
                    if let (Some(schema), Some(before)) = (schema, before.get(key)) {
                        self.value(schema, before, value, &path.key(key), depth - 1);
                    }
                }
            }
            (Data::List(before), Data::List(after)) if list_type(schema) == "map" => {
                let Some(of_items) = schema.get("items") else { return };
                for (index, item) in after.iter().enumerate() {
                    let keys = keys_of(schema, item);
                    let twin = before.iter().find(|old| keys_of(schema, old) == keys);
                    if let Some(old) = twin.filter(|_| keys.is_some()) {
                        self.value(of_items, old, item, &path.index(index), depth - 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// What one rule says of one value.
    fn judged(
        &self,
        (rule, text): (&Value, &str),
        schema: &Value,
        (old, new): (&Value, &Value),
        path: &FieldPath,
    ) -> Option<Hit> {
        let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let unknown = |why: String| {
            let message =
                format!("whether `{path}` may change so is not checked: {why} in `{short}`");
            Some(Hit::new(path.clone(), message).at_most(Severity::Info))
        };
        if rule.get("optionalOldSelf").is_some_and(Value::is_true) {
            return unknown("`optionalOldSelf`".to_owned());
        }
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(cel::Unsupported(what)) => return unknown(format!("{what} is not known")),
        };
        match expression.holds(new, old, &self.patterns) {
            Some(true) => None,
            Some(false) if has_formats(schema, DEPTH) => {
                unknown("a time or bytes may be equal and are written otherwise".to_owned())
            }
            Some(false) => {
                let why = rule.text_at(&["message"]).unwrap_or(&short);
                let message = format!(
                    "`{path}` cannot change so: it is {} and would be {} ({why})",
                    told(old),
                    told(new)
                );
                Some(Hit::on(path.clone(), new, message))
            }
            None => unknown("a field that is not there, or values that do not compare,".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from(&zij_goyaml::parse(text.as_bytes(), &zij_goyaml::Limits::default()).unwrap())
    }

    /// The severities and paths of what a change of the field `a` breaks.
    fn told_of(schema: &str, old: &str, new: &str) -> String {
        let schema = value(&format!("{{type: object, properties: {{a: {schema}}}}}"));
        let side = |text: &str| value(&format!("{{a: {text}}}"));
        let hits = transitions(&schema, &side(old), &side(new));
        let told = hits.iter().map(|hit| {
            let word = if hit.at_most == Severity::Info { "unchecked" } else { "broken" };
            format!("{word} {}", hit.path)
        });
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn changes_are_judged_where_the_server_judges_them() {
        const FIXED: &str = "x-kubernetes-validations: [{rule: self == oldSelf}]";
        let fixed = format!("{{type: string, {FIXED}}}");
        let list = |kind: &str| {
            format!(
                "{{type: array, {kind}, items: {{type: object, properties: {{k: {{}}, v: {{{FIXED}}}}}}}}}"
            )
        };
        let map = list("x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]");
        let set = format!("{{type: array, x-kubernetes-list-type: set, items: {{}}, {FIXED}}}");
        let default =
            format!("{{type: object, properties: {{b: {{default: x}}, c: {{}}}}, {FIXED}}}");
        let time = "{type: string, format: date-time, x-kubernetes-validations: [{rule: self == oldSelf}]}";
        for (schema, old, new, want) in [
            (&*fixed, "x", "x", ""),
            (&fixed, "x", "y", "broken a"),
            (&fixed, "x", "null", ""),
            (&fixed, "null", "x", ""),
            // A list is a map by its keys, a set has no order, and others are not looked into.
            (&map, "[{k: 1, v: 1}, {k: 2, v: 2}]", "[{k: 2, v: 2}, {k: 1, v: 1}]", ""),
            (&map, "[{k: 1, v: 1}]", "[{k: 1, v: 2}, {k: 3}]", "broken a[0].v"),
            (&list("x-kubernetes-list-type: atomic"), "[{k: 1, v: 1}]", "[{k: 1, v: 2}]", ""),
            (&set, "[x, y]", "[y, x]", ""),
            (&set, "[x, y]", "[x]", "broken a"),
            (&default, "{}", "{b: x}", ""),
            (&default, "{}", "{b: y}", "broken a"),
            (&default, "{c: null}", "{}", ""),
            (time, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "unchecked a"),
            (
                "{x-kubernetes-validations: [{rule: 'self.lowerAscii() == oldSelf'}]}",
                "x",
                "y",
                "unchecked a",
            ),
            (
                "{x-kubernetes-validations: [{rule: 'oldSelf.hasValue()', optionalOldSelf: true}]}",
                "x",
                "y",
                "unchecked a",
            ),
            ("{x-kubernetes-validations: [{rule: 'self.lowerAscii() == self'}]}", "x", "y", ""),
            ("{x-kubernetes-validations: [{rule: 'self >= oldSelf'}]}", "2", "1", "broken a"),
            ("{x-kubernetes-validations: [{rule: 'self >= oldSelf'}]}", "1", "2", ""),
        ] {
            assert_eq!(told_of(schema, old, new), want, "{schema}: {old} -> {new}");
        }
    }
}
