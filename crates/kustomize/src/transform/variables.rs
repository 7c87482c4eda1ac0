//! `vars`: texts of the form `$(NAME)` (kustomize's `refvar`).

use std::collections::BTreeMap;

use zij_goyaml::format_float;
use zij_goyaml::syntax::{ScalarStyle, Tag};

use super::context::Context;
use super::field_spec::{Create, for_field};
use crate::config::FieldSpec;
use crate::error::{Error, Result};
use crate::file::Var;
use crate::node::{Content, Node, lookup, smart_split};
use crate::resource::{Resource, ResourceSet};

/// Puts the values of the variables into the fields of the specs.
///
/// # Errors
/// A variable without an object, or an object without the field.
pub(crate) fn resolve_variables(
    set: &mut ResourceSet,
    vars: &BTreeMap<String, Var>,
    specs: &[FieldSpec],
    context: &Context<'_>,
) -> Result<()> {
    if vars.is_empty() {
        return Ok(());
    }
    let values = vars.values().map(|var| Ok((var.name.as_str(), value_of(var, set)?)));
    let values = Values(values.collect::<Result<_>>()?);
    for resource in &mut set.resources {
        context.step(specs.len())?;
        for spec in specs {
            for_field(resource, spec, Create::Nothing, &mut |node| values.set(node))?;
        }
    }
    Ok(())
}

/// The value of a variable: text and tag, or nothing for maps and lists.
fn value_of(var: &Var, set: &ResourceSet) -> Result<Option<(String, Tag)>> {
    let has = |resource: &&Resource| resource.memory.variables.contains(&var.name);
    let Some(resource) = set.resources.iter().find(has) else {
        return Err(Error::change(format!(
            "var '{}' cannot be mapped to a field in the set of known resources",
            var.name
        )));
    };
    let path = path_of(&var.field_path);
    let Some(node) = lookup(&resource.node, &path)? else {
        return Err(Error::change(format!(
            "field specified in var '{}' not found in corresponding resource",
            var.name
        )));
    };
    if !node.is_scalar() {
        return Ok(None);
    }
    let text = node.text();
    let wrong = |kind: &str| Error::change(format!("var '{}' is no {kind}: {text}", var.name));
    match node.tag {
        Tag::Int => match text.parse::<i64>() {
            Ok(number) => Ok(Some((number.to_string(), Tag::Int))),
            Err(_) => Err(wrong("decimal number")),
        },
        Tag::Float => match text.parse::<f64>() {
            Ok(number) => Ok(Some((plain_float(number), Tag::Float))),
            Err(_) => Err(wrong("number")),
        },
        Tag::Bool => Ok(Some((text.eq_ignore_ascii_case("true").to_string(), Tag::Bool))),
        _ => Ok(Some((text.to_owned(), Tag::Str))),
    }
}

/// Splits a path in which `name[0]` is an element of a list.
fn path_of(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in smart_split(path, '.') {
        let index = part.strip_suffix(']').and_then(|part| part.split_once('['));
        match index {
            Some((name, index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
                parts.extend([name.to_owned(), index.to_owned()]);
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Go's format `f` with as many digits as needed.
fn plain_float(value: f64) -> String {
    let text = format!("{value}");
    if value.is_finite() { text } else { format_float(value) }
}

struct Values<'v>(BTreeMap<&'v str, Option<(String, Tag)>>);

impl Values<'_> {
    fn set(&self, node: &mut Node) -> Result<()> {
        if node.is_null() {
            return Ok(());
        }
        match &mut node.content {
            Content::Scalar(_) => {
                if node.is_string() {
                    self.replace(node);
                }
            }
            Content::Mapping(fields) => {
                for field in fields {
                    if !matches!(field.key.tag, Tag::Str | Tag::Empty) {
                        let key = &field.key.text;
                        return Err(Error::change(format!("invalid map key: value='{key}'")));
                    }
                    if field.value.is_string() {
                        self.replace(&mut field.value);
                    }
                }
            }
            Content::Sequence(items) => {
                for item in items {
                    if !item.is_string() {
                        return Err(Error::change("invalid value type expect a string"));
                    }
                    self.replace(item);
                }
            }
        }
        Ok(())
    }

    fn replace(&self, node: &mut Node) {
        let (text, tag) = self.expand(node.text());
        // Go's `SetString` writes what has lines as a block; what follows it takes all styles away.
        node.set_text(text);
        node.tag = tag;
        node.style = ScalarStyle::Plain;
    }

    fn expand(&self, input: &str) -> (String, Tag) {
        let mut output = String::with_capacity(input.len());
        let mut rest = input;
        while let Some(at) = rest.find('$') {
            let after = &rest[at + 1..];
            let Some(next) = after.chars().next() else { break };
            output.push_str(&rest[..at]);
            rest = &after[next.len_utf8()..];
            match next {
                '$' => output.push('$'),
                '(' => match rest.split_once(')') {
                    Some((name, more)) => {
                        rest = more;
                        let value = self.0.get(name).cloned().flatten();
                        let (text, tag) = value.unwrap_or_else(|| (format!("$({name})"), Tag::Str));
                        if input.len() == name.len() + 3 {
                            return (text, tag);
                        }
                        output.push_str(&text);
                    }
                    None => output.push_str("$("),
                },
                other => {
                    output.push('$');
                    output.push(other);
                }
            }
        }
        output.push_str(rest);
        (output, Tag::Str)
    }
}
