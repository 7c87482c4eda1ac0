//! From nodes to what is printed: kyaml writes a node as YAML, reads that with goyaml v3 and goes on
//! with JSON.

use std::collections::HashSet;

use zij_goyaml::syntax::{
    ScalarStyle, Tag, decode_tagged, fits_block, is_flow_plain, is_plain, tag_of,
};
use zij_goyaml::{Limits, Mapping, MappingEntry, Node as Value, NodeKind, Span, format_float};

use super::tree::{Content, Field, Key, Node, Origin};
use crate::error::{Error, Result};

/// Returns the value of a whole object as `RNode.MarshalJSON` does.
pub(crate) fn to_json(node: &Node) -> Result<Value> {
    Writer { json: true }.root(node)
}

/// Returns the value of a node as `yaml.Node.Decode` does.
pub(crate) fn to_value(node: &Node) -> Result<Value> {
    Writer { json: false }.node(node, Layout::Block)
}

struct Writer {
    json: bool,
}

/// How a node is written.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Block,
    /// Inside of brackets or braces.
    Flow,
}

impl Writer {
    fn root(&self, node: &Node) -> Result<Value> {
        match &node.content {
            Content::Mapping(fields) => {
                // The outermost map is decoded into one with keys of texts.
                self.mapping(fields, true, self.inside(node, Layout::Block))
            }
            _ => self.node(node, Layout::Block),
        }
    }

    /// How what a node holds is written, if it is written at all before it is read.
    fn inside(&self, node: &Node, layout: Layout) -> Layout {
        if self.json && node.flow { Layout::Flow } else { layout }
    }

    fn node(&self, node: &Node, layout: Layout) -> Result<Value> {
        let inner = self.inside(node, layout);
        if node.is_null() && !node.is_scalar() {
            return Ok(NodeKind::Null.into());
        }
        match &node.content {
            Content::Scalar(text) => self.scalar(node, text, layout),
            Content::Sequence(items) => {
                let items =
                    items.iter().map(|item| self.node(item, inner)).collect::<Result<_>>()?;
                Ok(NodeKind::Sequence(items).into())
            }
            Content::Mapping(fields) => self.mapping(fields, false, inner),
        }
    }

    fn scalar(&self, node: &Node, text: &str, layout: Layout) -> Result<Value> {
        let folded = node.style == ScalarStyle::Folded && node.tag == Tag::Str;
        let flow = layout == Layout::Flow;
        let kind = if flow && node.style == ScalarStyle::Plain && !is_flow_plain(text) {
            // It is put into quotes there.
            NodeKind::String(text.into())
        } else if folded && self.json && !flow {
            NodeKind::String(fold_again(text).into())
        } else {
            decode_tagged(text, &node.tag, node.style)?
        };
        match kind {
            NodeKind::Float(float) if !float.is_finite() => {
                let shown = format_float(float);
                Err(Error::yaml(format!("json: unsupported value: {shown}")))
            }
            kind => Ok(kind.into()),
        }
    }

    fn mapping(&self, fields: &[Field], root: bool, layout: Layout) -> Result<Value> {
        let mut mapping = Mapping::with_capacity(fields.len());
        let mut seen = HashSet::new();
        for field in fields {
            let key = &field.key;
            let duplicate = if fields.len() <= 8 {
                mapping.get(&key.text).is_some()
            } else {
                !seen.insert(&*key.text)
            };
            if duplicate {
                let text = &key.text;
                return Err(Error::yaml(format!("mapping key \"{text}\" already defined")));
            }
            if !root && !matches!(key.read_tag(), Tag::Str | Tag::Merge) {
                let problem = "json: unsupported type: map[interface {}]interface {}";
                return Err(Error::yaml(format!("{problem} (key `{}` is no text)", key.text)));
            }
            let value = self.node(&field.value, layout)?;
            let key = key.text.clone();
            mapping.insert(MappingEntry { key, key_span: Span::default(), value });
        }
        Ok(NodeKind::Mapping(mapping).into())
    }
}

/// What is left of a folded text after goyaml v3 has written it and read it again: it puts one line
/// break too many before lines that start with a blank.
fn fold_again(text: &str) -> String {
    if !text.contains('\n') || !fits_block(text) {
        return text.to_owned();
    }
    let mut block = String::from("- >");
    if text.starts_with([' ', '\n']) {
        block.push('2');
    }
    let mut last = text.chars().rev();
    match (last.next() == Some('\n'), last.next()) {
        (false, _) => block.push('-'),
        (true, None | Some('\n')) => block.push('+'),
        (true, Some(_)) => {}
    }
    block.push('\n');
    write_folded(text, &mut block);
    let read = zij_goyaml::parse(block.as_bytes(), &Limits::default());
    let read = read.ok().and_then(|node| Some(node.as_sequence()?.first()?.as_str()?.to_owned()));
    read.unwrap_or_else(|| text.to_owned())
}

fn write_folded(text: &str, block: &mut String) {
    let first_is_blank = text.trim_start_matches('\n').starts_with([' ', '\t'])
        || text.trim_start_matches('\n').is_empty();
    let (mut breaks, mut leading_spaces) = (true, true);
    for char in text.chars() {
        if char == '\n' {
            if !breaks && !leading_spaces && !first_is_blank {
                block.push('\n');
            }
            block.push('\n');
            breaks = true;
        } else {
            if breaks {
                block.push_str("  ");
                leading_spaces = matches!(char, ' ' | '\t');
            }
            block.push(char);
            breaks = false;
        }
    }
    if !text.ends_with('\n') {
        block.push('\n');
    }
}

/// Returns the node of a JSON value as it comes back from `RNode.UnmarshalJSON`: numbers went
/// through floats, and the style of texts is goyaml's choice.
pub(crate) fn from_json(value: &Value) -> Node {
    convert(value, |kind| match kind {
        NodeKind::Int(value) => number(*value as f64),
        NodeKind::Uint(value) => number(*value as f64),
        NodeKind::Float(value) => number(*value),
        _ => Node::null(),
    })
}

/// Returns the node of a value whose numbers are kept.
pub(crate) fn from_value(value: &Value) -> Node {
    convert(value, |kind| match kind {
        NodeKind::Int(value) => Node::tagged(value.to_string(), Tag::Int),
        NodeKind::Uint(value) => Node::tagged(value.to_string(), Tag::Int),
        NodeKind::Float(value) => number(*value),
        _ => Node::null(),
    })
}

fn convert(value: &Value, number: fn(&NodeKind) -> Node) -> Node {
    let (content, tag, style) = match &value.kind {
        NodeKind::Null => (Content::Scalar("null".into()), Tag::Null, ScalarStyle::Plain),
        NodeKind::Bool(value) => {
            let text = if *value { "true" } else { "false" };
            (Content::Scalar(text.into()), Tag::Bool, ScalarStyle::Plain)
        }
        NodeKind::Int(_) | NodeKind::Uint(_) | NodeKind::Float(_) => return number(&value.kind),
        NodeKind::String(text) => (Content::Scalar(text.clone()), Tag::Str, style_of(text)),
        NodeKind::Sequence(items) => {
            let items = items.iter().map(|item| convert(item, number)).collect();
            (Content::Sequence(items), Tag::Seq, ScalarStyle::Plain)
        }
        NodeKind::Mapping(mapping) => {
            let fields = mapping.iter().map(|entry| Field {
                key: Key { text: entry.key.clone(), tag: Tag::Str, style: style_of(&entry.key) },
                value: convert(&entry.value, number),
            });
            (Content::Mapping(fields.collect()), Tag::Map, ScalarStyle::Plain)
        }
    };
    Node { content, tag, style, origin: Origin::default(), flow: false, share: 0 }
}

fn number(value: f64) -> Node {
    let text = format_float(value);
    let tag = tag_of(&text);
    Node::tagged(text, tag)
}

fn style_of(text: &str) -> ScalarStyle {
    if text.contains('\n') {
        ScalarStyle::Literal
    } else if tag_of(text) == Tag::Str && is_plain(text) && !is_old_word(text) {
        ScalarStyle::Plain
    } else {
        ScalarStyle::DoubleQuoted
    }
}

/// Words that are booleans in YAML 1.1, which goyaml v3 still writes in quotes.
fn is_old_word(text: &str) -> bool {
    text.len() <= 3
        && ["y", "n", "yes", "no", "on", "off"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::fold_again;

    #[test]
    fn folded_texts_gain_lines() {
        assert_eq!(fold_again("a b\nc\n"), "a b\nc\n");
        assert_eq!(fold_again("a\n  b\nc\n"), "a\n\n  b\nc\n");
    }
}
