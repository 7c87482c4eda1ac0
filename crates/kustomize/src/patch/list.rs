//! Lists that are merged by the keys of their elements (kyaml's `associative_sequence.go`).
//!
//! What comes out is the elements of the patch, merged, and then those that only the object has.
//! Several keys, absent keys and repeated ones make it do odd things, which are kept.

use std::collections::BTreeSet;

use super::merge::{Merger, Outcome};
use crate::error::{Error, Result};
use crate::node::{Content, Node, match_element, set_element};
use crate::schema::{FieldType, Merged};

/// What a list is merged with.
pub(super) enum Lists {
    /// With the patch, or with nothing.
    Patch(Option<Node>),
    /// With itself.
    Settle,
}

/// The values of the keys of one element; absent ones are empty.
type Values = Vec<String>;

pub(super) fn merge_list(
    merger: &Merger<'_>,
    dest: &mut Node,
    lists: Lists,
    known: &FieldType,
) -> Result<()> {
    let (patch, settle) = match lists {
        Lists::Patch(patch) => (patch, false),
        Lists::Settle => (None, true),
    };
    let by_keys = match &known.merged {
        Some(Merged::ByKeys(keys)) => keys.as_slice(),
        _ => &[],
    };
    let keys: Vec<&str> =
        if by_keys.is_empty() { vec![""] } else { by_keys.iter().map(String::as_str).collect() };
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for list in patch.iter().chain([&*dest]) {
        for item in list.items() {
            let values = values_of(item, by_keys);
            if seen.insert(values.clone()) {
                all.push(values);
            }
        }
    }
    if keys.len() > 1 {
        join_values(&mut all);
    }
    let element = FieldType { target: known.target, merged: None };
    let mut run = Run { merger, dest, patch, settle, element, added: Node::sequence(Vec::new()) };
    let mut last_keys = Vec::new();
    for values in &all {
        let (keys, values) = valid(&all, values, &keys);
        run.element(&keys, &values)?;
        last_keys = keys;
    }
    if all.is_empty() {
        return Ok(());
    }
    let Run { dest, mut added, .. } = run;
    append(&mut added, dest, &last_keys)?;
    dest.content = added.content;
    Ok(())
}

fn values_of(item: &Node, keys: &[String]) -> Values {
    if keys.is_empty() {
        return vec![item.text().to_owned()];
    }
    let value = |key: &String| {
        let field = item.get(key).filter(|field| !field.is_nil_or_empty());
        field.map(Node::text).unwrap_or_default().to_owned()
    };
    keys.iter().map(value).collect()
}

/// Fills absent values from elements that agree in the others.
fn join_values(all: &mut [Values]) {
    for first in 0..all.len() {
        for second in 0..all.len() {
            if let Some(joined) = joined(&all[first], &all[second]) {
                all[first].clone_from(&joined);
                all[second] = joined;
            }
        }
    }
}

fn joined(a: &Values, b: &Values) -> Option<Values> {
    let mut common = false;
    let mut joined = Vec::with_capacity(a.len());
    for (a, b) in a.iter().zip(b) {
        if a == b {
            common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        joined.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(joined)
}

/// The keys that any element has, with the values of one.
fn valid<'k>(all: &[Values], values: &Values, keys: &[&'k str]) -> (Vec<&'k str>, Values) {
    let used = |at: usize| all.iter().any(|values| values.get(at).is_some_and(|v| !v.is_empty()));
    if !(0..keys.len()).any(used) {
        return (keys.to_vec(), values.clone());
    }
    let places = (0..keys.len()).filter(|at| used(*at));
    places.map(|at| (keys[at], values[at].clone())).unzip()
}

struct Run<'r> {
    merger: &'r Merger<'r>,
    dest: &'r mut Node,
    patch: Option<Node>,
    settle: bool,
    element: FieldType,
    added: Node,
}

impl Run<'_> {
    fn element(&mut self, keys: &[&str], values: &Values) -> Result<()> {
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let (wanted_keys, wanted) = valid(std::slice::from_ref(values), values, keys);
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let place = match_element(self.dest, &wanted_keys, &wanted)?;
        let merged = self.merge_element(place, &wanted_keys, &wanted)?;
        let Some(mut merged) = merged.filter(|node| !node.is_null() && !node.is_empty_mapping())
        else {
            return set_element(self.dest, keys, &texts, None);
        };
        for (key, value) in keys.iter().zip(&texts) {
            if !key.is_empty() && merged.get(key).is_none() && !value.is_empty() {
                merged.set(key, Node::scalar(*value))?;
                if let Some(item) = place.and_then(|at| self.dest.items_mut().get_mut(at)) {
                    item.set(key, Node::scalar(*value))?;
                }
            }
        }
        set_element(&mut self.added, keys, &texts, Some(&merged))
    }

    /// Merges the elements of one key; the one of the object changes in place.
    fn merge_element(
        &mut self,
        place: Option<usize>,
        keys: &[&str],
        values: &[&str],
    ) -> Result<Option<Node>> {
        let known = Some(&self.element);
        let known = known.filter(|known| known.target.is_some());
        let outcome = if self.settle {
            let item = place.and_then(|at| self.dest.items_mut().get_mut(at));
            item.map_or(Ok(Outcome::Clear), |item| self.merger.settle(item, known))?
        } else {
            let patch = match &self.patch {
                Some(patch) => {
                    let at = match_element(patch, keys, values)?;
                    at.and_then(|at| patch.items().get(at)).cloned()
                }
                None => None,
            };
            let item = place.and_then(|at| self.dest.items_mut().get_mut(at));
            self.merger.walk(item, patch, known)?
        };
        Ok(match outcome {
            Outcome::Keep => place.and_then(|at| self.dest.items().get(at)).cloned(),
            Outcome::Put(node) => Some(node),
            Outcome::KeepNull | Outcome::Clear => None,
        })
    }
}

/// Adds the elements of the object to those of the patch.
fn append(added: &mut Node, dest: &Node, keys: &[&str]) -> Result<()> {
    let first = keys.first().copied().unwrap_or_default();
    for item in dest.items() {
        if first.is_empty() {
            set_element(added, &[""], &[item.text()], Some(item))?;
            continue;
        }
        item.need_mapping()?;
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                Some(value) if !item.is_null() => values.push(value.text()),
                _ => {
                    let Content::Sequence(items) = &mut added.content else {
                        return Err(Error::change("a list is none"));
                    };
                    items.push(item.clone());
                }
            }
        }
        if keys.len() > 1 {
            set_element(added, keys, &values, None)?;
        }
        set_element(added, keys, &values, Some(item))?;
    }
    Ok(())
}
