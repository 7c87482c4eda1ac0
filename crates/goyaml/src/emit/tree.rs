//! Writing whole trees.

use super::emitter::{Emitter, Style};
use crate::error::Error;
use crate::node::{MappingEntry, Node, NodeKind};
use crate::order::{sort_keys, sort_keys_pretty};

/// Returns the tree as `sigs.k8s.io/yaml`'s `Marshal` writes it, with a final line break.
///
/// # Errors
/// A float that is not finite, or a text that goyaml refuses to read back from JSON.
pub fn to_yaml(node: &Node) -> Result<String, Error> {
    write(node, Style::Marshal)
}

/// Returns the tree as goyaml v3 writes it with an indent of two, with a final line break.
///
/// # Errors
/// Nesting beyond 10,000 levels.
pub fn to_yaml_pretty(node: &Node) -> Result<String, Error> {
    write(node, Style::Pretty)
}

fn write(node: &Node, style: Style) -> Result<String, Error> {
    let mut emitter = Emitter::new(style);
    push(&mut emitter, node, style);
    emitter.finish()
}

fn push(emitter: &mut Emitter, node: &Node, style: Style) {
    match &node.kind {
        NodeKind::Null => emitter.null(),
        NodeKind::Bool(value) => emitter.bool(*value),
        NodeKind::Int(value) => emitter.int(*value),
        NodeKind::Uint(value) => emitter.uint(*value),
        NodeKind::Float(value) => emitter.float(*value),
        NodeKind::String(value) => emitter.string(value),
        NodeKind::Sequence(items) => {
            emitter.begin_sequence(items.len());
            for item in items {
                push(emitter, item, style);
            }
            emitter.end_sequence();
        }
        NodeKind::Mapping(mapping) => {
            let mut entries: Vec<&MappingEntry> = mapping.iter().collect();
            match style {
                Style::Marshal => sort_keys(&mut entries, |entry| &entry.key),
                Style::Pretty => sort_keys_pretty(&mut entries, |entry| &entry.key),
            }
            emitter.begin_mapping(entries.len());
            for entry in entries {
                emitter.key(&entry.key);
                push(emitter, &entry.value, style);
            }
            emitter.end_mapping();
        }
    }
}
