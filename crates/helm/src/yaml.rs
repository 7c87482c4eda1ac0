//! YAML as Helm's packages read it: goyaml v2, then JSON, then Go values.

use std::sync::Arc;

use zij_gotmpl::{Data, Str};
use zij_goyaml::{Limits, Node, NodeKind, Position};

use crate::diagnosis::Excerpt;

/// Reads the first document; the error text is that of `sigs.k8s.io/yaml`.
pub(crate) fn read(text: &[u8]) -> Result<Node, YamlError> {
    zij_goyaml::parse(text, &Limits::default()).map_err(|error| not_yaml(&error))
}

/// As [`read`], where only entries with some paths are used and none of their places.
pub(crate) fn read_entries(
    text: &[u8],
    wanted: impl Fn(&[&str]) -> bool,
) -> Result<Node, YamlError> {
    zij_goyaml::parse_entries(text, &Limits::default(), wanted).map_err(|error| not_yaml(&error))
}

fn not_yaml(error: &zij_goyaml::Error) -> YamlError {
    YamlError {
        line: error.position().map(|position| position.line).or(error.line()),
        position: error.position(),
        problem: problem_of(error.message()),
        text: format!("error converting YAML to JSON: {error}"),
    }
}

/// A refused text: what `sigs.k8s.io/yaml` says and the true line, when it is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct YamlError {
    pub(crate) text: String,
    pub(crate) line: Option<u32>,
    pub(crate) position: Option<Position>,
    /// The text without the prefixes that libraries put before it, and without the line.
    pub(crate) problem: String,
}

impl YamlError {
    /// The failure of decoding JSON into a Go value.
    pub(crate) fn decoding(problem: &str) -> Self {
        let text = format!("error unmarshaling JSON: while decoding JSON: json: {problem}");
        Self { text, line: None, position: None, problem: problem.to_owned() }
    }

    /// Sets the place of the node that does not fit.
    pub(crate) fn at(mut self, node: &Node) -> Self {
        self.position = Some(node.span.start);
        self.line = Some(node.span.start.line);
        self
    }

    /// Moves the place down by the lines that were read before.
    pub(crate) fn below(mut self, lines: u32) -> Self {
        self.line = self.line.map(|line| line + lines);
        if let Some(position) = &mut self.position {
            position.line += lines;
        }
        self
    }

    /// The lines around the place, of the text that was refused.
    pub(crate) fn excerpt(&self, text: &[u8], context: usize) -> Option<Excerpt> {
        match (self.position, self.line) {
            (Some(position), _) => Some(Excerpt::of_position(text, position, context)),
            (None, Some(line)) => Some(Excerpt::around(text, line as usize, 0..0, context)),
            (None, None) => None,
        }
    }
}

/// What is wrong, of a text such as `yaml: line 2: did not find expected key`.
fn problem_of(message: &str) -> String {
    let problem = message.strip_prefix("yaml: ").unwrap_or(message);
    let numbered = problem.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    match numbered {
        Some((line, rest)) if line.bytes().all(|byte| byte.is_ascii_digit()) => rest.to_owned(),
        _ => problem.to_owned(),
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
