//! The live value of one render.

use std::{collections::BTreeMap, fmt, rc::Rc, sync::Arc};

use crate::value::{Data, Kind, List, Map, Object, Str};

/// A value while a template runs: what Go's `reflect.Value` is to `text/template`.
#[derive(Clone, Default)]
pub enum Value {
    /// No value: what a pipeline that yields a nil interface leaves behind. Every field of it is
    /// again no value. Functions never receive it; they see [`Value::Nil`].
    Invalid,
    /// A nil interface, as stored in maps and lists.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `int64`.
    Int64(i64),
    /// `uint8`.
    Uint8(u8),
    /// `uint64`.
    Uint64(u64),
    /// `float64`.
    Float(f64),
    /// `string`.
    String(Str),
    /// `[]uint8`.
    Bytes(Arc<[u8]>),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A native struct or pointer.
    Object(Rc<dyn Object>),
}

impl Value {
    /// Tells whether this is nil or no value.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil | Self::Invalid)
    }

    /// Returns Go's truth: false for false, 0, "", nil and empty containers.
    #[must_use]
    pub fn truthy(&self) -> bool {
        match self {
            Self::Invalid | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Int64(value) => *value != 0,
            Self::Uint8(value) => *value != 0,
            Self::Uint64(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => object.truthy(),
        }
    }

    /// Returns the Go type's name as `%T` prints it; `<nil>` for nil.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Invalid | Self::Nil => "<nil>",
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => list.go_type().name,
            Self::Map(map) => map.go_type().name,
            Self::Object(object) => object.type_name(),
            _ => self.kind().name(),
        }
    }

    /// Returns the Go kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Int64(_) => Kind::Int64,
            Self::Uint8(_) => Kind::Uint8,
            Self::Uint64(_) => Kind::Uint64,
            Self::Float(_) => Kind::Float64,
            Self::String(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
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

    /// Returns the map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the list, if this is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Returns the boolean, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the value of a signed integer.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) | Self::Int64(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns nil for no value and anything else unchanged: what a function receives.
    #[must_use]
    pub fn or_nil(self) -> Self {
        match self {
            Self::Invalid => Self::Nil,
            other => other,
        }
    }
}

/// Drops containers one by one instead of recursively.
pub(crate) fn release(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        let children = match value {
            Value::List(list) => list.into_children(),
            Value::Map(map) => map.into_children(),
            _ => None,
        };
        pending.extend(children.into_iter().flatten());
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("<no value>"),
            Self::Nil => f.write_str("<nil>"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) | Self::Int64(value) => write!(f, "{value}"),
            Self::Uint8(value) => write!(f, "{value}"),
            Self::Uint64(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => write!(f, "{bytes:?}"),
            Self::List(list) => write!(f, "{list:?}"),
            Self::Map(map) => write!(f, "{map:?}"),
            Self::Object(object) => write!(f, "{object:?}"),
        }
    }
}

impl From<&Data> for Value {
    fn from(data: &Data) -> Self {
        match data {
            Data::Nil => Self::Nil,
            Data::Bool(value) => Self::Bool(*value),
            Data::Int(value) => Self::Int64(*value),
            Data::Float(value) => Self::Float(*value),
            Data::String(text) => Self::String(text.clone()),
            Data::List(list) => Self::List(List::from_data(Arc::clone(list))),
            Data::Map(map) => Self::Map(Map::from_data(Arc::clone(map))),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self::from(&data)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::String(text)
    }
}

impl From<Vec<u8>> for Value {
    /// A Go string, not `[]uint8`.
    fn from(text: Vec<u8>) -> Self {
        Self::String(text.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::List(List::new(items))
    }
}

impl From<BTreeMap<Str, Self>> for Value {
    fn from(entries: BTreeMap<Str, Self>) -> Self {
        Self::Map(Map::with_type(entries, &crate::value::ANY_MAP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_three_words() {
        assert_eq!(size_of::<Value>(), 24);
    }
}
