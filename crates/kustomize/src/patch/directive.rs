//! `$patch`: what a part of a patch does with the part of the object (kyaml's `smpdirective.go`).

use crate::error::{Error, Result};
use crate::node::{Content, Node, set_element};

const KEY: &str = "$patch";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

fn parse(text: &str) -> Result<Directive> {
    match text {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => Err(Error::change(format!("unknown patch strategy '{other}'"))),
    }
}

/// Takes the directive out of a map or list.
pub(super) fn take_directive(node: &mut Node) -> Result<Directive> {
    match &node.content {
        Content::Mapping(_) => match node.get(KEY).map(|value| parse(value.text())) {
            None => Ok(Directive::Merge),
            Some(directive) => {
                let directive = directive?;
                node.clear(KEY);
                Ok(directive)
            }
        },
        Content::Sequence(items) => {
            // An element with more than the directive speaks for itself only.
            let element = items.iter().find(|item| item.get(KEY).is_some());
            let alone = element.filter(|element| element.fields().len() == 1);
            let Some(value) = alone.and_then(|element| element.get(KEY)) else {
                return Ok(Directive::Merge);
            };
            let text = value.text().to_owned();
            let directive = parse(&text)?;
            set_element(node, &[KEY], &[&text], None)?;
            Ok(directive)
        }
        Content::Scalar(_) => {
            let text = node.text();
            Err(Error::change(format!(
                "no implemented strategic merge patch strategy for '{text}'"
            )))
        }
    }
}
