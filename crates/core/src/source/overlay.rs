//! A tree with some files replaced, added or gone.

use std::{collections::BTreeMap, sync::Arc};

use super::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath};

/// Another tree with changes over it.
pub struct OverlayTree<'t> {
    base: &'t dyn Tree,
    changes: BTreeMap<TreePath, Option<Arc<[u8]>>>,
}

impl<'t> OverlayTree<'t> {
    /// `base` with files in place of its own; `None` stands for a file that is gone.
    pub fn new(
        base: &'t dyn Tree,
        changes: impl IntoIterator<Item = (TreePath, Option<Arc<[u8]>>)>,
    ) -> Self {
        Self { base, changes: changes.into_iter().collect() }
    }

    /// Changes one more file.
    pub fn set(&mut self, path: TreePath, content: Option<Arc<[u8]>>) {
        self.changes.insert(path, content);
    }

    /// Takes away every file below a folder.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn clear(&mut self, folder: &TreePath) -> Result<(), SourceError> {
        for entry in self.list(folder)?.iter().flat_map(|entries| entries.iter()) {
            let child = folder.child(&entry.name);
            match entry.kind {
                EntryKind::Folder => self.clear(&child)?,
                EntryKind::File | EntryKind::Link | EntryKind::Submodule => self.set(child, None),
            }
        }
        Ok(())
    }

    fn below<'a>(
        &'a self,
        folder: &'a TreePath,
    ) -> impl Iterator<Item = (&'a str, Option<&'a Arc<[u8]>>)> {
        self.changes
            .iter()
            .filter_map(move |(path, content)| Some((path.below(folder)?, content.as_ref())))
    }

    /// The id of a folder with changes in it.
    fn folder_id(&self, folder: &TreePath, own: Option<&ContentId>) -> ContentId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(own.map_or("", |id| &id.0).as_bytes());
        for (path, content) in self.below(folder) {
            hasher.update(&(path.len() as u64).to_le_bytes());
            hasher.update(path.as_bytes());
            hasher.update(content.map_or("gone".to_owned(), |bytes| file_id(bytes)).as_bytes());
        }
        ContentId(hasher.finalize().to_hex().as_str().into())
    }
}

fn file_id(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

impl Tree for OverlayTree<'_> {
    fn id(&self) -> ContentId {
        match self.changes.is_empty() {
            true => self.base.id(),
            false => self.folder_id(&TreePath::root(), Some(&self.base.id())),
        }
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        match self.changes.get(path) {
            Some(Some(bytes)) => {
                let id = ContentId(file_id(bytes).into());
                return Ok(Some(Entry { name: path.name().into(), kind: EntryKind::File, id }));
            }
            Some(None) if self.below(path).next().is_none() => return Ok(None),
            _ => {}
        }
        let is_changed = self.below(path).next().is_some();
        if !is_changed {
            return self.base.entry(path);
        }
        let own = self.base.entry(path)?;
        if self.list(path)?.is_none() {
            return Ok(None);
        }
        let id = self.folder_id(path, own.as_ref().map(|own| &own.id));
        Ok(Some(Entry { name: path.name().into(), kind: EntryKind::Folder, id }))
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let own = self.base.list(path)?;
        if self.below(path).next().is_none() {
            return Ok(own);
        }
        let own = own.iter().flat_map(|entries| entries.iter().cloned());
        let mut entries: BTreeMap<Box<str>, Entry> =
            own.map(|entry| (entry.name.clone(), entry)).collect();
        let changed: std::collections::BTreeSet<&str> =
            self.below(path).map(|(rest, _)| rest.split('/').next().unwrap_or(rest)).collect();
        for name in changed {
            match self.entry(&path.child(name))? {
                Some(entry) => entries.insert(name.into(), entry),
                None => entries.remove(name),
            };
        }
        Ok((!entries.is_empty()).then(|| entries.into_values().collect()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        match self.changes.get(path) {
            Some(content) => Ok(content.clone()),
            None => self.base.read(path),
        }
    }

    fn at(&self, revision: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        self.base.at(revision)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryTree;
    use super::*;

    #[test]
    fn changes_lie_over_the_base() {
        let base = MemoryTree::new([("a/b", "1"), ("a/c/d", "2"), ("e", "3")]);
        let path = |text: &str| TreePath::parse(text).unwrap();
        let mut tree = OverlayTree::new(&base, []);
        assert_eq!(tree.id(), base.id());
        tree.set(path("a/b"), Some(b"new".as_slice().into()));
        tree.set(path("a/c/d"), None);
        tree.set(path("x/y"), Some(b"4".as_slice().into()));
        let names = |tree: &OverlayTree<'_>, folder: &str| {
            let entries = tree.list(&path(folder)).unwrap();
            let names = entries.iter().flat_map(|entries| entries.iter());
            names.map(|entry| entry.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&tree, ""), ["a", "e", "x"]);
        assert_eq!(names(&tree, "a"), ["b"]);
        assert_eq!(tree.read(&path("a/b")).unwrap().as_deref(), Some(&b"new"[..]));
        assert_eq!(tree.read(&path("e")).unwrap().as_deref(), Some(&b"3"[..]));
        assert!(tree.entry(&path("a/c")).unwrap().is_none());
        assert_ne!(
            tree.entry(&path("a")).unwrap().unwrap().id,
            base.entry(&path("a")).unwrap().unwrap().id
        );
        let before = tree.id();
        tree.clear(&path("a")).unwrap();
        assert_eq!(names(&tree, ""), ["e", "x"]);
        assert_ne!(tree.id(), before);
    }
}
