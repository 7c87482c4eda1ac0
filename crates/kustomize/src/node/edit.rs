//! Setting and removing fields as kyaml does (`fns.go`): a value that replaces another keeps its
//! style, so that a quoted number stays a text.

use std::sync::Arc;

use zij_goyaml::syntax::{ScalarStyle, Tag};
use zij_goyaml::{Limits, NodeKind};

use super::tree::{Content, Field, Key, Node, Origin};
use crate::error::{Error, Result};

impl Node {
    /// The first field of the name for changing.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Content::Mapping(fields) = &mut self.content else { return None };
        let field = fields.iter_mut().find(|field| &*field.key.text == name);
        field.map(|field| &mut field.value)
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Self] {
        match &mut self.content {
            Content::Sequence(items) => items,
            Content::Scalar(_) | Content::Mapping(_) => &mut [],
        }
    }

    pub(crate) fn fields_mut(&mut self) -> &mut [Field] {
        match &mut self.content {
            Content::Mapping(fields) => fields,
            Content::Scalar(_) | Content::Sequence(_) => &mut [],
        }
    }

    /// Refuses what is neither a map nor null.
    pub(crate) fn need_mapping(&self) -> Result<()> {
        if self.is_mapping() || self.is_null() { Ok(()) } else { Err(self.wrong("MappingNode")) }
    }

    /// Refuses what is neither a list nor null.
    pub(crate) fn need_sequence(&self) -> Result<()> {
        if self.is_sequence() || self.is_null() { Ok(()) } else { Err(self.wrong("SequenceNode")) }
    }

    /// Refuses what is neither a scalar nor null.
    pub(crate) fn need_scalar(&self) -> Result<()> {
        if self.is_scalar() || self.is_null() { Ok(()) } else { Err(self.wrong("ScalarNode")) }
    }

    pub(crate) fn wrong(&self, wanted: &str) -> Error {
        Error::change(format!("wrong node kind: expected {wanted} but got {}", self.kind_name()))
    }

    /// Removes the first field of the name.
    pub(crate) fn clear(&mut self, name: &str) -> Option<Self> {
        let Content::Mapping(fields) = &mut self.content else { return None };
        let at = fields.iter().position(|field| &*field.key.text == name)?;
        Some(fields.remove(at).value)
    }

    /// Sets a field; null removes it.
    pub(crate) fn set(&mut self, name: &str, value: Self) -> Result<()> {
        self.set_with_key(&Key::new(name), value)
    }

    /// As [`Node::set`]; a new field gets the style of the key.
    pub(crate) fn set_with_key(&mut self, key: &Key, mut value: Self) -> Result<()> {
        self.need_mapping()?;
        value.quote_where_needed();
        if value.is_null() {
            self.clear(&key.text);
            return Ok(());
        }
        self.put(key, value)
    }

    /// Sets a field to whatever value.
    pub(crate) fn put(&mut self, key: &Key, mut value: Self) -> Result<()> {
        if let Some(field) = self.get_mut(&key.text) {
            (value.style, value.flow) = (field.style, field.flow);
            value.share = field.share;
            *field = value;
            return Ok(());
        }
        if let Content::Scalar(_) = self.content {
            // A null that is given a field.
            self.content = Content::Mapping(Vec::new());
        }
        let Content::Mapping(fields) = &mut self.content else {
            return Err(self.wrong("MappingNode"));
        };
        let key = Key { tag: Tag::Empty, ..key.clone() };
        fields.push(Field { key, value });
        Ok(())
    }

    /// Sets a scalar, which keeps its style.
    pub(crate) fn set_scalar(&mut self, value: Self) -> Result<()> {
        self.need_scalar()?;
        if !value.is_null() {
            let is_new = self.text() != value.text();
            let origin = if is_new { Origin::default() } else { self.origin };
            *self = Self { style: self.style, origin, share: self.share, ..value };
        }
        Ok(())
    }

    /// Puts a text that YAML 1.1 would read as something else into quotes.
    pub(crate) fn quote_where_needed(&mut self) {
        if self.is_string() && self.style == ScalarStyle::Plain && is_non_string(self.text()) {
            self.style = ScalarStyle::DoubleQuoted;
        }
    }

    /// Replaces the text only.
    pub(crate) fn set_text(&mut self, text: impl Into<Arc<str>>) {
        let text = text.into();
        if *text != *self.text() {
            self.origin = Origin::default();
        }
        self.content = Content::Scalar(text);
    }
}

/// Whether goyaml v2 reads the text as anything but a text.
fn is_non_string(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    let word = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'/' | b'_' | b'.');
    if text.len() > 5 && text.bytes().all(word) && !text.starts_with(['-', '.']) {
        return false;
    }
    match zij_goyaml::parse(text.as_bytes(), &Limits::default()) {
        Ok(node) => !matches!(node.kind, NodeKind::String(_)),
        Err(_) => false,
    }
}
