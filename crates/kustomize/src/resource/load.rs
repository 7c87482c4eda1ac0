//! Files to objects (kustomize's resource factory).

use std::collections::VecDeque;

use zij_goyaml::{Limits, NodeKind};

use super::object::Resource;
use crate::error::{Error, Result};
use crate::node::{Node, from_value, read_documents, to_value};
use crate::profile::Profile;

/// Reads the objects of a file; those of lists take the place of the list.
///
/// # Errors
/// Bad YAML, or an object without a kind or name.
pub(crate) fn read_resources(
    bytes: &[u8],
    file: u32,
    profile: &Profile,
    limits: &Limits,
) -> Result<Vec<Resource>> {
    let mut nodes: VecDeque<Node> = good_nodes(read_documents(bytes, file, limits)?)?.into();
    let mut resources = Vec::with_capacity(nodes.len());
    while let Some(node) = nodes.pop_front() {
        if node.get("kind").is_none_or(|kind| !kind.text().ends_with("List")) {
            resources.push(Resource::new(node));
            continue;
        }
        match list_items(&node)? {
            Items::None if profile.keeps_lists_without_items => {
                resources.push(Resource::new(node));
            }
            Items::None => {}
            Items::Some(items) => {
                if nodes.len() + resources.len() + items.len() > limits.nodes {
                    return Err(Error::limit("objects", limits.nodes));
                }
                nodes.extend(good_nodes(items)?);
            }
        }
    }
    Ok(resources)
}

enum Items {
    None,
    Some(Vec<Node>),
}

fn list_items(node: &Node) -> Result<Items> {
    let value = to_value(node)?;
    let Some(items) = value.get("items") else { return Ok(Items::None) };
    match &items.kind {
        NodeKind::Null => Ok(Items::Some(Vec::new())),
        NodeKind::Sequence(items) => Ok(Items::Some(items.iter().map(from_value).collect())),
        _ => {
            let kind = node.get("kind").map(Node::text).unwrap_or_default();
            Err(Error::resource(format!("expected array in {kind}/items")))
        }
    }
}

fn good_nodes(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let mut good = Vec::with_capacity(nodes.len());
    for node in nodes {
        if !node.is_nil_or_empty() {
            check(&node)?;
            good.push(node);
        }
    }
    Ok(good)
}

/// Refuses an object without a kind, or without a name unless it is a list.
pub(crate) fn check(node: &Node) -> Result<()> {
    let present = |value: Option<&Node>| {
        value.filter(|value| !value.is_nil_or_empty()).map(|value| value.value().to_owned())
    };
    let metadata = node.get("metadata").filter(|metadata| !metadata.is_nil_or_empty());
    let Some(kind) = present(node.get("kind")).filter(|kind| !kind.is_empty()) else {
        return Err(Error::resource("missing kind in an object").context("invalid resource"));
    };
    if kind.ends_with("List") {
        return Ok(());
    }
    match present(metadata.and_then(|metadata| metadata.get("name"))) {
        Some(name) if !name.is_empty() => Ok(()),
        _ => Err(Error::resource(format!("missing metadata.name in object of kind {kind}"))),
    }
}
