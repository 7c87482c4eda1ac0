//! The fields in which two values differ, and how to get from one to the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::resource::{Data, FieldPath, Map, Step, Value};

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field.
    pub path: FieldPath,
    /// Its value before; absent where it is new.
    pub old: Option<Value>,
    /// Its value after; absent where it is gone.
    pub new: Option<Value>,
}

/// Fields by which the items of a list are told apart, in the order they are tried.
///
/// They are what Kubernetes itself merges by, as far as they are texts
/// (Source: `patchMergeKey` in staging/src/k8s.io/api/core/v1/types.go).
const ITEM_KEYS: [&str; 4] = ["name", "mountPath", "devicePath", "key"];

/// Every field in which `new` differs from `old`; empty exactly when they are equal.
///
/// Items of a list are paired by their name where both sides have unique names, else by position
/// between the equal items at both ends.
pub fn fields(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(&FieldPath::root(), old, new, &mut changes);
    changes
}

fn compare(path: &FieldPath, old: &Value, new: &Value, out: &mut Vec<FieldChange>) {
    match (&old.data, &new.data) {
        _ if old == new => {}
        (Data::Map(old), Data::Map(new)) => maps(path, old, new, out),
        (Data::List(before), Data::List(after)) => match named(before, after) {
            Some(key) => named_lists(path, key, before, after, out),
            None => lists(path, before, after, out),
        },
        _ => out.push(FieldChange {
            path: path.clone(),
            old: Some(old.clone()),
            new: Some(new.clone()),
        }),
    }
}

fn removed(path: FieldPath, old: &Value) -> FieldChange {
    FieldChange { path, old: Some(old.clone()), new: None }
}

fn added(path: FieldPath, new: &Value) -> FieldChange {
    FieldChange { path, old: None, new: Some(new.clone()) }
}

fn maps(path: &FieldPath, old: &Map, new: &Map, out: &mut Vec<FieldChange>) {
    let keys: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let sides = (old.get(key), new.get(key));
        // Most fields are equal, and need no path.
        if sides.0 == sides.1 {
            continue;
        }
        let path = path.then(Step::Key(Arc::clone(key)));
        match sides {
            (Some(old), Some(new)) => compare(&path, old, new, out),
            (Some(old), None) => out.push(removed(path, old)),
            (None, Some(new)) => out.push(added(path, new)),
            (None, None) => {}
        }
    }
}

fn lists(path: &FieldPath, old: &[Value], new: &[Value], out: &mut Vec<FieldChange>) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];
    let paired = old_middle.len().min(new_middle.len());
    for (index, (old, new)) in old_middle.iter().zip(new_middle).enumerate() {
        compare(&path.index(start + index), old, new, out);
    }
    for (index, old) in old_middle.iter().enumerate().skip(paired) {
        out.push(removed(path.index(start + index), old));
    }
    for (index, new) in new_middle.iter().enumerate().skip(paired) {
        out.push(added(path.index(start + index), new));
    }
}

/// The field that names the items of both lists, if one does.
fn named(old: &[Value], new: &[Value]) -> Option<&'static str> {
    ITEM_KEYS.into_iter().find(|key| has_names(old, key) && has_names(new, key))
}

fn has_names(items: &[Value], key: &str) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().all(|item| item.text_at(&[key]).is_some_and(|name| seen.insert(name)))
}

fn names<'a>(items: &'a [Value], key: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item.text_at(&[key])).collect()
}

fn named_lists(
    path: &FieldPath,
    key: &'static str,
    old: &[Value],
    new: &[Value],
    out: &mut Vec<FieldChange>,
) {
    let by_name = |items| -> BTreeMap<&str, &Value> {
        names(items, key).into_iter().zip(items.iter()).collect()
    };
    let (old_items, new_items) = (by_name(old), by_name(new));
    let step = |name: &str| path.then(Step::Item { key, value: name.into() });
    for name in names(old, key) {
        match (old_items.get(name), new_items.get(name)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => compare(&step(name), old, new, out),
            (Some(old), None) => out.push(removed(step(name), old)),
            _ => {}
        }
    }
    for name in names(new, key).into_iter().filter(|name| !old_items.contains_key(name)) {
        out.extend(new_items.get(name).map(|new| added(step(name), new)));
    }
    order(path, key, old, new, out);
}

/// Tells a change of order, where leaving items out and putting new ones last does not give it.
fn order(
    path: &FieldPath,
    key: &'static str,
    old: &[Value],
    new: &[Value],
    out: &mut Vec<FieldChange>,
) {
    let (old, new) = (names(old, key), names(new, key));
    let old_set: BTreeSet<&str> = old.iter().copied().collect();
    let new_set: BTreeSet<&str> = new.iter().copied().collect();
    let kept = old.iter().filter(|name| new_set.contains(*name));
    let fresh = new.iter().filter(|name| !old_set.contains(*name));
    if !kept.chain(fresh).eq(&new) {
        let list = |names: &[&str]| Data::List(names.iter().map(|n| Value::from(*n)).collect());
        let path = path.then(Step::Order { key });
        let (old, new) = (Some(list(&old).into()), Some(list(&new).into()));
        out.push(FieldChange { path, old, new });
    }
}

/// The value that `changes` make of `old`: `apply(old, fields(old, new))` is `new`.
///
/// Changes that do not fit the value are passed over.
pub fn apply(old: &Value, changes: &[FieldChange]) -> Value {
    let mut value = old.clone();
    let is_order =
        |change: &&FieldChange| matches!(change.path.steps().last(), Some(Step::Order { .. }));
    let is_removal = |change: &&FieldChange| change.new.is_none();
    let is_addition = |change: &&FieldChange| change.old.is_none();
    let update =
        |change: &&FieldChange| !is_order(change) && !is_removal(change) && !is_addition(change);
    // Positions name the old list, so what shifts them comes last, removals from the end on.
    for change in changes.iter().filter(update) {
        set(&mut value, change);
    }
    for change in changes.iter().filter(is_removal).rev() {
        set(&mut value, change);
    }
    for change in changes.iter().filter(is_addition) {
        set(&mut value, change);
    }
    for change in changes.iter().filter(is_order) {
        set(&mut value, change);
    }
    value
}

fn set(value: &mut Value, change: &FieldChange) {
    let Some((last, parents)) = change.path.steps().split_last() else {
        value.clone_from(change.new.as_ref().unwrap_or(&Data::Null.into()));
        return;
    };
    let Some(parent) = parents.iter().try_fold(value, |value, step| child(value, step)) else {
        return;
    };
    match (&mut parent.data, last, &change.new) {
        (Data::Map(map), Step::Key(key), Some(new)) => {
            drop(map.insert(Arc::clone(key), new.clone()));
        }
        (Data::Map(map), Step::Key(key), None) => drop(map.remove(key)),
        (Data::List(items), Step::Index(index), new) => set_at(items, *index, change, new.as_ref()),
        (Data::List(items), Step::Order { key }, Some(new)) => {
            let place: BTreeMap<&str, usize> =
                new.items().iter().filter_map(Value::as_str).zip(0..).collect();
            let rank = |item: &Value| item.text_at(&[key]).and_then(|n| place.get(n)).copied();
            items.sort_by_key(rank);
        }
        (Data::List(items), Step::Item { key, value }, new) => {
            let index = items.iter().position(|item| item.text_at(&[key]) == Some(value));
            set_at(items, index.unwrap_or(items.len()), change, new.as_ref());
        }
        _ => {}
    }
}

fn set_at(items: &mut Vec<Value>, index: usize, change: &FieldChange, new: Option<&Value>) {
    match new {
        Some(new) if change.old.is_none() && index <= items.len() => {
            items.insert(index, new.clone());
        }
        Some(new) if index < items.len() => items[index] = new.clone(),
        None if index < items.len() => drop(items.remove(index)),
        _ => {}
    }
}

fn child<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match (&mut value.data, step) {
        (Data::Map(map), Step::Key(key)) => map.get_mut(key),
        (Data::List(items), Step::Index(index)) => items.get_mut(*index),
        (Data::List(items), Step::Item { key, value }) => {
            items.iter_mut().find(|item| item.text_at(&[key]) == Some(value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
