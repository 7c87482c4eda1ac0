//! Writing TOML (BurntSushi/toml `encode.go`): keys sorted, plain values before tables, nested
//! tables indented by two spaces.

use std::fmt::Write as _;

use zij_gotmpl::{Error, Machine, Map, Str, Value, value::convert::Walk};
use zij_goyaml::format_float;

use super::super::{dates::Moment, strings::lossy};
use crate::{host::Host, profile::Feature};

/// Returns a value as a TOML document.
///
/// # Errors
/// What the library says of values that have no TOML form; a value that is too deep or too large.
pub(super) fn encode(machine: &mut Machine<'_>, value: &Value) -> Result<String, Error> {
    let mut encoder = Encoder { machine, walk: Walk::new(), out: String::new() };
    encoder.entry(&mut Vec::new(), value)?;
    Ok(encoder.out)
}

struct Encoder<'m, 'r> {
    machine: &'m mut Machine<'r>,
    walk: Walk,
    out: String,
}

/// How a value stands in a document.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Nothing stands for nil.
    Nothing,
    Plain,
    Table,
    Tables,
}

/// What encodes a value of a map: the map behind an object, or the value itself.
fn seen_through(value: &Value) -> Value {
    match value {
        Value::Object(object) if value.downcast_ref::<Moment>().is_none() => object.to_json(),
        other => other.clone(),
    }
}

impl Encoder<'_, '_> {
    fn push(&mut self, text: &str) -> Result<(), Error> {
        self.machine.charge_memory(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    /// Ends a line, or starts a blank one, unless nothing was written yet.
    fn break_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Tells how a value is written; a list of tables only is written as tables.
    fn shape(&mut self, value: &Value) -> Result<Shape, Error> {
        self.walk.enter()?;
        let shape = match seen_through(value) {
            Value::Nil | Value::Invalid => Shape::Nothing,
            Value::Map(_) => Shape::Table,
            Value::List(list) => {
                let mut all_tables = !list.is_empty();
                for item in &list {
                    match self.shape(item)? {
                        Shape::Nothing => {
                            return Err(Error::function(
                                "toml: cannot encode array with nil element",
                            ));
                        }
                        shape => all_tables &= shape == Shape::Table,
                    }
                }
                if all_tables { Shape::Tables } else { Shape::Plain }
            }
            _ => Shape::Plain,
        };
        self.walk.leave();
        Ok(shape)
    }

    /// Writes a value under a key, or as the whole document.
    fn entry(&mut self, key: &mut Vec<Str>, value: &Value) -> Result<(), Error> {
        self.walk.enter()?;
        let seen = seen_through(value);
        match (self.shape(value)?, &seen) {
            (Shape::Nothing, _) => {}
            (Shape::Tables, _) if key.is_empty() => {
                return Err(Error::function("toml: top-level values must be Go maps or structs"));
            }
            (Shape::Tables, Value::List(list)) => {
                for item in list {
                    self.break_line();
                    self.header(key, ["[[", "]]"])?;
                    if let Value::Map(map) = seen_through(item) {
                        self.table(key, &map)?;
                    }
                }
            }
            (Shape::Table, Value::Map(map)) => {
                if key.len() == 1 {
                    self.break_line();
                }
                if !key.is_empty() {
                    self.header(key, ["[", "]"])?;
                }
                self.table(key, map)?;
            }
            _ if key.is_empty() => self.element(&seen)?,
            _ => {
                let indent = "  ".repeat(key.len() - 1);
                let name = key.last().map(|name| quoted_key(name)).unwrap_or_default();
                self.push(&format!("{indent}{name} = "))?;
                self.element(&seen)?;
                self.break_line();
            }
        }
        self.walk.leave();
        Ok(())
    }

    fn header(&mut self, key: &[Str], [open, close]: [&str; 2]) -> Result<(), Error> {
        let indent = "  ".repeat(key.len() - 1);
        let names: Vec<String> = key.iter().map(|name| quoted_key(name)).collect();
        self.push(&format!("{indent}{open}{}{close}\n", names.join(".")))
    }

    /// Returns the entries, plain ones first, and how many of these there are.
    fn ordered(&mut self, map: &Map) -> Result<(Vec<(Str, Value)>, usize), Error> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for (key, value) in map.entries() {
            match self.shape(&value)? {
                Shape::Table | Shape::Tables => tables.push((key, value)),
                _ => plain.push((key, value)),
            }
        }
        let count = plain.len();
        plain.append(&mut tables);
        Ok((plain, count))
    }

    fn table(&mut self, key: &mut Vec<Str>, map: &Map) -> Result<(), Error> {
        let (entries, _) = self.ordered(map)?;
        for (name, value) in entries {
            key.push(name);
            self.entry(key, &value)?;
            key.pop();
        }
        Ok(())
    }

    /// Writes a value inside a line.
    fn element(&mut self, value: &Value) -> Result<(), Error> {
        self.walk.enter()?;
        if let Some(time) = value.downcast_ref::<Moment>() {
            self.push(&String::from_utf8_lossy(&time.json_text()))?;
        }
        match seen_through(value) {
            Value::Map(map) => self.inline_table(&map)?,
            Value::List(list) => {
                self.push("[")?;
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.push(", ")?;
                    }
                    self.element(item)?;
                }
                self.push("]")?;
            }
            Value::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.push(&format!("[{}]", numbers.join(", ")))?;
            }
            Value::String(text) => self.push(&quoted(&text))?,
            Value::Bool(value) => self.push(&value.to_string())?,
            Value::Int(number) | Value::Int64(number) => self.push(&number.to_string())?,
            Value::Uint8(number) => self.push(&number.to_string())?,
            Value::Uint64(number) => self.push(&number.to_string())?,
            Value::Float(number) => {
                let exponents = self.machine.host::<Host>()?.profile().has(Feature::TomlExponents);
                self.push(&float(number, exponents))?;
            }
            Value::Nil | Value::Invalid | Value::Object(_) => {}
        }
        self.walk.leave();
        Ok(())
    }

    fn inline_table(&mut self, map: &Map) -> Result<(), Error> {
        let (entries, plain) = self.ordered(map)?;
        self.push("{")?;
        for (index, (name, value)) in entries.iter().enumerate() {
            if value.is_nil() {
                continue;
            }
            self.push(&format!("{} = ", quoted_key(name)))?;
            self.element(value)?;
            // The comma looks only at the place in the map, not at what of it is left out.
            let is_last = index + 1 == entries.len();
            let ends_plain = index + 1 == plain && plain == entries.len();
            if !(is_last || ends_plain) {
                self.push(", ")?;
            }
        }
        self.push("}")
    }
}

fn float(number: f64, exponents: bool) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = if exponents { format_float(number) } else { number.to_string() };
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

fn quoted_key(key: &[u8]) -> String {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(is_bare) {
        return lossy(key).into_owned();
    }
    quoted(key)
}

fn quoted(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for rune in lossy(text).chars() {
        match rune {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                _ = write!(out, "\\u{:04x}", u32::from(rune));
            }
            _ => out.push(rune),
        }
    }
    out.push('"');
    out
}
