//! Proves of cells that nothing they read differs between two revisions, without reading it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use zij_goyaml::{Limits, Node, NodeKind};

use crate::{
    inventory::{Application, Cluster, Lock, Named, Names},
    source::{ContentId, Entry, EntryKind, Tree, TreePath},
};

use super::{Renderer, edits::kustomization_file};

/// A kustomization that leads to more folders than this is looked at by building it.
const MAX_FOLDERS: usize = 500;

/// Two revisions held side by side; what they have in common is found once for all cells.
///
/// Folders are compared from the root down, and nothing is looked up below one that is the same in
/// both: what a proof costs follows what differs. An answer of no only says that there is no cheap
/// proof: [`Renderer::inputs_key`] decides then.
pub struct Comparison<'a> {
    renderer: &'a Renderer,
    base: &'a dyn Tree,
    head: &'a dyn Tree,
    names: &'a Names,
    /// Whether what is named is the same in both, as far as it was asked for.
    same: Vec<Cell<Option<bool>>>,
    /// The same of the folders of files.
    folders: Vec<Cell<Option<Extent>>>,
    extents: RefCell<HashMap<TreePath, Extent>>,
    copies: OnceCell<bool>,
}

/// How much two revisions have in common of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// It holds the same, and so does everything below it; or it is absent in both.
    Whole,
    /// What lies below has to be looked at: it differs, or links lead elsewhere.
    Mixed,
}

impl<'a> Comparison<'a> {
    /// Holds `base` against `head`; `names` is what the cells of base name.
    pub fn new(
        renderer: &'a Renderer,
        base: &'a dyn Tree,
        head: &'a dyn Tree,
        names: &'a Names,
    ) -> Self {
        Self {
            renderer,
            base,
            head,
            names,
            same: vec![Cell::new(None); names.distinct().len()],
            folders: vec![Cell::new(None); names.folders().len()],
            extents: RefCell::default(),
            copies: OnceCell::new(),
        }
    }

    /// Whether a cell is described equally in both revisions, and every path that its render may
    /// look at holds the same in both, absent ones among them; `at` is the position of the cell
    /// among those of base.
    pub fn is_untouched(
        &self,
        at: usize,
        base: (&Application, &Cluster),
        head: (&Application, &Cluster),
    ) -> bool {
        let is_same = |(old, new): (&Application, &Application)| {
            std::ptr::eq(old, new)
                || (old.sources == new.sources
                    && old.post == new.post
                    && old.namespace == new.namespace)
        };
        is_same((base.0, head.0))
            && (std::ptr::eq(base.1, head.1) || base.1 == head.1)
            && self.names.of_cell(at).is_some_and(|names| names.iter().all(|at| self.is_same(*at)))
    }

    fn is_same(&self, at: u32) -> bool {
        let (Some(known), Some(named)) =
            (self.same.get(at as usize), self.names.distinct().get(at as usize))
        else {
            return false;
        };
        known.get().unwrap_or_else(|| {
            let is_same = match named {
                Named::Folder(path) => self.chart(path),
                Named::File(path, folder) => self.file(path, *folder),
                Named::Kustomization(path) => self.kustomization(path),
                Named::Revision(name) => self.revision(name),
                Named::Anything => false,
            };
            known.set(Some(is_same));
            is_same
        })
    }

    /// Whether a revision that is named is the same one for both.
    fn revision(&self, name: &str) -> bool {
        let id = |tree: &dyn Tree| tree.at(name).map(|there| there.map(|t| t.id()));
        matches!((id(self.base), id(self.head)), (Ok(old), Ok(new)) if old == new)
    }

    /// Whether a folder with what its links lead to, and with the copies that it names, is the
    /// same in both.
    fn chart(&self, path: &TreePath) -> bool {
        let known = &self.renderer.known;
        let is_unmoved = |path: &TreePath| self.extent(path) == Extent::Whole;
        if !self.copies() {
            return !is_copy(path) && {
                let old = known.chart_hash(self.base, path);
                old.is_some() && old == known.chart_hash(self.head, path)
            };
        }
        known.chart_stays(self.base, self.head, path, &is_unmoved)
    }

    /// Whether all copies of what lies elsewhere are the same in both.
    fn copies(&self) -> bool {
        *self
            .copies
            .get_or_init(|| self.extent(&TreePath::root().child(Lock::FOLDER)) == Extent::Whole)
    }

    fn file(&self, path: &TreePath, folder: u32) -> bool {
        let whole = || match self.folders.get(folder as usize) {
            Some(known) => known.get().unwrap_or_else(|| {
                let folder = self.names.folders().get(folder as usize);
                let extent = folder.map_or(Extent::Mixed, |folder| self.extent(folder));
                known.set(Some(extent));
                extent
            }),
            None => Extent::Mixed,
        };
        if is_copy(path) && !self.copies() {
            return false;
        }
        if whole() == Extent::Whole {
            return true;
        }
        let id = |tree: &dyn Tree| tree.entry(path).map(|entry| entry.map(|entry| entry.id));
        matches!((id(self.base), id(self.head)), (Ok(old), Ok(new)) if old == new)
    }

    fn extent(&self, path: &TreePath) -> Extent {
        if let Some(known) = self.extents.borrow().get(path) {
            return *known;
        }
        let extent = match path.parent() {
            None => self.of_ids(path, &self.base.id(), &self.head.id()),
            Some(parent) => match self.extent(&parent) {
                Extent::Whole => Extent::Whole,
                Extent::Mixed => self.below(&parent, path),
            },
        };
        self.extents.borrow_mut().insert(path.clone(), extent);
        extent
    }

    /// The extent of a path in a folder that differs.
    fn below(&self, folder: &TreePath, path: &TreePath) -> Extent {
        let (Ok(old), Ok(new)) = (self.base.list(folder), self.head.list(folder)) else {
            return Extent::Mixed;
        };
        let find = |entries: Option<Arc<[Entry]>>| {
            let entries = entries?;
            let at = entries.partition_point(|entry| &*entry.name < path.name());
            entries.get(at).filter(|entry| &*entry.name == path.name()).cloned()
        };
        match (find(old), find(new)) {
            (None, None) => Extent::Whole,
            (Some(old), Some(new)) if old.kind == new.kind => match old.kind {
                EntryKind::Folder => self.of_ids(path, &old.id, &new.id),
                EntryKind::File if old.id == new.id => Extent::Whole,
                EntryKind::File | EntryKind::Link | EntryKind::Submodule => Extent::Mixed,
            },
            _ => Extent::Mixed,
        }
    }

    /// The extent of a folder by its ids, which do not cover what links lead to.
    fn of_ids(&self, path: &TreePath, old: &ContentId, new: &ContentId) -> Extent {
        match old == new && !self.renderer.known.has_links(self.base, path, old) {
            true => Extent::Whole,
            false => Extent::Mixed,
        }
    }

    /// Whether what a kustomization could lead to is the same in both.
    fn kustomization(&self, path: &TreePath) -> bool {
        let closures = &self.renderer.known.closures;
        let (base, head) = (self.base.id(), self.head.id());
        let known = closures
            .get(path)
            .filter(|known| known.trees.contains(&base) || holds_in(self.base, &known.closure));
        let closure = match known {
            Some(known) => known.closure,
            None => match closure_of(self.renderer, self.base, path) {
                Some(closure) => Arc::new(closure),
                None => return false,
            },
        };
        let stays = closure.iter().all(|(path, id)| {
            self.extent(path) == Extent::Whole
                || whole(self.head, path).is_ok_and(|found| found == *id)
        });
        let trees = if stays { [base, head] } else { [base.clone(), base] };
        closures.put(path, KnownClosure { closure, trees });
        stays
    }
}

/// Whether a path lies among the copies of what is elsewhere.
fn is_copy(path: &TreePath) -> bool {
    path.parts().next() == Some(Lock::FOLDER)
}

/// What a kustomization could lead to, with what is there. Files of a kustomization lie below it,
/// so only other kustomizations have to be followed; every text that is a path is taken for one.
pub(super) type Closure = Vec<(TreePath, Option<ContentId>)>;

/// Whether all of that is the same in a tree.
fn holds_in(tree: &dyn Tree, closure: &Closure) -> bool {
    closure.iter().all(|(path, id)| whole(tree, path).is_ok_and(|found| found == *id))
}

/// The closure of a kustomization; nothing where that cannot be told from its files.
pub(super) fn closure_of(renderer: &Renderer, tree: &dyn Tree, path: &TreePath) -> Option<Closure> {
    let mut walk = Walk { renderer, tree, seen: HashSet::new(), closure: Closure::new() };
    // Copies of what lies elsewhere.
    walk.look(TreePath::root().child(Lock::FOLDER))?;
    walk.folder(path)?;
    Some(walk.closure)
}

struct Walk<'a> {
    renderer: &'a Renderer,
    tree: &'a dyn Tree,
    seen: HashSet<TreePath>,
    closure: Closure,
}

impl Walk<'_> {
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
pub(super) struct Closures(Mutex<HashMap<TreePath, KnownClosure>>);

/// A closure, and the trees that it was seen to hold in last.
#[derive(Clone, Debug)]
struct KnownClosure {
    closure: Arc<Closure>,
    trees: [ContentId; 2],
}

impl Closures {
    fn get(&self, path: &TreePath) -> Option<KnownClosure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn put(&self, path: &TreePath, known: KnownClosure) {
        let mut closures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if closures.len() >= REMEMBERED {
            closures.clear();
        }
        closures.insert(path.clone(), known);
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
