//! Which files of a tree describe something to Argo CD, remembered by folder content.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use zij_goyaml::Node;

use super::{
    listing::{Listing, Listings},
    object::{Object, objects_of},
    settings::KEYS,
};
use crate::{
    inventory::{ClusterName, Lock, Problem, Severity, remember::Inventories},
    source::{ContentId, EntryKind, Place, Tree, TreePath},
};

/// Folders deeper than this are not looked into.
const MAX_DEPTH: usize = 24;
/// Folders deeper than this are not looked into for links either.
const DEEPEST: usize = 128;
/// Files larger than this are no hand-written manifests.
const MAX_BYTES: usize = 4 << 20;
/// Of so many files it is remembered whether they mention an application.
const REMEMBERED: usize = 1 << 18;
/// So many paths are remembered in what was found in folders; a fleet's root has thousands.
const REMEMBERED_PATHS: usize = 1 << 18;

/// What is remembered between inventories, by content; a store that several revisions share.
#[derive(Debug, Default)]
pub struct Memo {
    folders: Mutex<Folders>,
    mentions: Mutex<HashMap<ContentId, bool>>,
    /// The links below folders.
    links: Mutex<HashMap<ContentId, Arc<[String]>>>,
    pub(in crate::inventory) inventories: Inventories,
}

/// What was found in folders, by content.
#[derive(Debug, Default)]
struct Folders {
    found: HashMap<ContentId, Arc<Found>>,
    /// How many paths that are.
    paths: usize,
}

impl Folders {
    fn insert(&mut self, id: ContentId, found: &Arc<Found>) {
        self.paths += 1 + found.len();
        if self.paths > REMEMBERED_PATHS {
            *self = Self { found: HashMap::new(), paths: 1 + found.len() };
        }
        self.found.insert(id, Arc::clone(found));
    }
}

/// What a folder holds, by paths below it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::inventory) struct Found {
    /// Files that mention an object of Argo CD or a cluster.
    pub(in crate::inventory) files: Vec<String>,
    /// Folders with a kustomization file, and its name.
    pub(super) kustomizations: Vec<(String, &'static str)>,
    /// Folders with a chart whose templates make applications.
    pub(super) charts: Vec<String>,
    /// Files that mention an object of Flux.
    pub(in crate::inventory) flux: Vec<String>,
    /// Files with a `ConfigMap` or a `Secret`.
    pub(in crate::inventory) data: Vec<String>,
}

/// Names of a kustomization file.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

impl Memo {
    /// Lets go of what is seldom asked for again, for a process that waits.
    pub fn rest(&self) {
        self.inventories.keep_last();
    }

    /// What lies below the root of `tree`.
    pub(in crate::inventory) fn scan(&self, tree: &dyn Tree) -> Arc<Found> {
        self.folder(tree, &TreePath::root(), &tree.id(), 0)
    }

    fn folder(&self, tree: &dyn Tree, path: &TreePath, id: &ContentId, depth: usize) -> Arc<Found> {
        let folders = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folders().found.get(id).cloned();
        if let Some(found) = known {
            return found;
        }
        let found = Arc::new(self.read_folder(tree, path, depth));
        folders().insert(id.clone(), &found);
        found
    }

    fn read_folder(&self, tree: &dyn Tree, path: &TreePath, depth: usize) -> Found {
        let mut found = Found::default();
        let Ok(Some(entries)) = tree.list(path) else { return found };
        let has = |name: &str| entries.iter().any(|entry| &*entry.name == name);
        if let Some(name) = KUSTOMIZATIONS.iter().find(|name| has(name)) {
            found.kustomizations.push((String::new(), name));
        }
        let is_chart = has("Chart.yaml");
        if is_chart && self.makes_applications(tree, &path.child("templates")) {
            found.charts.push(String::new());
        }
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            let child = path.child(&entry.name);
            let is_hidden = entry.name.starts_with('.');
            // Templates are no manifests, and subcharts are not deployed on their own.
            let is_inside_chart = is_chart && matches!(&*entry.name, "templates" | "charts");
            match entry.kind {
                EntryKind::Folder if Lock::is_folder_of_copies(tree, &child) => {}
                EntryKind::Folder if !is_hidden && !is_inside_chart && depth < MAX_DEPTH => {
                    let below = self.folder(tree, &child, &entry.id, depth + 1);
                    found.add_below(&entry.name, &below);
                }
                EntryKind::File if is_manifest_name(&entry.name) && !is_hidden => {
                    if let Ok(Some(bytes)) = tree.read(&child) {
                        found.add_file(&entry.name, &bytes);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// A link of the tree that leads out of it, for which Argo CD renders nothing of a repository
    /// (Source: Argo CD, `util/app/path/path.go`, `CheckOutOfBoundsSymlinks`).
    pub(in crate::inventory) fn leaving_link(&self, tree: &dyn Tree) -> Option<TreePath> {
        let links = self.links(tree, &TreePath::root(), &tree.id(), 0);
        let mut paths = links.iter().filter_map(|path| TreePath::parse(path).ok());
        paths.find(|path| tree.entry(path).is_err_and(|error| error.leaves_the_tree()))
    }

    fn links(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
        id: &ContentId,
        depth: usize,
    ) -> Arc<[String]> {
        let memory = || self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let known = memory().get(id).cloned();
        if let Some(known) = known {
            return known;
        }
        let mut found = Vec::new();
        let entries = tree.list(path).ok().flatten().unwrap_or_else(|| [].into());
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            match entry.kind {
                EntryKind::Link => found.push(entry.name.to_string()),
                EntryKind::Folder if depth < DEEPEST => {
                    let below = self.links(tree, &path.child(&entry.name), &entry.id, depth + 1);
                    found.extend(below.iter().map(|link| format!("{}/{link}", entry.name)));
                }
                _ => {}
            }
        }
        let found: Arc<[String]> = found.into();
        let mut memory = memory();
        if memory.len() >= REMEMBERED {
            memory.clear();
        }
        memory.insert(id.clone(), Arc::clone(&found));
        found
    }

    /// Whether any text below a folder could become an application or a set of them.
    pub(in crate::inventory) fn makes_applications(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
    ) -> bool {
        let Ok(Some(entry)) = tree.entry(path) else { return false };
        let known =
            self.mentions.lock().unwrap_or_else(PoisonError::into_inner).get(&entry.id).copied();
        if let Some(known) = known {
            return known;
        }
        let found = match entry.kind {
            EntryKind::File => {
                tree.read(path).ok().flatten().is_some_and(|bytes| mentions_application(&bytes))
            }
            EntryKind::Folder => tree.list(path).ok().flatten().is_some_and(|entries| {
                entries
                    .iter()
                    .filter(|entry| !entry.name.is_empty())
                    .any(|entry| self.makes_applications(tree, &path.child(&entry.name)))
            }),
            EntryKind::Link | EntryKind::Submodule => false,
        };
        let mut mentions = self.mentions.lock().unwrap_or_else(PoisonError::into_inner);
        if mentions.len() >= REMEMBERED {
            mentions.clear();
        }
        mentions.insert(entry.id, found);
        found
    }
}

impl Found {
    /// How many paths it holds.
    fn len(&self) -> usize {
        let Self { files, kustomizations, charts, flux, data } = self;
        files.len() + kustomizations.len() + charts.len() + flux.len() + data.len()
    }

    fn add_file(&mut self, name: &str, bytes: &[u8]) {
        if is_of_interest(bytes) {
            self.files.push(name.to_owned());
        }
        if bytes.len() > MAX_BYTES {
            return;
        }
        if contains(bytes, b".fluxcd.io/") || contains(bytes, b"fluxcd.controlplane.io/") {
            self.flux.push(name.to_owned());
        }
        if contains(bytes, b"kind: ConfigMap") || contains(bytes, b"kind: Secret") {
            self.data.push(name.to_owned());
        }
    }

    fn add_below(&mut self, name: &str, below: &Self) {
        let join = |rest: &String| match rest.is_empty() {
            true => name.to_owned(),
            false => format!("{name}/{rest}"),
        };
        self.files.extend(below.files.iter().map(join));
        self.kustomizations.extend(below.kustomizations.iter().map(|(at, file)| (join(at), *file)));
        self.charts.extend(below.charts.iter().map(join));
        self.flux.extend(below.flux.iter().map(join));
        self.data.extend(below.data.iter().map(join));
    }
}

/// The objects of a file that stands in the tree, and where it cannot be read.
pub(super) fn objects_in(
    tree: &dyn Tree,
    path: &TreePath,
    instance: &ClusterName,
) -> (Vec<Object>, Option<Problem>) {
    let Ok(Some(bytes)) = tree.read(path) else { return (Vec::new(), None) };
    let object = |(line, node): (usize, Arc<Node>)| {
        // An item of a list, or a document that begins with comments, stands below its first line.
        let own = node.span.start.line as usize;
        let place = Place::line(Arc::<str>::from(path.as_str()), line);
        (own > 0).then_some(Object { node, place, chain: Vec::new(), instance: instance.clone() })
    };
    let parsed = objects_of(&bytes);
    let fault = parsed.fault.map(|(line, message)| Problem {
        // Whatever it describes is unknown; files that never were manifests describe nothing.
        severity: Severity::Warning,
        message: format!("{path} cannot be read: {message}"),
        place: Some(Place::line(Arc::<str>::from(path.as_str()), line)),
        hint: None,
    });
    (parsed.objects.into_iter().filter_map(object).collect(), fault)
}

/// What a kustomization reads, as far as its files say: its manifests, and whether anything else
/// changes them.
#[derive(Debug, Default)]
pub(in crate::inventory) struct Closure {
    /// Manifests, in the order of the kustomizations.
    pub(super) files: BTreeSet<TreePath>,
    /// Folders of the kustomizations, the outermost among them.
    pub(super) folders: BTreeSet<TreePath>,
    /// A kustomization that changes what it lists.
    pub(super) changed_by: Option<TreePath>,
}

impl Closure {
    /// The closure of the kustomization at `path`.
    pub(in crate::inventory) fn of<T: Listings + ?Sized>(tree: &T, path: &TreePath) -> Self {
        let mut closure = Self::default();
        closure.folder(tree, path);
        closure
    }

    fn folder<T: Listings + ?Sized>(&mut self, tree: &T, path: &TreePath) {
        if self.folders.len() > 2000 || !self.folders.insert(path.clone()) {
            return;
        }
        let Some((file, listing)) = kustomization(tree, path) else { return };
        if listing.changes {
            self.changed_by.get_or_insert(file);
        }
        for resource in &listing.resources {
            let Ok(target) = path.join(resource) else { continue };
            match tree.kind(&target) {
                Some(EntryKind::Folder) => self.folder(tree, &target),
                Some(EntryKind::File) => {
                    self.files.insert(target);
                }
                _ => {}
            }
        }
    }
}

/// The kustomization file of a folder.
fn kustomization<T: Listings + ?Sized>(tree: &T, path: &TreePath) -> Option<(TreePath, Listing)> {
    KUSTOMIZATIONS.iter().find_map(|name| {
        let file = path.child(name);
        let listing = tree.listing(&file)?;
        Some((file, listing))
    })
}

/// Folders that another kustomization names, and files that any names.
pub(in crate::inventory) fn referenced<T: Listings + ?Sized>(
    tree: &T,
    found: &Found,
) -> (BTreeSet<TreePath>, BTreeSet<TreePath>) {
    let (mut folders, mut files) = (BTreeSet::new(), BTreeSet::new());
    for (folder, _) in &found.kustomizations {
        let Ok(path) = TreePath::parse(folder) else { continue };
        let closure = Closure::of(tree, &path);
        folders.extend(closure.folders.into_iter().filter(|folder| *folder != path));
        files.extend(closure.files);
        if let Some((_, listing)) = kustomization(tree, &path) {
            files.extend(listing.patches.iter().filter_map(|name| path.join(name).ok()));
        }
    }
    (folders, files)
}

fn is_manifest_name(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json")
}

fn is_of_interest(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_BYTES
        && (mentions_application(bytes)
            || contains(bytes, b"kind: AppProject")
            || contains(bytes, b"argocd.argoproj.io/secret-type")
            || contains(bytes, b"name: argocd-cm")
            || contains(bytes, b"kind: ArgoCD")
            || KEYS.iter().any(|key| contains(bytes, key.as_bytes())))
}

/// Whether a text holds `kind: Application` or `kind: ApplicationSet`, in YAML or JSON.
pub(super) fn mentions_application(bytes: &[u8]) -> bool {
    [
        &b"kind: Application"[..],
        b"kind: \"Application",
        b"kind: 'Application",
        b"\"kind\": \"Application",
        b"\"kind\":\"Application",
    ]
    .iter()
    .any(|part| contains(bytes, part))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let Some((&first, _)) = part.split_first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Labels or annotations as texts.
pub(in crate::inventory) fn text_entries(
    node: &Node,
    keys: &[&str],
) -> BTreeMap<Arc<str>, Arc<str>> {
    super::object::entries(node, keys)
        .map(|entry| (Arc::clone(&entry.key), Arc::from(super::object::shown(&entry.value))))
        .collect()
}
