//! Lists (sprig `list.go`). None of these functions changes its arguments.

use std::{borrow::Cow, mem};

use zij_gotmpl::{
    Error, Function, List, Machine,
    Param::{Any, Int},
    Value,
    value::{ANY_LIST_LIST, ops::deep_equal},
};

use super::{
    arguments::{any, int, nil_list, nil_pointer},
    cast::to_int,
};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], Any, list),
    Function::variadic("tuple", &[], Any, list),
    Function::new("append", &[Any, Any], append),
    Function::new("push", &[Any, Any], append),
    Function::new("mustAppend", &[Any, Any], append),
    Function::new("mustPush", &[Any, Any], append),
    Function::new("prepend", &[Any, Any], prepend),
    Function::new("mustPrepend", &[Any, Any], prepend),
    Function::new("first", &[Any], first),
    Function::new("mustFirst", &[Any], first),
    Function::new("last", &[Any], last),
    Function::new("mustLast", &[Any], last),
    Function::new("rest", &[Any], rest),
    Function::new("mustRest", &[Any], rest),
    Function::new("initial", &[Any], initial),
    Function::new("mustInitial", &[Any], initial),
    Function::new("reverse", &[Any], reverse),
    Function::new("mustReverse", &[Any], reverse),
    Function::new("compact", &[Any], compact),
    Function::new("mustCompact", &[Any], compact),
    Function::new("uniq", &[Any], uniq),
    Function::new("mustUniq", &[Any], uniq),
    Function::variadic("without", &[Any], Any, without),
    Function::variadic("mustWithout", &[Any], Any, without),
    Function::new("has", &[Any, Any], has),
    Function::new("mustHas", &[Any, Any], has),
    Function::variadic("slice", &[Any], Any, slice),
    Function::variadic("mustSlice", &[Any], Any, slice),
    Function::variadic("concat", &[], Any, concat),
    Function::new("chunk", &[Int, Any], chunk),
    Function::new("mustChunk", &[Int, Any], chunk),
];

type Answer = Result<Value, Error>;

/// Returns the items of a list, or sprig's refusal: `Cannot push on type string`.
fn items<'v>(value: &'v Value, refusal: &str) -> Result<Cow<'v, [Value]>, Error> {
    match value {
        Value::List(list) => Ok(Cow::Borrowed(list.as_slice())),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|byte| Value::Uint8(*byte)).collect()),
        Value::Nil | Value::Invalid => Err(nil_pointer()),
        other => Err(Error::function(format!("{refusal} {}", other.kind().name()))),
    }
}

/// Accounts for a new list.
fn made(machine: &mut Machine<'_>, items: Vec<Value>) -> Answer {
    machine.charge_memory(items.len() * size_of::<Value>())?;
    Ok(Value::from(items))
}

fn list(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let items = args.iter_mut().map(mem::take).collect();
    made(machine, items)
}

fn append(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let item = any(args, 1);
    let old = items(&args[0], "Cannot push on type")?;
    let mut new = Vec::with_capacity(old.len() + 1);
    new.extend_from_slice(&old);
    new.push(item);
    made(machine, new)
}

fn prepend(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let item = any(args, 1);
    let old = items(&args[0], "Cannot prepend on type")?;
    let mut new = Vec::with_capacity(old.len() + 1);
    new.push(item);
    new.extend_from_slice(&old);
    made(machine, new)
}

fn first(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    Ok(items(&args[0], "Cannot find first on type")?.first().cloned().unwrap_or_default())
}

fn last(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    Ok(items(&args[0], "Cannot find last on type")?.last().cloned().unwrap_or_default())
}

fn rest(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    match items(&args[0], "Cannot find rest on type")?.split_first() {
        Some((_, rest)) => made(machine, rest.to_vec()),
        None => Ok(nil_list()),
    }
}

fn initial(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    match items(&args[0], "Cannot find initial on type")?.split_last() {
        Some((_, initial)) => made(machine, initial.to_vec()),
        None => Ok(nil_list()),
    }
}

fn reverse(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut items = items(&args[0], "Cannot find reverse on type")?.into_owned();
    items.reverse();
    made(machine, items)
}

fn compact(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let items = items(&args[0], "Cannot compact on type")?;
    let kept = items.iter().filter(|item| item.truthy()).cloned().collect();
    made(machine, kept)
}

fn uniq(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let items = items(&args[0], "Cannot find uniq on type")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in &*items {
        if !is_in(machine, item, &kept)? {
            kept.push(item.clone());
        }
    }
    made(machine, kept)
}

fn without(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let Some((list, omitted)) = args.split_first() else { return Ok(Value::Nil) };
    let mut kept = Vec::new();
    for item in &*items(list, "Cannot find without on type")? {
        if !is_in(machine, item, omitted)? {
            kept.push(item.clone());
        }
    }
    made(machine, kept)
}

fn has(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    if args[1].is_nil() {
        return Ok(Value::from(false));
    }
    let haystack = items(&args[1], "Cannot find has on type")?;
    is_in(machine, &args[0], &haystack).map(Value::from)
}

fn is_in(machine: &mut Machine<'_>, needle: &Value, haystack: &[Value]) -> Result<bool, Error> {
    machine.charge_steps(haystack.len())?;
    for item in haystack {
        if deep_equal(needle, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn slice(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (list, bounds) = (&args[0], &args[1..]);
    let items = items(list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = bounds.first().map_or(0, to_int);
    let end = bounds.get(1).map_or(items.len() as i64, to_int);
    let range = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end && end <= items.len() => start..end,
        _ => return Err(Error::function("reflect.Value.Slice: slice index out of bounds")),
    };
    machine.charge_memory(range.len() * size_of::<Value>())?;
    Ok(match list {
        Value::Bytes(bytes) => Value::Bytes(bytes[range].into()),
        Value::List(list) => Value::List(List::with_type(items[range].to_vec(), list.go_type())),
        _ => Value::Nil,
    })
}

fn concat(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut all = Vec::new();
    for list in &*args {
        let refusal = match list {
            Value::List(_) | Value::Bytes(_) | Value::Nil | Value::Invalid => "",
            other => {
                let kind = other.kind().name();
                return Err(Error::function(format!("Cannot concat type {kind} as list")));
            }
        };
        all.extend_from_slice(&items(list, refusal)?);
    }
    if all.is_empty() { Ok(nil_list()) } else { made(machine, all) }
}

fn chunk(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let size = int(args, 0);
    let items = items(&args[1], "Cannot chunk type")?;
    // Go computes the number of chunks in floats; what does not fit ends up below zero.
    let count = ((items.len() as f64 - 1.0) / size as f64).floor() + 1.0;
    let chunks: Vec<Value> = match usize::try_from(size) {
        Ok(size @ 1..) => items.chunks(size).map(|chunk| Value::from(chunk.to_vec())).collect(),
        _ if count == 0.0 => Vec::new(),
        _ => return Err(Error::function("runtime error: makeslice: len out of range")),
    };
    machine.charge_memory((items.len() + chunks.len()) * size_of::<Value>())?;
    Ok(Value::List(List::with_type(chunks, &ANY_LIST_LIST)))
}
