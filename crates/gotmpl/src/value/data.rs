//! Plain data that renders share: chart defaults, coalesced values, parsed files.

use std::{collections::BTreeMap, sync::Arc};

use crate::value::Str;

/// A shared list of data; edited by copy-on-write through [`Arc::make_mut`].
pub type DataList = Arc<Vec<Data>>;

/// A shared map of data; edited by copy-on-write through [`Arc::make_mut`].
pub type DataMap = Arc<BTreeMap<Str, Data>>;

/// Immutable plain data, as YAML, JSON, TOML and `--set` produce it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data {
    /// `nil`.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int64`: what `--set n=5` and TOML give.
    Int(i64),
    /// `float64`: every number of a YAML or JSON file.
    Float(f64),
    /// `string`.
    String(Str),
    /// `[]interface {}`.
    List(DataList),
    /// `map[string]interface {}`.
    Map(DataMap),
}

impl Data {
    /// Returns an empty map.
    #[must_use]
    pub fn empty_map() -> Self {
        Self::Map(DataMap::default())
    }

    /// Returns the map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&DataMap> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the list, if this is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&DataList> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Returns the string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the entry of a map; `None` if this is no map or has no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key.as_bytes())
    }
}

impl From<bool> for Data {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Data {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Str> for Data {
    fn from(text: Str) -> Self {
        Self::String(text)
    }
}

impl From<Vec<Self>> for Data {
    fn from(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }
}

impl From<BTreeMap<Str, Self>> for Data {
    fn from(entries: BTreeMap<Str, Self>) -> Self {
        Self::Map(Arc::new(entries))
    }
}

impl<K: Into<Str>> FromIterator<(K, Self)> for Data {
    fn from_iter<I: IntoIterator<Item = (K, Self)>>(entries: I) -> Self {
        Self::Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }
}
