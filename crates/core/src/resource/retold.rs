//! The objects of a text that differs from another one in plain values of single lines, such as a
//! tag or a version: what was read of the other one, with these values in their place.

use std::sync::Arc;

use zij_goyaml::{Limits, NodeKind};

use super::value::{Data, Value};

/// More values are read anew.
const MOST: usize = 32;
/// Keys by which objects are told apart or taken apart.
const TELLING: [&str; 9] = [
    "apiVersion",
    "generateName",
    "group",
    "items",
    "kind",
    "name",
    "namespace",
    "plural",
    "scope",
];

/// A value that differs.
pub(super) struct Edit {
    /// The line of its key, from 1.
    line: u32,
    key: Arc<str>,
    old: Data,
    new: Data,
}

/// The values in which two texts differ; nothing where that is not all.
///
/// A line counts that is a key and a scalar of its own, which means the same wherever it stands:
/// that it is one, and no part of a longer text, is known when the old text is read.
pub(super) fn edits(old: &[u8], new: &[u8]) -> Option<Vec<Edit>> {
    if !counts_lines(old) || !counts_lines(new) {
        return None;
    }
    let mut edits = Vec::new();
    let (mut before, mut after) = (lines(old), lines(new));
    for number in 1.. {
        match (before.next(), after.next()) {
            (None, None) => break,
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) if edits.len() < MOST => edits.push(edit(number, old, new)?),
            _ => return None,
        }
    }
    Some(edits)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// Whether lines end with a line feed and nothing else, as YAML knows other ends too (Source: goyaml,
/// `yamlprivateh.go`, `is_break`).
fn counts_lines(text: &[u8]) -> bool {
    let is_mark =
        text.starts_with(&[0xEF]) || text.starts_with(&[0xFE]) || text.starts_with(&[0xFF]);
    let is_break =
        |at: &[u8]| at.starts_with(&[0xC2, 0x85]) || matches!(at, [0xE2, 0x80, 0xA8 | 0xA9]);
    !is_mark && !text.contains(&b'\r') && (text.is_ascii() || !text.windows(3).any(is_break))
}

fn edit(line: u32, old: &[u8], new: &[u8]) -> Option<Edit> {
    let ((before, old), (after, new)) = (entry(old)?, entry(new)?);
    if before != after {
        return None;
    }
    // A plain text with a colon may end there between braces, unless one has not before.
    let has_colon = |entry: &str| {
        entry
            .split_once(": ")
            .is_some_and(|(_, value)| value.contains(':') && !value.starts_with(['"', '\'']))
    };
    if has_colon(new) && !has_colon(old) {
        return None;
    }
    let ((key, old), (other, new)) = (scalar(old)?, scalar(new)?);
    (key == other && !TELLING.contains(&&*key)).then_some(Edit { line, key, old, new })
}

/// A line's indentation, dashes among it, and the rest.
fn entry(line: &[u8]) -> Option<(&[u8], &str)> {
    let is_letter = |byte: &u8| !matches!(byte, b' ' | b'-');
    let (indent, rest) = line.split_at(line.iter().position(is_letter)?);
    let has_dash = indent.contains(&b'-');
    // A dash is one of a list only with a space behind it.
    let is_list = indent.split(|byte| *byte == b' ').all(|part| matches!(part, b"" | b"-"));
    let is_sound = !has_dash || (is_list && indent.ends_with(b" "));
    Some((indent, std::str::from_utf8(rest).ok().filter(|_| is_sound)?))
}

/// The key and the value of an entry without anything that means more in some places than in
/// others.
fn scalar(entry: &str) -> Option<(Arc<str>, Data)> {
    let (key, value) = entry.split_once(": ")?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-+@:=".contains(&byte);
    let is_plain = |text: &str| {
        text.bytes().all(is_word) && text.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.bytes().all(|byte| byte == b' ' || is_word(byte)))
    });
    if !is_plain(key) || !quoted.unwrap_or_else(|| is_plain(value)) {
        return None;
    }
    let node = zij_goyaml::parse(entry.as_bytes(), &Limits::default()).ok()?;
    let NodeKind::Mapping(mapping) = node.kind else { return None };
    let mut entries = mapping.into_iter();
    let (Some(own), None) = (entries.next(), entries.next()) else { return None };
    match Value::from(own.value).data {
        data @ (Data::String(_) | Data::Number(_) | Data::Bool(_)) => Some((own.key, data)),
        Data::Null | Data::List(_) | Data::Map(_) => None,
    }
}

/// The objects of the old text with the values of the new one; nothing where one of the values is
/// no value of its own.
pub(super) fn retold<'v>(
    bodies: impl Iterator<Item = &'v Arc<Value>>,
    edits: &[Edit],
) -> Option<Vec<Arc<Value>>> {
    let mut met = vec![false; edits.len()];
    let retell = |body: &Arc<Value>| {
        let mut body = Value::clone(body);
        put(&mut body, edits, &mut met).then(|| Arc::new(body))
    };
    let bodies: Vec<Arc<Value>> = bodies.map(retell).collect::<Option<_>>()?;
    met.into_iter().all(|met| met).then_some(bodies)
}

/// Puts the new values in the place of the old ones; whether all that stand there are these.
fn put(value: &mut Value, edits: &[Edit], met: &mut [bool]) -> bool {
    match &mut value.data {
        Data::List(items) => items.iter_mut().all(|item| put(item, edits, met)),
        Data::Map(map) => map.iter_mut().all(|(key, value)| {
            let at = edits.binary_search_by_key(&value.line, |edit| edit.line);
            let at = at.ok().filter(|at| edits[*at].key == *key);
            let Some(at) = at else { return put(value, edits, met) };
            let Edit { old, new, .. } = &edits[at];
            let is_old = value.data == *old;
            value.data = new.clone();
            met[at] = true;
            is_old
        }),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Arc<Value>> {
        let nodes = zij_goyaml::parse_all(text.as_bytes(), &Limits::default()).unwrap();
        nodes.into_iter().map(|node| Arc::new(Value::from(node))).collect()
    }

    /// Every value with its line.
    fn told(value: &Value, out: &mut Vec<(u32, Data)>) {
        out.push((value.line, value.data.clone()));
        match &value.data {
            Data::List(items) => items.iter().for_each(|item| told(item, out)),
            Data::Map(map) => map.values().for_each(|item| told(item, out)),
            _ => {}
        }
    }

    #[test]
    fn a_text_with_other_values_is_retold_as_it_would_be_read() {
        for (text, from, to, is_retold) in [
            ("a: {}\nb:\n  chart: web-1.0.0\n", "1.0.0", "1.0.0-next", true),
            ("b:\n- c: 1\n  d: x\n", "1", "2", true),
            ("b:\n- c: \"1\"\n  d: x\n", "\"1\"", "2", true),
            ("b:\n- c: x\n", "x", "yes", true),
            ("b:\n- - c: x\n    d: y\n", "y", "0x10", true),
            ("on: a\noff: b\n", "a", "c", true),
            ("a: x\n---\nb: y\n", "y", "z", true),
            ("a: &x\n  b: c\nd: *x\n", "b: c", "b: e", true),
            ("a: &x\n  b: c\nd:\n  <<: *x\n  f: g\n", "b: c", "b: e", true),
            ("a: {\n  b: c\n}\n", "b: c", "b: e", true),
            // What is no entry of its own.
            ("a: |\n  b: c\n", "b: c", "b: e", false),
            ("a: x\n  b\n", "a: x", "a: y", false),
            ("a: 'x\n  b: c\n  y'\n", "b: c", "b: e", false),
            ("a: b\na: c\n", "a: b", "a: d", false),
            ("a: x\u{2028}b: c\nd: e\n", "e", "f", false),
            ("a: x\n", "x", "y:z", false),
            ("a: x:z\n", "x", "y", true),
            ("kind: a\n", "kind: a", "kind: b", false),
            ("a: x\n", "x", "x # y", false),
            ("a: x\n", "x", "[y]", false),
            ("a: x\n", "x", "|", false),
            ("a: x\n", "x", "", false),
            ("a: x\n", "a", "b", false),
            ("a: x\n", "a", " a", false),
            ("a: x\n", "x", "x\nb: y", false),
            ("a:\n  -b: c\n", "c", "d", false),
        ] {
            let other = text.replacen(from, to, 1);
            let old = read(text);
            let edits = edits(text.as_bytes(), other.as_bytes());
            let new = edits.and_then(|edits| retold(old.iter(), &edits));
            assert_eq!(new.is_some(), is_retold, "{other}");
            let Some(new) = new else { continue };
            let all = |values: &[Arc<Value>]| {
                let mut out = Vec::new();
                for value in values {
                    told(value, &mut out);
                }
                out
            };
            assert_eq!(all(&new), all(&read(&other)), "{other}");
        }
    }
}
