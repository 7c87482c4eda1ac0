//! What differs between the objects of a cell at two revisions.

use std::collections::BTreeSet;

use super::{FieldChange, fields};
use crate::resource::{Resource, ResourceId, ResourceSet};

/// The differences of one cell, in the order in which they are applied, deletions last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes<'a> {
    /// One entry for each object that differs.
    pub resources: Vec<Change<'a>>,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<'a> {
    /// Only in the new set.
    Create(&'a Resource),
    /// In both.
    Update {
        /// As it is.
        old: &'a Resource,
        /// As it will be.
        new: &'a Resource,
        /// Where they differ; never empty.
        fields: Vec<FieldChange>,
    },
    /// Only in the old set.
    Delete(&'a Resource),
}

impl<'a> Change<'a> {
    /// The object, as it will be where it still is.
    pub fn resource(&self) -> &'a Resource {
        match self {
            Self::Create(resource) | Self::Delete(resource) => resource,
            Self::Update { new, .. } => new,
        }
    }

    /// Its place among the changes of a cell.
    fn order(&self) -> (bool, usize, &'a ResourceId) {
        (matches!(self, Self::Delete(_)), self.resource().order, self.id())
    }

    /// Its identity.
    pub fn id(&self) -> &'a ResourceId {
        &self.resource().id
    }
}

impl<'a> Changes<'a> {
    /// The changes that lead back: from the new set to the old one.
    pub fn reversed(&self) -> Self {
        let back = |change: &Change<'a>| match change {
            Change::Create(new) => Change::Delete(new),
            Change::Delete(old) => Change::Create(old),
            Change::Update { old, new, .. } => {
                let fields = fields(new.stable(), old.stable());
                Change::Update { old: new, new: old, fields }
            }
        };
        let mut resources: Vec<Change<'a>> = self.resources.iter().map(back).collect();
        resources.sort_by_key(Change::order);
        Self { resources }
    }
}

/// Compares two sets object by object; nothing differs exactly when all bodies are equal,
/// apart from what each render makes anew.
pub fn resources<'a>(old: &'a ResourceSet, new: &'a ResourceSet) -> Changes<'a> {
    let ids: BTreeSet<&ResourceId> = old.resources.keys().chain(new.resources.keys()).collect();
    let mut changes: Vec<Change<'a>> = ids
        .into_iter()
        .filter_map(|id| match (old.resources.get(id), new.resources.get(id)) {
            (Some(old), Some(new)) if old.is_same(new) => None,
            (Some(old), Some(new)) => {
                Some(Change::Update { old, new, fields: fields(old.stable(), new.stable()) })
            }
            (Some(old), None) => Some(Change::Delete(old)),
            (None, Some(new)) => Some(Change::Create(new)),
            (None, None) => None,
        })
        .collect();
    changes.sort_by_key(Change::order);
    Changes { resources: changes }
}
