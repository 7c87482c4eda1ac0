//! Parameters: what generators give and templates take.

use std::sync::Arc;

use zij_goyaml::{Mapping, Node, NodeKind};

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

/// `over` wins over `base`, map by map; empty values of `over` do not (mergo).
pub(super) fn merged(base: &Mapping, over: &Mapping) -> Mapping {
    let mut result = base.clone();
    for new in over {
        let value = match (result.get(&new.key).map(|node| &node.kind), &new.value.kind) {
            (Some(NodeKind::Mapping(old)), NodeKind::Mapping(new)) => {
                NodeKind::Mapping(merged(old, new)).into()
            }
            (Some(old), _) if is_empty(&new.value) && !matches!(old, NodeKind::Null) => continue,
            _ => new.value.clone(),
        };
        result.insert(zij_goyaml::MappingEntry { value, ..new.clone() });
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
fn printed(value: &Node) -> String {
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

/// Whether flat parameters match a label selector; why it cannot be said.
pub(super) fn selects(selector: &Node, parameters: &Mapping) -> Result<bool, String> {
    let flat = flattened(parameters);
    labels_match(selector, &|key| flat.get(key).map(|value| shown(value).into()))
}

/// Whether labels match a Kubernetes label selector.
pub(super) fn labels_match(
    selector: &Node,
    label: &dyn Fn(&str) -> Option<Arc<str>>,
) -> Result<bool, String> {
    for wanted in object::entries(selector, &["matchLabels"]) {
        if label(&wanted.key).as_deref() != Some(&*shown(&wanted.value)) {
            return Ok(false);
        }
    }
    for expression in object::items(selector, &["matchExpressions"]) {
        let key = object::text(expression, &["key"]).unwrap_or_default();
        let values: Vec<String> =
            object::items(expression, &["values"]).iter().map(shown).collect();
        let has = label(key);
        let is_in = has.as_ref().is_some_and(|has| values.iter().any(|value| **value == **has));
        let holds = match object::text(expression, &["operator"]).unwrap_or_default() {
            "In" => is_in,
            "NotIn" => !is_in,
            "Exists" => has.is_some(),
            "DoesNotExist" => has.is_none(),
            other => return Err(format!("`{other}` is no operator of a label selector")),
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}
