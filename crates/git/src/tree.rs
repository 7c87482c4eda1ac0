//! A revision's files, read from the object database.

use std::{fmt, sync::Arc};

use gix::{ObjectId, objs};
use zij_core::source::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath};

use crate::{
    Repository,
    error::chain,
    folder::Folder,
    id::content_id,
    overlay::Overlay,
    store::{Store, failed},
};

/// The largest file a reader gets, in bytes, unless told otherwise.
const FILE_LIMIT: u64 = 64 << 20;
/// The largest tree object: some 500,000 names in one folder.
const FOLDER_LIMIT: u64 = 32 << 20;
/// How many links are followed on the way to one path; Linux gives up at the same number.
const LINK_LIMIT: usize = 40;
/// The longest target of a link; Linux's PATH_MAX.
const TARGET_LIMIT: u64 = 4096;

/// The files of one revision. Cheap to clone; any number of threads may read at once.
#[derive(Clone)]
pub struct GitTree {
    pub(crate) store: Arc<Store>,
    pub(crate) root: ObjectId,
    overlay: Option<Arc<Overlay>>,
    file_limit: u64,
}

/// What a path led to.
#[derive(Clone, Copy)]
struct Place {
    kind: EntryKind,
    id: ObjectId,
}

/// One name still to be walked.
struct Step {
    name: String,
    /// The link whose target contains the name; `None` for the path that was asked for.
    link: Option<usize>,
}

/// A link met on the way.
struct Link {
    path: TreePath,
    target: String,
}

/// Where the walk is and what is left of it. `..` in a link's target means the folder that really
/// holds the link, as on a disk, not the one its name suggests.
struct Walk<'a> {
    tree: &'a GitTree,
    /// The folders from the root to here, each with its name.
    folders: Vec<(String, ObjectId)>,
    /// The names to come, the next one last.
    pending: Vec<Step>,
    links: Vec<Link>,
}

impl GitTree {
    pub(crate) fn new(store: Arc<Store>, root: ObjectId, overlay: Option<Arc<Overlay>>) -> Self {
        Self { store, root, overlay, file_limit: FILE_LIMIT }
    }

    /// The same tree with files above `bytes` refused.
    #[must_use]
    pub fn with_file_limit(self, bytes: u64) -> Self {
        Self { file_limit: bytes, ..self }
    }

    pub(crate) fn folder(
        &self,
        path: &TreePath,
        id: &ObjectId,
    ) -> Result<Arc<Folder>, SourceError> {
        if let Some(folder) = self.store.folders.get(id) {
            return Ok(folder);
        }
        let bytes = self.object(path, id, objs::Kind::Tree, FOLDER_LIMIT)?;
        let folder = Folder::decode(&bytes, id.kind())
            .map_err(|message| failed(path, format!("tree {id}: {message}")))?;
        let folder = Arc::new(folder);
        self.store.folders.insert(*id, &folder);
        Ok(folder)
    }

    fn object(
        &self,
        path: &TreePath,
        id: &ObjectId,
        kind: objs::Kind,
        limit: u64,
    ) -> Result<Vec<u8>, SourceError> {
        if let Some((found, bytes)) = self.overlay.as_deref().and_then(|overlay| overlay.get(id))
            && found == kind
        {
            return Ok(bytes.to_vec());
        }
        self.store.object(path, id, kind, limit)
    }

    fn locate(&self, path: &TreePath) -> Result<Option<Place>, SourceError> {
        let pending =
            path.parts().map(|name| Step { name: name.to_owned(), link: None }).collect::<Vec<_>>();
        Walk {
            tree: self,
            folders: vec![(String::new(), self.root)],
            pending: pending.into_iter().rev().collect(),
            links: Vec::new(),
        }
        .run()
    }
}

impl Walk<'_> {
    fn run(mut self) -> Result<Option<Place>, SourceError> {
        while let Some(step) = self.pending.pop() {
            if step.name == ".." {
                if self.folders.len() == 1 {
                    return Err(self.broken(step.link, SourceError::LEAVES));
                }
                self.folders.pop();
                continue;
            }
            let folder = self.tree.folder(&self.here(), &self.current())?;
            let Some(child) = folder.find(&step.name) else {
                return self.absent(&step);
            };
            match child.kind {
                EntryKind::Folder => self.folders.push((step.name, child.id)),
                EntryKind::Link => self.follow(&step.name, &child.id)?,
                EntryKind::File | EntryKind::Submodule => match self.pending.pop() {
                    Some(next) => return self.absent(&next),
                    None => return Ok(Some(Place { kind: child.kind, id: child.id })),
                },
            }
        }
        Ok(Some(Place { kind: EntryKind::Folder, id: self.current() }))
    }

    fn follow(&mut self, name: &str, id: &ObjectId) -> Result<(), SourceError> {
        let path = self.here().child(name);
        let bytes = self.tree.object(&path, id, objs::Kind::Blob, TARGET_LIMIT)?;
        let target = String::from_utf8_lossy(&bytes).into_owned();
        let why = if bytes.is_empty() {
            Some("points to nothing")
        } else if target.starts_with('/') {
            Some(SourceError::LEAVES)
        } else if std::str::from_utf8(&bytes).is_err() {
            Some("is not UTF-8")
        } else if self.links.len() == LINK_LIMIT {
            Some("leads in a circle")
        } else {
            None
        };
        let link = self.links.len();
        self.links.push(Link { path, target });
        if let Some(why) = why {
            return Err(self.broken(Some(link), why));
        }
        let steps = self.links[link].target.rsplit('/').filter(|name| !matches!(*name, "" | "."));
        self.pending.extend(steps.map(|name| Step { name: name.to_owned(), link: Some(link) }));
        Ok(())
    }

    fn current(&self) -> ObjectId {
        self.folders.last().map_or(self.tree.root, |(_, id)| *id)
    }

    fn here(&self) -> TreePath {
        self.folders.iter().skip(1).fold(TreePath::root(), |path, (name, _)| path.child(name))
    }

    /// Nothing has that name: an answer about the path that was asked for, a fault in a link.
    fn absent(&self, step: &Step) -> Result<Option<Place>, SourceError> {
        match step.link {
            Some(_) => Err(self.broken(step.link, "points to nothing")),
            None => Ok(None),
        }
    }

    fn broken(&self, link: Option<usize>, why: &'static str) -> SourceError {
        match link.and_then(|index| self.links.get(index)) {
            Some(Link { path, target }) => {
                SourceError::Link { path: path.clone(), target: target.clone(), why }
            }
            None => failed(&self.here(), format!("the path {why}")),
        }
    }
}

impl Tree for GitTree {
    fn id(&self) -> ContentId {
        content_id(&self.root)
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        Ok(self.locate(path)?.map(|place| Entry {
            name: path.name().into(),
            kind: place.kind,
            id: content_id(&place.id),
        }))
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        match self.locate(path)? {
            Some(Place { kind: EntryKind::Folder, id }) => {
                Ok(Some(Arc::clone(&self.folder(path, &id)?.entries)))
            }
            _ => Ok(None),
        }
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        match self.locate(path)? {
            Some(Place { kind: EntryKind::File, id }) => {
                let bytes = self.object(path, &id, objs::Kind::Blob, self.file_limit)?;
                Ok(Some(bytes.into()))
            }
            _ => Ok(None),
        }
    }

    fn at(&self, revision: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        let repository = Repository { store: Arc::clone(&self.store) };
        let Some(commit) = repository.look_up(revision) else { return Ok(None) };
        match repository.tree_of(commit) {
            Ok(tree) => Ok(Some(Arc::new(tree))),
            Err(error) => Err(failed(&TreePath::root(), chain(&error))),
        }
    }

    fn tags(&self) -> Vec<String> {
        Repository { store: Arc::clone(&self.store) }.look_up_tags()
    }
}

impl fmt::Debug for GitTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitTree({})", self.root)
    }
}
