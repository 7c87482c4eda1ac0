//! Writes a value as YAML for people to read and to compare line by line.
//!
//! The text is what `toYaml` and `kubectl` print: keys sorted, one style throughout, so that two
//! texts differ only where their values do.

use std::sync::Arc;

use zij_goyaml::{Mapping, Node, NodeKind};

use super::value::{Data, Value};

/// The value as block YAML, with a line end after each line.
pub fn to_yaml(value: &Value) -> String {
    let mut text = zij_goyaml::to_yaml(&node(value)).unwrap_or_else(|error| format!("# {error}"));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A text as a scalar that keeps its meaning on one line, also inside `[…]` and `{…}`.
pub(crate) fn scalar(text: &str) -> String {
    let is_long = text.len() > 4096;
    if !is_long && !text.contains(['\n', ',', '[', ']', '{', '}']) {
        let written = to_yaml(&Value::from(text));
        let line = written.trim_end_matches('\n');
        if !line.contains('\n') {
            return line.to_owned();
        }
    }
    serde_json::to_string(text).unwrap_or_default()
}

fn node(value: &Value) -> Node {
    Node::from(match &value.data {
        Data::Null => NodeKind::Null,
        Data::Bool(value) => NodeKind::Bool(*value),
        Data::Number(text) => number(text),
        Data::String(text) => NodeKind::String(Arc::clone(text)),
        Data::List(items) => NodeKind::Sequence(items.iter().map(node).collect()),
        Data::Map(map) => NodeKind::Mapping(
            map.iter().map(|(key, value)| (Arc::clone(key), node(value))).collect::<Mapping>(),
        ),
    })
}

fn number(text: &str) -> NodeKind {
    text.parse()
        .map(NodeKind::Int)
        .or_else(|_| text.parse().map(NodeKind::Uint))
        .or_else(|_| text.parse().map(NodeKind::Float))
        .unwrap_or_else(|_| NodeKind::String(text.into()))
}
