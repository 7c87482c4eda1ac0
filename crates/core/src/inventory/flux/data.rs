//! What `ConfigMap` and `Secret` objects hold.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    item::{Item, Key},
    reader::Scope,
};
use crate::{
    inventory::{
        Unknown, UnknownKind,
        object::{decoded, entries, shown},
    },
    source::Place,
};

/// How texts that SOPS has encrypted begin.
const ENCRYPTED: &str = "ENC[";

/// A text under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Datum {
    Text {
        text: Arc<str>,
        place: Place,
    },
    /// Its content is encrypted; the text stands for it, and differs where the content does.
    Encrypted(Arc<str>),
    Unknown(Unknown),
}

/// The texts of a `ConfigMap` or `Secret`; nothing where it has not come up.
pub(super) fn data_of(scope: &Scope<'_>, key: &Key) -> Option<BTreeMap<Arc<str>, Datum>> {
    let item = scope.object(key)?;
    let is_secret = &*key.kind == "Secret";
    let mut data = BTreeMap::new();
    for entry in entries(&item.node, &["data"]) {
        let text = shown(&entry.value);
        let datum = match text.starts_with(ENCRYPTED) {
            true => encrypted(&text),
            false if is_secret => match decoded(&text) {
                Some(text) => datum(item, text.into(), item.place_of(&entry.value)),
                None => continue,
            },
            false => datum(item, text.into(), block_place(item, entry)),
        };
        data.insert(Arc::clone(&entry.key), datum);
    }
    for entry in entries(&item.node, &["stringData"]).filter(|_| is_secret) {
        let text = shown(&entry.value);
        let datum = match text.starts_with(ENCRYPTED) {
            true => encrypted(&text),
            false => datum(item, text.into(), block_place(item, entry)),
        };
        data.insert(Arc::clone(&entry.key), datum);
    }
    Some(data)
}

fn datum(item: &Item, text: Arc<str>, place: Place) -> Datum {
    match item.unknown.as_ref().filter(|_| text.contains("${")) {
        Some(unknown) => Datum::Unknown(unknown.clone()),
        None => Datum::Text { text, place },
    }
}

/// Where the first line of a text stands: below its key where it has several.
fn block_place(item: &Item, entry: &zij_goyaml::MappingEntry) -> Place {
    let place = item.place_of(&entry.value);
    let is_block = entry.value.as_str().is_some_and(|text| text.contains('\n'));
    match place.line {
        Some(line) if item.is_written && is_block => Place { line: Some(line + 1), ..place },
        _ => place,
    }
}

fn encrypted(text: &str) -> Datum {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    Datum::Encrypted(format!("encrypted-{}", &hash[..8]).into())
}

/// What is missing where an object is not in git.
pub(super) fn absent(key: &Key, place: Place) -> Unknown {
    Unknown {
        kind: UnknownKind::Object,
        message: format!("{key} is not in git"),
        place: Some(place),
        hint: Some("commit it; what is secret in it may be encrypted with SOPS".to_owned()),
    }
}
