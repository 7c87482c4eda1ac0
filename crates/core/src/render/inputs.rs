//! Names everything that a render depends on, without rendering.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    inventory::{Application, ChartSource, Cluster, Source, ValuesSource},
    source::{ContentId, EntryKind, SourceError, Tree, TreePath},
};

use super::{InputsKey, Reads, cache::Cache};

/// Links that lead to folders with links, and so on, are followed this far.
const MAX_LINK_DEPTH: usize = 8;
/// Folders deeper than this are not looked into for links; charts are not loaded from there.
const MAX_FOLDER_DEPTH: usize = 64;

/// What is known of folders by their content, whatever the revision.
#[derive(Debug)]
pub(super) struct Links {
    cache: Cache<ContentId, Arc<[String]>>,
}

impl Default for Links {
    fn default() -> Self {
        Self { cache: Cache::new(1 << 16) }
    }
}

impl Links {
    /// The symbolic links in a folder, as paths below it.
    ///
    /// A folder's id covers what its links say, not what they lead to.
    fn of(&self, tree: &dyn Tree, folder: &TreePath, id: &ContentId) -> Arc<[String]> {
        self.cache.get_or_make(id, || {
            let mut links = Vec::new();
            collect_links(tree, folder, "", 0, &mut links);
            let weight = 1 + links.len();
            (links.into(), weight)
        })
    }
}

fn collect_links(
    tree: &dyn Tree,
    folder: &TreePath,
    below: &str,
    depth: usize,
    links: &mut Vec<String>,
) {
    // What cannot be listed cannot be loaded either; the load says why.
    let Ok(Some(entries)) = tree.list(folder) else { return };
    for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
        let name = if below.is_empty() {
            entry.name.to_string()
        } else {
            format!("{below}/{}", entry.name)
        };
        match entry.kind {
            EntryKind::Folder if depth < MAX_FOLDER_DEPTH => {
                collect_links(tree, &folder.child(&entry.name), &name, depth + 1, links);
            }
            EntryKind::Link => links.push(name),
            EntryKind::File | EntryKind::Folder | EntryKind::Submodule => {}
        }
    }
}

/// What is known of a cell before it is rendered.
pub(super) struct Inputs {
    pub(super) reads: Reads,
    /// The hash of the chart with what its links lead to.
    pub(super) chart: [u8; 32],
}

/// The reads of a cell: its chart with what the chart's links lead to, and its values files.
pub(super) fn reads(
    tree: &dyn Tree,
    links: &Links,
    application: &Application,
    cluster: &Cluster,
) -> Result<Inputs, SourceError> {
    let Source::Chart(chart) = &application.source;
    let mut paths = BTreeMap::new();
    read_folder(tree, links, &chart.path, 0, &mut paths)?;
    let mut hasher = Fields::default();
    hasher.add("chart", chart.path.as_str().as_bytes());
    for (path, id) in &paths {
        hasher.add(path.as_str(), id.as_ref().map_or("", |id| &*id.0).as_bytes());
    }
    let chart_key = hasher.key().0;
    for layer in &chart.values {
        match layer {
            ValuesSource::Inline { text, .. } => hasher.add("inline", text.as_bytes()),
            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => {
                let id = tree.entry(path)?.map(|entry| entry.id);
                match &id {
                    Some(id) => hasher.add("values", id.0.as_bytes()),
                    None if matches!(layer, ValuesSource::OptionalFile(_)) => {}
                    None => hasher.add("missing", path.as_str().as_bytes()),
                }
                paths.insert(path.clone(), id);
            }
        }
    }
    add_settings(&mut hasher, application, chart, cluster);
    let reads = Reads { paths, key: hasher.key() };
    Ok(Inputs { reads, chart: chart_key })
}

fn add_settings(
    hasher: &mut Fields,
    application: &Application,
    chart: &ChartSource,
    cluster: &Cluster,
) {
    hasher.add("release", chart.release.as_bytes());
    hasher.add("namespace", application.namespace.as_bytes());
    hasher.add("flags", &[u8::from(chart.include_crds), u8::from(chart.skip_tests)]);
    hasher.add("profile", cluster.profile.as_str().as_bytes());
    if let Some(kube) = &cluster.kube {
        hasher.add("kube", kube.as_bytes());
    }
    for api in cluster.apis.iter() {
        hasher.add("api", api.as_bytes());
    }
    if let Some(fault) = &cluster.fault {
        hasher.add("fault", fault.message.as_bytes());
    }
}

fn read_folder(
    tree: &dyn Tree,
    links: &Links,
    path: &TreePath,
    depth: usize,
    paths: &mut BTreeMap<TreePath, Option<ContentId>>,
) -> Result<(), SourceError> {
    let (id, is_folder) = if *path == TreePath::root() {
        (Some(tree.id()), true)
    } else {
        let entry = tree.entry(path)?;
        let is_folder = entry.as_ref().is_some_and(|entry| entry.kind == EntryKind::Folder);
        (entry.map(|entry| entry.id), is_folder)
    };
    if paths.insert(path.clone(), id.clone()).is_some() || !is_folder || depth > MAX_LINK_DEPTH {
        return Ok(());
    }
    let Some(id) = id else { return Ok(()) };
    for link in links.of(tree, path, &id).iter() {
        let Ok(link) = path.join(link) else { continue };
        match read_folder(tree, links, &link, depth + 1, paths) {
            // A link that leads out is part of the folder's own id; the load says what is wrong.
            Err(SourceError::Link { .. }) => {
                paths.insert(link, None);
            }
            other => other?,
        }
    }
    Ok(())
}

/// A hash over named fields, each with its length, so that none runs into the next.
#[derive(Default)]
struct Fields(blake3::Hasher);

impl Fields {
    fn add(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.update(&(part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn key(&self) -> InputsKey {
        InputsKey(*self.0.finalize().as_bytes())
    }
}
