//! From the tape to the tree: goyaml's decoder and `sigs.k8s.io/yaml`'s way to JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::float::{format_float, format_float32};
use crate::gosyntax;
use crate::limits::Limits;
use crate::node::{Mapping, MappingEntry, Node, NodeKind, Span};
use crate::resolve::{Scalar, resolve, resolve_with};
use crate::scan::Source;
use crate::skim;
use crate::tape::{Entry, EntryKind, Parser};
use crate::utf8::to_valid_utf8;

const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// Reads the first document of a text as `sigs.k8s.io/yaml` does on its way to JSON; what follows
/// the first document is not looked at. A text without a document is `null`.
///
/// # Errors
/// goyaml's or `encoding/json`'s own message, or an exceeded limit.
pub fn parse(text: &[u8], limits: &Limits) -> Result<Node, Error> {
    let source = Source::new(text, limits)?;
    let mut parser = Parser::new(&source, limits);
    match parser.document()? {
        Some(tape) => Decoder::new(&tape, &source, limits, &mut Shared::default()).document(),
        None => Ok(NodeKind::Null.into()),
    }
}

/// As [`parse`], but entries may be missing that are not `wanted` by the path of their keys, one
/// key at the root and two below, and places are not those of the text. A mapping of which nothing
/// is wanted may be null. Refuses what [`parse`] refuses, with the same error.
///
/// Most manifests are of a plain kind that needs no tree to be checked, which makes this several
/// times faster where only few entries are wanted.
///
/// # Errors
/// As [`parse`].
pub fn parse_entries(
    text: &[u8],
    limits: &Limits,
    wanted: impl Fn(&[&str]) -> bool,
) -> Result<Node, Error> {
    let source = Source::new(text, limits)?;
    let plain = source.start == 0 && source.broken.is_none();
    match plain.then(|| skim::entries(&source.text, limits)).flatten() {
        Some(entries) => {
            let wanted = |entry: &skim::Entry<'_>| match entry.parent {
                None => wanted(&[entry.key]),
                Some(parent) => wanted(&[parent]) && wanted(&[parent, entry.key]),
            };
            let entries = entries.into_iter().filter(wanted);
            let kept: String = entries.map(|entry| &source.text[entry.lines]).collect();
            parse(kept.as_bytes(), limits)
        }
        None => parse(text, limits),
    }
}

/// Reads all documents of a text; empty ones between `---` lines are `null`, and the limits hold
/// for all together.
///
/// # Errors
/// The first document that cannot be read, see [`parse`].
pub fn parse_all(text: &[u8], limits: &Limits) -> Result<Vec<Node>, Error> {
    let source = Source::new(text, limits)?;
    let mut parser = Parser::new(&source, limits);
    let mut shared = Shared::default();
    let mut documents = Vec::new();
    while let Some(tape) = parser.document()? {
        documents.push(Decoder::new(&tape, &source, limits, &mut shared).document()?);
    }
    Ok(documents)
}

/// What the documents of one text have in common.
#[derive(Default)]
struct Shared {
    nodes: usize,
    keys: Keys,
}

struct Decoder<'t> {
    tape: &'t [Entry<'t>],
    shared: &'t mut Shared,
    text_start: u32,
    limits: Limits,
    /// Where on the tape the next node is.
    at: usize,
    depth: usize,
    /// goyaml's own counts for its alias rule.
    decoded: usize,
    decoded_by_alias: usize,
    open_aliases: Vec<usize>,
    /// Texts that aliases have expanded before.
    expanded: HashMap<usize, Arc<str>>,
    conversion_error: Option<Error>,
    has_odd_floats: bool,
}

impl<'t> Decoder<'t> {
    fn new(
        tape: &'t [Entry<'t>],
        source: &Source<'_>,
        limits: &Limits,
        shared: &'t mut Shared,
    ) -> Self {
        Self {
            tape,
            shared,
            text_start: source.start,
            limits: *limits,
            at: 0,
            depth: 0,
            decoded: 1,
            decoded_by_alias: 0,
            open_aliases: Vec::new(),
            expanded: HashMap::new(),
            conversion_error: None,
            has_odd_floats: false,
        }
    }

    fn document(&mut self) -> Result<Node, Error> {
        let node = self.node()?;
        if let Some(error) = self.conversion_error.take() {
            return Err(error);
        }
        if self.has_odd_floats
            && let Some((float, span)) = find_odd_float(&node)
        {
            let message = format!("json: unsupported value: {}", format_float(float));
            return Err(Error::new(ErrorKind::Conversion, message).with_position(span.start));
        }
        Ok(node)
    }

    fn count(&mut self) -> Result<(), Error> {
        self.decoded += 1;
        self.shared.nodes += 1;
        if self.shared.nodes > self.limits.nodes {
            return Err(Error::limit("nodes", self.limits.nodes));
        }
        if self.open_aliases.is_empty() {
            return Ok(());
        }
        self.decoded_by_alias += 1;
        let share = self.decoded_by_alias as f64 / self.decoded as f64;
        let excessive = self.decoded_by_alias > 100
            && self.decoded > 1000
            && share > allowed_alias_share(self.decoded);
        if excessive || self.decoded_by_alias > self.limits.alias_expansion {
            return Err(Error::yaml(ErrorKind::Limit, "document contains excessive aliasing"));
        }
        Ok(())
    }

    fn entry(&self) -> &'t Entry<'t> {
        &self.tape[self.at]
    }

    fn node(&mut self) -> Result<Node, Error> {
        self.count()?;
        let entry = self.entry();
        let span = entry.span(self.text_start);
        let kind = match &entry.kind {
            EntryKind::Scalar { value, tag, implicit, .. } => {
                let kind = self.scalar(value, tag.as_deref(), *implicit);
                let kind = kind.map_err(|error| error.with_position(span.start))?;
                self.at += 1;
                kind
            }
            EntryKind::Alias { name, target } => {
                return self.expand(name, *target, Self::node);
            }
            EntryKind::SequenceStart => return self.sequence(),
            EntryKind::MappingStart => {
                let mut mapping = Mapping::new();
                let end = self.mapping(&mut mapping)?;
                let span = Span { end: end.end, ..span };
                return Ok(Node { kind: NodeKind::Mapping(mapping), span });
            }
            EntryKind::End => NodeKind::Null,
        };
        Ok(Node { kind, span })
    }

    /// Decodes the node that an alias stands for.
    fn expand<T>(
        &mut self,
        name: &str,
        target: usize,
        decode: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let alias = self.at;
        if self.open_aliases.contains(&alias) {
            let problem = format!("anchor '{name}' value contains itself");
            let position = self.entry().span(self.text_start).start;
            return Err(Error::yaml(ErrorKind::Decode, &problem).with_position(position));
        }
        self.open_aliases.push(alias);
        self.at = target;
        let decoded = decode(self)?;
        self.at = alias + 1;
        self.open_aliases.pop();
        Ok(decoded)
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > self.limits.max_depth() {
            return Err(Error::limit("levels of nesting", self.limits.max_depth()));
        }
        self.at += 1;
        Ok(())
    }

    /// Moves past the end of a collection and returns where that was.
    fn leave(&mut self) -> Span {
        let span = self.entry().span(self.text_start);
        self.depth -= 1;
        self.at += 1;
        span
    }

    fn is_end(&self) -> bool {
        matches!(self.entry().kind, EntryKind::End)
    }

    fn sequence(&mut self) -> Result<Node, Error> {
        let start = self.entry().span(self.text_start).start;
        self.enter()?;
        let mut items = Vec::new();
        while !self.is_end() {
            items.push(self.node()?);
        }
        let end = self.leave().end;
        Ok(Node { kind: NodeKind::Sequence(items), span: Span { start, end } })
    }

    fn mapping(&mut self, mapping: &mut Mapping) -> Result<Span, Error> {
        self.enter()?;
        while !self.is_end() {
            if self.is_merge() {
                self.at += 1;
                self.merge(mapping)?;
                continue;
            }
            let key_span = self.entry().span(self.text_start);
            let key = self.key()?;
            let value_at = self.at;
            let value = self.node()?;
            match key {
                Key::Text(key) => mapping.insert(MappingEntry { key, key_span, value }),
                Key::Unsupported { kind, text } => {
                    let value = gosyntax::print(self.tape, value_at);
                    let message =
                        format!("unsupported map key of type: {kind}, key: {text}, value: {value}");
                    self.conversion_error.get_or_insert_with(|| {
                        Error::new(ErrorKind::Conversion, message).with_position(key_span.start)
                    });
                }
            }
        }
        Ok(self.leave())
    }

    fn is_merge(&self) -> bool {
        match &self.entry().kind {
            EntryKind::Scalar { value, tag, implicit, .. } => {
                let tagged = || tag.as_deref().and_then(short_tag) == Some("merge");
                value == "<<" && (*implicit || tagged())
            }
            _ => false,
        }
    }

    /// Adds the keys of a map, of an alias to one, or of a list of these, later ones first.
    fn merge(&mut self, mapping: &mut Mapping) -> Result<(), Error> {
        if !matches!(self.entry().kind, EntryKind::SequenceStart) {
            return self.merge_one(mapping);
        }
        let mut items = Vec::new();
        let mut at = self.at + 1;
        while !matches!(self.tape[at].kind, EntryKind::End) {
            items.push(at);
            at = next_sibling(self.tape, at);
        }
        for item in items.into_iter().rev() {
            self.at = item;
            self.merge_one(mapping)?;
        }
        self.at = at + 1;
        Ok(())
    }

    fn merge_one(&mut self, mapping: &mut Mapping) -> Result<(), Error> {
        let entry = self.entry();
        match &entry.kind {
            EntryKind::MappingStart => {
                self.count()?;
                self.mapping(mapping).map(|_| ())
            }
            EntryKind::Alias { name, target }
                if matches!(self.tape[*target].kind, EntryKind::MappingStart) =>
            {
                self.count()?;
                self.expand(name, *target, |decoder| {
                    decoder.count()?;
                    decoder.mapping(mapping).map(|_| ())
                })
            }
            _ => {
                let problem = "map merge requires map or sequence of maps as the value";
                let position = entry.span(self.text_start).start;
                Err(Error::yaml(ErrorKind::Decode, problem).with_position(position))
            }
        }
    }

    fn key(&mut self) -> Result<Key, Error> {
        self.count()?;
        let entry = self.entry();
        let (value, tag, implicit) = match &entry.kind {
            EntryKind::Scalar { value, tag, implicit, .. } => (value, tag.as_deref(), *implicit),
            EntryKind::Alias { name, target } => return self.expand(name, *target, Self::key),
            EntryKind::SequenceStart | EntryKind::MappingStart | EntryKind::End => {
                let at = self.at;
                self.node()?;
                let problem = format!("invalid map key: {}", gosyntax::print(self.tape, at));
                let position = entry.span(self.text_start).start;
                return Err(Error::yaml(ErrorKind::Decode, &problem).with_position(position));
            }
        };
        let position = entry.span(self.text_start).start;
        let scalar = scalar_kind(value, tag, implicit).map_err(|e| e.with_position(position))?;
        let text: Arc<str> = match scalar {
            Value::Text(text) => self.shared.keys.get(&text),
            Value::Bool(value) => if value { "true" } else { "false" }.into(),
            Value::Int(value) => value.to_string().into(),
            Value::Float(value) => match format_float32(value).as_str() {
                "+Inf" => ".inf".into(),
                "-Inf" => "-.inf".into(),
                "NaN" => ".nan".into(),
                text => text.into(),
            },
            Value::Uint(value) => {
                self.at += 1;
                return Ok(Key::Unsupported { kind: "uint64", text: format!("{value:#x}") });
            }
            Value::Null => {
                self.at += 1;
                return Ok(Key::Unsupported { kind: "%!s(<nil>)", text: "<nil>".into() });
            }
        };
        self.at += 1;
        Ok(Key::Text(text))
    }

    fn scalar(
        &mut self,
        value: &str,
        tag: Option<&str>,
        implicit: bool,
    ) -> Result<NodeKind, Error> {
        Ok(match scalar_kind(value, tag, implicit)? {
            Value::Null => NodeKind::Null,
            Value::Bool(value) => NodeKind::Bool(value),
            Value::Int(value) => NodeKind::Int(value),
            Value::Uint(value) => NodeKind::Uint(value),
            Value::Float(value) => {
                self.has_odd_floats |= !value.is_finite();
                NodeKind::Float(value)
            }
            Value::Text(Cow::Borrowed(_)) => NodeKind::String(self.text(value)),
            Value::Text(Cow::Owned(text)) => NodeKind::String(text.into()),
        })
    }

    /// Returns the text of the current entry; expanded aliases share one copy.
    fn text(&mut self, value: &str) -> Arc<str> {
        if self.open_aliases.is_empty() {
            return value.into();
        }
        Arc::clone(self.expanded.entry(self.at).or_insert_with(|| value.into()))
    }
}

/// Recent keys, because manifests have few different ones: each is allocated once.
struct Keys(Vec<Option<Arc<str>>>);

impl Default for Keys {
    fn default() -> Self {
        Self(vec![None; Self::SLOTS])
    }
}

impl Keys {
    const SLOTS: usize = 256;
    const LONGEST: usize = 64;

    fn get(&mut self, key: &str) -> Arc<str> {
        if key.len() > Self::LONGEST {
            return key.into();
        }
        let hash = key.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
        });
        let slot = &mut self.0[(hash >> 32) as usize % Self::SLOTS];
        match slot {
            Some(known) if **known == *key => Arc::clone(known),
            _ => Arc::clone(slot.insert(key.into())),
        }
    }
}

enum Key {
    Text(Arc<str>),
    Unsupported { kind: &'static str, text: String },
}

/// A decoded scalar; a borrowed text is the scalar as it stands.
pub(crate) enum Value<'s> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Cow<'s, str>),
}

impl Value<'_> {
    fn from_scalar(scalar: Scalar, text: &str) -> Value<'_> {
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int(value) => Value::Int(value),
            Scalar::Uint(value) => Value::Uint(value),
            Scalar::Float(value) => Value::Float(value),
            Scalar::Timestamp | Scalar::String => Value::Text(Cow::Borrowed(text)),
        }
    }
}

/// Decodes a scalar with its tag (go-yaml `resolve.go` and `decode.go`).
pub(crate) fn scalar_kind<'s>(
    text: &'s str,
    tag: Option<&str>,
    implicit: bool,
) -> Result<Value<'s>, Error> {
    let Some(tag) = tag else {
        let scalar = if implicit { resolve(text) } else { Scalar::String };
        return Ok(Value::from_scalar(scalar, text));
    };
    match short_tag(tag) {
        Some("binary") => decode_binary(text),
        Some("str") => Ok(Value::Text(Cow::Borrowed(text))),
        Some(wanted @ ("bool" | "int" | "float" | "null" | "timestamp")) => {
            let found = resolve_with(text, wanted == "timestamp");
            match (wanted, found) {
                ("float", Scalar::Int(value)) => Ok(Value::Float(value as f64)),
                _ if name(found) == wanted => Ok(Value::from_scalar(found, text)),
                _ => {
                    let found = name(found);
                    let problem = format!("cannot decode !!{found} `{text}` as a !!{wanted}");
                    Err(Error::yaml(ErrorKind::Decode, &problem))
                }
            }
        }
        _ => Ok(Value::Text(Cow::Borrowed(text))),
    }
}

fn short_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(TAG_PREFIX)
}

fn name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "bool",
        Scalar::Int(_) | Scalar::Uint(_) => "int",
        Scalar::Float(_) => "float",
        Scalar::Timestamp => "timestamp",
        Scalar::String => "str",
    }
}

/// Standard base64 with padding; line breaks are skipped, bytes that are not UTF-8 replaced, as
/// the JSON encoder does after goyaml.
fn decode_binary(text: &str) -> Result<Value<'static>, Error> {
    let invalid = || Error::yaml(ErrorKind::Decode, "!!binary value contains invalid base64 data");
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if !digits.len().is_multiple_of(4) {
        return Err(invalid());
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for (at, group) in digits.chunks(4).enumerate() {
        let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
        let last = (at + 1) * 4 == digits.len();
        if padding > 2 || padding > 0 && !last {
            return Err(invalid());
        }
        let mut bits = 0;
        for digit in &group[..4 - padding] {
            bits = bits << 6 | base64_digit(*digit).ok_or_else(invalid)?;
        }
        bits <<= 6 * padding;
        bytes.extend_from_slice(&u32::to_be_bytes(bits)[1..4 - padding]);
    }
    Ok(Value::Text(Cow::Owned(to_valid_utf8(&bytes).into_owned())))
}

fn base64_digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

/// Returns where the node after the one at `at` starts.
pub(crate) fn next_sibling(tape: &[Entry<'_>], mut at: usize) -> usize {
    let mut open = 0usize;
    loop {
        match tape[at].kind {
            EntryKind::SequenceStart | EntryKind::MappingStart => open += 1,
            EntryKind::End => open -= 1,
            EntryKind::Scalar { .. } | EntryKind::Alias { .. } => {}
        }
        at += 1;
        if open == 0 {
            return at;
        }
    }
}

/// goyaml's rule: nearly everything may come from aliases in small documents, a tenth in large.
fn allowed_alias_share(decoded: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    match decoded {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((decoded - LOW) as f64 / (HIGH - LOW) as f64),
    }
}

fn find_odd_float(node: &Node) -> Option<(f64, Span)> {
    match &node.kind {
        NodeKind::Float(float) if !float.is_finite() => Some((*float, node.span)),
        NodeKind::Sequence(items) => items.iter().find_map(find_odd_float),
        NodeKind::Mapping(mapping) => mapping.iter().find_map(|entry| find_odd_float(&entry.value)),
        _ => None,
    }
}
