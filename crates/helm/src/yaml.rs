//! YAML as Helm's packages read it: goyaml v2, then JSON, then Go values.

use std::sync::Arc;

use zij_gotmpl::{Data, Str};
use zij_goyaml::{Limits, Node, NodeKind};

/// Reads the first document; the error text is that of `sigs.k8s.io/yaml`.
pub(crate) fn read(text: &[u8]) -> Result<Node, YamlError> {
    zij_goyaml::parse(text, &Limits::default()).map_err(|error| YamlError {
        line: error.position().map(|position| position.line).or(error.line()),
        text: format!("error converting YAML to JSON: {error}"),
    })
}

/// A refused text: what `sigs.k8s.io/yaml` says and the true line, when it is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct YamlError {
    pub(crate) text: String,
    pub(crate) line: Option<u32>,
}

impl YamlError {
    /// The failure of decoding JSON into a Go value.
    pub(crate) fn decoding(problem: &str) -> Self {
        let text = format!("error unmarshaling JSON: while decoding JSON: json: {problem}");
        Self { text, line: None }
    }
}

/// The data of a node; all numbers are `float64`, as `encoding/json` makes them.
pub(crate) fn data(node: &Node) -> Data {
    match &node.kind {
        NodeKind::Null => Data::Nil,
        NodeKind::Bool(value) => Data::Bool(*value),
        NodeKind::Int(value) => Data::Float(*value as f64),
        NodeKind::Uint(value) => Data::Float(*value as f64),
        NodeKind::Float(value) => Data::Float(*value),
        NodeKind::String(text) => Data::String(shared(text)),
        NodeKind::Sequence(items) => items.iter().map(data).collect::<Vec<_>>().into(),
        NodeKind::Mapping(mapping) => {
            mapping.iter().map(|entry| (shared(&entry.key), data(&entry.value))).collect()
        }
    }
}

fn shared(text: &Arc<str>) -> Str {
    // Short strings live inside the handle.
    if text.len() <= 22 {
        Str::from(&**text)
    } else {
        Str::from(Arc::<[u8]>::from(Arc::clone(text)))
    }
}

/// What `encoding/json` calls the kind of a value in its messages.
pub(crate) fn json_kind(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Null => "null",
        NodeKind::Bool(_) => "bool",
        NodeKind::Int(_) | NodeKind::Uint(_) | NodeKind::Float(_) => "number",
        NodeKind::String(_) => "string",
        NodeKind::Sequence(_) => "array",
        NodeKind::Mapping(_) => "object",
    }
}
