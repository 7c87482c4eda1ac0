//! The types that kustomize has built in, from `data/merge-keys.txt`.

use super::table::{FieldType, Merged, TypeId};
use crate::compiled::{is_same, number, split};

const DATA: &str = include_str!("../../data/merge-keys.txt");

const TYPES: usize = count("type");
const KINDS: usize = count("kind");
const FIELDS: usize = count("");

/// The tables of the file; the fields of a type follow each other.
static TABLES: Tables = read();

struct Tables {
    /// Where the fields of a type begin; those of the next one end them.
    starts: [usize; TYPES + 1],
    fields: [Field; FIELDS],
    /// Sorted by version and kind.
    kinds: [(&'static str, &'static str, TypeId); KINDS],
}

#[derive(Clone, Copy)]
struct Field {
    name: &'static str,
    target: Option<TypeId>,
    /// Joined by commas; `=` for a set of scalars, nothing for what is not merged.
    keys: &'static str,
}

/// The type of the objects of a kind.
pub(super) fn kind(api_version: &str, kind: &str) -> Option<TypeId> {
    let kinds = &TABLES.kinds;
    let wanted = (api_version, kind);
    let at = kinds.binary_search_by_key(&wanted, |&(version, kind, _)| (version, kind)).ok()?;
    Some(kinds[at].2)
}

/// What a field of a type is.
pub(super) fn field(of: TypeId, name: &str) -> Option<FieldType> {
    let fields = TABLES.fields.get(*TABLES.starts.get(of)?..*TABLES.starts.get(of + 1)?)?;
    let field = fields.iter().find(|field| field.name == name)?;
    let merged = match field.keys {
        "" => None,
        "=" => Some(Merged::AsSet),
        keys => Some(Merged::ByKeys(keys.split(',').map(str::to_owned).collect())),
    };
    Some(FieldType { target: field.target, merged })
}

/// How many lines begin with the word; without one, those of fields.
const fn count(word: &str) -> usize {
    let (mut text, mut count) = (DATA, 0);
    while !text.is_empty() {
        let (line, rest) = split(text, b'\n');
        text = rest;
        count += is_same(first_word(line), word) as usize;
    }
    count
}

/// What a line tells of: `type`, `kind`, `#`, or nothing for a field.
const fn first_word(line: &str) -> &str {
    let (word, _) = split(line, b' ');
    if is_same(word, "type") || is_same(word, "kind") || is_same(word, "#") { word } else { "" }
}

const fn read() -> Tables {
    let field = Field { name: "", target: None, keys: "" };
    let mut tables =
        Tables { starts: [0; TYPES + 1], fields: [field; FIELDS], kinds: [("", "", 0); KINDS] };
    let (mut text, mut types, mut fields, mut kinds) = (DATA, 0, 0, 0);
    while !text.is_empty() {
        let (line, rest) = split(text, b'\n');
        text = rest;
        let (word, words) = split(line, b' ');
        match first_word(line).as_bytes() {
            b"type" => {
                tables.starts[types] = fields;
                types += 1;
            }
            b"kind" => {
                let (version, words) = split(words, b' ');
                let (kind, target) = split(words, b' ');
                if let Some(target) = number(target) {
                    tables.kinds[kinds] = (version, kind, target);
                }
                kinds += 1;
            }
            b"" => {
                let (_, words) = split(words, b' ');
                let (target, keys) = split(words, b' ');
                tables.fields[fields] = Field { name: word, target: number(target), keys };
                fields += 1;
            }
            _ => {}
        }
    }
    tables.starts[types] = fields;
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_complete_and_in_order() {
        assert!(TABLES.kinds.is_sorted_by_key(|&(version, kind, _)| (version, kind)));
        assert!(TABLES.kinds.iter().all(|&(version, _, of)| !version.is_empty() && of < TYPES));
        assert!(TABLES.fields.iter().filter_map(|field| field.target).all(|of| of < TYPES));
        assert!(TABLES.starts.is_sorted() && TYPES > 240 && FIELDS > 330 && KINDS > 160);
    }
}
