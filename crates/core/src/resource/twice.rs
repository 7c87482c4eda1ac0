//! Documents that both sides of a cell have, as they are or but for a few values: they are read
//! once.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::FixedState;

use super::{
    retold::{Edit, edits, retold},
    set::Object,
    value::Value,
};
use crate::render::Document;

/// What texts have in common on both sides of a cell, with their objects once base is read.
///
/// Objects have the application's namespace filled in, so both sides must have the same one.
#[derive(Default)]
pub(super) struct Twice<'d> {
    /// Texts of base that head has too, or has but for a few values.
    texts: HashMap<&'d [u8], Known, FixedState>,
    /// Texts of head that a text of base becomes by edits.
    retold: HashMap<&'d [u8], (&'d [u8], Vec<Edit>), FixedState>,
}

/// The objects of a text, from the first document that has it.
#[derive(Default)]
struct Known {
    number: Option<usize>,
    objects: Vec<Written>,
    /// Whether an object is among them that cannot be shared.
    is_spoilt: bool,
}

/// An object apart from the document that it comes from.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) api_version: Arc<str>,
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) body: Arc<Value>,
    /// Whether its namespace is that of the application although its text names none.
    pub(super) is_filled: bool,
}

impl<'d> Twice<'d> {
    /// What the texts of `old` and `new` have in common.
    pub(super) fn of(old: &'d [Document], new: &'d [Document]) -> Self {
        let mut both: HashMap<&[u8], bool, FixedState> =
            stable(old).map(|document| (&*document.bytes, false)).collect();
        for document in stable(new) {
            both.entry(&*document.bytes).and_modify(|is_both| *is_both = true);
        }
        let before: HashMap<(&str, usize), &[u8]> = numbered(old).collect();
        let mut twice = Self::default();
        for (place, text) in numbered(new).filter(|(_, text)| !both.contains_key(text)) {
            let Some(old) = before.get(&place) else { continue };
            let Some(edits) = edits(old, text) else { continue };
            twice.texts.entry(old).or_default();
            twice.retold.insert(text, (old, edits));
        }
        let both = both.into_iter().filter(|(_, is_both)| *is_both);
        twice.texts.extend(both.map(|(text, _)| (text, Known::default())));
        twice
    }

    /// The text of a document, where its objects are of use for the other side.
    pub(super) fn text(&self, document: &'d Document) -> Option<&'d [u8]> {
        if document.anew.is_some() || self.texts.is_empty() {
            return None;
        }
        self.texts.get_key_value(&*document.bytes).map(|(text, _)| *text)
    }

    /// The objects of a document, where those of the other side tell them.
    pub(super) fn objects(&self, document: &Document) -> Option<Vec<Written>> {
        if document.anew.is_some() {
            return None;
        }
        if let Some(known) = self.known(&document.bytes) {
            return Some(known.to_vec());
        }
        let (text, edits) = self.retold.get(&*document.bytes)?;
        let known = self.known(text)?;
        let bodies = retold(known.iter().map(|written| &written.body), edits)?;
        let with = |(written, body): (&Written, Arc<Value>)| Written { body, ..written.clone() };
        Some(known.iter().zip(bodies).map(with).collect())
    }

    fn known(&self, text: &[u8]) -> Option<&[Written]> {
        let known = self.texts.get(text)?;
        (known.number.is_some() && !known.is_spoilt).then_some(&*known.objects)
    }

    /// Keeps an object of the document `number`; of several documents with one text, the first
    /// tells its objects.
    pub(super) fn keep(&mut self, text: &'d [u8], number: usize, written: Option<Written>) {
        let Some(known) = self.texts.get_mut(text) else { return };
        if *known.number.get_or_insert(number) != number {
            return;
        }
        match written {
            Some(written) => known.objects.push(written),
            None => known.is_spoilt = true,
        }
    }
}

/// Documents that are no more than their text: each render repeats them.
fn stable(documents: &[Document]) -> impl Iterator<Item = &Document> {
    documents.iter().filter(|document| document.anew.is_none())
}

/// The texts by their template and their place among its documents.
fn numbered(documents: &[Document]) -> impl Iterator<Item = ((&str, usize), &[u8])> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    stable(documents).map(move |document| {
        let count = counts.entry(&*document.template).or_default();
        *count += 1;
        ((&*document.template, *count), &*document.bytes)
    })
}

impl Written {
    /// An object apart from its document.
    pub(super) fn of(object: &Object<'_>) -> Self {
        Self {
            api_version: Arc::clone(&object.api_version),
            kind: Arc::clone(&object.kind),
            name: Arc::clone(&object.name),
            body: Arc::clone(&object.body),
            is_filled: object.is_filled,
        }
    }
}
