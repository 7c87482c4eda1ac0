//! Where the changed cells of a cluster have what rules ask for.
//!
//! A change of the whole fleet asks about every object of every cell; without this each question
//! would go through all cells.

use std::collections::HashMap;

use super::{ChangedCell, Side};
use crate::{
    policy::facts::{Claim, Definition, Enforced},
    resource::ResourceId,
};

/// The positions of changed cells by what they have on one side, each list in their order.
#[derive(Debug, Default)]
pub(super) struct Index<'s> {
    /// By object.
    objects: HashMap<&'s ResourceId, Vec<usize>>,
    /// By the namespaces of their objects.
    namespaces: HashMap<&'s str, Vec<usize>>,
    /// Those with objects of the cluster.
    without_namespace: Vec<usize>,
    /// By what only one object may have.
    claims: HashMap<&'s Claim, Vec<usize>>,
    /// What the first cell that says it lets a namespace enforce.
    enforced: HashMap<&'s str, Enforced>,
    /// The first definition of a kind, by its group and name.
    definitions: HashMap<(&'s str, &'s str), &'s Definition>,
}

impl<'s> Index<'s> {
    pub(super) fn new(changed: &'s [ChangedCell<'_>], side: Side) -> Self {
        let mut index = Self::default();
        for (position, cell) in changed.iter().enumerate() {
            let facts = cell.side(side);
            for id in facts.objects.keys() {
                index.objects.entry(id).or_default().push(position);
                let of_namespace = match id.namespace.as_deref() {
                    Some(namespace) => index.namespaces.entry(namespace).or_default(),
                    None => &mut index.without_namespace,
                };
                if of_namespace.last() != Some(&position) {
                    of_namespace.push(position);
                }
            }
            for claim in facts.claims.keys() {
                index.claims.entry(claim).or_default().push(position);
            }
            for (namespace, enforced) in &facts.enforced {
                index.enforced.entry(namespace).or_insert(*enforced);
            }
            for ((group, kind), definition) in &facts.definitions {
                index.definitions.entry((group, kind)).or_insert(definition);
            }
        }
        index
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(super) fn owners(&self, id: &ResourceId) -> &[usize] {
        self.objects.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn in_namespace(&self, namespace: Option<&str>) -> &[usize] {
        match namespace {
            Some(namespace) => self.namespaces.get(namespace).map_or(&[], Vec::as_slice),
            None => &self.without_namespace,
        }
    }

    pub(super) fn holders(&self, claim: &Claim) -> &[usize] {
        self.claims.get(claim).map_or(&[], Vec::as_slice)
    }

    pub(super) fn enforced(&self, namespace: &str) -> Option<Enforced> {
        self.enforced.get(namespace).copied()
    }

    pub(super) fn definition(&self, group: &str, kind: &str) -> Option<&'s Definition> {
        self.definitions.get(&(group, kind)).copied()
    }
}
