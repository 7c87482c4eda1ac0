//! Hashes of generated objects at the end of their names (kustomize's `hasher`).

use sha2::{Digest as _, Sha256};
use zij_goyaml::{Node as Value, NodeKind, json};

use super::context::Context;
use crate::error::{Error, Result};
use crate::node::{Node, to_json};
use crate::resource::{Resource, ResourceSet};

/// Appends the hash of their content to the names of generated objects.
pub(crate) fn add_hashes(set: &mut ResourceSet, context: &Context<'_>) -> Result<()> {
    let scopes = context.scopes();
    for resource in &mut set.resources {
        if resource.memory.needs_hash {
            let name = format!("{}-{}", resource.name(), hash(resource)?);
            resource.store_previous_id(&scopes);
            resource.set_name(&name)?;
        }
    }
    Ok(())
}

fn hash(resource: &Resource) -> Result<String> {
    let (parts, optional): (&[&str], _) = match resource.kind() {
        "ConfigMap" => (&["data"], "binaryData"),
        "Secret" => (&["data", "type"], "stringData"),
        kind => return Err(Error::unsupported(format!("a hash of a {kind}"))),
    };
    let mut fields = vec![("kind", text(resource.kind())), ("name", text(""))];
    for name in parts {
        fields.push((*name, part(&resource.node, name)?));
    }
    let more = part(&resource.node, optional)?;
    // To Go, a list that does not fit a map leaves one that is null.
    if matches!(more.kind, NodeKind::Mapping(_) | NodeKind::Null) {
        fields.push((optional, more));
    }
    let mapping = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let encoded = json::write(&NodeKind::Mapping(mapping).into())?;
    Ok(short(&Sha256::digest(encoded.as_bytes())))
}

fn text(text: &str) -> Value {
    NodeKind::String(text.into()).into()
}

fn part(node: &Node, name: &str) -> Result<Value> {
    match node.get(name) {
        None => Ok(text("")),
        Some(value) if value.is_scalar() => Ok(text(value.text())),
        Some(value) if value.is_mapping() => Ok(to_json(value)?.with_float_numbers()),
        Some(_) => Ok(NodeKind::Null.into()),
    }
}

/// The first ten hexadecimal digits, in letters that make no words.
fn short(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"gh2k456789mbcdtf";
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(10);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}
