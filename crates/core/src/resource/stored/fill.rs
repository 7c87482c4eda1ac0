//! Filling in fields that are absent.

use crate::resource::value::{Data, Map, Value};

/// A default.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fill {
    Text(&'static str),
    Number(&'static str),
    Bool(bool),
    /// A struct without fields.
    Empty,
}

/// Fields of one struct with their defaults.
pub(super) type Fills = &'static [(&'static str, Fill)];

impl Fill {
    fn value(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(text) => Data::Number(text.into()).into(),
            Self::Bool(value) => Data::Bool(value).into(),
            Self::Empty => Data::Map(Map::new()).into(),
        }
    }
}

/// Whether a field says nothing: it is absent, `null`, an empty text or list.
pub(super) fn is_unset(map: &Map, key: &str) -> bool {
    map.get(key).is_none_or(|value| match &value.data {
        Data::Null => true,
        Data::String(text) => text.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Bool(_) | Data::Number(_) | Data::Map(_) => false,
    })
}

/// Sets the fields that are not set.
pub(super) fn fill(map: &mut Map, fills: Fills) {
    for (key, fill) in fills {
        if is_unset(map, key) {
            map.insert((*key).into(), fill.value());
        }
    }
}

/// As [`fill`], for numbers that are plain in Go, where 0 is the same as absent.
pub(super) fn fill_zero(map: &mut Map, fills: Fills) {
    for (key, _) in fills {
        if map.get(*key).and_then(Value::as_int) == Some(0) {
            map.remove(*key);
        }
    }
    fill(map, fills);
}

/// The map at the end of a chain of keys.
pub(super) fn map_at<'a>(map: &'a mut Map, keys: &[&str]) -> Option<&'a mut Map> {
    keys.iter().try_fold(map, |map, key| as_map(map.get_mut(*key)?))
}

/// The map under a key, made where it is absent.
pub(super) fn make<'a>(map: &'a mut Map, key: &str) -> Option<&'a mut Map> {
    if is_unset(map, key) {
        map.insert(key.into(), Fill::Empty.value());
    }
    as_map(map.get_mut(key)?)
}

pub(super) fn as_map(value: &mut Value) -> Option<&mut Map> {
    match &mut value.data {
        Data::Map(map) => Some(map),
        _ => None,
    }
}

/// The maps in a list.
pub(super) fn items<'a>(map: &'a mut Map, key: &str) -> impl Iterator<Item = &'a mut Map> {
    let items = match map.get_mut(key).map(|value| &mut value.data) {
        Some(Data::List(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    items.iter_mut().filter_map(as_map)
}

/// The text under a key; empty where it is absent.
pub(super) fn text<'a>(map: &'a Map, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}
