//! The fields that objects of Kubernetes have, by version, and what may stand in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use super::{
    kube::Kube,
    rule::{Hit, Severity},
};
use crate::{
    inventory::nearest,
    resource::{Data, Resource, Value, Way},
};

const DATA: &str = include_str!("data/fields.txt");
/// The versions that the data are about.
const OLDEST: u32 = 31;
const NEWEST: u32 = 37;
/// So many faults of one object are told.
const MOST: usize = 8;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::read(DATA));

struct Schemas {
    /// The types of kinds, by API version and kind.
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
    types: BTreeMap<&'static str, Type>,
    /// The types of kinds alone.
    objects: BTreeSet<&'static str>,
}

type Type = BTreeMap<&'static str, Field>;

/// A field, and the versions that have it.
struct Field {
    what: &'static str,
    from: u32,
    until: u32,
}

impl Schemas {
    fn read(text: &'static str) -> Self {
        let (mut kinds, mut types) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines() {
            let mut words = line.split(' ');
            match (words.next(), words.next()) {
                (Some("kind"), Some(version)) => {
                    let (kind, name) = (words.next(), words.next());
                    let name = name.map(|name| Field::read(name).what);
                    kinds.extend(kind.zip(name).map(|(kind, name)| ((version, kind), name)));
                }
                (Some("type"), Some(name)) => {
                    let fields = words.filter_map(|word| word.split_once(':'));
                    types
                        .insert(name, fields.map(|(key, what)| (key, Field::read(what))).collect());
                }
                _ => {}
            }
        }
        let objects = kinds.values().copied().collect();
        Self { kinds, types, objects }
    }
}

impl Field {
    /// Reads `[Container+33-36`.
    fn read(word: &'static str) -> Self {
        let (word, until) = word.split_once('-').unwrap_or((word, ""));
        let (what, from) = word.split_once('+').unwrap_or((word, ""));
        Self { what, from: from.parse().unwrap_or(0), until: until.parse().unwrap_or(u32::MAX) }
    }
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unknown,
    Mistyped,
}

struct Walk {
    looks_for: Fault,
    /// The version of the cluster, as far as the data have it.
    minor: Option<u32>,
    hits: Vec<Hit>,
}

/// V7: fields that the kind does not have, which tools refuse or the server drops.
pub(crate) fn unknown(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    // What a version that is not known here has besides is not known either.
    if kube.is_some_and(|kube| kube.minor > NEWEST) {
        return Vec::new();
    }
    walk(resource, kube, Fault::Unknown)
}

/// V8: values of another kind than their field's, which the server cannot read.
pub(crate) fn mistyped(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    walk(resource, kube, Fault::Mistyped)
}

fn walk(resource: &Resource, kube: Option<Kube>, looks_for: Fault) -> Vec<Hit> {
    let key = (&*resource.api_version, &*resource.id.kind);
    // An encrypted object is another one once it is decrypted.
    let is_encrypted = resource.body.get("sops").is_some();
    let Some(name) = SCHEMAS.kinds.get(&key).filter(|_| !is_encrypted) else { return Vec::new() };
    let minor = kube.map(|kube| kube.minor.clamp(OLDEST, NEWEST));
    let mut walk = Walk { looks_for, minor, hits: Vec::new() };
    walk.value(name, &resource.body, &Way::root());
    walk.hits
}

/// Whether something else fills in the value before the server sees it.
fn is_placeholder(text: &str) -> bool {
    ["${", "<path:", "ENC[", "ref+"].iter().any(|mark| text.contains(mark))
}

fn kind_of(value: &Value) -> &'static str {
    match &value.data {
        Data::Null => "nothing",
        Data::Bool(_) => "a boolean",
        Data::Number(_) => "a number",
        Data::String(_) => "a text",
        Data::List(_) => "a list",
        Data::Map(_) => "a map",
    }
}

/// Whether a number is whole, however it is written.
fn is_whole(text: &str) -> bool {
    !text.contains(['.', 'e', 'E']) || text.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
}

impl Walk {
    fn value(&mut self, what: &'static str, value: &Value, path: &Way<'_>) {
        if self.hits.len() >= MOST || matches!(value.data, Data::Null) {
            return;
        }
        if let Some(of) = what.strip_prefix('[') {
            return self.list(of, value, path);
        }
        if let Some(of) = what.strip_prefix('{') {
            let Some(map) = value.as_map() else { return self.mistyped(path, value, "a map") };
            for (key, value) in map {
                self.value(of, value, &path.key(key));
            }
            return;
        }
        let wanted = match (what, &value.data) {
            ("*", _) => return,
            ("s", Data::String(_)) | ("b", Data::Bool(_)) | ("n", Data::Number(_)) => return,
            ("i" | "x", Data::Number(text)) if is_whole(text) => return,
            ("x", Data::String(_)) => return,
            ("s", _) => "a text",
            ("b", _) => "a boolean",
            ("n", _) => "a number",
            ("i", _) => "a whole number",
            ("x", _) => "a whole number or a text",
            (name, Data::Map(_)) => return self.object(name, value, path),
            _ => "a map",
        };
        self.mistyped(path, value, wanted);
    }

    fn list(&mut self, of: &'static str, value: &Value, path: &Way<'_>) {
        let Data::List(items) = &value.data else {
            return self.mistyped(path, value, "a list");
        };
        for (index, item) in items.iter().enumerate() {
            let name = item.as_map().and_then(|_| item.text_at(&["name"]));
            let way = name.map_or_else(|| path.index(index), |name| path.item("name", name));
            self.value(of, item, &way);
        }
    }

    fn object(&mut self, name: &'static str, value: &Value, path: &Way<'_>) {
        let Some(fields) = SCHEMAS.types.get(name) else { return };
        // An object says what it is wherever it stands, such as a claim in a StatefulSet.
        let is_object = SCHEMAS.objects.contains(name);
        for (key, value) in value.as_map().into_iter().flatten() {
            if is_object && matches!(&**key, "apiVersion" | "kind") {
                continue;
            }
            let path = path.key(key);
            let field = fields.get(&**key);
            match field.filter(|field| self.has(field)) {
                Some(field) => self.value(field.what, value, &path),
                None => self.unknown(&path, key, value, field, fields),
            }
        }
    }

    /// Whether the cluster has a field, or may have it.
    fn has(&self, field: &Field) -> bool {
        self.minor.is_none_or(|minor| (field.from..field.until).contains(&minor))
    }

    fn unknown(
        &mut self,
        path: &Way<'_>,
        key: &str,
        value: &Value,
        field: Option<&Field>,
        fields: &Type,
    ) {
        if self.looks_for != Fault::Unknown || matches!(value.data, Data::Null) {
            return;
        }
        let hint = match field {
            Some(field) if field.from > 0 => format!("it is there from 1.{} on", field.from),
            Some(field) => format!("it is gone from 1.{} on", field.until),
            None => match nearest(key, fields.keys().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the server drops it, and tools that check fields refuse it".to_owned(),
            },
        };
        let mut hit =
            Hit::on(path.path(), value, format!("there is no field `{key}` here; {hint}"));
        hit.value = None;
        self.hits.push(hit);
    }

    fn mistyped(&mut self, path: &Way<'_>, value: &Value, wanted: &str) {
        let is_filled_in = value.as_str().is_some_and(is_placeholder);
        if self.looks_for != Fault::Mistyped || is_filled_in {
            return;
        }
        let quote = if wanted == "a text" { "; quote it" } else { "" };
        let message = format!("must be {wanted}, and is {}{quote}", kind_of(value));
        let mut hit = Hit::new(path.path(), message).at_most(Severity::Block);
        hit.line = value.line;
        self.hits.push(hit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_there() {
        let is_plain = |what: &str| matches!(what, "*" | "s" | "i" | "n" | "b" | "x");
        let types = SCHEMAS.types.values().flat_map(BTreeMap::values);
        let names = types.map(|field| field.what).chain(SCHEMAS.kinds.values().copied());
        for what in names {
            let name = what.trim_start_matches(['[', '{']);
            assert!(is_plain(name) || SCHEMAS.types.contains_key(name), "{what}");
        }
        assert!(SCHEMAS.kinds.len() > 60 && SCHEMAS.types.len() > 390);
    }
}
