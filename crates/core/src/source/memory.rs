//! A tree held in memory, for tests and for callers that have the files already.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use super::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath};

/// A tree whose files are given one by one.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<TreePath, Arc<[u8]>>,
}

impl MemoryTree {
    /// A tree of `(path, content)` pairs; a later pair replaces an earlier one of the same path.
    pub fn new<P: AsRef<str>, C: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let files = files
            .into_iter()
            .filter_map(|(path, content)| {
                Some((TreePath::parse(path.as_ref()).ok()?, content.as_ref().into()))
            })
            .collect();
        Self { files }
    }

    fn files_below<'a>(
        &'a self,
        folder: &'a TreePath,
    ) -> impl Iterator<Item = (&'a str, &'a Arc<[u8]>)> {
        self.files.iter().filter_map(move |(path, bytes)| Some((path.below(folder)?, bytes)))
    }

    fn folder_id(&self, folder: &TreePath) -> Option<ContentId> {
        let mut hasher = DefaultHasher::new();
        let mut any = false;
        for file in self.files_below(folder) {
            file.hash(&mut hasher);
            any = true;
        }
        any.then(|| ContentId(format!("{:016x}", hasher.finish()).into()))
    }
}

fn file_id(bytes: &[u8]) -> ContentId {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    ContentId(format!("{:016x}", hasher.finish()).into())
}

impl Tree for MemoryTree {
    fn id(&self) -> ContentId {
        self.folder_id(&TreePath::root()).unwrap_or_else(|| ContentId("empty".into()))
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let name = path.name().into();
        Ok(match self.files.get(path) {
            Some(bytes) => Some(Entry { name, kind: EntryKind::File, id: file_id(bytes) }),
            None => self.folder_id(path).map(|id| Entry { name, kind: EntryKind::Folder, id }),
        })
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
        for (rest, _) in self.files_below(path) {
            let name = rest.split('/').next().unwrap_or(rest);
            if !name.is_empty() && !entries.contains_key(name) {
                entries.extend(self.entry(&path.child(name))?.map(|entry| (name, entry)));
            }
        }
        Ok((!entries.is_empty()).then(|| entries.into_values().collect()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        Ok(self.files.get(path).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_from_the_paths_of_files() {
        let tree = MemoryTree::new([("a/x", "1"), ("a/b/y", "2"), ("c", "3")]);
        let names = |path: &str| -> Option<Vec<String>> {
            let entries = tree.list(&TreePath::parse(path).unwrap()).unwrap()?;
            Some(entries.iter().map(|e| format!("{:?} {}", e.kind, e.name)).collect())
        };
        assert_eq!(names(""), Some(vec!["Folder a".into(), "File c".into()]));
        assert_eq!(names("a"), Some(vec!["Folder b".into(), "File x".into()]));
        assert_eq!(names("c"), None);
        assert_eq!(names("nowhere"), None);
    }
}
