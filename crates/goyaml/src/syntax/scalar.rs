//! What goyaml v3 makes of scalars (`resolve.go`, `encode.go`, `decode.go`).

use std::borrow::Cow;

use super::{ScalarStyle, Tag};
use crate::decode::{Value, scalar_kind};
use crate::emit::{Style, analyze};
use crate::error::{Error, ErrorKind};
use crate::node::NodeKind;
use crate::resolve;
use crate::timestamp::to_rfc3339;

/// The value of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`; YAML 1.1's other words are texts.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A date, perhaps with a time.
    Timestamp,
    /// The key `<<`.
    Merge,
    /// A text.
    String,
}

/// Returns what a plain scalar without a tag means to goyaml v3.
pub fn resolve(text: &str) -> Scalar {
    match resolve::resolve(text) {
        resolve::Scalar::Null => Scalar::Null,
        resolve::Scalar::Bool(value) if text.len() >= 4 && !text.eq_ignore_ascii_case("null") => {
            Scalar::Bool(value)
        }
        resolve::Scalar::Bool(_) => Scalar::String,
        resolve::Scalar::Int(value) => Scalar::Int(value),
        resolve::Scalar::Uint(value) => Scalar::Uint(value),
        resolve::Scalar::Float(value) => Scalar::Float(value),
        resolve::Scalar::Timestamp => Scalar::Timestamp,
        resolve::Scalar::String if text == "<<" => Scalar::Merge,
        resolve::Scalar::String => Scalar::String,
    }
}

/// Returns the tag that goyaml v3 gives to a plain scalar.
pub fn tag_of(text: &str) -> Tag {
    match resolve(text) {
        Scalar::Null => Tag::Null,
        Scalar::Bool(_) => Tag::Bool,
        Scalar::Int(_) | Scalar::Uint(_) => Tag::Int,
        Scalar::Float(_) => Tag::Float,
        Scalar::Timestamp => Tag::Timestamp,
        Scalar::Merge => Tag::Merge,
        Scalar::String => Tag::Str,
    }
}

/// Returns whether goyaml v3's writer leaves a block value without quotes when nobody asks for
/// any.
pub fn is_plain(text: &str) -> bool {
    analyze(text, Style::Pretty).plain
}

/// Returns whether goyaml v3's writer leaves a value inside of brackets or braces without quotes
/// when nobody asks for any.
pub fn is_flow_plain(text: &str) -> bool {
    let ends_value = |char: char| matches!(char, ',' | '?' | ':' | '[' | ']' | '{' | '}');
    !text.is_empty() && !text.contains(ends_value) && is_plain(text)
}

/// Returns whether goyaml v3's writer can put a text into a literal or folded block.
pub fn fits_block(text: &str) -> bool {
    !text.is_empty() && analyze(text, Style::Pretty).literal
}

/// Returns the value of a plain scalar after its text was decided to be one; texts and timestamps
/// as `encoding/json` writes them.
pub fn decode(text: &str) -> NodeKind {
    match resolve(text) {
        Scalar::Null => NodeKind::Null,
        Scalar::Bool(value) => NodeKind::Bool(value),
        Scalar::Int(value) => NodeKind::Int(value),
        Scalar::Uint(value) => NodeKind::Uint(value),
        Scalar::Float(value) => NodeKind::Float(value),
        Scalar::Timestamp => {
            NodeKind::String(to_rfc3339(text).map_or_else(|| text.into(), Into::into))
        }
        Scalar::Merge | Scalar::String => NodeKind::String(text.into()),
    }
}

/// Returns the value that a scalar has once goyaml v3 has written it with its tag and style and
/// read it again.
///
/// # Errors
/// A tag that the text does not fit, or bad base64 under `!!binary`.
pub fn decode_tagged(text: &str, tag: &Tag, style: ScalarStyle) -> Result<NodeKind, Error> {
    let quoted = style != ScalarStyle::Plain;
    match tag {
        Tag::Str | Tag::Other(_) | Tag::Map | Tag::Seq => Ok(NodeKind::String(text.into())),
        Tag::Empty if quoted || text.contains('\n') || !text.is_empty() && !is_plain(text) => {
            Ok(NodeKind::String(text.into()))
        }
        Tag::Empty => Ok(decode(text)),
        Tag::Binary => binary(text),
        Tag::Merge => Ok(NodeKind::String(text.into())),
        Tag::Null | Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => {
            let found = tag_of(text);
            match (found == *tag, quoted) {
                (true, true) => Ok(NodeKind::String(text.into())),
                (true, false) => Ok(decode(text)),
                (false, _) => forced(text, &found, tag),
            }
        }
    }
}

fn forced(text: &str, found: &Tag, wanted: &Tag) -> Result<NodeKind, Error> {
    if let (Tag::Float, Scalar::Int(value)) = (wanted, resolve(text)) {
        return Ok(NodeKind::Float(value as f64));
    }
    let (found, wanted) = (found.as_str(), wanted.as_str());
    let problem = format!("cannot decode {found} `{text}` as a {wanted}");
    Err(Error::yaml(ErrorKind::Decode, &problem))
}

fn binary(text: &str) -> Result<NodeKind, Error> {
    match scalar_kind(text, Some("tag:yaml.org,2002:binary"), false)? {
        Value::Text(Cow::Owned(text)) => Ok(NodeKind::String(text.into())),
        _ => Ok(NodeKind::String(text.into())),
    }
}
