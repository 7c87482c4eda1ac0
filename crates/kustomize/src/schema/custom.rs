//! A kustomization's own OpenAPI document (`openapi: {path: …}`).

use std::collections::HashMap;

use zij_goyaml::{Limits, Node, NodeKind};

use super::table::{FieldType, Merged, Table, TypeId};
use crate::error::{Error, Result};
use crate::resource::{Scope, Scopes};

/// Reads the definitions, and the scopes of kinds from the paths.
///
/// # Errors
/// A text that is not YAML or JSON.
pub(super) fn parse(document: &[u8]) -> Result<(Table, Scopes)> {
    let document = zij_goyaml::parse(document, &Limits::default())
        .map_err(|error| Error::from(error).context("invalid schema file"))?;
    let mut builder = Builder { definitions: HashMap::new(), table: Table::default() };
    let definitions = document.get("definitions").and_then(Node::as_mapping);
    for (number, entry) in definitions.into_iter().flatten().enumerate() {
        builder.definitions.insert(&entry.key, number);
        builder.table.types.push(HashMap::new());
    }
    for (number, entry) in definitions.into_iter().flatten().enumerate() {
        builder.fields_of(number, &entry.value);
        for kind in group_version_kinds(&entry.value) {
            builder.table.kinds.insert(kind, number);
        }
    }
    Ok((builder.table, scopes(&document)))
}

struct Builder<'d> {
    definitions: HashMap<&'d str, TypeId>,
    table: Table,
}

impl<'d> Builder<'d> {
    fn fields_of(&mut self, number: TypeId, schema: &'d Node) {
        let properties = schema.get("properties").and_then(Node::as_mapping);
        for entry in properties.into_iter().flatten() {
            let field = self.field_type(&entry.value);
            self.table.types[number].insert(entry.key.to_string(), field);
        }
        if let Some(other) =
            schema.get("additionalProperties").filter(|other| other.as_mapping().is_some())
        {
            let field = self.field_type(other);
            self.table.others.insert(number, field);
        }
    }

    fn field_type(&mut self, schema: &'d Node) -> FieldType {
        let items = schema.get("items");
        FieldType { target: self.target(items.unwrap_or(schema)), merged: merged(schema) }
    }

    /// The type that a schema refers to, or a new one for a schema that stands in place.
    fn target(&mut self, schema: &'d Node) -> Option<TypeId> {
        if let Some(reference) = schema.get("$ref").and_then(Node::as_str) {
            let name = reference.strip_prefix("#/definitions/").unwrap_or(reference);
            return self.definitions.get(name).copied();
        }
        if schema.get("properties").is_none() && schema.get("additionalProperties").is_none() {
            return None;
        }
        let number = self.table.types.len();
        self.table.types.push(HashMap::new());
        self.fields_of(number, schema);
        Some(number)
    }
}

fn merged(schema: &Node) -> Option<Merged> {
    let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
    if !strategy.split(',').any(|part| part == "merge") {
        return None;
    }
    let text = |node: &Node| node.as_str().map(str::to_owned);
    if let Some(keys) = schema.get("x-kubernetes-list-map-keys").and_then(Node::as_sequence) {
        return Some(Merged::ByKeys(keys.iter().filter_map(text).collect()));
    }
    match schema.get("x-kubernetes-patch-merge-key").and_then(text) {
        Some(key) => Some(Merged::ByKeys(vec![key])),
        None => Some(Merged::AsSet),
    }
}

fn group_version_kinds(schema: &Node) -> Vec<(String, String)> {
    let extension = schema.get("x-kubernetes-group-version-kind");
    let items = match extension.map(|extension| &extension.kind) {
        Some(NodeKind::Sequence(items)) => items.iter().collect(),
        Some(NodeKind::Mapping(_)) => extension.into_iter().collect(),
        _ => Vec::new(),
    };
    let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
    let pair = |node: &Node| {
        let (version, kind) = (text(node, "version")?, text(node, "kind")?);
        let group = text(node, "group").filter(|group| !group.is_empty());
        Some((group.map_or(version.clone(), |group| format!("{group}/{version}")), kind))
    };
    items.into_iter().filter_map(pair).collect()
}

/// A kind with a path that names a namespace lives in one.
fn scopes(document: &Node) -> Scopes {
    let mut scopes = Scopes::default();
    let paths = document.get("paths").and_then(Node::as_mapping);
    for entry in paths.into_iter().flatten() {
        let Some(get) = entry.value.get("get") else { continue };
        for kind in group_version_kinds(get) {
            if entry.key.contains("namespaces/{namespace}") {
                scopes.custom.insert(kind, Scope::Namespace);
            } else {
                scopes.custom.entry(kind).or_insert(Scope::Cluster);
            }
        }
    }
    scopes
}
