//! The node and its tag.

use std::sync::Arc;

use super::ScalarStyle;
use crate::node::Position;

/// A node with everything that decides its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntaxNode {
    /// What it holds.
    pub content: Content,
    /// Its tag, resolved for plain scalars.
    pub tag: Tag,
    /// Where it starts; an expanded alias keeps the place of its anchor.
    pub start: Position,
    /// Whether it is a list or map in brackets or braces.
    pub flow: bool,
}

/// What a node holds; aliases are expanded and merge keys applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text and how it was written.
    Scalar(Arc<str>, ScalarStyle),
    /// A list.
    Sequence(Vec<SyntaxNode>),
    /// Pairs of key and value in the order of the text; keys may repeat.
    Mapping(Vec<(SyntaxNode, SyntaxNode)>),
}

/// A node's tag in goyaml's short form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Tag {
    /// None: a scalar's text decides when it is written and read again.
    #[default]
    Empty,
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!str`
    Str,
    /// `!!timestamp`
    Timestamp,
    /// `!!binary`
    Binary,
    /// `!!merge`
    Merge,
    /// `!!map`
    Map,
    /// `!!seq`
    Seq,
    /// Any other, as written.
    Other(Arc<str>),
}

impl Tag {
    /// Returns the tag as goyaml's messages show it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Null => "!!null",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Str => "!!str",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            Self::Merge => "!!merge",
            Self::Map => "!!map",
            Self::Seq => "!!seq",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for Tag {
    fn from(tag: &str) -> Self {
        match tag.strip_prefix("tag:yaml.org,2002:").or_else(|| tag.strip_prefix("!!")) {
            Some("null") => Self::Null,
            Some("bool") => Self::Bool,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("str") => Self::Str,
            Some("timestamp") => Self::Timestamp,
            Some("binary") => Self::Binary,
            Some("merge") => Self::Merge,
            Some("map") => Self::Map,
            Some("seq") => Self::Seq,
            _ if tag.is_empty() => Self::Empty,
            _ => Self::Other(tag.into()),
        }
    }
}
