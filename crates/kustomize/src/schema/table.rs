//! The types of fields: the built-in ones, or those of a kustomization's own OpenAPI document.

use std::collections::HashMap;
use std::sync::Arc;

use super::{built_in, custom};
use crate::error::Result;
use crate::resource::Scopes;

/// The number of a type.
pub(crate) type TypeId = usize;

/// How a list is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Merged {
    /// By the fields of its elements.
    ByKeys(Vec<String>),
    /// As a set of scalars.
    AsSet,
}

/// What is known of a field.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldType {
    /// The type of the object, or of the elements of the list.
    pub(crate) target: Option<TypeId>,
    /// Whether it is a list that is merged.
    pub(crate) merged: Option<Merged>,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) types: Vec<HashMap<String, FieldType>>,
    /// What any other field of a type is.
    pub(crate) others: HashMap<TypeId, FieldType>,
    pub(crate) kinds: HashMap<(String, String), TypeId>,
}

/// The types that a build goes by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    /// Instead of the built-in one.
    table: Option<Arc<Table>>,
    pub(crate) scopes: Scopes,
}

impl Schema {
    /// Takes the types of an OpenAPI document instead of the built-in ones.
    pub(crate) fn custom(document: &[u8]) -> Result<Self> {
        let (table, scopes) = custom::parse(document)?;
        Ok(Self { table: Some(Arc::new(table)), scopes })
    }

    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<TypeId> {
        if api_version.is_empty() || kind.is_empty() {
            return None;
        }
        match &self.table {
            Some(table) => table.kinds.get(&(api_version.to_owned(), kind.to_owned())).copied(),
            None => built_in::kind(api_version, kind),
        }
    }

    pub(crate) fn field(&self, of: Option<TypeId>, name: &str) -> Option<FieldType> {
        let of = of?;
        match &self.table {
            Some(table) => table.types[of].get(name).or_else(|| table.others.get(&of)).cloned(),
            None => built_in::field(of, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_container_port() {
        let schema = Schema::default();
        let mut at = schema.kind("apps/v1", "Deployment");
        for name in ["spec", "template", "spec", "containers"] {
            let field = schema.field(at, name).unwrap();
            at = field.target;
        }
        let ports = schema.field(at, "ports").unwrap();
        let keys = vec!["containerPort".to_owned(), "protocol".to_owned()];
        assert_eq!(ports.merged, Some(Merged::ByKeys(keys)));
        assert!(schema.kind("example.com/v1", "Deployment").is_none());
    }
}
