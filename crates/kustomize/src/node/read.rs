//! Files to nodes (kyaml's `ByteReader`).

use std::borrow::Cow;

use zij_goyaml::{Limits, syntax};

use super::tree::Node;
use crate::error::{Error, Result};

/// Reads all documents of a file; those without content are left out, and the items of a single
/// `List` stand for it.
pub(crate) fn read_documents(bytes: &[u8], file: u32, limits: &Limits) -> Result<Vec<Node>> {
    let text = without_carriage_returns(bytes);
    let parts = split_documents(&text)?;
    let single = parts.len() == 1;
    let mut nodes = Vec::with_capacity(parts.len());
    for (start_line, part) in parts {
        let Some(mut node) = parse_part(part, file, limits)? else { continue };
        if start_line > 0 {
            shift(&mut node, start_line);
        }
        if single && is_wrapped_list(&node) {
            if let Some(items) = node.get("items") {
                nodes.extend(items.items().iter().cloned());
            }
            continue;
        }
        nodes.push(node);
    }
    Ok(nodes)
}

/// Reads the first document of a text.
pub(crate) fn parse_document(bytes: &[u8], file: u32, limits: &Limits) -> Result<Option<Node>> {
    let Some(node) = syntax::read(bytes, limits)? else { return Ok(None) };
    Node::from_syntax(node, file).map(Some)
}

fn parse_part(part: &[u8], file: u32, limits: &Limits) -> Result<Option<Node>> {
    let node = parse_document(part, file, limits)?;
    Ok(node.filter(|node| !node.is_null()))
}

fn is_wrapped_list(node: &Node) -> bool {
    let kind = node.get("kind").map(Node::value).unwrap_or_default();
    matches!(kind, "List" | "ResourceList")
        && (node.get("items").is_some() || node.get("functionConfig").is_some())
}

fn shift(node: &mut Node, lines: u32) {
    node.origin.line += lines;
    for item in node.items_mut() {
        shift(item, lines);
    }
    for field in node.fields_mut() {
        shift(&mut field.value, lines);
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            text.push(*byte);
        }
    }
    Cow::Owned(text)
}

/// Splits at lines that start with `---`, which may hold nothing else but a comment; a line right
/// after another one does not count. Each part comes with the number of lines before it.
fn split_documents(text: &[u8]) -> Result<Vec<(u32, &[u8])>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let (mut start, mut from, mut line) = (0, 0, 0);
    while let Some(at) = separator(&text[from..]) {
        let at = from + at;
        let Some(length) = text[at + 1..].iter().position(|byte| *byte == b'\n') else { break };
        let end = at + 1 + length;
        let rest = String::from_utf8_lossy(&text[at + 4..end]);
        let rest = rest.trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let shown = String::from_utf8_lossy(&text[at + 1..end]).into_owned();
            return Err(Error::yaml(format!("invalid document separator: {shown}")));
        }
        parts.push((line, &text[start..=at]));
        line += lines(&text[start..=end]);
        start = end + 1;
        from = start;
    }
    parts.push((line, &text[start..]));
    Ok(parts)
}

fn lines(text: &[u8]) -> u32 {
    u32::try_from(text.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// The first line break with three dashes behind it.
fn separator(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].iter().position(|byte| *byte == b'\n')?;
        if text[at + 1..].starts_with(b"---") {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators() {
        let read = |text: &str| read_documents(text.as_bytes(), 0, &Limits::default());
        assert_eq!(read("a: 1\n---\nb: 2\n").unwrap().len(), 2);
        assert_eq!(read("---\n---\nb: 2\n--- # c\n---\n").unwrap().len(), 1);
        assert!(read("a: 1\n--- b\nc: 2\n").is_err());
        assert_eq!(read("a: 1\n---\nb:\n  c: 2\n").unwrap()[1].get("b").unwrap().origin.line, 4);
    }
}
