//! Taking checked arguments, and the conversions every function shares.

use std::{collections::BTreeMap, mem};

use zij_gotmpl::{
    Error, GoType, List, Map, Str, Value,
    value::{ANY_LIST, ANY_MAP, INT_LIST, STRING_LIST, fmt},
};

/// Takes an argument of any type.
pub(super) fn any(args: &mut [Value], index: usize) -> Value {
    args.get_mut(index).map_or(Value::Nil, mem::take)
}

/// Takes a string.
pub(super) fn text(args: &mut [Value], index: usize) -> Str {
    match any(args, index) {
        Value::String(text) => text,
        _ => Str::EMPTY,
    }
}

/// Takes an integer.
pub(super) fn int(args: &[Value], index: usize) -> i64 {
    args.get(index).and_then(Value::as_int).unwrap_or_default()
}

/// Takes a boolean.
pub(super) fn bool(args: &[Value], index: usize) -> bool {
    args.get(index).and_then(Value::as_bool).unwrap_or_default()
}

/// Takes a map seen as `map[string]interface {}`; `None` is Go's nil map.
pub(super) fn map(args: &mut [Value], index: usize) -> Option<Map> {
    match any(args, index) {
        Value::Map(map) if !is_nil_map(&map) => Some(plain(&map)),
        _ => None,
    }
}

/// Returns the map as a parameter of type `map[string]interface {}` shows it.
pub(super) fn plain(map: &Map) -> Map {
    if map.go_type().named { map.as_type(&ANY_MAP) } else { map.clone() }
}

/// Returns sprig's string form of a value (`strval`): strings and bytes as they are, what a
/// `String` method gives, else `%v`.
pub(super) fn string_form(value: &Value) -> Result<Str, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bytes(bytes) => Ok(Str::from(&**bytes)),
        Value::Object(object) => match object.string() {
            Some(text) => Ok(text),
            None => fmt::display(value),
        },
        other => fmt::display(other),
    }
}

/// Returns a `[]string`.
pub(super) fn string_list(items: Vec<Value>) -> Value {
    Value::List(List::with_type(items, &STRING_LIST))
}

/// Returns a `[]int`.
pub(super) fn int_list(items: Vec<Value>) -> Value {
    Value::List(List::with_type(items, &INT_LIST))
}

/// Returns Go's nil `[]interface {}`.
pub(super) fn nil_list() -> Value {
    Value::List(List::with_type(Vec::new(), &NIL_LIST))
}

/// Returns Go's nil `map[string]interface {}`.
pub(super) fn nil_map() -> Value {
    Value::Map(Map::with_type(BTreeMap::new(), &NIL_MAP))
}

/// Tells whether a map is Go's nil map, which JSON and YAML write as `null`.
pub(super) fn is_nil_map(map: &Map) -> bool {
    let is = |go_type: &'static GoType| std::ptr::eq(map.go_type(), go_type);
    is(&NIL_MAP) || is(&crate::render::NIL_STRING_MAP)
}

/// Returns Go's nil `[]string`.
pub(super) fn nil_string_list() -> Value {
    Value::List(List::with_type(Vec::new(), &crate::render::NIL_STRING_LIST))
}

/// Tells whether a list is Go's nil slice, which JSON and YAML write as `null`.
pub(super) fn is_nil_slice(list: &List) -> bool {
    let is = |go_type: &'static GoType| std::ptr::eq(list.go_type(), go_type);
    is(&NIL_LIST)
        || is(&crate::render::NIL_STRING_LIST)
        || crate::render::is_nil_type(list.go_type())
}

// Templates can tell nil slices and maps from empty ones hardly but by encoding them, so they are
// types of the same name rather than values of their own.
static NIL_LIST: GoType = GoType::unnamed(ANY_LIST.name, ANY_LIST.elem);
static NIL_MAP: GoType = GoType::unnamed(ANY_MAP.name, ANY_MAP.elem);

/// What Go says when a nil interface is looked into.
pub(super) fn nil_pointer() -> Error {
    Error::function("runtime error: invalid memory address or nil pointer dereference")
}
