//! Writing JSON.

use std::fmt::Write as _;

use crate::error::{Error, ErrorKind};
use crate::float::{format_float, write_json_float};
use crate::node::{MappingEntry, Node, NodeKind};

/// Whether `<`, `>` and `&` are written as escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escape {
    /// As `json.Marshal` does.
    #[default]
    Html,
    /// As an encoder with `SetEscapeHTML(false)` does (`toRawJson`).
    Raw,
}

/// Returns the tree as `json.Marshal` writes it: compact, keys sorted bytewise, HTML escaped.
///
/// # Errors
/// A float that is infinite or NaN.
pub fn write(node: &Node) -> Result<String, Error> {
    Writer { out: String::new(), escape: Escape::Html, indent: None }.finish(node)
}

/// As [`write()`], without escapes for `<`, `>` and `&`.
///
/// # Errors
/// A float that is infinite or NaN.
pub fn write_raw(node: &Node) -> Result<String, Error> {
    Writer { out: String::new(), escape: Escape::Raw, indent: None }.finish(node)
}

/// Returns the tree as `json.MarshalIndent` writes it with two spaces (`toPrettyJson`).
///
/// # Errors
/// A float that is infinite or NaN.
pub fn write_pretty(node: &Node) -> Result<String, Error> {
    Writer { out: String::new(), escape: Escape::Html, indent: Some(0) }.finish(node)
}

/// Appends a float as `encoding/json` writes it.
///
/// # Errors
/// A float that is infinite or NaN; nothing is appended then.
pub fn push_float(out: &mut String, value: f64) -> Result<(), Error> {
    if !value.is_finite() {
        let message = format!("json: unsupported value: {}", format_float(value));
        return Err(Error::new(ErrorKind::Json, message));
    }
    write_json_float(out, value);
    Ok(())
}

/// Appends a text in quotes as `encoding/json` writes it.
pub fn push_string(out: &mut String, text: &str, escape: Escape) {
    out.push('"');
    push_escaped(out, text, escape);
    out.push('"');
}

/// As [`push_string`], with each byte that is no UTF-8 written as `\ufffd`.
pub fn push_bytes(out: &mut String, text: &[u8], escape: Escape) {
    out.push('"');
    for chunk in text.utf8_chunks() {
        push_escaped(out, chunk.valid(), escape);
        chunk.invalid().iter().for_each(|_| out.push_str("\\ufffd"));
    }
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str, escape: Escape) {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let width = match byte {
            b'"' | b'\\' | ..0x20 => 1,
            b'<' | b'>' | b'&' if escape == Escape::Html => 1,
            0xE2 if matches!(text.as_bytes()[at + 1..], [0x80, 0xA8 | 0xA9, ..]) => 3,
            _ => continue,
        };
        out.push_str(&text[written..at]);
        written = at + width;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x0C => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0xE2 if text.as_bytes()[at + 2] == 0xA8 => out.push_str("\\u2028"),
            0xE2 => out.push_str("\\u2029"),
            _ => _ = write!(out, "\\u{byte:04x}"),
        }
    }
    out.push_str(&text[written..]);
}

struct Writer {
    out: String,
    escape: Escape,
    /// The level of indentation, if lines are broken at all.
    indent: Option<usize>,
}

impl Writer {
    fn finish(mut self, node: &Node) -> Result<String, Error> {
        self.node(node)?;
        Ok(self.out)
    }

    fn node(&mut self, node: &Node) -> Result<(), Error> {
        match &node.kind {
            NodeKind::Null => self.out.push_str("null"),
            NodeKind::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            NodeKind::Int(value) => self.out.push_str(&value.to_string()),
            NodeKind::Uint(value) => self.out.push_str(&value.to_string()),
            NodeKind::Float(value) => push_float(&mut self.out, *value)?,
            NodeKind::String(value) => push_string(&mut self.out, value, self.escape),
            NodeKind::Sequence(items) => {
                return self.collection(['[', ']'], items.iter(), Self::node);
            }
            NodeKind::Mapping(mapping) => {
                let mut entries: Vec<&MappingEntry> = mapping.iter().collect();
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                return self.collection(['{', '}'], entries.into_iter(), Self::entry);
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &MappingEntry) -> Result<(), Error> {
        push_string(&mut self.out, &entry.key, self.escape);
        self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
        self.node(&entry.value)
    }

    fn collection<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        write: fn(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let empty = items.len() == 0;
        self.out.push(open);
        self.indent = self.indent.map(|level| level + 1);
        for (at, item) in items.enumerate() {
            self.out.push_str(if at == 0 { "" } else { "," });
            self.new_line();
            write(self, item)?;
        }
        self.indent = self.indent.map(|level| level - 1);
        if !empty {
            self.new_line();
        }
        self.out.push(close);
        Ok(())
    }

    fn new_line(&mut self) {
        if let Some(level) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", level));
        }
    }
}
