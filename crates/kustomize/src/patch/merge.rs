//! Strategic merge (kyaml's `merge2` and `walk`).
//!
//! kyaml walks two trees at once and changes the object in place; where the object has nothing it
//! goes on with the patch as both of them. `settle` is that second case.

use std::collections::BTreeMap;

use super::directive::{Directive, take_directive};
use super::list::{Lists, merge_list};
use crate::error::Result;
use crate::node::{Content, Key, Node};
use crate::schema::{FieldType, Schema};

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It stays where it is, perhaps changed.
    Keep,
    /// Another value takes its place; null removes it.
    Put(Node),
    /// It is explicitly null and stays so.
    KeepNull,
    /// It goes.
    Clear,
}

#[derive(Clone, Copy)]
enum Shape {
    Nothing,
    Mapping,
    Sequence,
    Scalar,
}

/// Merges a patch into an object; tells whether the object is still there.
pub(crate) fn merge_into(object: &mut Node, patch: Node, schema: &Schema) -> Result<bool> {
    let merger = Merger { schema };
    match merger.walk(Some(object), Some(patch), None)? {
        Outcome::Keep | Outcome::KeepNull => Ok(true),
        Outcome::Clear => Ok(false),
        Outcome::Put(node) => {
            *object = node;
            Ok(true)
        }
    }
}

/// Merges values that are no object; nothing is left as an empty map.
pub(crate) fn merge_values(mut below: Node, above: Node, schema: &Schema) -> Result<Node> {
    let is_left = merge_into(&mut below, above, schema)?;
    Ok(if is_left { below } else { Node::mapping(Vec::new()) })
}

pub(super) struct Merger<'s> {
    schema: &'s Schema,
}

impl Merger<'_> {
    /// Merges what the patch has for a place into what the object has there.
    pub(super) fn walk(
        &self,
        mut dest: Option<&mut Node>,
        patch: Option<Node>,
        known: Option<&FieldType>,
    ) -> Result<Outcome> {
        let found = match known {
            Some(_) => None,
            None => {
                let dest = dest.as_deref().and_then(|dest| self.kind_of(dest));
                dest.or_else(|| self.kind_of(patch.as_ref()?))
            }
        };
        let known = known.or(found.as_ref());
        let present = |node: Option<&Node>| node.map_or(Shape::Nothing, shape);
        let shape = match present(dest.as_deref()) {
            Shape::Nothing => present(patch.as_ref()),
            shape => shape,
        };
        let check = |check: fn(&Node) -> Result<()>| {
            dest.as_deref().map_or(Ok(()), check)?;
            patch.as_ref().map_or(Ok(()), check)
        };
        match shape {
            Shape::Nothing => self.walk_mapping(dest, patch, known),
            Shape::Mapping => {
                check(Node::need_mapping)?;
                self.walk_mapping(dest, patch, known)
            }
            Shape::Sequence => {
                check(Node::need_sequence)?;
                match known.and_then(|known| known.merged.as_ref()) {
                    Some(_) => self.walk_list(dest.take(), patch, known),
                    None => Ok(patch.map_or(Outcome::Keep, Outcome::Put)),
                }
            }
            Shape::Scalar => {
                check(Node::need_scalar)?;
                Ok(patch.map_or(Outcome::Keep, Outcome::Put))
            }
        }
    }

    /// The type of an object that says what it is.
    fn kind_of(&self, node: &Node) -> Option<FieldType> {
        let text = |name: &str| node.get(name).map(Node::value).unwrap_or_default();
        let (version, kind) = (text("apiVersion"), text("kind"));
        if version.is_empty() || kind.is_empty() {
            return None;
        }
        let target = Some(self.schema.kind(version, kind)?);
        Some(FieldType { target, merged: None })
    }

    fn walk_mapping(
        &self,
        dest: Option<&mut Node>,
        patch: Option<Node>,
        known: Option<&FieldType>,
    ) -> Result<Outcome> {
        let dest = match dest {
            Some(dest) if !dest.is_null() => dest,
            // What is written as `null` stays, what is just empty goes.
            Some(null) if patch.is_none() && !null.text().is_empty() => {
                return Ok(Outcome::KeepNull);
            }
            _ => return self.add(patch, known),
        };
        let Some(mut patch) = patch else {
            self.merge_fields(dest, Node::mapping(Vec::new()), known)?;
            return Ok(Outcome::Keep);
        };
        if patch.is_null() {
            return Ok(Outcome::Clear);
        }
        match take_directive(&mut patch)? {
            Directive::Delete => Ok(Outcome::Clear),
            Directive::Replace => {
                self.settle_fields(&mut patch, known)?;
                Ok(Outcome::Put(patch))
            }
            Directive::Merge => {
                self.merge_fields(dest, patch, known)?;
                Ok(Outcome::Keep)
            }
        }
    }

    /// Takes from the patch what the object does not have.
    fn add(&self, patch: Option<Node>, known: Option<&FieldType>) -> Result<Outcome> {
        let Some(mut patch) = patch else { return Ok(Outcome::Clear) };
        // kyaml does not look at a directive that it cannot read here.
        if let Ok(Directive::Delete) = take_directive(&mut patch) {
            return Ok(Outcome::Clear);
        }
        self.settle_fields(&mut patch, known)?;
        Ok(Outcome::Put(patch))
    }

    fn walk_list(
        &self,
        dest: Option<&mut Node>,
        patch: Option<Node>,
        known: Option<&FieldType>,
    ) -> Result<Outcome> {
        let Some(known) = known else { return Ok(Outcome::Keep) };
        let Some(dest) = dest.filter(|dest| !dest.is_null()) else {
            let Some(mut patch) = patch else { return Ok(Outcome::Clear) };
            merge_list(self, &mut patch, Lists::Settle, known)?;
            return Ok(Outcome::Put(patch));
        };
        let Some(mut patch) = patch else {
            merge_list(self, dest, Lists::Patch(None), known)?;
            return Ok(Outcome::Keep);
        };
        if patch.is_null() {
            return Ok(Outcome::Clear);
        }
        match take_directive(&mut patch)? {
            Directive::Delete => Ok(Outcome::Clear),
            Directive::Replace => {
                merge_list(self, &mut patch, Lists::Settle, known)?;
                Ok(Outcome::Put(patch))
            }
            Directive::Merge => {
                merge_list(self, dest, Lists::Patch(Some(patch)), known)?;
                Ok(Outcome::Keep)
            }
        }
    }

    /// Goes through the fields of both, sorted by name.
    fn merge_fields(&self, dest: &mut Node, patch: Node, known: Option<&FieldType>) -> Result<()> {
        let mut names: BTreeMap<Key, Option<Node>> = BTreeMap::new();
        for field in dest.fields() {
            names.entry(field.key.clone()).or_default();
        }
        if let Content::Mapping(fields) = patch.content {
            for field in fields {
                // Of a repeated key kyaml sees the first one.
                names.entry(field.key).or_default().get_or_insert(field.value);
            }
        }
        for (key, value) in names {
            let field = self.schema.field(known.and_then(|known| known.target), &key.text);
            let outcome = self.walk(dest.get_mut(&key.text), value, field.as_ref())?;
            set_outcome(dest, &key, outcome)?;
        }
        Ok(())
    }

    /// Brings a part of the patch that was taken as a whole into the form that merging it with
    /// itself gives: without directives and nulls.
    fn settle_fields(&self, node: &mut Node, known: Option<&FieldType>) -> Result<()> {
        let mut keys: Vec<Key> = node.fields().iter().map(|field| field.key.clone()).collect();
        keys.sort();
        keys.dedup_by(|a, b| a.text == b.text);
        for key in keys {
            let field = self.schema.field(known.and_then(|known| known.target), &key.text);
            let Some(value) = node.get_mut(&key.text) else { continue };
            let outcome = self.settle(value, field.as_ref())?;
            set_outcome(node, &key, outcome)?;
        }
        Ok(())
    }

    pub(super) fn settle(&self, node: &mut Node, known: Option<&FieldType>) -> Result<Outcome> {
        let found = if known.is_none() { self.kind_of(node) } else { None };
        let known = known.or(found.as_ref());
        if node.is_null() {
            return Ok(Outcome::Clear);
        }
        match &node.content {
            Content::Scalar(_) => {}
            Content::Mapping(_) => {
                if take_directive(node)? == Directive::Delete {
                    return Ok(Outcome::Clear);
                }
                self.settle_fields(node, known)?;
            }
            Content::Sequence(_) => {
                let Some(known) = known.filter(|known| known.merged.is_some()) else {
                    return Ok(Outcome::Keep);
                };
                if take_directive(node)? == Directive::Delete {
                    return Ok(Outcome::Clear);
                }
                merge_list(self, node, Lists::Settle, known)?;
            }
        }
        Ok(Outcome::Keep)
    }
}

fn shape(node: &Node) -> Shape {
    if node.is_null() {
        return Shape::Nothing;
    }
    match node.content {
        Content::Mapping(_) => Shape::Mapping,
        Content::Sequence(_) => Shape::Sequence,
        Content::Scalar(_) => Shape::Scalar,
    }
}

fn set_outcome(node: &mut Node, key: &Key, outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Keep => {
            if let Some(value) = node.get_mut(&key.text) {
                value.quote_where_needed();
            }
        }
        Outcome::Put(value) => node.set_with_key(key, value)?,
        Outcome::KeepNull => {}
        Outcome::Clear => drop(node.clear(&key.text)),
    }
    Ok(())
}
