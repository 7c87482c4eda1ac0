//! Finding the fields of a field spec (kustomize's `fieldspec.Filter`): lists on the way are walked
//! through.

use std::borrow::Cow;

use zij_goyaml::syntax::Tag;

use crate::config::FieldSpec;
use crate::error::{Error, Result};
use crate::node::{Content, Node, lookup_create};
use crate::resource::Resource;

/// What is made where a field is missing, if its spec says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Scalar,
    /// A scalar that is a text, or another type, where it was null.
    ScalarOf(ScalarTag),
    Mapping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScalarTag {
    Text,
    Integer,
}

/// Calls `set` for each field of the spec in an object of the right kind.
pub(crate) fn for_field(
    resource: &mut Resource,
    spec: &FieldSpec,
    create: Create,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    if !spec.gvk.selects(resource.api_version(), resource.kind()) {
        return Ok(());
    }
    let path = spec.path.strip_prefix('/').unwrap_or(&spec.path);
    let create = if spec.create { create } else { Create::Nothing };
    walk(&mut resource.node, Some(path), create, set).map_err(|error| {
        let (kind, name) = (resource.kind(), resource.name());
        error.context(format!("considering field '{}' of object {kind} {name}", spec.path))
    })
}

fn walk(
    node: &mut Node,
    path: Option<&str>,
    create: Create,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    let Some(left) = path else { return set(node) };
    if node.is_null() {
        return Ok(());
    }
    match &mut node.content {
        Content::Sequence(items) => {
            for item in items {
                walk(item, path, create, set)?;
            }
            Ok(())
        }
        Content::Mapping(_) => {
            let (name, rest) = first_part(left);
            let Some(field) = find(node, &name, rest.is_none(), create)? else { return Ok(()) };
            walk(field, rest, create, set)
        }
        Content::Scalar(_) => Err(Error::change("expected sequence or mapping node")),
    }
}

/// Splits off a path's first part; a backslash before the slash keeps it.
fn first_part(path: &str) -> (Cow<'_, str>, Option<&str>) {
    let split = |path| match str::split_once(path, '/') {
        Some((part, rest)) => (part, Some(rest)),
        None => (path, None),
    };
    let (part, mut left) = split(path);
    let mut part = Cow::Borrowed(part);
    while let (Some(start), Some(rest)) = (part.strip_suffix('\\'), left) {
        let (more, after) = split(rest);
        part = Cow::Owned(format!("{start}/{more}"));
        left = after;
    }
    (part, left)
}

/// The field of the name, perhaps made; what is null becomes what is wanted there.
fn find<'n>(
    node: &'n mut Node,
    name: &str,
    last: bool,
    create: Create,
) -> Result<Option<&'n mut Node>> {
    let (name, is_list) = match name.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name, false),
    };
    if name.is_empty() {
        return Err(Error::change("cannot set or create an empty field name"));
    }
    let empty = match (create, is_list) {
        (_, true) => Some(Node::sequence(Vec::new())),
        (Create::Nothing, false) => None,
        (Create::Mapping, false) => Some(Node::mapping(Vec::new())),
        _ if !last => Some(Node::mapping(Vec::new())),
        (Create::Scalar | Create::ScalarOf(_), false) => Some(Node::scalar("")),
    };
    if let (Some(empty), false) = (&empty, is_list) {
        lookup_create(node, &[name], empty)?;
    }
    let Some(field) = node.get_mut(name) else { return Ok(None) };
    if let (true, Some(empty)) = (field.is_null(), empty) {
        field.tag = match (create, last && !is_list) {
            (Create::ScalarOf(ScalarTag::Text), true) => Tag::Str,
            (Create::ScalarOf(ScalarTag::Integer), true) => Tag::Int,
            _ => Tag::Empty,
        };
        if !empty.is_scalar() {
            field.content = empty.content;
        }
    }
    Ok(Some(field))
}

/// Sets a scalar.
pub(crate) fn set_scalar(node: &mut Node, value: &str, tag: Tag) -> Result<()> {
    let mut value = Node::tagged(value, tag);
    value.quote_where_needed();
    node.set_scalar(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path() {
        for (path, want, rest) in [
            ("a/b/c", "a", Some("b/c")),
            ("a", "a", None),
            ("a\\/b/c", "a/b", Some("c")),
            ("a\\/b\\/c", "a/b/c", None),
            ("a\\", "a\\", None),
            ("", "", None),
        ] {
            assert_eq!(first_part(path), (want.into(), rest), "{path}");
        }
    }
}
