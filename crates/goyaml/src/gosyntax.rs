//! Values in Go syntax (`%#v`), as goyaml prints keys that cannot be keys.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::decode::{Value, next_sibling, scalar_kind};
use crate::float::format_float;
use crate::tape::{Entry, EntryKind};

/// The text is cut beyond this; the values are untrusted and only quoted in messages.
const LONGEST: usize = 16 << 10;

/// Returns the node at `at` as `fmt` prints it with `%#v`.
pub(crate) fn print(tape: &[Entry<'_>], at: usize) -> String {
    let mut out = String::new();
    print_to(&mut out, tape, at, Place::Top);
    out
}

/// An empty interface prints differently inside of a collection.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Inside,
}

fn print_to(out: &mut String, tape: &[Entry<'_>], at: usize, place: Place) {
    if out.len() > LONGEST {
        return;
    }
    match &tape[at].kind {
        EntryKind::Scalar { value, tag, implicit, .. } => {
            match scalar_kind(value, tag.as_deref(), *implicit) {
                Ok(Value::Null) | Err(_) if place == Place::Top => out.push_str("<nil>"),
                Ok(Value::Null) | Err(_) => out.push_str("interface {}(nil)"),
                Ok(Value::Bool(value)) => out.push_str(if value { "true" } else { "false" }),
                Ok(Value::Int(value)) => out.push_str(&value.to_string()),
                Ok(Value::Uint(value)) => _ = write!(out, "{value:#x}"),
                Ok(Value::Float(value)) => out.push_str(&format_float(value)),
                Ok(Value::Text(text)) => quote(out, &text),
            }
        }
        EntryKind::Alias { target, .. } => print_to(out, tape, *target, place),
        EntryKind::SequenceStart => {
            let items = children(tape, at);
            out.push_str("[]interface {}{");
            for (index, item) in items.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                print_to(out, tape, item, Place::Inside);
            }
            out.push('}');
        }
        EntryKind::MappingStart => {
            out.push_str("map[interface {}]interface {}{");
            for (index, (key, value)) in sorted_pairs(tape, at).into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(&key);
                out.push(':');
                print_to(out, tape, value, Place::Inside);
            }
            out.push('}');
        }
        EntryKind::End => {}
    }
}

fn children(tape: &[Entry<'_>], start: usize) -> Vec<usize> {
    let mut at = start + 1;
    let mut children = Vec::new();
    while !matches!(tape[at].kind, EntryKind::End) {
        children.push(at);
        at = next_sibling(tape, at);
    }
    children
}

/// Returns the pairs in the order in which `fmt` prints maps; the last of equal keys wins.
fn sorted_pairs(tape: &[Entry<'_>], start: usize) -> Vec<(String, usize)> {
    let mut pairs: Vec<(Rank, String, usize)> = Vec::new();
    for pair in children(tape, start).chunks_exact(2) {
        let mut key = String::new();
        print_to(&mut key, tape, pair[0], Place::Inside);
        pairs.push((Rank::of(tape, pair[0]), key, pair[1]));
    }
    // Stable, so that of equal keys the last one stays last.
    pairs.sort_by(|a, b| a.0.compare(&b.0).then_with(|| a.1.cmp(&b.1)));
    pairs.reverse();
    pairs.dedup_by(|a, b| a.1 == b.1);
    pairs.into_iter().rev().map(|(_, key, value)| (key, value)).collect()
}

/// A key's place in a printed map: `fmt` goes by type (in the order that the types have in the
/// Helm binary), then by value.
struct Rank {
    kind: u8,
    number: f64,
}

impl Rank {
    fn of(tape: &[Entry<'_>], at: usize) -> Self {
        let value = match &tape[at].kind {
            EntryKind::Scalar { value, tag, implicit, .. } => {
                scalar_kind(value, tag.as_deref(), *implicit)
            }
            EntryKind::Alias { target, .. } => return Self::of(tape, *target),
            EntryKind::SequenceStart | EntryKind::MappingStart | EntryKind::End => Ok(Value::Null),
        };
        let (kind, number) = match value {
            Ok(Value::Null) | Err(_) => (0, 0.0),
            Ok(Value::Text(_)) => (1, 0.0),
            Ok(Value::Uint(value)) => (2, value as f64),
            Ok(Value::Int(value)) => (3, value as f64),
            Ok(Value::Float(value)) => (4, if value.is_nan() { f64::NEG_INFINITY } else { value }),
            Ok(Value::Bool(value)) => (5, f64::from(u8::from(value))),
        };
        Self { kind, number }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.kind.cmp(&other.kind).then(self.number.total_cmp(&other.number))
    }
}

/// `strconv.Quote`.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{B}' => out.push_str("\\v"),
            '\0'..' ' | '\u{7F}' => _ = write!(out, "\\x{:02x}", u32::from(char)),
            _ if is_hidden(char) => _ = write!(out, "\\u{:04x}", u32::from(char)),
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// The commonest characters that Go calls not printable.
fn is_hidden(char: char) -> bool {
    let blank = char.is_whitespace() && char != ' ';
    blank
        || matches!(
            char,
            '\u{80}'..='\u{A0}' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}'
        )
}
