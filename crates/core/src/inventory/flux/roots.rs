//! Where Flux begins on each cluster.

use std::collections::{BTreeMap, BTreeSet};

use zij_goyaml::Node;

use super::{
    cluster::strict_by,
    item::{FLUX_SYSTEM, HELM, Item, KUSTOMIZE, Key, items_in},
};
use crate::{
    inventory::{
        Problem, Severity,
        object::{at, entry, filled, shown, string, text},
    },
    source::{EntryKind, Place, Tree, TreePath},
};

/// The file in which `flux bootstrap` describes what it follows.
const SYNC_FILE: &str = "gotk-sync.yaml";
/// The version of Flux in which variables that are not set are errors.
const STRICT_SINCE: (u64, u64) = (2, 9);
/// Folders of clusters: what follows in a path is the cluster's name.
const FOLDERS: [&str; 4] = ["clusters", "environments", "envs", "cluster"];
/// Parts of a path that name no cluster.
const NAMELESS: [&str; 4] = ["flux", "flux-system", "sync", "config"];

/// The objects of Flux in a tree, as they are written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) items: Vec<Item>,
    pub(super) problems: Vec<Problem>,
}

/// A cluster and the objects that are applied to it by hand.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) cluster: String,
    pub(super) place: Place,
    pub(super) items: Vec<Item>,
    /// The source that is followed.
    pub(super) source: Option<Key>,
    /// Whether variables that are not set are errors, where the entry says so.
    pub(super) strict: Option<bool>,
}

impl Written {
    pub(super) fn of(tree: &dyn Tree, files: &[String]) -> Self {
        let mut written = Self::default();
        for file in files {
            let Ok(path) = TreePath::parse(file) else { continue };
            let (items, problem) = items_in(tree, &path);
            written.items.extend(items);
            if let Some((line, message)) = problem {
                written.problems.push(Problem {
                    severity: Severity::Warning,
                    message: format!("objects of Flux cannot be read: {message}"),
                    place: Some(Place::line(file.as_str(), line)),
                    hint: None,
                });
            }
        }
        written
    }

    fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.group() == group && item.kind() == kind)
    }

    /// The entries that `flux bootstrap` or a Flux operator makes.
    pub(super) fn bootstrapped(&self) -> Vec<Entry> {
        let synced = self.of_kind(KUSTOMIZE, "Kustomization").filter(|item| {
            let is_named = item.name() == FLUX_SYSTEM && item.namespace() == FLUX_SYSTEM;
            let path = text(&item.node, &["spec", "path"]).unwrap_or_default();
            // What is applied by hand has no variables.
            (is_named || item.place.file.ends_with(SYNC_FILE)) && !path.contains("${")
        });
        let mut entries: Vec<Entry> = synced.map(|item| self.entry(item)).collect();
        entries.extend(self.instances());
        named(entries)
    }

    fn entry(&self, item: &Item) -> Entry {
        let file = &item.place.file;
        let beside = self.items.iter().filter(|other| other.place.file == *file);
        let sources = beside.filter(|other| other.is_referred()).cloned();
        Entry {
            cluster: text(&item.node, &["spec", "path"]).unwrap_or_default().to_owned(),
            place: item.place.clone(),
            items: sources.chain([item.clone()]).collect(),
            source: source_key(item),
            strict: None,
        }
    }

    /// What a `FluxInstance` follows, or the release of the chart that makes one.
    fn instances(&self) -> Vec<Entry> {
        let instances = self.of_kind("fluxcd.controlplane.io", "FluxInstance");
        let objects =
            instances.filter_map(|item| Some((item, at(&item.node, &["spec"])?, item.namespace())));
        let releases = self.of_kind(HELM, "HelmRelease");
        let values = releases.filter_map(|item| {
            Some((item, at(&item.node, &["spec", "values", "instance"])?, FLUX_SYSTEM))
        });
        let mut entries = Vec::new();
        for (item, instance, namespace) in objects.chain(values) {
            let Some(sync) = at(instance, &["sync"]) else { continue };
            let Some(path) = filled(sync, &["path"]) else { continue };
            let name = filled(sync, &["name"]).unwrap_or(namespace);
            let place = item.place_of(sync);
            let items = synced(sync, namespace, name, path)
                .into_iter()
                .map(|node| Item { is_written: false, ..Item::written(node.into(), place.clone()) })
                .collect();
            let kind = filled(sync, &["kind"]).unwrap_or("GitRepository");
            let source = Some(Key::new(kind, namespace, name));
            let strict = strict_instance(instance);
            entries.push(Entry { cluster: path.to_owned(), place, items, source, strict });
        }
        entries
    }

    /// Objects that no entry leads to, by the folder that the outermost of them lie in: those
    /// whose file lies below no path of another.
    pub(super) fn loose(&self, tree: &dyn Tree, listed: &BTreeSet<TreePath>) -> Vec<Entry> {
        let all: Vec<&Item> = self.items.iter().filter(|item| item.is_applied()).collect();
        let paths: Vec<(&Item, TreePath)> = all
            .iter()
            .filter(|item| item.kind() == "Kustomization")
            .filter_map(|item| {
                let path = TreePath::parse(text(&item.node, &["spec", "path"])?).ok()?;
                let entry = tree.entry(&path).ok().flatten();
                let is_folder = entry.is_some_and(|entry| entry.kind == EntryKind::Folder);
                (is_folder && path != TreePath::root()).then_some((*item, path))
            })
            .collect();
        let is_outer = |item: &&&Item| {
            let Ok(file) = TreePath::parse(&item.place.file) else { return false };
            !listed.contains(&file)
                && !paths.iter().any(|(other, path)| {
                    other.place.file != item.place.file && file.below(path).is_some()
                })
        };
        let mut by_folder: BTreeMap<TreePath, Entry> = BTreeMap::new();
        for item in all.iter().filter(is_outer) {
            let file = TreePath::parse(&item.place.file).unwrap_or_default();
            let folder = file.parent().unwrap_or_default();
            let entry = by_folder.entry(folder.clone()).or_insert_with(|| Entry {
                cluster: folder.as_str().to_owned(),
                place: Place::from(&folder),
                items: Vec::new(),
                source: source_key(item),
                strict: None,
            });
            entry.items.push((**item).clone());
        }
        // Sources that lie in the same folder are applied with them.
        for item in self.items.iter().filter(|item| item.is_referred()) {
            let folder = TreePath::parse(&item.place.file).ok().and_then(|file| file.parent());
            if let Some(entry) = folder.and_then(|folder| by_folder.get_mut(&folder)) {
                entry.items.push(item.clone());
            }
        }
        named(by_folder.into_values().collect())
    }
}

/// What a `FluxInstance` says of strict variables: with a patch, or by the version of Flux.
fn strict_instance(instance: &Node) -> Option<bool> {
    let patches = at(instance, &["kustomize"]).and_then(|node| zij_goyaml::to_yaml(node).ok());
    patches.as_deref().and_then(strict_by).or_else(|| {
        let version = shown(at(instance, &["distribution", "version"])?);
        let mut parts = version.trim_start_matches(['v', '~', '^', '=']).split('.');
        let numbers = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
        Some(numbers >= STRICT_SINCE)
    })
}

pub(super) fn source_key(item: &Item) -> Option<Key> {
    let reference = at(&item.node, &["spec", "sourceRef"])?;
    let kind = filled(reference, &["kind"])?;
    let namespace = filled(reference, &["namespace"]).unwrap_or(item.namespace());
    Some(Key::new(kind, namespace, filled(reference, &["name"])?))
}

/// The source and the Kustomization that an operator makes of `sync`.
fn synced(sync: &Node, namespace: &str, name: &str, path: &str) -> Vec<Node> {
    let map = |entries: Vec<(&str, Node)>| -> Node {
        let mut mapping = zij_goyaml::Mapping::new();
        for (key, value) in entries {
            mapping.insert(entry(key, value));
        }
        zij_goyaml::NodeKind::Mapping(mapping).into()
    };
    let field = |key: &str| string(text(sync, &[key]).unwrap_or_default());
    let metadata = || map(vec![("name", string(name)), ("namespace", string(namespace))]);
    let kind = filled(sync, &["kind"]).unwrap_or("GitRepository");
    let revision = match kind {
        "OCIRepository" => map(vec![("tag", field("ref"))]),
        _ => map(vec![("name", field("ref"))]),
    };
    vec![
        map(vec![
            ("apiVersion", string("source.toolkit.fluxcd.io/v1")),
            ("kind", string(kind)),
            ("metadata", metadata()),
            ("spec", map(vec![("url", field("url")), ("ref", revision)])),
        ]),
        map(vec![
            ("apiVersion", string("kustomize.toolkit.fluxcd.io/v1")),
            ("kind", string("Kustomization")),
            ("metadata", metadata()),
            (
                "spec",
                map(vec![
                    ("path", string(path)),
                    ("prune", zij_goyaml::NodeKind::Bool(true).into()),
                    ("sourceRef", map(vec![("kind", string(kind)), ("name", string(name))])),
                ]),
            ),
        ]),
    ]
}

/// The entries with their clusters' names instead of their paths, one a cluster and path.
fn named(entries: Vec<Entry>) -> Vec<Entry> {
    let mut by_path: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in entries {
        let path = TreePath::parse(&entry.cluster).unwrap_or_default();
        by_path.entry(path.as_str().to_owned()).or_insert(entry);
    }
    let short: BTreeMap<&String, String> =
        by_path.keys().map(|path| (path, cluster_name(path))).collect();
    let names: BTreeMap<String, String> = short
        .iter()
        .map(|(path, name)| {
            let is_single = short.values().filter(|other| *other == name).count() == 1;
            let name = if is_single { name.clone() } else { path.replace('/', "-") };
            ((*path).clone(), name)
        })
        .collect();
    by_path
        .into_iter()
        .map(|(path, entry)| {
            let cluster = names.get(&path).filter(|name| !name.is_empty());
            let cluster = cluster.map_or("default", String::as_str).to_owned();
            Entry { cluster, ..entry }
        })
        .collect()
}

/// What follows a folder of clusters, or else the last part that is a name.
fn cluster_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let meaningful = |parts: &[&str]| -> Vec<String> {
        parts
            .iter()
            .filter(|part| !NAMELESS.contains(part))
            .map(|part| (*part).to_owned())
            .collect()
    };
    let folder = parts.iter().position(|part| FOLDERS.contains(part));
    let below = folder.map(|at| meaningful(&parts[at + 1..])).filter(|below| !below.is_empty());
    match below {
        Some(below) => below.join("-"),
        None => meaningful(&parts).pop().unwrap_or_default(),
    }
}

/// The plain objects by key that nothing is known to deploy; of several with one name none.
pub(super) fn loose_objects(items: Vec<Item>) -> BTreeMap<Key, Item> {
    let mut by_key: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
    for item in items {
        by_key.entry(item.key()).or_default().push(item);
    }
    let single = by_key.into_iter().filter_map(|(key, mut items)| {
        let first = items.pop()?;
        items.iter().all(|other| other.node == first.node).then_some((key, first))
    });
    single.collect()
}
