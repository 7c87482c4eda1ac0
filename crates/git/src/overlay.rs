//! Objects that exist only in memory, so that reading never writes to the repository.

use std::collections::BTreeMap;

use gix::{ObjectId, objs};

/// Objects by their true ids.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    objects: BTreeMap<ObjectId, (objs::Kind, Vec<u8>)>,
}

impl Overlay {
    pub(crate) fn get(&self, id: &gix::oid) -> Option<(objs::Kind, &[u8])> {
        self.objects.get(id).map(|(kind, bytes)| (*kind, bytes.as_slice()))
    }

    pub(crate) fn insert(&mut self, id: ObjectId, kind: objs::Kind, bytes: Vec<u8>) {
        self.objects.insert(id, (kind, bytes));
    }

    pub(crate) fn insert_tree(
        &mut self,
        tree: &objs::Tree,
        hash: gix::hash::Kind,
    ) -> Result<ObjectId, gix::Error> {
        let mut bytes = Vec::new();
        objs::WriteTo::write_to(tree, &mut bytes).map_err(gix::Error::from_error)?;
        let id = objs::compute_hash(hash, objs::Kind::Tree, &bytes)?;
        self.objects.insert(id, (objs::Kind::Tree, bytes));
        Ok(id)
    }
}
