//! Parameters: what generators give and templates take.

use std::sync::Arc;

use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind};

use crate::inventory::{
    Fact, FactKind,
    argo::object::{self, entry, shown, string},
};
use crate::source::Place;

/// One set of parameters.
pub(super) type Parameters = Mapping;

/// A set of parameters and what it was read from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) set: Parameters,
    pub(super) facts: Vec<Fact>,
}

impl Given {
    /// What one thing gives.
    pub(super) fn by(set: Parameters, kind: FactKind, name: &str, place: Place) -> Self {
        Self { set, facts: vec![Fact { kind, name: name.into(), place }] }
    }

    /// The set with the facts of both.
    pub(super) fn of_both(set: Parameters, one: &Self, other: &Self) -> Self {
        let mut facts = one.facts.clone();
        facts.extend(other.facts.iter().filter(|fact| !one.facts.contains(fact)).cloned());
        Self { set, facts }
    }
}

/// How templates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// `{{ key }}` with flat keys.
    Fast,
    /// Go templates.
    Go,
}

/// A map from keys to texts or maps.
pub(super) fn map(entries: impl IntoIterator<Item = (String, Node)>) -> Mapping {
    let mut mapping = Mapping::new();
    for (key, value) in entries {
        mapping.insert(entry(key, value));
    }
    mapping
}

/// `over` wins over `base` map by map, with empty values too (mergo, `WithOverride`, of maps).
pub(super) fn overridden(base: &Mapping, over: &Mapping) -> Mapping {
    let mut result = base.clone();
    for new in over {
        let value = match (result.get(&new.key).map(|node| &node.kind), &new.value.kind) {
            (Some(NodeKind::Mapping(old)), NodeKind::Mapping(new)) => {
                NodeKind::Mapping(overridden(old, new)).into()
            }
            _ => new.value.clone(),
        };
        result.insert(MappingEntry { value, ..new.clone() });
    }
    result
}

/// The field of a template that has no type, and so is taken whole.
const UNTYPED: &str = "valuesObject";

/// What `own` leaves empty taken from `template`, struct by struct (mergo, `Merge`).
pub(super) fn filled_up(own: &Mapping, template: &Mapping) -> Mapping {
    let mut result = template.clone();
    for new in own {
        let value = match (result.get(&new.key).map(|node| &node.kind), &new.value.kind) {
            (Some(NodeKind::Mapping(old)), NodeKind::Mapping(new_map)) if &*new.key != UNTYPED => {
                NodeKind::Mapping(filled_up(new_map, old)).into()
            }
            (Some(_), NodeKind::Mapping(_)) => new.value.clone(),
            (Some(old), _) if is_empty(&new.value) && !matches!(old, NodeKind::Null) => continue,
            _ => new.value.clone(),
        };
        result.insert(MappingEntry { value, ..new.clone() });
    }
    result
}

/// Whether Go calls the value zero.
pub(super) fn is_empty(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Null => true,
        NodeKind::Bool(value) => !value,
        NodeKind::Int(value) => *value == 0,
        NodeKind::Uint(value) => *value == 0,
        NodeKind::Float(value) => *value == 0.0,
        NodeKind::String(text) => text.is_empty(),
        NodeKind::Sequence(items) => items.is_empty(),
        NodeKind::Mapping(mapping) => mapping.is_empty(),
    }
}

/// Nested keys joined by dots, with texts as values; items of lists are `key.0`, and what is empty
/// has no key.
pub(super) fn flattened(mapping: &Mapping) -> Mapping {
    let mut flat = Mapping::new();
    for entry in mapping {
        flatten(&entry.key, &entry.value, &mut flat);
    }
    flat
}

fn flatten(key: &str, value: &Node, flat: &mut Mapping) {
    match &value.kind {
        NodeKind::Mapping(mapping) => {
            for entry in mapping {
                flatten(&format!("{key}.{}", entry.key), &entry.value, flat);
            }
        }
        NodeKind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{key}.{index}"), item, flat);
            }
        }
        _ => flat.insert(entry(key, string(printed(value)))),
    }
}

/// A value read from JSON as Go's `%v` prints it: every number is a float there.
pub(super) fn printed(value: &Node) -> String {
    let float = |value: f64| zij_gotmpl::value::fmt::format_float(value, b'g', None);
    match &value.kind {
        NodeKind::Null => "<nil>".to_owned(),
        NodeKind::Int(value) => float(*value as f64),
        NodeKind::Uint(value) => float(*value as f64),
        NodeKind::Float(value) => float(*value),
        _ => shown(value),
    }
}

/// A name that DNS allows (Argo CD, `SanitizeName`).
pub(super) fn normalized(name: &str) -> String {
    let lower = name.to_lowercase();
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let name: String = lower.chars().map(|c| if legal(c) { c } else { '-' }).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Parameters as the selector of a generator sees them (Argo CD, `flattenParameters`).
///
/// The parts of a path and the clusters of a flat list are lists of a type that is not taken apart.
pub(super) fn selectable(parameters: &Mapping) -> Mapping {
    fn collect(path: &str, parent: &Mapping, key: &str, value: &Node, flat: &mut Mapping) {
        let is_whole = match (key, value.as_sequence()) {
            ("segments", Some(_)) => parent.get("basenameNormalized").is_some(),
            ("clusters", Some([first, ..])) => first.get("nameNormalized").is_some(),
            _ => false,
        };
        match value.as_mapping() {
            Some(inner) => {
                for field in inner {
                    let path = format!("{path}.{}", field.key);
                    collect(&path, inner, &field.key, &field.value, flat);
                }
            }
            None if is_whole => {
                let items: Vec<String> =
                    value.as_sequence().unwrap_or_default().iter().map(shown).collect();
                flat.insert(entry(path, string(format!("[{}]", items.join(" ")))));
            }
            None => flatten(path, value, flat),
        }
    }
    let mut flat = Mapping::new();
    for field in parameters {
        collect(&field.key, parameters, &field.key, &field.value, &mut flat);
    }
    flat
}

/// What is wrong with a label selector (Argo CD, `LabelSelectorAsSelector`, `newRequirement`).
pub(super) fn check_selector(selector: &Node) -> Result<(), String> {
    for wanted in object::entries(selector, &["matchLabels"]) {
        check_key(&wanted.key)?;
    }
    for expression in object::items(selector, &["matchExpressions"]) {
        let has_values = !object::items(expression, &["values"]).is_empty();
        match (object::text(expression, &["operator"]).unwrap_or_default(), has_values) {
            ("In" | "NotIn", true) | ("Exists" | "DoesNotExist", false) => {}
            ("In" | "NotIn", false) => {
                return Err("for 'in', 'notin' operators, values set can't be empty".to_owned());
            }
            ("Exists" | "DoesNotExist", true) => {
                return Err("values set must be empty for exists and does not exist".to_owned());
            }
            (other, _) => return Err(format!("{other:?} is not a valid pod selector operator")),
        }
        check_key(object::text(expression, &["key"]).unwrap_or_default())?;
    }
    Ok(())
}

/// Whether a key is a qualified name, as Kubernetes calls it.
fn check_key(key: &str) -> Result<(), String> {
    const LONGEST: [usize; 2] = [253, 63];
    let (prefix, name) =
        key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = |text: &str, longest: usize| {
        let ends = [text.chars().next(), text.chars().next_back()];
        text.len() <= longest
            && text.chars().all(is_inner)
            && ends.iter().all(|c| c.is_some_and(|c| c.is_ascii_alphanumeric()))
    };
    let is_prefix = |text: &str| is_name(text, LONGEST[0]) && text == text.to_ascii_lowercase();
    match is_name(name, LONGEST[1]) && prefix.is_none_or(is_prefix) {
        true => Ok(()),
        false => Err(format!("key: Invalid value: {key:?}")),
    }
}

/// Whether labels match a label selector in which nothing is wrong.
pub(super) fn labels_match(selector: &Node, label: &dyn Fn(&str) -> Option<Arc<str>>) -> bool {
    let is_label =
        |wanted: &MappingEntry| label(&wanted.key).as_deref() == Some(&*shown(&wanted.value));
    let holds = |expression: &Node| {
        let key = object::text(expression, &["key"]).unwrap_or_default();
        let values: Vec<String> =
            object::items(expression, &["values"]).iter().map(shown).collect();
        let has = label(key);
        let is_in = has.as_ref().is_some_and(|has| values.iter().any(|value| **value == **has));
        match object::text(expression, &["operator"]).unwrap_or_default() {
            "In" => is_in,
            "NotIn" => !is_in,
            "Exists" => has.is_some(),
            _ => has.is_none(),
        }
    };
    object::entries(selector, &["matchLabels"]).all(is_label)
        && object::items(selector, &["matchExpressions"]).iter().all(holds)
}
