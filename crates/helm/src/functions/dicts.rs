//! Maps (sprig `dict.go`). `set` and `unset` change their argument for every alias.

use std::collections::BTreeMap;

use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::{Any, Map as MapOf, String as Text},
    Str, Value,
    value::{ANY_MAP, convert},
};

use crate::host::Host;

use super::arguments::{any, map, nil_map, plain, string_form, string_list, text};

const DICT: zij_gotmpl::Param = MapOf(&ANY_MAP);

pub(super) static FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], Any, dict),
    Function::new("get", &[DICT, Text], get),
    Function::new("set", &[DICT, Text, Any], set),
    Function::new("unset", &[DICT, Text], unset),
    Function::new("hasKey", &[DICT, Text], has_key),
    Function::variadic("pluck", &[Text], DICT, pluck),
    Function::variadic("keys", &[], DICT, keys),
    Function::new("values", &[DICT], values),
    Function::variadic("pick", &[DICT], Text, pick),
    Function::variadic("omit", &[DICT], Text, omit),
    Function::variadic("dig", &[], Any, dig),
    Function::new("deepCopy", &[Any], deep_copy),
    Function::new("mustDeepCopy", &[Any], deep_copy),
];

type Answer = Result<Value, Error>;

/// Bytes one map entry costs at least.
const ENTRY: usize = size_of::<(Str, Value)>();

fn dict(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    machine.charge_memory(args.len().div_ceil(2) * ENTRY)?;
    let mut entries = BTreeMap::new();
    for pair in args.chunks_mut(2) {
        let key = match any(pair, 0) {
            Value::String(key) => key,
            other => string_form(&other)?,
        };
        let value = if pair.len() == 2 { any(pair, 1) } else { Value::from(Str::EMPTY) };
        entries.insert(key, value);
    }
    Ok(Value::from(entries))
}

fn get(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (map, key) = (map(args, 0), text(args, 1));
    Ok(map.and_then(|map| map.get(&key)).unwrap_or(Value::String(Str::EMPTY)))
}

fn set(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (map, key, value) = (map(args, 0), text(args, 1), any(args, 2));
    let Some(map) = map else {
        return Err(Error::function("assignment to entry in nil map"));
    };
    machine.charge_memory(ENTRY)?;
    map.insert(key, value);
    Ok(Value::from(map))
}

fn unset(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (map, key) = (map(args, 0), text(args, 1));
    let Some(map) = map else { return Ok(nil_map()) };
    map.remove(&key);
    Ok(Value::from(map))
}

fn has_key(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (map, key) = (map(args, 0), text(args, 1));
    Ok(Value::from(map.is_some_and(|map| map.contains_key(&key))))
}

fn pluck(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let key = text(args, 0);
    let found = args[1..].iter().filter_map(|arg| arg.as_map()?.get(&key));
    Ok(Value::from(found.collect::<Vec<_>>()))
}

/// Go's order is random; sorted keys are one of its possible answers.
fn keys(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let keys: Vec<Value> =
        args.iter().filter_map(Value::as_map).flat_map(Map::keys).map(Value::from).collect();
    machine.charge_memory(keys.len() * size_of::<Value>())?;
    Ok(string_list(in_some_order(machine, "keys", keys)?))
}

/// Notes that the order is none to rely on; a second render has another.
fn in_some_order(
    machine: &mut Machine<'_>,
    function: &'static str,
    mut items: Vec<Value>,
) -> Result<Vec<Value>, Error> {
    if items.len() > 1 {
        let host = machine.host::<Host>()?;
        host.note(function);
        if host.is_anew() {
            items.reverse();
        }
    }
    Ok(items)
}

/// In the order of [`keys`].
fn values(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let entries = map(args, 0).map(|map| map.entries()).unwrap_or_default();
    machine.charge_memory(entries.len() * size_of::<Value>())?;
    let values = entries.into_iter().map(|(_, value)| value).collect();
    Ok(Value::from(in_some_order(machine, "values", values)?))
}

fn pick(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let picked = Map::new();
    if let Some(map) = map(args, 0) {
        machine.charge_memory(args.len() * ENTRY)?;
        for key in args[1..].iter().filter_map(Value::as_str) {
            if let Some(value) = map.get(key) {
                picked.insert(key.clone(), value);
            }
        }
    }
    Ok(Value::from(picked))
}

fn omit(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let Some(map) = map(args, 0) else { return Ok(Value::from(Map::new())) };
    machine.charge_memory(map.len() * ENTRY)?;
    let kept = map.shallow_copy();
    for key in args[1..].iter().filter_map(Value::as_str) {
        kept.remove(key);
    }
    Ok(Value::from(kept))
}

fn dig(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let [path @ .., default, subject] = args else {
        return Err(Error::function("dig needs at least three arguments"));
    };
    if path.is_empty() {
        return Err(Error::function("dig needs at least three arguments"));
    }
    let mut dict = asserted_map(subject)?;
    let keys = path.iter().map(asserted_key).collect::<Result<Vec<_>, _>>()?;
    let (last, steps) = keys.split_last().expect("the path was seen to hold a key");
    for key in steps {
        match dict.get(key) {
            Some(step) => dict = asserted_map(&step)?,
            None => return Ok(std::mem::take(default)),
        }
    }
    Ok(dict.get(last).unwrap_or_else(|| std::mem::take(default)))
}

/// Go's `value.(map[string]interface {})`, which a named map type fails.
fn asserted_map(value: &Value) -> Result<Map, Error> {
    match value {
        Value::Map(map) if map.go_type().name == ANY_MAP.name => Ok(plain(map)),
        other => Err(not_convertible(other, ANY_MAP.name)),
    }
}

fn asserted_key(value: &Value) -> Result<Str, Error> {
    value.as_str().cloned().ok_or_else(|| not_convertible(value, "string"))
}

fn not_convertible(value: &Value, wanted: &str) -> Error {
    let found = if value.is_nil() { "nil" } else { value.type_name() };
    Error::function(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

fn deep_copy(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    machine.charge_steps(1)?;
    if args[0].is_nil() {
        return Err(Error::function("reflect: call of reflect.Value.Type on zero Value"));
    }
    convert::deep_copy(&args[0])
}
