//! Proves of cells that nothing they read differs between two revisions, without reading it.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use zij_goyaml::{Limits, Node, NodeKind};

use crate::{
    inventory::{
        Application, ChartDefaults, ChartRender, Cluster, DefaultsFile, KustomizeEdit,
        KustomizeRender, Lock, Pinned, Render, SetKind, Source, SourceAt, ValuesSource,
    },
    source::{ContentId, EntryKind, Tree, TreePath},
};

use super::{Renderer, edits::kustomization_file};

/// A kustomization that leads to more folders than this is looked at by building it.
const MAX_FOLDERS: usize = 500;

/// Two revisions held side by side; what they have in common is found once for all cells.
///
/// An answer of no only says that there is no cheap proof: [`Renderer::inputs_key`] decides then.
pub struct Comparison<'a> {
    renderer: &'a Renderer,
    base: &'a dyn Tree,
    head: &'a dyn Tree,
    charts: Known<TreePath, bool>,
    folders: Known<TreePath, Folder>,
    kustomizations: Known<TreePath, bool>,
    revisions: Known<Box<str>, bool>,
}

/// What two revisions have in common of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// Equal files, or it is absent in both.
    Same,
    /// Its files have to be compared one by one: they differ, or links lead elsewhere.
    Mixed,
}

impl<'a> Comparison<'a> {
    /// Holds `base` against `head`.
    pub fn new(renderer: &'a Renderer, base: &'a dyn Tree, head: &'a dyn Tree) -> Self {
        Self {
            renderer,
            base,
            head,
            charts: Known::default(),
            folders: Known::default(),
            kustomizations: Known::default(),
            revisions: Known::default(),
        }
    }

    /// Whether a cell is described equally in both revisions, and every path that its render may
    /// look at holds the same in both, absent ones among them.
    pub fn is_untouched(
        &self,
        base: (&Application, &Cluster),
        head: (&Application, &Cluster),
    ) -> bool {
        let is_same = |(old, new): (&Application, &Application)| {
            std::ptr::eq(old, new) || (old.sources == new.sources && old.post == new.post)
        };
        is_same((base.0, head.0))
            && base.0.namespace == head.0.namespace
            && (std::ptr::eq(base.1, head.1) || base.1 == head.1)
            && base.0.sources.iter().all(|source| self.source(source))
    }

    fn source(&self, source: &Source) -> bool {
        let content = match &source.render {
            Render::Nothing | Render::Opaque(_) | Render::Refused(_) => true,
            Render::Kustomize(how) => self.kustomization(&source.at, how),
            Render::Chart(_) | Render::Directory(_) => match &source.at {
                SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => self.chart(path),
                SourceAt::Pinned(at) => self.revision(at),
                SourceAt::Absent(_) => true,
            },
        };
        content
            && match &source.render {
                Render::Chart(chart) => self.values(chart),
                _ => true,
            }
    }

    fn values(&self, chart: &ChartRender) -> bool {
        let layer = |layer: &ValuesSource| match layer {
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => self.file(path),
            ValuesSource::Pinned { at, .. } => self.revision(at),
            ValuesSource::Inline { .. } => true,
            ValuesSource::Set { kind: SetKind::File(path), .. } => self.file(path),
            ValuesSource::Set { kind: SetKind::PinnedFile(at), .. } => self.revision(at),
            ValuesSource::Set { .. } => true,
        };
        chart.values.iter().all(layer)
            && chart.defaults.as_ref().is_none_or(|defaults| self.defaults(defaults))
    }

    fn defaults(&self, defaults: &ChartDefaults) -> bool {
        defaults.files.iter().all(|file| match file {
            DefaultsFile::Chart(_) | DefaultsFile::Source(SourceAt::Absent(_)) => true,
            DefaultsFile::Source(SourceAt::Tree(path) | SourceAt::Vendored { path, .. }) => {
                self.file(path)
            }
            DefaultsFile::Source(SourceAt::Pinned(at)) => self.revision(at),
        })
    }

    /// Whether a revision that is named is the same one for both.
    fn revision(&self, at: &Pinned) -> bool {
        self.revisions.get_or(&at.revision.as_ref().into(), || {
            let id = |tree: &dyn Tree| tree.at(&at.revision).map(|there| there.map(|t| t.id()));
            matches!((id(self.base), id(self.head)), (Ok(old), Ok(new)) if old == new)
        })
    }

    /// Whether a folder with what its links lead to, and with the copies that it names, is the
    /// same in both.
    fn chart(&self, path: &TreePath) -> bool {
        self.charts.get_or(path, || {
            let known = &self.renderer.known;
            let old = known.chart_hash(self.base, path);
            old.is_some() && old == known.chart_hash(self.head, path) && self.copies(path)
        })
    }

    /// Whether what is checked of a copy in the tree is the same in both.
    fn copies(&self, path: &TreePath) -> bool {
        path.parts().next() != Some(Lock::FOLDER)
            || self.folder(&TreePath::root().child(Lock::FOLDER)) == Folder::Same
    }

    fn file(&self, path: &TreePath) -> bool {
        if !self.copies(path) {
            return false;
        }
        let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        let known = self.folders.get(folder);
        if known.unwrap_or_else(|| self.folder(&path.parent().unwrap_or_default())) == Folder::Same
        {
            return true;
        }
        let id = |tree: &dyn Tree| tree.entry(path).map(|entry| entry.map(|entry| entry.id));
        matches!((id(self.base), id(self.head)), (Ok(old), Ok(new)) if old == new)
    }

    fn folder(&self, path: &TreePath) -> Folder {
        self.folders.get_or(path, || {
            let (Ok(old), Ok(new)) = (whole(self.base, path), whole(self.head, path)) else {
                return Folder::Mixed;
            };
            if old != new {
                return Folder::Mixed;
            }
            let Ok(entries) = self.base.list(path) else { return Folder::Mixed };
            let mut entries = entries.iter().flat_map(|entries| entries.iter());
            match entries.any(|entry| entry.kind == EntryKind::Link) {
                true => Folder::Mixed,
                false => Folder::Same,
            }
        })
    }

    /// Whether no folder that a build could look into differs.
    fn kustomization(&self, at: &SourceAt, how: &KustomizeRender) -> bool {
        let is_plain = |edit: &KustomizeEdit| match edit {
            KustomizeEdit::NamePrefix(_)
            | KustomizeEdit::NameSuffix(_)
            | KustomizeEdit::Image(_)
            | KustomizeEdit::MergeImage(_)
            | KustomizeEdit::Replicas { .. }
            | KustomizeEdit::Label { .. }
            | KustomizeEdit::Annotation { .. }
            | KustomizeEdit::Namespace(_) => true,
            // They may name files.
            KustomizeEdit::Patch { .. }
            | KustomizeEdit::Component { .. }
            | KustomizeEdit::Append { .. }
            | KustomizeEdit::Set { .. } => false,
        };
        let is_inside = !how.unrestricted && !how.enable_helm && how.generate.is_none();
        match at {
            SourceAt::Absent(_) => true,
            SourceAt::Tree(path) if is_inside && how.edits.iter().all(is_plain) => {
                self.kustomizations.get_or(path, || self.closure(path))
            }
            _ => false,
        }
    }
}

impl Comparison<'_> {
    /// Whether what a kustomization could lead to is the same in both.
    fn closure(&self, path: &TreePath) -> bool {
        let closures = &self.renderer.known.closures;
        let known = closures.get(path).filter(|closure| holds_in(self.base, closure));
        let closure = known.or_else(|| {
            let closure = Arc::new(Walk::of(self.renderer, self.base, path)?);
            closures.put(path, &closure);
            Some(closure)
        });
        closure.is_some_and(|closure| holds_in(self.head, &closure))
    }
}

/// What a kustomization could lead to, with what is there. Files of a kustomization lie below it,
/// so only other kustomizations have to be followed; every text that is a path is taken for one.
pub(super) type Closure = Vec<(TreePath, Option<ContentId>)>;

/// Whether all of that is the same in a tree.
fn holds_in(tree: &dyn Tree, closure: &Closure) -> bool {
    closure.iter().all(|(path, id)| whole(tree, path).is_ok_and(|found| found == *id))
}

struct Walk<'a> {
    renderer: &'a Renderer,
    tree: &'a dyn Tree,
    seen: HashSet<TreePath>,
    closure: Closure,
}

impl<'a> Walk<'a> {
    /// The closure of a kustomization; nothing where that cannot be told from its files.
    fn of(renderer: &'a Renderer, tree: &'a dyn Tree, path: &TreePath) -> Option<Closure> {
        let mut walk = Self { renderer, tree, seen: HashSet::new(), closure: Closure::new() };
        // Copies of what lies elsewhere.
        walk.look(TreePath::root().child(Lock::FOLDER))?;
        walk.folder(path)?;
        Some(walk.closure)
    }

    fn look(&mut self, path: TreePath) -> Option<Option<ContentId>> {
        let id = whole(self.tree, &path).ok()?;
        self.closure.push((path, id.clone()));
        Some(id)
    }

    fn folder(&mut self, path: &TreePath) -> Option<()> {
        if !self.seen.insert(path.clone()) {
            return Some(());
        }
        (self.seen.len() <= MAX_FOLDERS).then_some(())?;
        let Some(id) = self.look(path.clone())? else { return Some(()) };
        self.renderer.known.links(self.tree, path, &id).is_empty().then_some(())?;
        let Some(text) = self.tree.read(&kustomization_file(self.tree, path)).ok()? else {
            return Some(());
        };
        let node = zij_goyaml::parse(&text, &Limits::default()).ok()?;
        self.node(path, &node)
    }

    fn node(&mut self, path: &TreePath, node: &Node) -> Option<()> {
        match &node.kind {
            NodeKind::String(text) => self.text(path, text),
            NodeKind::Sequence(items) => items.iter().try_for_each(|item| self.node(path, item)),
            NodeKind::Mapping(mapping) => {
                mapping.iter().try_for_each(|entry| self.node(path, &entry.value))
            }
            _ => Some(()),
        }
    }

    fn text(&mut self, path: &TreePath, text: &str) -> Option<()> {
        if text.is_empty() || text.contains('\n') {
            return Some(());
        }
        // What leads out of the repository is refused whatever is there.
        let Ok(target) = path.join(text) else { return Some(()) };
        let entry = self.tree.entry(&target).ok()?;
        if entry.is_some_and(|entry| entry.kind == EntryKind::Folder) {
            return self.folder(&target);
        }
        // What lies below is part of the folder.
        if target.below(path).is_none() {
            self.look(target)?;
        }
        Some(())
    }
}

/// So many closures are remembered.
const REMEMBERED: usize = 1 << 14;

/// Closures that were found, by kustomization; each holds as long as its paths do.
#[derive(Debug, Default)]
pub(super) struct Closures(Mutex<HashMap<TreePath, Arc<Closure>>>);

impl Closures {
    fn get(&self, path: &TreePath) -> Option<Arc<Closure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn put(&self, path: &TreePath, closure: &Arc<Closure>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(path.clone(), Arc::clone(closure));
    }
}

/// The id of a folder, which covers all that lies below it but not what links lead to.
fn whole(
    tree: &dyn Tree,
    path: &TreePath,
) -> Result<Option<ContentId>, crate::source::SourceError> {
    if *path == TreePath::root() {
        return Ok(Some(tree.id()));
    }
    Ok(tree.entry(path)?.map(|entry| entry.id))
}

/// Answers that were found, shared by threads; one may be found twice.
struct Known<K, V>(RwLock<HashMap<K, V>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Clone + Eq + Hash, V: Copy> Known<K, V> {
    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    fn get_or(&self, key: &K, find: impl FnOnce() -> V) -> V {
        self.get(key).unwrap_or_else(|| {
            let found = find();
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), found);
            found
        })
    }
}
