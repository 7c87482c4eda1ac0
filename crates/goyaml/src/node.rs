//! The tree that both readers return.

use std::collections::HashMap;
use std::sync::Arc;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Offset in bytes, counted from 0.
    pub offset: u32,
}

/// The part of a text that a node was read from; an expanded alias keeps the place of its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The place after the last character.
    pub end: Position,
}

/// A value and where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub kind: NodeKind,
    /// Where it stood; all zero for nodes that were not read from a text.
    pub span: Span,
}

/// A JSON-like value with goyaml's number types.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean, in any of YAML 1.1's spellings.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Any other number; never infinite or NaN after reading.
    Float(f64),
    /// A text; also timestamps, base-60 numbers and decoded `!!binary`.
    String(Arc<str>),
    /// A list.
    Sequence(Vec<Node>),
    /// A map with string keys.
    Mapping(Mapping),
}

impl From<NodeKind> for Node {
    fn from(kind: NodeKind) -> Self {
        Self { kind, span: Span::default() }
    }
}

impl Node {
    /// Turns all numbers into `Float`, as `encoding/json` does for values of unknown type.
    pub fn normalize_numbers(&mut self) {
        match &mut self.kind {
            NodeKind::Int(int) => self.kind = NodeKind::Float(*int as f64),
            NodeKind::Uint(uint) => self.kind = NodeKind::Float(*uint as f64),
            NodeKind::Sequence(items) => items.iter_mut().for_each(Self::normalize_numbers),
            NodeKind::Mapping(mapping) => {
                mapping.iter_mut().for_each(|entry| entry.value.normalize_numbers());
            }
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Float(_) | NodeKind::String(_) => {}
        }
    }

    /// Returns the same tree with all numbers as `Float`.
    #[must_use]
    pub fn with_float_numbers(mut self) -> Self {
        self.normalize_numbers();
        self
    }

    /// Returns the value under `key` if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// Returns the mapping, if this is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Returns the items, if this is a sequence.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }
}

/// One key of a [`Mapping`] with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingEntry {
    /// The key as `sigs.k8s.io/yaml` writes it into JSON.
    pub key: Arc<str>,
    /// Where the key stood.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// Keys and values in the order of the source; a repeated key keeps its first place and its last
/// value.
#[derive(Clone, Default)]
pub struct Mapping {
    entries: Vec<MappingEntry>,
    /// Only built for large mappings, where scanning the entries would be quadratic.
    index: Option<HashMap<Arc<str>, usize>>,
}

const LINEAR_ENTRIES: usize = 16;

impl Mapping {
    /// Returns an empty mapping.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns an empty mapping with room for `capacity` keys.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity), index: None }
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the value under `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.position(key).map(|at| &self.entries[at].value)
    }

    /// Returns the entry under `key`.
    pub fn get_entry(&self, key: &str) -> Option<&MappingEntry> {
        self.position(key).map(|at| &self.entries[at])
    }

    /// Returns the value under `key` for changing.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.position(key).map(|at| &mut self.entries[at].value)
    }

    /// Returns the entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, MappingEntry> {
        self.entries.iter()
    }

    /// Returns the entries in order, for changing their values; changing a key loses it.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, MappingEntry> {
        self.entries.iter_mut()
    }

    /// Returns the keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.key)
    }

    /// Adds an entry; a present key takes the new value and spans and keeps its place.
    pub fn insert(&mut self, entry: MappingEntry) {
        match self.position(&entry.key) {
            Some(at) => self.entries[at] = entry,
            None => {
                if let Some(index) = &mut self.index {
                    index.insert(Arc::clone(&entry.key), self.entries.len());
                }
                self.entries.push(entry);
                if self.entries.len() == LINEAR_ENTRIES && self.index.is_none() {
                    self.index = Some(self.build_index());
                }
            }
        }
    }

    /// Removes a key and returns its entry; those after it move up.
    pub fn remove(&mut self, key: &str) -> Option<MappingEntry> {
        let at = self.position(key)?;
        let removed = self.entries.remove(at);
        if self.index.is_some() {
            self.index = Some(self.build_index());
        }
        Some(removed)
    }

    fn build_index(&self) -> HashMap<Arc<str>, usize> {
        let keys = self.entries.iter().enumerate();
        keys.map(|(at, entry)| (Arc::clone(&entry.key), at)).collect()
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|entry| &*entry.key == key),
        }
    }
}

impl PartialEq for Mapping {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl std::fmt::Debug for Mapping {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.entries.iter().map(|entry| (&entry.key, &entry.value));
        formatter.debug_map().entries(entries).finish()
    }
}

impl IntoIterator for Mapping {
    type Item = MappingEntry;
    type IntoIter = std::vec::IntoIter<MappingEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'m> IntoIterator for &'m Mapping {
    type Item = &'m MappingEntry;
    type IntoIter = std::slice::Iter<'m, MappingEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<(Arc<str>, Node)> for Mapping {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Node)>>(pairs: I) -> Self {
        let mut mapping = Self::new();
        for (key, value) in pairs {
            mapping.insert(MappingEntry { key, key_span: Span::default(), value });
        }
        mapping
    }
}
