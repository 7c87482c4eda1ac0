//! Committed copies of what lies outside the repository, checked before they are used.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use zij_helm::{Chart, Profile, load::LoadLimits};
use zij_kustomize::{Vendored, remote::RemoteFolder};

use crate::{
    inventory::{DependencySource, Lock, Locked, Wanted, content_digest, dependencies},
    source::{ContentId, Place, SourceError, Tree, TreePath},
};

use super::{
    FailureKind, RenderFailure,
    cache::Cache,
    folder::{TreeFolder, source_failure},
};

/// Lock files and digests of so many copies are remembered.
const REMEMBERED: usize = 1 << 12;

/// What is known of lock files and copies, by their content.
#[derive(Debug)]
pub struct Copies {
    locks: Cache<Option<ContentId>, Arc<Lock>>,
    digests: Cache<ContentId, Option<Arc<str>>>,
}

impl Default for Copies {
    fn default() -> Self {
        Self { locks: Cache::new(REMEMBERED), digests: Cache::new(REMEMBERED) }
    }
}

/// A chart that another one depends on and that lies outside its `charts` folder.
pub(super) struct Elsewhere {
    pub(super) name: Arc<str>,
    /// Where it lies in the tree; nothing where it is not vendored.
    pub(super) path: Option<TreePath>,
    /// The digest that it must have.
    pub(super) content: Option<Arc<str>>,
}

impl Copies {
    /// The lock file of a tree.
    pub(super) fn lock(&self, tree: &dyn Tree) -> Arc<Lock> {
        let path = lock_file();
        let id = tree.entry(&path).ok().flatten().map(|entry| entry.id);
        self.locks.get_or_make(&id, || (Arc::new(Lock::of(tree)), 1))
    }

    /// The digest that the copy which holds `path` must have.
    pub(super) fn expected(&self, tree: &dyn Tree, path: &TreePath) -> Option<Arc<str>> {
        self.lock(tree).containing(path)?.content.clone()
    }

    /// All that the copy which holds `path` is made of: its digest covers files that no render reads.
    pub(super) fn whole(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
    ) -> Result<Option<ContentId>, SourceError> {
        match self.lock(tree).containing(path).filter(|locked| locked.content.is_some()) {
            Some(locked) => Ok(tree.entry(&locked.path)?.map(|entry| entry.id)),
            None => Ok(None),
        }
    }

    /// Says whether the copy that holds `path` is what the lock file says.
    pub(super) fn check(&self, tree: &dyn Tree, path: &TreePath) -> Result<(), RenderFailure> {
        match self.lock(tree).containing(path) {
            Some(locked) => self.check_copy(tree, locked),
            None => Ok(()),
        }
    }

    fn check_copy(&self, tree: &dyn Tree, locked: &Locked) -> Result<(), RenderFailure> {
        let Some(want) = &locked.content else { return Ok(()) };
        let found = self.digest(tree, &locked.path).map_err(|error| source_failure(&error))?;
        if found.as_ref() == Some(want) {
            return Ok(());
        }
        let found = found.as_deref().unwrap_or("nothing");
        Err(RenderFailure {
            kind: FailureKind::Error,
            message: format!(
                "the copy of {} in {} is {found}, but the lock file says {want}",
                locked.wanted, locked.path
            ),
            place: Some(Place { line: locked.line, ..Place::file(Lock::FILE) }),
            hint: Some("if nobody was meant to change it, `zij vendor` fetches it anew".to_owned()),
            diagnosis: None,
        })
    }

    fn digest(&self, tree: &dyn Tree, path: &TreePath) -> Result<Option<Arc<str>>, SourceError> {
        let Some(entry) = tree.entry(path)? else { return Ok(None) };
        let mut failed = None;
        let digest = self.digests.get_or_make(&entry.id, || {
            let digest = content_digest(tree, path).unwrap_or_else(|error| {
                failed = Some(error);
                None
            });
            (digest.map(Arc::from), 1)
        });
        failed.map_or(Ok(digest), Err)
    }

    /// The declared dependencies of the chart at `path` with the places that they come from when
    /// they are not in its `charts` folder.
    pub(super) fn elsewhere(&self, tree: &dyn Tree, path: &TreePath) -> Vec<Elsewhere> {
        let found = dependencies(tree, path).into_iter().filter_map(|dependency| {
            let (path, content) = match dependency.source {
                DependencySource::Folder(path) => (Some(path), None),
                DependencySource::Remote(wanted) => match self.lock(tree).find(&wanted) {
                    Some(locked) => (Some(locked.path.clone()), locked.content.clone()),
                    None => (None, None),
                },
                DependencySource::Nowhere => return None,
            };
            Some(Elsewhere { name: dependency.name, path, content })
        });
        found.collect()
    }

    /// Adds the vendored dependencies that a chart lacks, as `helm dependency build` would; gives
    /// their names and places.
    pub(super) fn complete(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
        chart: &mut Chart,
        profile: &'static Profile,
    ) -> Result<Vec<(Arc<str>, TreePath)>, RenderFailure> {
        let mut added: Vec<(Arc<str>, TreePath)> = Vec::new();
        if chart.missing_dependencies().is_empty() {
            return Ok(added);
        }
        for found in self.elsewhere(tree, path) {
            let Some(place) = found.path else { continue };
            let is_missing = chart.missing_dependencies().contains(&&*found.name);
            let is_second = added.iter().any(|(name, at)| *name == found.name && *at != place);
            if !is_missing && !is_second {
                continue;
            }
            self.check(tree, &place)?;
            let folder = TreeFolder::new(tree);
            match Chart::load(&folder, place.as_str(), profile, &LoadLimits::default()) {
                Ok(subchart) => chart.dependencies.push(Arc::new(subchart)),
                Err(error) => {
                    return Err(folder.into_failure().unwrap_or_else(|| RenderFailure {
                        kind: FailureKind::Error,
                        message: error.text().to_owned(),
                        place: Some(Place::from(&place)),
                        hint: None,
                        diagnosis: None,
                    }));
                }
            }
            added.push((found.name, place));
        }
        Ok(added)
    }
}

/// The lock file's path.
pub(super) fn lock_file() -> TreePath {
    TreePath::parse(Lock::FILE).unwrap_or_default()
}

/// What kustomizations name from outside, from the copies in the tree.
pub struct Fetched<'t> {
    copies: &'t Copies,
    tree: &'t dyn Tree,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    was_asked: bool,
    /// The copies that were used, or would have been.
    copies: BTreeSet<TreePath>,
    failure: Option<RenderFailure>,
}

impl<'t> Fetched<'t> {
    /// The copies that the lock file of `tree` lists.
    pub fn new(copies: &'t Copies, tree: &'t dyn Tree) -> Self {
        Self { copies, tree, seen: Mutex::default() }
    }

    /// Whether a copy was asked for, and the first one that is not what it should be.
    pub fn outcome(self) -> (bool, Option<RenderFailure>) {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (seen.was_asked, seen.failure)
    }

    /// The copies that were asked for and that the lock file lists.
    pub(super) fn copies(&self) -> BTreeSet<TreePath> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).copies.clone()
    }

    fn copy(&self, wanted: &Wanted) -> Option<TreePath> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.was_asked = true;
        let lock = self.copies.lock(self.tree);
        let locked = lock.find(wanted)?;
        seen.copies.insert(locked.path.clone());
        match self.copies.check_copy(self.tree, locked) {
            Ok(()) => Some(locked.path.clone()),
            Err(failure) => {
                seen.failure.get_or_insert(failure);
                None
            }
        }
    }
}

impl Vendored for Fetched<'_> {
    fn file(&self, url: &str) -> Option<Arc<[u8]>> {
        let path = self.copy(&Wanted::File { url: url.into() })?;
        self.tree.read(&path).ok()?
    }

    fn directory(&self, url: &str) -> Option<String> {
        let folder = RemoteFolder::parse(url)?;
        let path = self.copy(&Wanted::Repository {
            url: folder.repository.into(),
            revision: folder.revision.into(),
        })?;
        Some(path.join(&folder.path).ok()?.as_str().to_owned())
    }

    fn chart(&self, repository: &str, name: &str, version: &str) -> Option<String> {
        let version = if version.is_empty() { "*" } else { version };
        let path = self.copy(&Wanted::Chart {
            repository: repository.into(),
            name: name.into(),
            version: version.into(),
        })?;
        Some(path.as_str().to_owned())
    }
}
