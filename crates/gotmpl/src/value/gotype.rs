//! The Go types a template can see: names, element types, methods.

use std::fmt;

use crate::{
    function::Method,
    value::{List, Map, Str, Value},
};

/// The kind of a Go type, as `kindOf` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value at all.
    Invalid,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `int64`.
    Int64,
    /// `uint8`.
    Uint8,
    /// `uint64`.
    Uint64,
    /// `float64`.
    Float64,
    /// `complex128`.
    Complex128,
    /// `string`.
    String,
    /// `slice`.
    Slice,
    /// `map`.
    Map,
    /// `struct`.
    Struct,
    /// `ptr`.
    Ptr,
}

impl Kind {
    /// Tells whether values of this kind are integers.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::Int64 | Self::Uint8 | Self::Uint64)
    }

    /// Returns the kind's name in Go.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
        }
    }
}

/// What the elements of a map or list type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elem {
    /// `interface {}`.
    Any,
    /// `string`.
    String,
    /// `[]uint8`.
    Bytes,
    /// `int`.
    Int,
    /// `map[string]interface {}`.
    AnyMap,
    /// `[]interface {}`.
    AnyList,
    /// A type whose values are native objects.
    Object(&'static str),
}

impl Elem {
    /// Returns the element type's name in Go.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::String => "string",
            Self::Bytes => "[]uint8",
            Self::Int => "int",
            Self::AnyMap => "map[string]interface {}",
            Self::AnyList => "[]interface {}",
            Self::Object(name) => name,
        }
    }

    /// Returns the zero value: what a missing map key yields.
    #[must_use]
    pub fn zero(self) -> Value {
        match self {
            Self::Any | Self::Object(_) => Value::Nil,
            Self::String => Value::String(Str::EMPTY),
            Self::Bytes => Value::Bytes(std::sync::Arc::from(&b""[..])),
            Self::Int => Value::Int(0),
            Self::AnyMap => Value::Map(Map::new()),
            Self::AnyList => Value::List(List::new(Vec::new())),
        }
    }
}

/// A map or list type: its Go name, its element type and its methods.
///
/// Crates that add named types (`common.Values`) declare them as statics.
pub struct GoType {
    /// The name as `%T` prints it.
    pub name: &'static str,
    /// The element type.
    pub elem: Elem,
    /// Whether it is a defined type; two defined types are never assignable to each other.
    pub named: bool,
    /// The methods a template can call, found before keys.
    pub methods: &'static [Method],
}

/// `map[string]interface {}`.
pub static ANY_MAP: GoType = GoType::unnamed("map[string]interface {}", Elem::Any);
/// `map[string]string`.
pub static STRING_MAP: GoType = GoType::unnamed("map[string]string", Elem::String);
/// `[]interface {}`.
pub static ANY_LIST: GoType = GoType::unnamed("[]interface {}", Elem::Any);
/// `[]string`.
pub static STRING_LIST: GoType = GoType::unnamed("[]string", Elem::String);
/// `[]int`.
pub static INT_LIST: GoType = GoType::unnamed("[]int", Elem::Int);
/// `[][]interface {}`.
pub static ANY_LIST_LIST: GoType = GoType::unnamed("[][]interface {}", Elem::AnyList);
/// `[]map[string]interface {}`.
pub static ANY_MAP_LIST: GoType = GoType::unnamed("[]map[string]interface {}", Elem::AnyMap);

impl GoType {
    /// Returns a type literal without methods.
    #[must_use]
    pub const fn unnamed(name: &'static str, elem: Elem) -> Self {
        Self { name, elem, named: false, methods: &[] }
    }

    /// Tells whether a value of this type can be passed where `target` is wanted.
    #[must_use]
    pub fn assignable_to(&self, target: &Self) -> bool {
        self.name == target.name || (self.elem == target.elem && !(self.named && target.named))
    }

    /// Returns the method of that name.
    #[must_use]
    pub fn method(&self, name: &[u8]) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name.as_bytes() == name)
    }
}

impl fmt::Debug for GoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
