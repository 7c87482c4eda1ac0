//! A tree held in memory, for tests and for callers that have the files already.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use super::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath};

/// Links that are followed for one path; more are taken for a circle.
const MAX_LINKS: usize = 32;

/// A tree whose files are given one by one.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<TreePath, Arc<[u8]>>,
    links: BTreeMap<TreePath, String>,
    revisions: BTreeMap<String, Arc<Self>>,
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
        Self { files, ..Self::default() }
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), &**bytes))
    }

    /// The same tree with symbolic links, each a path and what it says.
    #[must_use]
    pub fn with_links<P: AsRef<str>>(self, links: impl IntoIterator<Item = (P, P)>) -> Self {
        let links = links.into_iter().filter_map(|(path, target)| {
            Some((TreePath::parse(path.as_ref()).ok()?, target.as_ref().to_owned()))
        });
        Self { links: links.collect(), ..self }
    }

    /// The same tree with another revision of its repository beside it.
    #[must_use]
    pub fn with_revision(mut self, name: &str, tree: Self) -> Self {
        self.revisions.insert(name.to_owned(), Arc::new(tree));
        self
    }

    /// The path with every link in it followed.
    fn resolve(&self, path: &TreePath) -> Result<TreePath, SourceError> {
        let mut path = path.clone();
        for _ in 0..MAX_LINKS {
            let links = || self.links.iter();
            let Some((link, target)) =
                links().find(|(link, _)| **link == path || path.below(link).is_some())
            else {
                return Ok(path);
            };
            let broken =
                |why| SourceError::Link { path: link.clone(), target: target.clone(), why };
            let folder = link.parent().unwrap_or_default();
            let inside = (!target.starts_with('/')).then(|| folder.join(target).ok()).flatten();
            let to = inside.ok_or_else(|| broken(SourceError::LEAVES))?;
            let rest = path.below(link).unwrap_or("");
            path = to.join(rest).map_err(|_| broken(SourceError::LEAVES))?;
        }
        let target = self.links.get(&path).cloned().unwrap_or_default();
        Err(SourceError::Link { path, target, why: "leads in a circle" })
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
        for (path, target) in &self.links {
            if let Some(rest) = path.below(folder) {
                (rest, target).hash(&mut hasher);
                any = true;
            }
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
        let path = self.resolve(path)?;
        Ok(match self.files.get(&path) {
            Some(bytes) => Some(Entry { name, kind: EntryKind::File, id: file_id(bytes) }),
            None => self.folder_id(&path).map(|id| Entry { name, kind: EntryKind::Folder, id }),
        })
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let path = &self.resolve(path)?;
        let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
        for (link, target) in &self.links {
            if link.parent().as_ref() == Some(path) {
                let (kind, id) = (EntryKind::Link, file_id(target.as_bytes()));
                entries.insert(link.name(), Entry { name: link.name().into(), kind, id });
            }
        }
        let links = self.links.keys().filter_map(|link| link.below(path));
        for rest in self.files_below(path).map(|(rest, _)| rest).chain(links) {
            let name = rest.split('/').next().unwrap_or(rest);
            if !name.is_empty() && !entries.contains_key(name) {
                entries.extend(self.entry(&path.child(name))?.map(|entry| (name, entry)));
            }
        }
        Ok((!entries.is_empty()).then(|| entries.into_values().collect()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        Ok(self.files.get(&self.resolve(path)?).cloned())
    }

    fn at(&self, revision: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        Ok(self.revisions.get(revision).map(|tree| Arc::clone(tree) as Arc<dyn Tree>))
    }

    fn tags(&self) -> Vec<String> {
        self.revisions.keys().cloned().collect()
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

    #[test]
    fn links_are_followed_inside_the_tree_only() {
        let tree = MemoryTree::new([("lib/x", "1"), ("a/y", "2")]).with_links([
            ("a/lib", "../lib"),
            ("a/x", "lib/x"),
            ("a/out", "../../etc"),
            ("a/abs", "/etc/passwd"),
            ("a/self", "self"),
        ]);
        for (path, want) in [
            ("a/lib/x", Ok(true)),
            ("a/x", Ok(true)),
            ("a/lib/y", Ok(false)),
            ("a/out", Err("leaves the repository")),
            ("a/abs", Err("leaves the repository")),
            ("a/self", Err("leads in a circle")),
        ] {
            let read = tree.read(&TreePath::parse(path).unwrap());
            let got = read.map(|file| file.is_some()).map_err(|error| error.to_string());
            match want {
                Ok(found) => assert_eq!(got, Ok(found), "{path}"),
                Err(why) => assert!(got.is_err_and(|text| text.contains(why)), "{path}"),
            }
        }
        let kinds = tree.list(&TreePath::parse("a").unwrap()).unwrap().unwrap();
        assert_eq!(kinds.iter().filter(|entry| entry.kind == EntryKind::Link).count(), 5);
    }
}
