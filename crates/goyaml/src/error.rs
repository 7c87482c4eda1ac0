//! The one error of this crate, carrying Go's own text.

use crate::node::Position;

/// Where in goyaml's pipeline a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not readable text or not well-formed YAML.
    Syntax,
    /// The YAML is well-formed, but an alias, tag or merge key cannot be decoded.
    Decode,
    /// The YAML value has no JSON form (infinity, null keys).
    Conversion,
    /// The JSON text is malformed, or a value cannot be written as JSON or YAML.
    Json,
    /// One of [`crate::Limits`] is exceeded; goyaml might have gone on.
    Limit,
}

/// A refused text; `Display` is what the Go library prints (`yaml: line 2: did not find expected
/// key`), without the prefixes that Helm adds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Detail>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    kind: ErrorKind,
    message: String,
    line: Option<u32>,
    position: Option<Position>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Detail { kind, message: message.into(), line: None, position: None }))
    }

    /// A goyaml failure without a line: `yaml: ` and the problem.
    pub(crate) fn yaml(kind: ErrorKind, problem: &str) -> Self {
        Self::new(kind, format!("yaml: {problem}"))
    }

    /// A goyaml failure with the line that goyaml prints, if it prints one.
    pub(crate) fn at(problem: &str, line: Option<u32>, position: Position) -> Self {
        let message = match line {
            Some(line) => format!("yaml: line {line}: {problem}"),
            None => format!("yaml: {problem}"),
        };
        let kind = ErrorKind::Syntax;
        Self(Box::new(Detail { kind, message, line, position: Some(position) }))
    }

    pub(crate) fn limit(what: &str, most: usize) -> Self {
        Self::yaml(ErrorKind::Limit, &format!("exceeded the limit of {most} {what}"))
    }

    #[must_use]
    pub(crate) fn with_position(mut self, position: Position) -> Self {
        self.0.position.get_or_insert(position);
        self
    }

    /// Returns which step refused the text.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the whole message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the line that the message names, which goyaml often counts one too low.
    pub fn line(&self) -> Option<u32> {
        self.0.line
    }

    /// Returns the true place of the problem, where it is known.
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }
}
