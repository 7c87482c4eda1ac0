//! Folders decoded from tree objects, kept while there is room.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use gix::{ObjectId, objs};
use zij_core::source::{Entry, EntryKind};

use crate::{error::chain, id::content_id};

/// How many entries of all cached folders together are kept; about 200 bytes each.
const CACHED_ENTRIES: usize = 500_000;

/// One folder of a tree.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) entries: Arc<[Entry]>,
    /// The objects of `entries`, in the same order.
    children: Box<[Child]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    pub(crate) kind: EntryKind,
    pub(crate) id: ObjectId,
    /// Whether the name is UTF-8, so that a path can lead here.
    reachable: bool,
}

impl Child {
    pub(crate) fn folder(id: ObjectId) -> Self {
        Self { kind: EntryKind::Folder, id, reachable: true }
    }
}

impl Folder {
    /// Decodes a tree object.
    ///
    /// Names that git itself would never write (`..`, a `/` inside, the same name twice) are an
    /// error: a reader that skipped them would show less than is there.
    pub(crate) fn decode(bytes: &[u8], hash: gix::hash::Kind) -> Result<Self, String> {
        let mut named: Vec<(Box<str>, Child)> = Vec::new();
        for entry in objs::TreeRefIter::from_bytes(bytes, hash) {
            let entry = entry.map_err(|error| chain(&error))?;
            let name: &[u8] = entry.filename;
            if matches!(name, b"" | b"." | b"..") || name.contains(&b'/') {
                return Err(format!("the tree has an entry named `{}`", name.escape_ascii()));
            }
            let child = Child {
                kind: kind(entry.mode),
                id: entry.oid.to_owned(),
                reachable: std::str::from_utf8(name).is_ok(),
            };
            named.push((String::from_utf8_lossy(name).into(), child));
        }
        // Git sorts a folder as if its name ended in `/`; readers expect plain byte order.
        named.sort_by(|(a, x), (b, y)| a.cmp(b).then(y.reachable.cmp(&x.reachable)));
        let twice = named
            .windows(2)
            .find(|pair| pair[0].0 == pair[1].0 && pair[0].1.reachable && pair[1].1.reachable);
        if let Some(pair) = twice {
            return Err(format!("the tree has two entries named `{}`", pair[0].0));
        }
        let children = named.iter().map(|(_, child)| *child).collect();
        let entries = named
            .into_iter()
            .map(|(name, child)| Entry { name, kind: child.kind, id: content_id(&child.id) })
            .collect();
        Ok(Self { entries, children })
    }

    /// The child called `name`, unless that is only the replacement of a name that is not UTF-8.
    pub(crate) fn find(&self, name: &str) -> Option<Child> {
        let index = self.entries.partition_point(|entry| &*entry.name < name);
        let found = self.entries.get(index)?;
        let child = self.children.get(index)?;
        (&*found.name == name && child.reachable).then_some(*child)
    }

    /// Every entry with its object.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Entry, Child)> {
        self.entries.iter().zip(self.children.iter().copied())
    }
}

fn kind(mode: objs::tree::EntryMode) -> EntryKind {
    match mode.kind() {
        objs::tree::EntryKind::Tree => EntryKind::Folder,
        objs::tree::EntryKind::Blob | objs::tree::EntryKind::BlobExecutable => EntryKind::File,
        objs::tree::EntryKind::Link => EntryKind::Link,
        objs::tree::EntryKind::Commit => EntryKind::Submodule,
    }
}

/// Folders by id, shared by all trees of a repository: two revisions have most of them in common.
#[derive(Default)]
pub(crate) struct FolderCache {
    state: RwLock<Cached>,
}

#[derive(Default)]
struct Cached {
    folders: HashMap<ObjectId, Arc<Folder>>,
    entries: usize,
}

impl FolderCache {
    pub(crate) fn get(&self, id: &ObjectId) -> Option<Arc<Folder>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).folders.get(id).cloned()
    }

    pub(crate) fn insert(&self, id: ObjectId, folder: &Arc<Folder>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.entries > CACHED_ENTRIES {
            *state = Cached::default();
        }
        if state.folders.insert(id, Arc::clone(folder)).is_none() {
            state.entries += folder.entries.len();
        }
    }
}

impl fmt::Debug for FolderCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_tree_object_panics(
            entries in prop::collection::vec(
                ("[0-7]{0,8}", prop::collection::vec(any::<u8>(), 0..4), 0..24_usize),
                0..6,
            )
        ) {
            let mut bytes = Vec::new();
            for (mode, name, id) in entries {
                bytes.extend([mode.as_bytes(), b" ", &name, b"\0", &vec![7; id]].concat());
            }
            for hash in [gix::hash::Kind::Sha1, gix::hash::Kind::Sha256] {
                let Ok(folder) = Folder::decode(&bytes, hash) else { continue };
                for (entry, child) in folder.iter() {
                    let found = folder.find(&entry.name);
                    prop_assert!(!child.reachable || found.is_some_and(|found| found.id == child.id));
                }
            }
        }
    }
}
