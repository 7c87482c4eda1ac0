//! A Kubernetes object as the API server reads it: JSON, with the lines it was written on.

use std::{fmt, sync::Arc};

use litemap::LiteMap;

use zij_goyaml::{MappingEntry, Node, NodeKind, format_json_float};

use super::path::{FieldPath, Step};

/// A JSON value that knows its line.
///
/// Two values are equal when they say the same, whatever their lines.
#[derive(Clone)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// The line inside its document, from 1; 0 where it was not read from text.
    pub line: u32,
}

/// The kinds of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number in its JSON form, so that `1.0` and `1` are one text.
    Number(Box<str>),
    /// A string.
    String(Arc<str>),
    /// A list.
    List(Vec<Value>),
    /// A map, sorted by key as the API server writes it.
    Map(Map),
}

/// The entries of a map: a list, since most are small and all are read more often than changed.
pub type Map = LiteMap<Arc<str>, Value>;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, line: 0 }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Data::String(text.into()).into()
    }
}

impl From<Node> for Value {
    fn from(node: Node) -> Self {
        let data = match node.kind {
            NodeKind::String(text) => Data::String(text),
            NodeKind::Sequence(items) => Data::List(items.into_iter().map(Self::from).collect()),
            NodeKind::Mapping(mapping) => Data::Map(mapping.into_iter().map(entry).collect()),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Uint(_)
            | NodeKind::Float(_) => return Self::from(&node),
        };
        Self { data, line: node.span.start.line }
    }
}

impl From<&Node> for Value {
    fn from(node: &Node) -> Self {
        let data = match &node.kind {
            NodeKind::Null => Data::Null,
            NodeKind::Bool(value) => Data::Bool(*value),
            NodeKind::Int(number) => Data::Number(number.to_string().into()),
            NodeKind::Uint(number) => Data::Number(number.to_string().into()),
            NodeKind::Float(number) => Data::Number(format_json_float(*number).into()),
            NodeKind::String(text) => Data::String(Arc::clone(text)),
            NodeKind::Sequence(items) => Data::List(items.iter().map(Self::from).collect()),
            NodeKind::Mapping(mapping) => Data::Map(mapping.iter().cloned().map(entry).collect()),
        };
        Self { data, line: node.span.start.line }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        Self::from(match json {
            serde_json::Value::Null => Data::Null,
            serde_json::Value::Bool(value) => Data::Bool(*value),
            serde_json::Value::Number(number) => Data::Number(json_number(number)),
            serde_json::Value::String(text) => Data::String(text.as_str().into()),
            serde_json::Value::Array(items) => Data::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Data::Map(
                map.iter().map(|(key, value)| (key.as_str().into(), value.into())).collect(),
            ),
        })
    }
}

fn json_number(number: &serde_json::Number) -> Box<str> {
    match number.as_f64() {
        Some(float) if number.is_f64() => format_json_float(float).into(),
        _ => number.to_string().into(),
    }
}

/// An entry of a map; its value takes the key's line, which is the one to edit.
fn entry(entry: MappingEntry) -> (Arc<str>, Value) {
    let MappingEntry { key, key_span, value } = entry;
    let mut value = Value::from(value);
    if key_span.start.line > 0 {
        value.line = key_span.start.line;
    }
    (key, value)
}

impl Value {
    /// The value under `key`; `None` where this is no map or has no such key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// The value at the end of a chain of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The value at the end of a path.
    pub fn at_path(&self, path: &FieldPath) -> Option<&Self> {
        path.steps().iter().try_fold(self, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.items().get(*index),
            Step::Order { .. } => None,
            Step::Item { key, value: name } => {
                value.items().iter().find(|item| item.text_at(&[key]) == Some(name))
            }
        })
    }

    /// The text at the end of a chain of keys; `None` where it is absent or no string.
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.as_str()
    }

    /// The string, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, where this is a map.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, where this is a list; nothing for any other value.
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The whole number, where this is one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.data {
            Data::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether this is `true`.
    pub fn is_true(&self) -> bool {
        self.data == Data::Bool(true)
    }

    /// Whether this says nothing: `null`, or a list or map with no entry.
    ///
    /// The API server treats an absent field and an empty one alike almost everywhere.
    pub fn is_empty(&self) -> bool {
        match &self.data {
            Data::Null => true,
            Data::List(items) => items.is_empty(),
            Data::Map(map) => map.is_empty(),
            Data::Bool(_) | Data::Number(_) | Data::String(_) => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One line of YAML in flow form: `{a: 1, b: [x, y]}`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Null => f.write_str("null"),
            Data::Bool(value) => write!(f, "{value}"),
            Data::Number(text) => f.write_str(text),
            Data::String(text) => f.write_str(&super::emit::scalar(text)),
            Data::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Data::Map(map) => {
                f.write_str("{")?;
                for (index, (key, value)) in map.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}: {value}", super::emit::scalar(key))?;
                }
                f.write_str("}")
            }
        }
    }
}
