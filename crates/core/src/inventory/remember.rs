//! Inventories that were read before, and what each has looked at: an inventory is the same as long
//! as all that was seen for it is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use super::{
    Application, AssumedRoot, Checkout, Cluster, Inventory, Memo, RootRenderer, Rule,
    argo::{Found, Listing, Listings},
    detect::Known,
};
use crate::source::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath};

/// How many inventories are kept: those of two revisions that are compared, and the next one.
const KEPT: usize = 3;

/// What an inventory depends on besides its tree and the revision that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) config: String,
    pub(super) checkout: Checkout,
    /// What may describe objects of deployment tools; absent where they are not looked for.
    pub(super) found: Option<Arc<Found>>,
    /// A link that leads out of the tree.
    pub(super) leaving_link: Option<TreePath>,
}

/// Inventories that were read before; the last one first.
#[derive(Debug, Default)]
pub(super) struct Inventories(Mutex<Vec<Arc<Done>>>);

/// An inventory with what it depends on.
#[derive(Debug)]
struct Done {
    surroundings: Surroundings,
    /// How the revision that it is compared with was read; absent where that does not matter.
    known: Option<Known>,
    seen: Mutex<Seen>,
    inventory: Arc<Inventory>,
    /// Whether its inventory lies close together in memory.
    is_compact: bool,
}

/// The revision that one is compared with.
#[derive(Debug, Default)]
pub(super) struct Other<'a> {
    inventory: Option<&'a Inventory>,
    rendered: OnceLock<BTreeSet<TreePath>>,
}

/// What the revision that one is compared with makes of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InOther {
    /// It is taken for a root there.
    pub(super) root: Option<AssumedRoot>,
    /// An application of Argo CD renders it there.
    pub(super) is_rendered: bool,
}

/// What was seen of a tree.
#[derive(Debug, Default)]
struct Seen {
    folders: Folder,
    /// What was seen through links, which the ids of folders do not cover.
    through_links: BTreeMap<(TreePath, Look), String>,
    revisions: BTreeMap<String, String>,
    tags: Option<Vec<String>>,
    roots: Vec<Root>,
    /// Folders, and what the revision that this one is compared with makes of them.
    of_other: BTreeMap<TreePath, InOther>,
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

impl Inventories {
    /// The inventory of what `watched` watches, if one was read that would see the same.
    pub(super) fn find(
        &self,
        surroundings: &Surroundings,
        known: &Known,
        watched: &Watched<'_>,
        roots: &dyn RootRenderer,
    ) -> Option<Arc<Inventory>> {
        let kept = self.kept().clone();
        let done = kept.into_iter().find(|done| {
            done.surroundings == *surroundings
                && done.known.as_ref().is_none_or(|of_other| of_other == known)
                && done.seen().holds(watched, roots)
        })?;
        self.put(Arc::clone(&done));
        Some(Arc::clone(&done.inventory))
    }

    /// Keeps an inventory with what `watched` has seen of its tree; what it has in common with the
    /// one before is held once.
    pub(super) fn keep(
        &self,
        surroundings: Surroundings,
        known: Option<Known>,
        watched: Watched<'_>,
        mut inventory: Inventory,
    ) -> Arc<Inventory> {
        let before = self.kept().first().map(|done| Arc::clone(&done.inventory));
        if let Some(before) = before {
            inventory.share_cells(&before);
        }
        let inventory = Arc::new(inventory);
        let seen = watched.into_seen();
        // A root without a key cannot be checked.
        if seen.roots.iter().all(|root| root.key.is_some()) {
            let inventory = Arc::clone(&inventory);
            let seen = Mutex::new(seen);
            let is_compact = false;
            self.put(Arc::new(Done { surroundings, known, seen, inventory, is_compact }));
        }
        inventory
    }

    /// Lets go of all but the last one that has cells, and lets that one lie close together.
    pub(super) fn keep_last(&self) {
        let mut kept = self.kept();
        let last = kept.iter().position(|done| !done.inventory.cells.is_empty());
        let last = last.map(|last| kept.swap_remove(last));
        kept.clear();
        kept.extend(last.map(|last| match Arc::try_unwrap(last) {
            Ok(last) => Arc::new(last.compact()),
            // Somebody looks at it.
            Err(last) => last,
        }));
    }

    fn put(&self, done: Arc<Done>) {
        let mut kept = self.kept();
        kept.retain(|other| !Arc::ptr_eq(other, &done));
        kept.insert(0, done);
        kept.truncate(KEPT);
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Done>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Done {
    fn compact(self) -> Self {
        if self.is_compact {
            return self;
        }
        Self { inventory: Arc::new(self.inventory.compact()), is_compact: true, ..self }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inventory {
    /// Holds cells that are equal to those of another inventory once.
    fn share_cells(&mut self, other: &Self) {
        for (id, cell) in &mut self.cells {
            if let Some(known) = other.cells.get(id).filter(|known| *known == cell) {
                *cell = Arc::clone(known);
            }
        }
    }
}

impl<'a> Other<'a> {
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        Self { inventory: Some(inventory), rendered: OnceLock::new() }
    }

    fn makes_of(&self, path: &TreePath) -> InOther {
        let Some(inventory) = self.inventory else { return InOther::default() };
        let root = inventory.assumed.roots.iter().find(|root| root.path == *path);
        let rendered = self.rendered.get_or_init(|| {
            let cells = inventory.cells.values().filter(|cell| cell.origin.rule == Rule::ArgoCd);
            let sources = cells.flat_map(|cell| &cell.sources);
            let paths = sources.filter_map(|source| source.at.own_folder());
            let distinct: BTreeSet<&TreePath> = paths.collect();
            distinct.into_iter().cloned().collect()
        });
        InOther { root: root.cloned(), is_rendered: rendered.contains(path) }
    }
}

impl Seen {
    /// Whether a tree would be seen in the same way; what was compared is held by its ids in that
    /// tree from then on, so that the next one costs what differs from it.
    fn holds(&mut self, watched: &Watched<'_>, roots: &dyn RootRenderer) -> bool {
        let Watched { tree, memo, other, .. } = *watched;
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
            && self.of_other.iter().all(|(path, was)| other.makes_of(path) == *was)
    }
}

impl Folder {
    fn holds(&mut self, path: &TreePath, tree: &dyn Tree, memo: &Memo) -> bool {
        let id = folder_id(tree, path);
        if self.id == id {
            return true;
        }
        let holds = self.looks.iter().all(|((name, look), answer)| {
            let path = if name.is_empty() { path.clone() } else { path.child(name) };
            look.at(&path, tree, memo) == *answer
        }) && self
            .folders
            .iter_mut()
            .all(|(name, folder)| folder.holds(&path.child(name), tree, memo));
        if holds {
            self.id = id;
        }
        holds
    }

    /// Notes an answer below this folder, whose own path is the first `length` bytes of `path`.
    fn note(&mut self, path: &str, length: usize, look: Look, answer: String, tree: &dyn Tree) {
        let rest = path[length..].trim_start_matches('/');
        let Some((name, _)) = rest.split_once('/') else {
            self.looks.insert((rest.to_owned(), look), answer);
            return;
        };
        let length = path.len() - rest.len() + name.len();
        if let Some(folder) = self.folders.get_mut(name) {
            return folder.note(path, length, look, answer, tree);
        }
        let id = TreePath::parse(&path[..length]).ok().and_then(|path| folder_id(tree, &path));
        let mut folder = Self { id, ..Self::default() };
        folder.note(path, length, look, answer, tree);
        self.folders.insert(name.to_owned(), folder);
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
    /// The revision that this one is compared with.
    other: &'t Other<'t>,
    seen: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    paths: HashMap<TreePath, NotedPath>,
    /// Kustomizations that were read: those of many clusters lead to the same ones.
    listings: HashMap<TreePath, Option<Listing>>,
    revisions: BTreeMap<String, String>,
    tags: Option<Vec<String>>,
    roots: Vec<Root>,
    of_other: BTreeMap<TreePath, InOther>,
}

/// What was seen at a path.
#[derive(Default)]
struct NotedPath {
    /// What lies there: thousands of applications look at the same paths.
    entry: Option<Option<Entry>>,
    looks: Vec<(Look, String)>,
}

impl NotedPath {
    fn answer(&self, look: Look) -> Option<&str> {
        self.looks.iter().find(|(known, _)| *known == look).map(|(_, answer)| &**answer)
    }

    fn note(&mut self, look: Look, answer: impl FnOnce() -> String) {
        if self.answer(look).is_none() {
            self.looks.push((look, answer()));
        }
    }
}

impl Noted {
    fn note(&mut self, path: &TreePath, look: Look, answer: impl FnOnce() -> String) {
        match self.paths.get_mut(path) {
            Some(known) => known.note(look, answer),
            None => {
                let new = NotedPath { entry: None, looks: vec![(look, answer())] };
                self.paths.insert(path.clone(), new);
            }
        }
    }
}

impl<'t> Watched<'t> {
    pub(super) fn new(tree: &'t dyn Tree, memo: &'t Memo, other: &'t Other<'t>) -> Self {
        Self { tree, memo, other, seen: Mutex::default() }
    }

    /// The tree itself, for those whose looks are noted in another way.
    pub(super) fn unwatched(&self) -> &'t dyn Tree {
        self.tree
    }

    /// As [`Memo::makes_applications`]; many applications share what they are rendered from.
    pub(super) fn makes_applications(&self, path: &TreePath) -> bool {
        let known = |noted: &Noted| Some(noted.paths.get(path)?.answer(Look::Mentions)? == YES);
        if let Some(known) = known(&self.noted()) {
            return known;
        }
        let answer = Look::Mentions.at(path, self.tree, self.memo);
        let found = answer == YES;
        self.noted().note(path, Look::Mentions, || answer);
        found
    }

    /// What the revision that this one is compared with makes of a folder.
    pub(super) fn in_other(&self, path: &TreePath) -> InOther {
        let found = self.other.makes_of(path);
        self.noted().of_other.insert(path.clone(), found.clone());
        found
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

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lies at a path; that it was looked at is noted with what it shows of that.
    fn found(
        &self,
        path: &TreePath,
        look: Look,
        answer: impl Fn(Option<&Entry>) -> String,
    ) -> Result<Option<Entry>, SourceError> {
        {
            let mut noted = self.noted();
            if let Some(known) = noted.paths.get_mut(path)
                && let Some(found) = known.entry.clone()
            {
                known.note(look, || answer(found.as_ref()));
                return Ok(found);
            }
        }
        let found = self.tree.entry(path);
        let mut noted = self.noted();
        match &found {
            Ok(entry) => {
                noted.note(path, look, || answer(entry.as_ref()));
                if let Some(known) = noted.paths.get_mut(path) {
                    known.entry = Some(entry.clone());
                }
            }
            // What is wrong is an answer too.
            Err(error) => noted.note(path, look, || error.to_string()),
        }
        found
    }

    fn note(&self, path: &TreePath, look: Look, answer: impl FnOnce() -> String) {
        self.noted().note(path, look, answer);
    }

    fn into_seen(self) -> Seen {
        let Self { tree, seen, .. } = self;
        let Noted { paths, revisions, tags, roots, of_other, .. } =
            seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut folders = Folder { id: Some(tree.id()), ..Folder::default() };
        let mut through_links = BTreeMap::new();
        let mut links = Links { tree, folders: HashMap::new() };
        for (path, NotedPath { looks, .. }) in paths {
            let leads_through_link = links.lead_to(&path);
            for (look, answer) in looks {
                if leads_through_link {
                    through_links.insert((path.clone(), look), answer);
                } else {
                    folders.note(path.as_str(), 0, look, answer, tree);
                }
            }
        }
        Seen { folders, through_links, revisions, tags, roots, of_other }
    }
}

/// The links of a tree, as far as they were asked for.
struct Links<'t> {
    tree: &'t dyn Tree,
    folders: HashMap<TreePath, LinksOfFolder>,
}

/// Whether a folder is reached through a link, and the names of the links in it.
struct LinksOfFolder {
    is_through: bool,
    names: Vec<Box<str>>,
}

impl Links<'_> {
    /// Whether a path or a folder above it is a link.
    fn lead_to(&mut self, path: &TreePath) -> bool {
        let Some((folder, name)) = path
            .as_str()
            .rsplit_once('/')
            .or_else(|| (*path != TreePath::root()).then_some(("", path.as_str())))
        else {
            return false;
        };
        let leads = |known: &LinksOfFolder| {
            known.is_through || known.names.iter().any(|link| **link == *name)
        };
        if let Some(known) = self.folders.get(folder) {
            return leads(known);
        }
        let folder = path.parent().unwrap_or_default();
        let is_through = self.lead_to(&folder);
        let entries = self.tree.list(&folder).ok().flatten();
        let entries = entries.iter().flat_map(|entries| entries.iter());
        let links = entries.filter(|entry| entry.kind == EntryKind::Link);
        let names = links.map(|entry| entry.name.clone()).collect();
        let known = LinksOfFolder { is_through, names };
        let leads = leads(&known);
        self.folders.insert(folder, known);
        leads
    }
}

impl Listings for Watched<'_> {
    fn listing(&self, file: &TreePath) -> Option<Listing> {
        if let Some(known) = self.noted().listings.get(file) {
            return known.clone();
        }
        let listing = self.tree.listing(file);
        let mut noted = self.noted();
        noted.note(file, Look::Listing, || told(listing.as_ref()));
        noted.listings.insert(file.clone(), listing.clone());
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
        self.found(path, Look::Kind, kind)
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        self.note(path, Look::Names, || Look::Names.at(path, self.tree, self.memo));
        self.tree.list(path)
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        let found = self.found(path, Look::Content, content)?;
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
