//! Expansions that were done before, and what each has looked at: an expansion is the same as long as
//! all that it has seen is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    listing::{Listing, Listings},
    scan::{Found, Memo},
};
use crate::{
    inventory::{Application, Checkout, Cluster, RootRenderer, expanded::Expanded},
    source::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath},
};

/// How many expansions are kept: those of two revisions that are compared, and the next one.
const KEPT: usize = 3;

/// What an expansion depends on besides its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) config: String,
    pub(super) checkout: Checkout,
}

/// Expansions that were done before; the last one first.
#[derive(Debug, Default)]
pub(super) struct Expansions(Mutex<Vec<Arc<Done>>>);

/// An expansion with what it depends on.
#[derive(Debug)]
struct Done {
    surroundings: Surroundings,
    found: Arc<Found>,
    seen: Seen,
    expanded: Expanded,
}

/// What an expansion has seen of its tree.
#[derive(Debug, Default)]
struct Seen {
    folders: Folder,
    /// What was seen through links, which the ids of folders do not cover.
    through_links: BTreeMap<(TreePath, Look), String>,
    revisions: BTreeMap<String, String>,
    tags: Option<Vec<String>>,
    roots: Vec<Root>,
    /// Folders, and whether the revision that this one is compared with renders them.
    of_other: BTreeMap<TreePath, bool>,
}

/// What was seen in a folder and below it; as long as its id is the same, all of that is.
#[derive(Debug, Default)]
struct Folder {
    id: Option<ContentId>,
    looks: BTreeMap<(String, Look), String>,
    folders: BTreeMap<String, Self>,
}

/// How a path was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Look {
    /// Whether it is a file or a folder.
    Kind,
    /// The names in it.
    Names,
    /// Its content.
    Content,
    /// Whether it could make applications.
    Mentions,
    /// What it refers to, as a kustomization.
    Listing,
}

/// What is remembered of a question that has this answer; an empty text stands for the other.
const YES: &str = "yes";

/// A root whose manifests were looked at.
#[derive(Debug)]
struct Root {
    application: Application,
    cluster: Cluster,
    /// The hash of all that its render depends on.
    key: Option<[u8; 32]>,
}

impl Expansions {
    /// The expansion of what `watched` watches, if one was done that would see the same.
    pub(super) fn find(
        &self,
        surroundings: &Surroundings,
        found: &Arc<Found>,
        watched: &Watched<'_>,
        roots: &dyn RootRenderer,
    ) -> Option<Expanded> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let done = known.into_iter().find(|done| {
            done.surroundings == *surroundings
                && (Arc::ptr_eq(&done.found, found) || done.found == *found)
                && done.seen.holds(watched, roots)
        })?;
        self.put(Arc::clone(&done));
        Some(done.expanded.clone())
    }

    fn put(&self, done: Arc<Done>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| !Arc::ptr_eq(other, &done));
        known.insert(0, done);
        known.truncate(KEPT);
    }

    /// Keeps an expansion with what `watched` has seen of it.
    pub(super) fn keep(
        &self,
        surroundings: Surroundings,
        found: Arc<Found>,
        watched: Watched<'_>,
        expanded: &Expanded,
    ) {
        let seen = watched.into_seen();
        // A root without a key cannot be checked.
        if seen.roots.iter().all(|root| root.key.is_some()) {
            let expanded = expanded.clone();
            self.put(Arc::new(Done { surroundings, found, seen, expanded }));
        }
    }
}

impl Seen {
    /// Whether a tree would be seen in the same way.
    fn holds(&self, watched: &Watched<'_>, roots: &dyn RootRenderer) -> bool {
        let Watched { tree, memo, rendered, .. } = *watched;
        self.folders.holds(&TreePath::root(), tree, memo)
            && self
                .through_links
                .iter()
                .all(|((path, look), answer)| look.at(path, tree, memo) == *answer)
            && self.revisions.iter().all(|(name, id)| revision(tree, name) == *id)
            && self.tags.as_ref().is_none_or(|tags| *tags == tree.tags())
            && self.roots.iter().all(|root| {
                root.key.is_some()
                    && roots.root_key(tree, &root.application, &root.cluster) == root.key
            })
            && self.of_other.iter().all(|(path, was)| rendered.contains(path) == *was)
    }
}

impl Folder {
    fn holds(&self, path: &TreePath, tree: &dyn Tree, memo: &Memo) -> bool {
        if self.id == folder_id(tree, path) {
            return true;
        }
        self.looks.iter().all(|((name, look), answer)| {
            let path = if name.is_empty() { path.clone() } else { path.child(name) };
            look.at(&path, tree, memo) == *answer
        }) && self.folders.iter().all(|(name, folder)| folder.holds(&path.child(name), tree, memo))
    }

    /// Notes an answer below this folder, which lies at `at`.
    fn note(&mut self, at: &TreePath, rest: &str, look: Look, answer: String, tree: &dyn Tree) {
        match rest.split_once('/') {
            None => drop(self.looks.insert((rest.to_owned(), look), answer)),
            Some((name, rest)) => {
                let at = at.child(name);
                let folder = self
                    .folders
                    .entry(name.to_owned())
                    .or_insert_with(|| Self { id: folder_id(tree, &at), ..Self::default() });
                folder.note(&at, rest, look, answer, tree);
            }
        }
    }
}

impl Look {
    /// What is seen at a path; mistakes are told apart too.
    fn at(self, path: &TreePath, tree: &dyn Tree, memo: &Memo) -> String {
        match self {
            Self::Kind => match tree.entry(path) {
                Ok(entry) => kind(entry.as_ref()),
                Err(error) => error.to_string(),
            },
            Self::Names => match tree.list(path) {
                Ok(Some(entries)) => names(&entries),
                Ok(None) => String::new(),
                Err(error) => error.to_string(),
            },
            Self::Content => match tree.entry(path) {
                Ok(entry) => content(entry.as_ref()),
                Err(error) => error.to_string(),
            },
            Self::Listing => told(tree.listing(path).as_ref()),
            Self::Mentions => match memo.makes_applications(tree, path) {
                true => YES.to_owned(),
                false => String::new(),
            },
        }
    }
}

fn kind(entry: Option<&Entry>) -> String {
    entry.map_or_else(String::new, |entry| format!("{:?}", entry.kind))
}

fn content(entry: Option<&Entry>) -> String {
    entry.map_or_else(String::new, |entry| entry.id.to_string())
}

fn told(listing: Option<&Listing>) -> String {
    let text = listing.map(|listing| format!("{listing:?}"));
    text.map_or_else(String::new, |text| blake3::hash(text.as_bytes()).to_hex().to_string())
}

fn names(entries: &[Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in entries {
        hasher.update(&(entry.name.len() as u64).to_le_bytes());
        hasher.update(entry.name.as_bytes());
        hasher.update(&[entry.kind as u8]);
    }
    hasher.finalize().to_hex().to_string()
}

fn folder_id(tree: &dyn Tree, path: &TreePath) -> Option<ContentId> {
    if *path == TreePath::root() {
        return Some(tree.id());
    }
    tree.entry(path).ok().flatten().map(|entry| entry.id)
}

fn revision(tree: &dyn Tree, name: &str) -> String {
    match tree.at(name) {
        Ok(found) => found.map_or_else(String::new, |found| found.id().to_string()),
        Err(error) => error.to_string(),
    }
}

/// A tree that notes what is seen of it. Who reads from it must not depend on the ids that it gives,
/// only on kinds, names and contents.
pub(super) struct Watched<'t> {
    tree: &'t dyn Tree,
    memo: &'t Memo,
    /// Folders that the revision which this one is compared with renders.
    rendered: &'t BTreeSet<TreePath>,
    seen: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    looks: HashMap<(TreePath, Look), String>,
    /// What was found: thousands of applications look at the same paths.
    entries: HashMap<TreePath, Option<Entry>>,
    revisions: BTreeMap<String, String>,
    tags: Option<Vec<String>>,
    roots: Vec<Root>,
    of_other: BTreeMap<TreePath, bool>,
}

impl<'t> Watched<'t> {
    pub(super) fn new(
        tree: &'t dyn Tree,
        memo: &'t Memo,
        rendered: &'t BTreeSet<TreePath>,
    ) -> Self {
        Self { tree, memo, rendered, seen: Mutex::default() }
    }

    /// The tree itself, for those whose looks are noted in another way.
    pub(super) fn unwatched(&self) -> &'t dyn Tree {
        self.tree
    }

    /// As [`Memo::makes_applications`]; many applications share what they are rendered from.
    pub(super) fn makes_applications(&self, path: &TreePath) -> bool {
        let key = (path.clone(), Look::Mentions);
        if let Some(known) = self.noted().looks.get(&key) {
            return known == YES;
        }
        let answer = Look::Mentions.at(path, self.tree, self.memo);
        let found = answer == YES;
        self.noted().looks.insert(key, answer);
        found
    }

    /// Whether an application of the revision that this one is compared with renders a folder.
    pub(super) fn is_rendered_by_other(&self, path: &TreePath) -> bool {
        let is_rendered = self.rendered.contains(path);
        self.noted().of_other.insert(path.clone(), is_rendered);
        is_rendered
    }

    /// Notes that the manifests of a root are looked at.
    pub(super) fn note_root(
        &self,
        application: &Application,
        cluster: &Cluster,
        roots: &dyn RootRenderer,
    ) {
        let key = roots.root_key(self.tree, application, cluster);
        let root = Root { application: application.clone(), cluster: cluster.clone(), key };
        self.noted().roots.push(root);
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lies at a path, for whoever notes that it was looked at.
    fn found(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        if let Some(found) = self.noted().entries.get(path) {
            return Ok(found.clone());
        }
        let found = self.tree.entry(path);
        match &found {
            Ok(entry) => drop(self.noted().entries.insert(path.clone(), entry.clone())),
            // What is wrong is an answer too.
            Err(error) => {
                for look in [Look::Kind, Look::Content] {
                    self.note(path, look, || error.to_string());
                }
            }
        }
        found
    }

    fn note(&self, path: &TreePath, look: Look, answer: impl FnOnce() -> String) {
        self.noted().looks.entry((path.clone(), look)).or_insert_with(answer);
    }

    fn into_seen(self) -> Seen {
        let Self { tree, seen, .. } = self;
        let Noted { looks, revisions, tags, roots, of_other, .. } =
            seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut folders = Folder { id: Some(tree.id()), ..Folder::default() };
        let mut through_links = BTreeMap::new();
        let mut links = BTreeMap::new();
        for ((path, look), answer) in looks {
            if leads_through_link(tree, &path, &mut links) {
                through_links.insert((path, look), answer);
            } else {
                folders.note(&TreePath::root(), path.as_str(), look, answer, tree);
            }
        }
        Seen { folders, through_links, revisions, tags, roots, of_other }
    }
}

/// Whether a path or a folder above it is a link.
fn leads_through_link(
    tree: &dyn Tree,
    path: &TreePath,
    known: &mut BTreeMap<TreePath, bool>,
) -> bool {
    let Some(parent) = path.parent() else { return false };
    if let Some(known) = known.get(path) {
        return *known;
    }
    let is_link = || {
        let entries = tree.list(&parent).ok().flatten();
        entries.is_some_and(|entries| {
            let at = entries.binary_search_by(|entry| (*entry.name).cmp(path.name()));
            at.is_ok_and(|at| entries[at].kind == EntryKind::Link)
        })
    };
    let is_through = leads_through_link(tree, &parent, known) || is_link();
    known.insert(path.clone(), is_through);
    is_through
}

impl Listings for Watched<'_> {
    fn listing(&self, file: &TreePath) -> Option<Listing> {
        let listing = self.tree.listing(file);
        self.note(file, Look::Listing, || told(listing.as_ref()));
        listing
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        self.entry(path).ok().flatten().map(|entry| entry.kind)
    }
}

impl Tree for Watched<'_> {
    fn id(&self) -> ContentId {
        self.tree.id()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let found = self.found(path)?;
        self.note(path, Look::Kind, || kind(found.as_ref()));
        Ok(found)
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        self.note(path, Look::Names, || Look::Names.at(path, self.tree, self.memo));
        self.tree.list(path)
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        let found = self.found(path)?;
        self.note(path, Look::Content, || content(found.as_ref()));
        if found.is_some() { self.tree.read(path) } else { Ok(None) }
    }

    fn at(&self, name: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        let answer = revision(self.tree, name);
        self.noted().revisions.insert(name.to_owned(), answer);
        self.tree.at(name)
    }

    fn tags(&self) -> Vec<String> {
        let tags = self.tree.tags();
        self.noted().tags = Some(tags.clone());
        tags
    }
}
