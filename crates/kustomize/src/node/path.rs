//! Paths through a node (kyaml's `PathGetter` and path splitters).

use super::element::match_element;
use super::tree::{Content, Field, Key, Node};
use crate::error::{Error, Result};

/// Splits a path; a backslash before the delimiter keeps it.
pub(crate) fn split(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = path.split(delimiter).peekable();
    if path.starts_with(delimiter) {
        parts.next();
    }
    let mut split: Vec<String> = Vec::new();
    for part in parts {
        match split.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => split.push(part.to_owned()),
        }
    }
    split
}

/// As [`split`], but what stands in brackets stays together.
pub(crate) fn smart_split(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = split(path, delimiter).into_iter();
    let mut result = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut bracketed = part;
        for more in parts.by_ref() {
            bracketed.push(delimiter);
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            result.push(bracketed);
        } else {
            result.push(bracketed.trim_matches(['[', ']']).to_owned());
        }
    }
    result
}

/// One step of a path.
enum Step<'p> {
    Index(usize),
    Last,
    Element(&'p str, &'p str),
    Field(&'p str),
}

fn step(part: &str) -> Result<Step<'_>> {
    if let Ok(index) = part.parse::<i64>() {
        return usize::try_from(index)
            .map(Step::Index)
            .map_err(|_| Error::change(format!("array index {index} cannot be negative")));
    }
    match part {
        "-" => Ok(Step::Last),
        "*" => Err(Error::change("wildcard is not supported in PathGetter")),
        _ if is_list_index(part) => {
            index_pair(part).map(|(name, value)| Step::Element(name, value))
        }
        _ => Ok(Step::Field(part)),
    }
}

pub(crate) fn is_list_index(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// Splits `[name=value]`.
pub(crate) fn index_pair(part: &str) -> Result<(&str, &str)> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or_else(|| {
        Error::change("list path element must contain fieldName=fieldValue for element to match")
    })
}

/// Finds the node at a path; nothing where a part is missing.
pub(crate) fn lookup<'n, P: AsRef<str>>(node: &'n Node, path: &[P]) -> Result<Option<&'n Node>> {
    let mut node = node;
    for part in parts(path) {
        let found = match step(part)? {
            Step::Index(index) => {
                node.need_sequence()?;
                node.items().get(index)
            }
            Step::Last => {
                node.need_sequence()?;
                node.items().last()
            }
            Step::Element(name, value) => {
                match_element(node, &[name], &[value])?.and_then(|at| node.items().get(at))
            }
            Step::Field(name) => {
                node.need_mapping()?;
                if node.is_null() { None } else { node.get(name) }
            }
        };
        let Some(found) = found else { return Ok(None) };
        node = found;
    }
    Ok(Some(node))
}

/// As [`lookup`], for changing.
pub(crate) fn lookup_mut<'n, P: AsRef<str>>(
    node: &'n mut Node,
    path: &[P],
) -> Result<Option<&'n mut Node>> {
    if lookup(node, path)?.is_none() {
        return Ok(None);
    }
    let mut node = node;
    for part in parts(path) {
        let found = match step(part)? {
            Step::Index(index) => node.items_mut().get_mut(index),
            Step::Last => node.items_mut().last_mut(),
            Step::Element(name, value) => {
                let at = match_element(node, &[name], &[value])?;
                at.and_then(|at| node.items_mut().get_mut(at))
            }
            Step::Field(name) => node.get_mut(name),
        };
        let Some(found) = found else { return Ok(None) };
        node = found;
    }
    Ok(Some(node))
}

/// As [`lookup`], but fields and elements that are missing are made, a scalar at the end of the path.
///
/// Nothing comes of an index that a list does not have, nor of a path into null.
pub(crate) fn lookup_or_make<'n, P: AsRef<str>>(
    node: &'n mut Node,
    path: &[P],
) -> Result<Option<&'n mut Node>> {
    let parts: Vec<&str> = parts(path).collect();
    let mut node = node;
    for (at, part) in parts.iter().enumerate() {
        let made = match parts.get(at + 1) {
            None => Node::scalar(""),
            Some(next) if is_list_index(next) || is_index(next) => Node::sequence(Vec::new()),
            Some(_) => Node::mapping(Vec::new()),
        };
        let found = match step(part)? {
            Step::Index(index) => {
                node.need_sequence()?;
                node.items_mut().get_mut(index)
            }
            Step::Last => {
                node.need_sequence()?;
                let last = node.items_mut().last_mut();
                Some(last.ok_or_else(|| Error::change("an empty list has no last element"))?)
            }
            Step::Element(name, value) => element_or_make(node, name, value)?,
            Step::Field(_) if node.is_null() => None,
            Step::Field(name) => Some(lookup_create(node, &[name], &made)?),
        };
        let Some(found) = found else { return Ok(None) };
        node = found;
    }
    Ok(Some(node))
}

fn element_or_make<'n>(
    list: &'n mut Node,
    name: &str,
    value: &str,
) -> Result<Option<&'n mut Node>> {
    let found = match_element(list, &[name], &[value])?;
    let Content::Sequence(items) = &mut list.content else { return Ok(None) };
    let at = found.unwrap_or_else(|| {
        let value = Node::scalar(value);
        items.push(match name {
            "" => value,
            name => Node::mapping(vec![Field { key: Key::new(name), value }]),
        });
        items.len() - 1
    });
    Ok(items.get_mut(at))
}

/// Whether a part is the number of an element.
pub(crate) fn is_index(part: &str) -> bool {
    part.parse::<i64>().is_ok_and(|index| index >= 0)
}

/// Finds the node at a path of fields and makes what is missing: maps on the way, `leaf` at its
/// end.
pub(crate) fn lookup_create<'n, P: AsRef<str>>(
    node: &'n mut Node,
    path: &[P],
    leaf: &Node,
) -> Result<&'n mut Node> {
    let names: Vec<&str> = parts(path).collect();
    let mut node = node;
    for (at, name) in names.iter().enumerate() {
        node.need_mapping()?;
        if node.is_null() || node.get(name).is_none() {
            let made = if at + 1 == names.len() { leaf.clone() } else { Node::mapping(Vec::new()) };
            push_field(node, name, made);
        }
        node = node.get_mut(name).ok_or_else(|| Error::change("a field cannot be made"))?;
    }
    Ok(node)
}

fn push_field(node: &mut Node, name: &str, value: Node) {
    if let Content::Scalar(_) = node.content {
        node.content = Content::Mapping(Vec::new());
    }
    if let Content::Mapping(fields) = &mut node.content {
        fields.push(Field { key: Key::new(name), value });
    }
}

/// The parts without blanks around them; empty ones are left out.
fn parts<P: AsRef<str>>(path: &[P]) -> impl Iterator<Item = &str> {
    path.iter().map(|part| part.as_ref().trim()).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting() {
        assert_eq!(split("a/b\\/c/d", '/'), ["a", "b/c", "d"]);
        assert_eq!(split("/a/b", '/'), ["a", "b"]);
        assert_eq!(smart_split("a.[name=b.c].d", '.'), ["a", "[name=b.c]", "d"]);
        assert_eq!(smart_split("a.[b.c/d].e", '.'), ["a", "b.c/d", "e"]);
    }
}
