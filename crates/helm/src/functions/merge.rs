//! Merging maps as dario.cat/mergo does (`merge.go`): in place, with nested maps shared.

use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::Map as MapOf,
    Value,
    value::{ANY_MAP, convert::Walk},
};

use super::arguments::{is_nil_map, map, nil_map};

const DICT: zij_gotmpl::Param = MapOf(&ANY_MAP);

pub(super) static FUNCTIONS: &[Function] = &[
    Function::variadic("merge", &[DICT], DICT, |machine, args| merge(machine, args, Winner::First)),
    Function::variadic("mustMerge", &[DICT], DICT, |machine, args| {
        merge(machine, args, Winner::First)
    }),
    Function::variadic("mergeOverwrite", &[DICT], DICT, |machine, args| {
        merge(machine, args, Winner::Last)
    }),
    Function::variadic("mustMergeOverwrite", &[DICT], DICT, |machine, args| {
        merge(machine, args, Winner::Last)
    }),
];

/// Whose value stays when both maps have one that is not empty.
#[derive(Clone, Copy, PartialEq)]
enum Winner {
    First,
    Last,
}

fn merge(machine: &mut Machine<'_>, args: &mut [Value], winner: Winner) -> Result<Value, Error> {
    let into = map(args, 0);
    if into.is_none() && args[1..].iter().all(|arg| arg.as_map().is_none_or(is_nil_map)) {
        return Ok(nil_map());
    }
    let into = into.unwrap_or_default();
    for from in args[1..].iter().filter_map(Value::as_map) {
        merge_maps(machine, &into, from, winner, &mut Walk::new())?;
    }
    Ok(Value::from(into))
}

fn merge_maps(
    machine: &mut Machine<'_>,
    into: &Map,
    from: &Map,
    winner: Winner,
    walk: &mut Walk,
) -> Result<(), Error> {
    walk.enter()?;
    machine.charge_steps(from.len())?;
    for (key, new) in from.entries() {
        let old = into.get(&key);
        if new.is_nil() {
            if winner == Winner::Last {
                into.insert(key, new);
            }
            continue;
        }
        if let (Some(Value::Map(old)), Value::Map(new)) = (&old, &new) {
            merge_maps(machine, old, new, winner, walk)?;
            if !old.is_empty() {
                continue;
            }
        }
        // mergo asks for emptiness only after the nested merge, which may have filled the map.
        if winner == Winner::Last || old.is_none_or(|old| !old.truthy()) {
            into.insert(key, new);
        }
    }
    walk.leave();
    Ok(())
}
