//! Everything outside the repository that a fleet is made of.

use std::collections::{BTreeMap, BTreeSet};

use zij_goyaml::{Limits, Node};
use zij_kustomize::remote::{RemoteFolder, is_remote_file};

use crate::{
    inventory::{Inventory, Problem, Render, SourceAt},
    source::{EntryKind, Place, Tree, TreePath},
};

use super::{
    Wanted,
    chart_lock::disagreements,
    dependencies::{DependencySource, dependencies, is_packed},
};

/// Kustomizations within kustomizations are followed this far.
const MAX_DEPTH: usize = 16;
/// Names of a kustomization file, in the order of kustomize.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// The lists of a kustomization whose entries are paths or URLs.
const LISTS: [&str; 10] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
    "replacements",
];

/// What the applications of a fleet need from outside, each with the first place that names it:
/// sources of applications, dependencies of charts that are not in their `charts` folder, and what
/// kustomizations name.
///
/// What only becomes visible inside a copy is found once that lies in the tree.
pub fn wanted(tree: &dyn Tree, inventory: &Inventory) -> BTreeMap<Wanted, Place> {
    let mut search = Search {
        wanted: inventory.remotes.clone(),
        charts: BTreeSet::new(),
        folders: BTreeSet::new(),
    };
    for source in inventory.cells.values().flat_map(|cell| &cell.sources) {
        let path = match &source.at {
            SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => path,
            // Another revision is rendered with its own copies.
            SourceAt::Pinned(_) | SourceAt::Absent(_) => continue,
        };
        match &source.render {
            Render::Chart(_) => search.chart(tree, path),
            Render::Kustomize(how) => search.kustomization(tree, path, how.enable_helm, 0),
            Render::Directory(_)
            | Render::Nothing
            | Render::Unread(_)
            | Render::Opaque(_)
            | Render::Refused(_) => {}
        }
    }
    search.wanted
}

/// What is wrong with the lock files of the charts that a fleet renders: one that is not of the
/// dependencies which its chart declares, and charts in `charts` that are not what it says, as
/// `helm dependency build` would find.
pub fn stale_locks(tree: &dyn Tree, inventory: &Inventory) -> Vec<Problem> {
    let sources = inventory.cells.values().flat_map(|cell| &cell.sources);
    let charts: BTreeSet<&TreePath> = sources
        .filter(|source| matches!(source.render, Render::Chart(_)))
        .filter_map(|source| match &source.at {
            SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => Some(path),
            SourceAt::Pinned(_) | SourceAt::Absent(_) => None,
        })
        .collect();
    charts.into_iter().flat_map(|path| disagreements(tree, path)).collect()
}

struct Search {
    wanted: BTreeMap<Wanted, Place>,
    /// Charts and kustomizations that were looked at.
    charts: BTreeSet<TreePath>,
    folders: BTreeSet<(TreePath, bool)>,
}

impl Search {
    fn add(&mut self, wanted: Wanted, place: Place) {
        self.wanted.entry(wanted).or_insert(place);
    }

    /// What `helm dependency build` would fetch for a chart.
    fn chart(&mut self, tree: &dyn Tree, path: &TreePath) {
        if !self.charts.insert(path.clone()) {
            return;
        }
        for dependency in dependencies(tree, path) {
            if is_packed(tree, path, &dependency.name) {
                continue;
            }
            if let DependencySource::Remote(wanted) = dependency.source {
                self.add(wanted, dependency.place);
            }
        }
    }

    fn kustomization(&mut self, tree: &dyn Tree, path: &TreePath, with_charts: bool, depth: usize) {
        let is_new = self.folders.insert((path.clone(), with_charts));
        if depth > MAX_DEPTH || !is_new {
            return;
        }
        let Some((file, node)) = KUSTOMIZATIONS.iter().find_map(|name| {
            let file = path.child(name);
            let bytes = tree.read(&file).ok()??;
            Some((file, zij_goyaml::parse(&bytes, &Limits::default()).ok()?))
        }) else {
            return;
        };
        let listed = LISTS.iter().flat_map(|key| items(&node, key));
        let listed = listed.map(|item| (item, item.as_str().or_else(|| text(item, "path"))));
        let patches = ["patches", "patchesJson6902"].into_iter();
        let patches = patches.flat_map(|key| items(&node, key));
        for (item, entry) in listed.chain(patches.map(|item| (item, text(item, "path")))) {
            // An entry of several lines is a patch in place.
            let Some(entry) = entry.filter(|entry| !entry.contains('\n')) else { continue };
            if let Some(wanted) = remote_of(entry) {
                self.add(wanted, place_of(&file, item));
            } else if let Some(folder) = folder_at(tree, path, entry) {
                self.kustomization(tree, &folder, with_charts, depth + 1);
            }
        }
        if with_charts {
            self.charts_of(tree, path, &file, &node);
        }
    }

    fn charts_of(&mut self, tree: &dyn Tree, path: &TreePath, file: &TreePath, node: &Node) {
        let home = node.get("helmGlobals").and_then(|globals| text(globals, "chartHome"));
        let home = home.filter(|home| !home.is_empty()).unwrap_or("charts");
        for item in items(node, "helmCharts") {
            let field = |key| text(item, key).unwrap_or_default();
            let (name, repository, version) = (field("name"), field("repo"), field("version"));
            let folder = match (version, repository) {
                ("", _) | (_, "") => format!("{home}/{name}"),
                _ => format!("{home}/{name}-{version}/{name}"),
            };
            let own =
                path.join(&folder).ok().filter(|path| matches!(tree.entry(path), Ok(Some(_))));
            match own {
                Some(own) => self.chart(tree, &own),
                None if repository.is_empty() || name.is_empty() => {}
                None => {
                    let version = if version.is_empty() { "*" } else { version };
                    let wanted = Wanted::Chart {
                        repository: repository.into(),
                        name: name.into(),
                        version: version.into(),
                    };
                    self.add(wanted, place_of(file, item));
                }
            }
        }
    }
}

/// What an entry of a kustomization means that is not in the tree.
///
/// Kustomize asks a URL for a file first and clones it if that fails; a name like a manifest's
/// tells the two apart without the network.
fn remote_of(entry: &str) -> Option<Wanted> {
    let path = entry.split('?').next().unwrap_or(entry);
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
    if is_remote_file(entry) && is_manifest {
        return Some(Wanted::File { url: entry.into() });
    }
    let folder = RemoteFolder::parse(entry)?;
    Some(Wanted::Repository { url: folder.repository.into(), revision: folder.revision.into() })
}

fn place_of(file: &TreePath, item: &Node) -> Place {
    Place::line(file.as_str(), item.span.start.line as usize)
}

fn folder_at(tree: &dyn Tree, folder: &TreePath, entry: &str) -> Option<TreePath> {
    let target = folder.join(entry).ok()?;
    let is_folder = target == TreePath::root()
        || matches!(tree.entry(&target), Ok(Some(at)) if at.kind == EntryKind::Folder);
    is_folder.then_some(target)
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_sequence).unwrap_or_default()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}
