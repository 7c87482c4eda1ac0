//! Making ConfigMaps and Secrets.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zij_goyaml::syntax::{ScalarStyle, Tag};

use super::pairs::{self, Pair};
use crate::error::{Error, Result};
use crate::file::{Generated, GeneratorArgs, GeneratorOptions};
use crate::load::Loader;
use crate::node::{Node, lookup_create};
use crate::resource::{Behavior, Resource};

/// Base64 is cut into lines of this length, if it does not fit into one.
const LINE: usize = 70;

/// Makes the object of a generator.
///
/// # Errors
/// No name, a source that cannot be read, or a key that comes twice.
pub(crate) fn make(args: &GeneratorArgs, kind: Generated, loader: &Loader<'_>) -> Result<Resource> {
    if args.name.is_empty() {
        return Err(Error::kustomization("a configmap must have a name"));
    }
    let mut data: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (key, value) in pairs::load(args, loader)? {
        let name = &args.name;
        let repeated = format!("configmap {name} illegally repeats the key `{key}`");
        if data.insert(key, value).is_some() {
            return Err(Error::kustomization(repeated));
        }
    }
    let mut node = Node::mapping(Vec::new());
    node.set("apiVersion", Node::tagged("v1", Tag::Str))?;
    let kind_name = if kind == Generated::Secret { "Secret" } else { "ConfigMap" };
    node.set("kind", Node::tagged(kind_name, Tag::Str))?;
    let mut resource = Resource::new(node);
    let empty = Node::mapping(Vec::new());
    let metadata = lookup_create(&mut resource.node, &["metadata"], &empty)?;
    metadata.set("name", Node::string(args.name.as_str()))?;
    if !args.namespace.is_empty() {
        metadata.set("namespace", Node::string(args.namespace.as_str()))?;
    }
    match kind {
        Generated::ConfigMap => set_config_map(&mut resource.node, data)?,
        Generated::Secret => set_secret(&mut resource.node, data, &args.secret_type)?,
    }
    if let Some(options) = &args.options {
        set_options(&mut resource.node, options)?;
    }
    let disabled = args.options.as_ref().is_some_and(|options| options.disable_name_suffix_hash);
    resource.memory.needs_hash = !disabled;
    resource.memory.behavior = Behavior::parse(&args.behavior);
    Ok(resource)
}

fn set_config_map(node: &mut Node, data: impl IntoIterator<Item = Pair>) -> Result<()> {
    let empty = Node::mapping(Vec::new());
    for (key, value) in data {
        let (field, value) = match String::from_utf8(value) {
            Ok(text) => ("data", Node::string(text)),
            Err(error) => ("binaryData", Node::string(encode(error.as_bytes()))),
        };
        lookup_create(node, &[field], &empty)?.set(&key, value)?;
    }
    Ok(())
}

fn set_secret(
    node: &mut Node,
    data: impl IntoIterator<Item = Pair>,
    secret_type: &str,
) -> Result<()> {
    let secret_type = if secret_type.is_empty() { "Opaque" } else { secret_type };
    node.set("type", Node::string(secret_type))?;
    let target = lookup_create(node, &["data"], &Node::mapping(Vec::new()))?;
    for (key, value) in data {
        target.set(&key, Node::string(encode(&value)))?;
    }
    Ok(())
}

fn set_options(node: &mut Node, options: &GeneratorOptions) -> Result<()> {
    let empty = Node::mapping(Vec::new());
    for (field, map) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        for (key, value) in map {
            let target = lookup_create(node, &["metadata", field], &empty)?;
            let quoted = ScalarStyle::SingleQuoted;
            target.set(key, Node { style: quoted, ..Node::string(value.as_str()) })?;
        }
    }
    if options.immutable {
        node.set("immutable", Node::tagged("true", Tag::Bool))?;
    }
    Ok(())
}

/// Standard base64, in lines if it is long.
fn encode(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    for (at, char) in encoded.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(char);
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn base64_is_cut_into_lines() {
        assert_eq!(encode(b"ab"), "YWI=");
        assert_eq!(encode(&[0; 60]), format!("{}\n{}\n", "A".repeat(70), "A".repeat(10)));
    }
}
