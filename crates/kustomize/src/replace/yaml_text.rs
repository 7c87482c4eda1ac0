//! A text in YAML that a replacement has changed, as goyaml v3 writes it again.
//!
//! kustomize loses blank lines and indentation there but keeps comments and styles. What could come
//! out differently here is refused.

use zij_goyaml::Limits;
use zij_goyaml::syntax::{ScalarStyle, Tag, is_plain, tag_of};

use crate::error::{Error, Result};
use crate::node::{Content, Field, Node, parse_document};

/// Characters that may start something whose style is not remembered.
const UNSURE: [char; 19] = [
    '#', '{', '}', '[', ']', '&', '*', '!', '|', '>', '%', '@', '`', '"', '\'', '?', '\t', '\\',
    ',',
];

/// Returns the text of a changed node, whose text was `original`.
///
/// # Errors
/// Comments, anchors, blocks and flow collections.
pub(super) fn write_yaml(node: &Node, original: &str, limits: &Limits) -> Result<String> {
    let is_several = original.lines().any(|line| line.starts_with("---") || line == "...");
    let before = || {
        let parsed = parse_document(original.as_bytes(), 0, limits).ok()??;
        text_of(&parsed).ok()
    };
    let sure = !original.contains(UNSURE) || before().as_deref() == Some(original.trim());
    match text_of(node) {
        Ok(text) if sure && !is_several => Ok(text),
        Err(error) if sure => Err(error),
        _ => Err(unsure("comments, several documents, or braces")),
    }
}

fn unsure(what: &str) -> Error {
    Error::unsupported(format!("a replacement inside of a text in YAML that has {what}"))
}

fn text_of(node: &Node) -> Result<String> {
    let mut out = String::new();
    write_block(node, 0, &mut out)?;
    Ok(out.trim().to_owned())
}

/// Writes a node whose first line is begun already.
fn write_block(node: &Node, indent: usize, out: &mut String) -> Result<()> {
    match &node.content {
        Content::Mapping(fields) if !fields.is_empty() => {
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                write_field(field, indent, out)?;
            }
            return Ok(());
        }
        Content::Sequence(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str("- ");
                write_block(item, indent + 2, out)?;
            }
            return Ok(());
        }
        Content::Mapping(_) => out.push_str("{}"),
        Content::Sequence(_) => out.push_str("[]"),
        Content::Scalar(text) => out.push_str(&scalar(text, &node.tag, node.style)?),
    }
    while out.ends_with(' ') {
        out.pop();
    }
    out.push('\n');
    Ok(())
}

fn write_field(field: &Field, indent: usize, out: &mut String) -> Result<()> {
    out.push_str(&scalar(&field.key.text, &field.key.tag, field.key.style)?);
    out.push(':');
    let indent = match &field.value.content {
        Content::Mapping(fields) if !fields.is_empty() => indent + 2,
        // Lists stand below their key.
        Content::Sequence(items) if !items.is_empty() => indent,
        _ => {
            out.push(' ');
            return write_block(&field.value, indent, out);
        }
    };
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    write_block(&field.value, indent, out)
}

fn scalar(text: &str, tag: &Tag, style: ScalarStyle) -> Result<String> {
    if text.chars().any(char::is_control) {
        return Err(unsure("line breaks in it"));
    }
    let double = || format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let single = || format!("'{}'", text.replace('\'', "''"));
    let natural = tag_of(text);
    match style {
        ScalarStyle::DoubleQuoted => Ok(double()),
        ScalarStyle::SingleQuoted => Ok(single()),
        ScalarStyle::Literal | ScalarStyle::Folded => Err(unsure("blocks")),
        ScalarStyle::Plain if *tag != Tag::Empty && *tag != natural => match tag {
            Tag::Str => Ok(double()),
            // goyaml says of a text that it is no number.
            tag => Ok(format!("{} {text}", tag.as_str())),
        },
        ScalarStyle::Plain if text.is_empty() || is_plain(text) => Ok(text.to_owned()),
        ScalarStyle::Plain => Ok(single()),
    }
}
