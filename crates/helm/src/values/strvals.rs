//! The little language of `--set` and its relatives.
//!
//! Source of the rules: Helm's `pkg/strvals/parser.go` and `literal_parser.go`.

use std::{collections::BTreeMap, sync::Arc};

use zij_gotmpl::{Data, DataMap, Str};

use super::json;
use crate::profile::{Feature, Profile};

/// Largest index of a list (`MaxIndex`).
const MAX_INDEX: i64 = 65536;
/// Deepest nesting of a key (`MaxNestedNameLevel`).
const MAX_NESTING: usize = 30;

/// Reads the file that a `--set-file` value names; the error is shown as it stands.
pub type ReadFile<'f> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'f;

/// How values are read.
#[derive(Clone, Copy)]
enum Mode<'f> {
    Typed,
    Text,
    File(&'f ReadFile<'f>),
    Json,
    Literal,
}

/// Merges `--set` text into `values`; values are typed.
///
/// # Errors
/// Helm's text without its `failed parsing --set data: `; `values` may be changed up to the error.
pub fn set(text: &str, values: &mut DataMap, profile: &Profile) -> Result<(), String> {
    Parser::run(text, values, Mode::Typed, profile)
}

/// Merges `--set-string` text into `values`; values stay texts.
///
/// # Errors
/// As [`set`].
pub fn set_string(text: &str, values: &mut DataMap, profile: &Profile) -> Result<(), String> {
    Parser::run(text, values, Mode::Text, profile)
}

/// Merges `--set-file` text into `values`; values are the contents of files.
///
/// # Errors
/// As [`set`], and what `read` returns.
pub fn set_file(
    text: &str,
    values: &mut DataMap,
    profile: &Profile,
    read: &ReadFile<'_>,
) -> Result<(), String> {
    Parser::run(text, values, Mode::File(read), profile)
}

/// Merges `key=<json>` pairs of `--set-json` into `values`.
///
/// # Errors
/// As [`set`]; Helm itself hides the reason.
pub fn set_json(text: &str, values: &mut DataMap, profile: &Profile) -> Result<(), String> {
    Parser::run(text, values, Mode::Json, profile)
}

/// Merges one `--set-literal` pair into `values`: all text behind `=` is the value.
///
/// # Errors
/// As [`set`].
pub fn set_literal(text: &str, values: &mut DataMap, profile: &Profile) -> Result<(), String> {
    Parser::run(text, values, Mode::Literal, profile)
}

/// Why a step of the parser ended: running out of text ends the whole well.
enum Stop {
    End,
    Failed(String),
}

type Step<T> = Result<T, Stop>;
type Table = BTreeMap<Str, Data>;

fn failed<T>(text: impl Into<String>) -> Step<T> {
    Err(Stop::Failed(text.into()))
}

struct Parser<'t> {
    rest: &'t str,
    mode: Mode<'t>,
    open_indexes: bool,
}

impl<'t> Parser<'t> {
    fn run(
        text: &'t str,
        values: &mut DataMap,
        mode: Mode<'t>,
        profile: &Profile,
    ) -> Result<(), String> {
        let table = Arc::make_mut(values);
        let mut parser = Self { rest: text, mode, open_indexes: profile.has(Feature::OpenIndexes) };
        loop {
            match parser.key(table, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Failed(text)) => return Err(text),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn next_if(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Text up to one of the stops, which is returned too unless the text ends first.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            if c == '\\' && !matches!(self.mode, Mode::Literal) {
                match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => return (text, None),
                }
            } else {
                text.push(c);
            }
        }
        (text, None)
    }

    fn key(&mut self, table: &mut Table, nesting: usize) -> Step<()> {
        let stops: &[char] = match self.mode {
            Mode::Literal => &['=', '[', '.'],
            _ => &['=', '[', ',', '.'],
        };
        let (key, stop) = self.until(stops);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => failed(format!("key {key:?} has no value")),
            Some('=') => self.value_of(table, &key),
            Some('[') => self.index_of(table, &key, nesting),
            Some(',') => {
                insert(table, &key, Data::from(""));
                failed(format!("key {key:?} has no value (cannot end with ,)"))
            }
            Some(_) => self.field_of(table, &key, nesting + 1),
        }
    }

    fn value_of(&mut self, table: &mut Table, key: &str) -> Step<()> {
        match self.value() {
            Ok(value) => {
                insert(table, key, value);
                Ok(())
            }
            Err(Stop::End) => {
                insert(table, key, Data::from(""));
                Err(Stop::End)
            }
            Err(other) => Err(other),
        }
    }

    fn index_of(&mut self, table: &mut Table, key: &str, nesting: usize) -> Step<()> {
        let index = self.index()?;
        let mut list = match table.get_mut(key.as_bytes()) {
            None => Vec::new(),
            Some(Data::List(list)) => std::mem::take(Arc::make_mut(list)),
            Some(other) => return failed(conversion(other, "[]interface {}")),
        };
        let outcome = self.item(&mut list, index, nesting);
        insert(table, key, list.into());
        outcome
    }

    fn field_of(&mut self, table: &mut Table, key: &str, nesting: usize) -> Step<()> {
        if nesting > MAX_NESTING {
            return failed(format!(
                "value name nested level is greater than maximum supported nested level of \
                 {MAX_NESTING}"
            ));
        }
        let mut inner = match table.get_mut(key.as_bytes()) {
            None => DataMap::default(),
            Some(Data::Map(map)) => std::mem::take(map),
            Some(other) => return failed(conversion(other, "map[string]interface {}")),
        };
        let existed = table.contains_key(key.as_bytes());
        let outcome = self.key(Arc::make_mut(&mut inner), nesting);
        let empty = inner.is_empty();
        if !empty || existed {
            insert(table, key, Data::Map(inner));
        }
        if empty && outcome.is_ok() {
            return failed(format!("key map {key:?} has no value"));
        }
        outcome
    }

    fn index(&mut self) -> Step<i64> {
        let (text, stop) = self.until(&[']']);
        if stop.is_none() {
            return if self.open_indexes {
                Err(Stop::End)
            } else {
                failed("error parsing index: EOF")
            };
        }
        let problem = match text.parse::<i64>() {
            Ok(index) => return Ok(index),
            Err(error) => match error.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            },
        };
        failed(format!("error parsing index: strconv.Atoi: parsing {text:?}: {problem}"))
    }

    fn item(&mut self, list: &mut Vec<Data>, index: i64, nesting: usize) -> Step<()> {
        if index < 0 {
            return failed(format!("negative {index} index not allowed"));
        }
        let (between, stop) = self.until(&['[', '.', '=']);
        if !between.is_empty() {
            let runes: Vec<String> = between.chars().map(|c| format!("{c:?}")).collect();
            let runes = runes.join(" ");
            return failed(format!("unexpected data at end of array index: [{runes}]"));
        }
        match stop {
            None => Err(Stop::End),
            Some('=') => match self.value() {
                Ok(value) => put(list, index, value),
                Err(Stop::End) => put(list, index, Data::from("")),
                Err(other) => Err(other),
            },
            Some('[') => {
                let next = self.index()?;
                let mut inner = match usize::try_from(index).ok().and_then(|i| list.get(i)) {
                    None | Some(Data::Nil) => Vec::new(),
                    Some(Data::List(list)) => list.to_vec(),
                    Some(other) => return failed(conversion(other, "[]interface {}")),
                };
                self.item(&mut inner, next, nesting)?;
                put(list, index, inner.into())
            }
            Some(_) => self.field_of_item(list, index, nesting),
        }
    }

    fn field_of_item(&mut self, list: &mut Vec<Data>, index: i64, nesting: usize) -> Step<()> {
        let place = usize::try_from(index).ok().and_then(|index| list.get_mut(index));
        let mut inner = match place {
            Some(Data::Map(map)) => std::mem::take(map),
            _ => DataMap::default(),
        };
        let outcome = self.key(Arc::make_mut(&mut inner), nesting);
        // What an item that was there already has got so far stays even when the rest fails.
        match usize::try_from(index).ok().and_then(|index| list.get_mut(index)) {
            Some(place) => *place = Data::Map(inner),
            None if outcome.is_ok() => put(list, index, Data::Map(inner))?,
            None => {}
        }
        outcome
    }

    fn value(&mut self) -> Step<Data> {
        match self.mode {
            Mode::Literal => Ok(Data::from(std::mem::take(&mut self.rest))),
            Mode::Json => self.json_value(),
            Mode::Typed | Mode::Text | Mode::File(_) => self.plain_value(),
        }
    }

    fn plain_value(&mut self) -> Step<Data> {
        if self.rest.is_empty() {
            return Err(Stop::End);
        }
        if self.next_if('{') {
            return self.list_value();
        }
        let (text, _) = self.until(&[',']);
        self.read(text)
    }

    fn list_value(&mut self) -> Step<Data> {
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            if stop.is_none() {
                return failed("list must terminate with '}'");
            }
            items.push(self.read(text)?);
            if stop == Some('}') {
                self.next_if(',');
                return Ok(items.into());
            }
        }
    }

    fn json_value(&mut self) -> Step<Data> {
        if self.is_blank_value() {
            return Ok(Data::Nil);
        }
        match json::read_prefix(self.rest) {
            Ok((value, length)) => {
                self.rest = &self.rest[length..];
                self.is_blank_value();
                Ok(value)
            }
            Err(error) => failed(error.to_string()),
        }
    }

    /// Skips blanks; true when the value ends here, its comma included.
    fn is_blank_value(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.is_empty() || self.next_if(',')
    }

    fn read(&self, text: String) -> Step<Data> {
        match self.mode {
            Mode::File(read) => match read(&text) {
                Ok(content) => Ok(Data::String(content.into())),
                Err(text) => failed(text),
            },
            Mode::Typed => Ok(typed(text)),
            Mode::Text | Mode::Json | Mode::Literal => Ok(Data::from(text)),
        }
    }
}

fn typed(text: String) -> Data {
    for (word, value) in
        [("true", Data::Bool(true)), ("false", Data::Bool(false)), ("null", Data::Nil)]
    {
        if text.eq_ignore_ascii_case(word) {
            return value;
        }
    }
    if text == "0" {
        return Data::Int(0);
    }
    match text.parse() {
        Ok(number) if !text.starts_with('0') => Data::Int(number),
        _ => Data::from(text),
    }
}

fn insert(table: &mut Table, key: &str, value: Data) {
    if !key.is_empty() {
        table.insert(key.into(), value);
    }
}

fn put(list: &mut Vec<Data>, index: i64, value: Data) -> Step<()> {
    if index > MAX_INDEX {
        return failed(format!(
            "index of {index} is greater than maximum supported index of {MAX_INDEX}"
        ));
    }
    let Ok(index) = usize::try_from(index) else {
        return failed(format!("negative {index} index not allowed"));
    };
    if list.len() <= index {
        list.resize(index + 1, Data::Nil);
    }
    list[index] = value;
    Ok(())
}

fn conversion(value: &Data, wanted: &str) -> String {
    let own = go_type(value);
    format!("unable to parse key: interface conversion: interface {{}} is {own}, not {wanted}")
}

/// The Go type of plain data; `nil` for none.
pub(crate) fn go_type(value: &Data) -> &'static str {
    match value {
        Data::Nil => "nil",
        Data::Bool(_) => "bool",
        Data::Int(_) => "int64",
        Data::Float(_) => "float64",
        Data::String(_) => "string",
        Data::List(_) => "[]interface {}",
        Data::Map(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests;
