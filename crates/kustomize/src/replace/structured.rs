//! Fields inside of texts that hold JSON or YAML themselves (kustomize 5.8).

use zij_goyaml::{Limits, json};

use super::path::{Make, for_each_match};
use super::yaml_text::write_yaml;
use crate::error::Result;
use crate::node::{Node, lookup, lookup_mut, parse_document, to_value};

/// What came of looking for such a text on the way of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Structured {
    /// The value is set.
    Done,
    /// There is none, or the path leads nowhere in it.
    NotFound,
}

/// Sets a value inside of the first text on the path that is YAML or JSON.
///
/// # Errors
/// A text in YAML that cannot be written again as kustomize does.
pub(super) fn set_in_text(
    target: &mut Node,
    value: &Node,
    path: &[String],
    make: Make,
    limits: &Limits,
) -> Result<Structured> {
    for length in 1..path.len() {
        let (outer, inner) = path.split_at(length);
        let Ok(Some(text)) = lookup(target, outer) else { continue };
        if !text.is_scalar() {
            continue;
        }
        let text = text.text().to_owned();
        let Ok(parsed) = parse_document(text.as_bytes(), 0, limits) else { continue };
        let Some(mut parsed) = parsed else { return Ok(Structured::NotFound) };
        let found = for_each_match(&mut parsed, inner, make, &mut |node| {
            if node.is_scalar() {
                node.set_text(value.shared_text());
            } else {
                *node = value.clone();
            }
            Ok(())
        });
        if !matches!(found, Ok(count) if count > 0) {
            return Ok(Structured::NotFound);
        }
        let written = write(&parsed, &text, limits)?;
        if let Some(field) = lookup_mut(target, outer)? {
            field.set_text(written);
        }
        return Ok(Structured::Done);
    }
    Ok(Structured::NotFound)
}

fn write(node: &Node, original: &str, limits: &Limits) -> Result<String> {
    if !original.trim_start().starts_with(['{', '[']) {
        return write_yaml(node, original, limits);
    }
    let value = to_value(node)?;
    if original.contains('\n') && original.contains("  ") {
        return Ok(json::write_pretty(&value)?);
    }
    Ok(json::write(&value)?)
}
