//! Elements of lists that are found by the values of their fields (kyaml's `ElementMatcher` and
//! `ElementSetter`, with their oddities).

use super::tree::{Content, Node};
use crate::error::{Error, Result};

/// The place of the first element whose fields have the values; an empty key compares scalars.
pub(crate) fn match_element(list: &Node, keys: &[&str], values: &[&str]) -> Result<Option<usize>> {
    list.need_sequence()?;
    let first = keys.first().copied().unwrap_or_default();
    if first.is_empty() {
        let wanted = values.first().copied().unwrap_or_default();
        return Ok(list.items().iter().position(|item| item.text() == wanted));
    }
    let has = |item: &Node| {
        keys.iter()
            .zip(values)
            .all(|(key, value)| item.get(key).is_some_and(|field| field.text() == *value))
    };
    let candidate = |item: &Node| item.is_mapping() && !item.is_null() && has(item);
    Ok(list.items().iter().position(candidate))
}

/// Replaces all elements that fit with `element`, or appends it; without one they are removed.
///
/// Elements that are null or empty maps go in any case, and when there are fewer values than keys
/// so do all that do not fit.
pub(crate) fn set_element(
    list: &mut Node,
    keys: &[&str],
    values: &[&str],
    element: Option<&Node>,
) -> Result<()> {
    list.need_sequence()?;
    let empty: &[&str] = &[""];
    let keys = if keys.is_empty() { empty } else { keys };
    let wants_mapping =
        !keys[0].is_empty() && values.first().is_some_and(|value| !value.is_empty());
    let Content::Sequence(items) = &mut list.content else {
        return Err(Error::change("a list is null"));
    };
    let mut found = false;
    let mut kept = Vec::with_capacity(items.len() + 1);
    for item in std::mem::take(items) {
        if item.is_null() || item.is_empty_mapping() {
            continue;
        }
        if wants_mapping && !item.is_mapping() {
            kept.push(item);
            continue;
        }
        if !fits(&item, keys, values)? {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        found = true;
        kept.extend(element.cloned());
    }
    *items = kept;
    match element {
        Some(element) if !found && !element.is_null() => items.push(element.clone()),
        _ => {}
    }
    Ok(())
}

fn fits(item: &Node, keys: &[&str], values: &[&str]) -> Result<bool> {
    let mut last = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            last = field_matches(item, key, value)?;
        }
        if !last {
            return Ok(false);
        }
    }
    Ok(last)
}

/// An empty value is no condition: the field only has to be there.
fn field_matches(item: &Node, key: &str, value: &str) -> Result<bool> {
    if key.is_empty() {
        item.need_scalar()?;
        return Ok(item.value() == value);
    }
    item.need_mapping()?;
    Ok(item.get(key).is_some_and(|field| value.is_empty() || field.text() == value))
}
