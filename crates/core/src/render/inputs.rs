//! Names everything that a render depends on, without rendering.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    inventory::{
        Application, ChartDefaults, ChartFlags, ChartRender, Cluster, DefaultsFile, Render,
        SetKind, Source, SourceAt, ValuesSource,
    },
    source::{ContentId, EntryKind, Files, SourceError, Tree, TreePath},
};

use super::{
    InputsKey, Reads, Renderer,
    cache::Cache,
    comparison::Closures,
    copies::Copies,
    kustomize::{Builds, Found, Way},
};

/// Links that lead to folders with links, and so on, are followed this far.
const MAX_LINK_DEPTH: usize = 8;
/// Folders deeper than this are not looked into for links; charts are not loaded from there.
const MAX_FOLDER_DEPTH: usize = 64;

/// Charts of so many revisions and folders by content are remembered.
const REMEMBERED: usize = 1 << 16;

/// What is known of folders by their content, and of charts by the revision's tree.
#[derive(Debug)]
pub(super) struct Known {
    links: Cache<ContentId, Arc<[String]>>,
    with_links: Cache<ContentId, bool>,
    charts: Cache<(ContentId, TreePath), Option<Arc<ChartReads>>>,
    pub(super) builds: Builds,
    pub(super) closures: Closures,
    pub(super) copies: Copies,
}

/// A chart with what its links lead to.
#[derive(Debug)]
struct ChartReads {
    paths: BTreeMap<TreePath, Option<ContentId>>,
    /// Copies of what lies elsewhere that it takes something from.
    copies: Vec<TreePath>,
    hash: [u8; 32],
}

impl Default for Known {
    fn default() -> Self {
        Self {
            links: Cache::new(REMEMBERED),
            with_links: Cache::new(REMEMBERED),
            charts: Cache::new(REMEMBERED),
            builds: Builds::default(),
            closures: Closures::default(),
            copies: Copies::default(),
        }
    }
}

impl Known {
    /// The symbolic links in a folder, as paths below it.
    ///
    /// A folder's id covers what its links say, not what they lead to.
    pub(super) fn links(
        &self,
        tree: &dyn Tree,
        folder: &TreePath,
        id: &ContentId,
    ) -> Arc<[String]> {
        self.links.get_or_make(id, || {
            let mut links = Vec::new();
            collect_links(tree, folder, "", 0, &mut links);
            let weight = 1 + links.len();
            (links.into(), weight)
        })
    }

    /// Whether a folder holds symbolic links, at any depth.
    pub(super) fn has_links(&self, tree: &dyn Tree, folder: &TreePath, id: &ContentId) -> bool {
        self.with_links.get_or_make(id, || (self.look_for_links(tree, folder, 0), 1))
    }

    fn look_for_links(&self, tree: &dyn Tree, folder: &TreePath, depth: usize) -> bool {
        // What cannot be listed, or lies deeper than anybody looks, is taken to lead elsewhere.
        let Ok(Some(entries)) = tree.list(folder) else { return true };
        entries.iter().any(|entry| match entry.kind {
            EntryKind::Link => true,
            EntryKind::Folder if entry.name.is_empty() || depth >= MAX_FOLDER_DEPTH => true,
            EntryKind::Folder => {
                let below = || self.look_for_links(tree, &folder.child(&entry.name), depth + 1);
                self.with_links.get_or_make(&entry.id, || (below(), 1))
            }
            EntryKind::File | EntryKind::Submodule => false,
        })
    }

    /// Whether a chart holds the same in two trees whose copies of what lies elsewhere are the
    /// same; `is_unmoved` tells of a path whether it is, and may say no where it is.
    pub(super) fn chart_stays(
        &self,
        base: &dyn Tree,
        head: &dyn Tree,
        path: &TreePath,
        is_unmoved: &dyn Fn(&TreePath) -> bool,
    ) -> bool {
        let Ok(old) = self.chart(base, path) else { return false };
        // What it reads is found from files that are among what it reads, and from the copies.
        if old.paths.keys().chain(&old.copies).all(is_unmoved) {
            self.charts.get_or_make(&(head.id(), path.clone()), || (Some(old), 1));
            return true;
        }
        self.chart_hash(head, path) == Some(old.hash)
    }

    /// The hash of all that a chart holds.
    pub(super) fn chart_hash(&self, tree: &dyn Tree, path: &TreePath) -> Option<[u8; 32]> {
        self.chart(tree, path).ok().map(|chart| chart.hash)
    }

    /// A chart, which many cells of a revision share.
    fn chart(&self, tree: &dyn Tree, path: &TreePath) -> Result<Arc<ChartReads>, SourceError> {
        let key = (tree.id(), path.clone());
        match self.charts.get_or_make(&key, || (self.read_chart(tree, path).ok(), 1)) {
            Some(chart) => Ok(chart),
            None => self.read_chart(tree, path),
        }
    }

    fn read_chart(&self, tree: &dyn Tree, path: &TreePath) -> Result<Arc<ChartReads>, SourceError> {
        let (mut paths, mut copies) = (BTreeMap::new(), Vec::new());
        read_folder(tree, self, path, 0, &mut paths)?;
        let mut fields = Fields::default();
        fields.add("chart", path.as_str().as_bytes());
        for found in self.copies.elsewhere(tree, path) {
            let content = found.content.as_deref().unwrap_or_default();
            fields.add(&found.name, content.as_bytes());
            if let Some(path) = found.path {
                if let Some(id) = self.copies.whole(tree, &path)? {
                    fields.add("whole", id.0.as_bytes());
                }
                let lock = self.copies.lock(tree);
                copies.extend(lock.containing(&path).map(|locked| locked.path.clone()));
                read_folder(tree, self, &path, 0, &mut paths)?;
            }
        }
        for (path, id) in &paths {
            fields.add(path.as_str(), id.as_ref().map_or("", |id| &*id.0).as_bytes());
        }
        Ok(Arc::new(ChartReads { paths, copies, hash: fields.key().0 }))
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
    /// The hash of each source's folder with what its links lead to.
    pub(super) contents: Vec<[u8; 32]>,
}

/// The reads of a cell: the folders of its sources with what their links lead to, and its values
/// files.
pub(super) fn inputs(
    tree: &dyn Tree,
    renderer: &Renderer,
    application: &Application,
    cluster: &Cluster,
) -> Result<Inputs, SourceError> {
    let mut paths = BTreeMap::new();
    let mut contents = Vec::with_capacity(application.sources.len());
    let key = hash(tree, renderer, application, cluster, &mut |read| match read {
        Read::Folder(folder) => {
            contents.push(folder.hash);
            paths.extend(folder.paths.iter().map(|(path, id)| (path.clone(), id.clone())));
        }
        Read::NoFolder => contents.push([0; 32]),
        Read::File(path, id) => {
            paths.insert(path.clone(), id);
        }
    })?;
    Ok(Inputs { reads: Reads { paths, key }, contents })
}

/// The key of [`inputs`] alone.
pub(super) fn key(
    tree: &dyn Tree,
    renderer: &Renderer,
    application: &Application,
    cluster: &Cluster,
) -> Result<InputsKey, SourceError> {
    hash(tree, renderer, application, cluster, &mut |_| {})
}

/// One thing that a cell depends on.
enum Read<'a> {
    Folder(&'a ChartReads),
    /// A source that has no folder here.
    NoFolder,
    File(&'a TreePath, Option<ContentId>),
}

type Notice<'n> = dyn FnMut(Read<'_>) + 'n;

fn hash(
    tree: &dyn Tree,
    renderer: &Renderer,
    application: &Application,
    cluster: &Cluster,
    notice: &mut Notice<'_>,
) -> Result<InputsKey, SourceError> {
    let mut fields = Fields::default();
    for source in &application.sources {
        add_source(&mut fields, tree, renderer, source, cluster, notice)?;
    }
    fields.add("namespace", application.namespace.as_bytes());
    if !application.post.is_empty() {
        fields.add("post", format!("{:?}", application.post).as_bytes());
    }
    add_cluster(&mut fields, cluster);
    Ok(fields.key())
}

fn add_source(
    fields: &mut Fields,
    tree: &dyn Tree,
    renderer: &Renderer,
    source: &Source,
    cluster: &Cluster,
    notice: &mut Notice<'_>,
) -> Result<(), SourceError> {
    let known = &renderer.known;
    if let Render::Kustomize(how) = &source.render {
        let way = Way { how, renderer, cluster };
        return add_build(fields, tree, &source.at, &way, notice);
    }
    // What lends its files, or is refused whatever it holds, is not read itself.
    let is_read = !matches!(
        source.render,
        Render::Nothing | Render::Unread(_) | Render::Opaque(_) | Render::Refused(_)
    );
    let folder = match &source.at {
        _ if !is_read => None,
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => Some(known.chart(tree, path)?),
        SourceAt::Pinned(at) => match tree.at(&at.revision)? {
            Some(there) => Some(known.chart(&*there, &at.path)?),
            None => None,
        },
        SourceAt::Absent(_) => None,
    };
    match folder {
        Some(folder) => {
            fields.add("folder", &folder.hash);
            if let SourceAt::Vendored { path, .. } = &source.at {
                add_copy(fields, tree, known, path)?;
            }
            notice(Read::Folder(&folder));
        }
        None => {
            // Where it is described makes no difference.
            match &source.at {
                SourceAt::Absent(unknown) => fields.add("absent", unknown.message.as_bytes()),
                at => fields.add("elsewhere", format!("{at:?}").as_bytes()),
            }
            notice(Read::NoFolder);
        }
    }
    match &source.render {
        Render::Chart(chart) => add_chart(fields, tree, chart, notice),
        Render::Opaque(unknown) => {
            fields.add("opaque", unknown.message.as_bytes());
            Ok(())
        }
        // Their descriptions are small and hold no places.
        render => {
            fields.add("render", format!("{render:?}").as_bytes());
            Ok(())
        }
    }
}

/// What decides whether the copy that holds `path` is what it should be.
fn add_copy(
    fields: &mut Fields,
    tree: &dyn Tree,
    known: &Known,
    path: &TreePath,
) -> Result<(), SourceError> {
    let expected = known.copies.expected(tree, path).unwrap_or_default();
    fields.add("copy", expected.as_bytes());
    let whole = known.copies.whole(tree, path)?;
    fields.add("whole", whole.as_ref().map_or("", |id| &*id.0).as_bytes());
    Ok(())
}

/// A build reads files of many folders, and only doing it tells which.
fn add_build(
    fields: &mut Fields,
    tree: &dyn Tree,
    at: &SourceAt,
    way: &Way<'_>,
    notice: &mut Notice<'_>,
) -> Result<(), SourceError> {
    notice(Read::NoFolder);
    fields.add("kustomize", format!("{:?}", way.how).as_bytes());
    let (files, path) = match at {
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => (Files::Here(tree), path),
        SourceAt::Pinned(pinned) => match tree.at(&pinned.revision)? {
            Some(there) => (Files::There(there), &pinned.path),
            None => {
                fields.add("missing", pinned.revision.as_bytes());
                return Ok(());
            }
        },
        SourceAt::Absent(unknown) => {
            fields.add("absent", unknown.message.as_bytes());
            return Ok(());
        }
    };
    fields.add("folder", path.as_str().as_bytes());
    let known = &way.renderer.known;
    if let SourceAt::Vendored { path, .. } = at {
        add_copy(fields, tree, known, path)?;
    }
    for (path, found) in &known.builds.get(files.tree(), path, way).reads {
        fields.add(path.as_str(), format!("{found:?}").as_bytes());
        match (&files, found) {
            (Files::Here(_), Found::File(id) | Found::Whole(id)) => {
                notice(Read::File(path, Some(id.clone())));
            }
            (Files::Here(tree), Found::Chart(_)) => {
                for (path, id) in &known.chart(*tree, path)?.paths {
                    notice(Read::File(path, id.clone()));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn add_chart(
    fields: &mut Fields,
    tree: &dyn Tree,
    chart: &ChartRender,
    notice: &mut Notice<'_>,
) -> Result<(), SourceError> {
    for layer in &chart.values {
        match layer {
            ValuesSource::Inline { text, .. } => fields.add("inline", text.as_bytes()),
            ValuesSource::File(path) => add_file(fields, tree, path, true, notice)?,
            ValuesSource::OptionalFile(path) => add_file(fields, tree, path, false, notice)?,
            ValuesSource::Pinned { at, optional } => match tree.at(&at.revision)? {
                Some(there) => add_file(fields, &*there, &at.path, !optional, &mut |_| {})?,
                None => fields.add("missing", at.revision.as_bytes()),
            },
            ValuesSource::Set { kind, text, .. } => {
                fields.add("set", text.as_bytes());
                match kind {
                    SetKind::Typed => {}
                    SetKind::Text => fields.add("text", &[]),
                    SetKind::File(path) => add_file(fields, tree, path, true, notice)?,
                    SetKind::PinnedFile(at) => match tree.at(&at.revision)? {
                        Some(there) => add_file(fields, &*there, &at.path, true, &mut |_| {})?,
                        None => fields.add("missing", at.revision.as_bytes()),
                    },
                }
            }
        }
    }
    let ChartFlags { include_crds, skip_tests, skip_hooks, skip_schema } = chart.flags;
    fields.add("release", chart.release.as_bytes());
    if let Some(build) = &chart.build {
        fields.add("build", build.as_bytes());
    }
    fields.add("flags", &[include_crds, skip_tests, skip_hooks, skip_schema].map(u8::from));
    if let Some(namespace) = &chart.namespace {
        fields.add("release namespace", namespace.as_bytes());
    }
    if let Some(defaults) = &chart.defaults {
        add_defaults(fields, tree, defaults, notice)?;
    }
    if let Some(capabilities) = &chart.capabilities {
        fields.add("capabilities", format!("{capabilities:?}").as_bytes());
    }
    Ok(())
}

fn add_defaults(
    fields: &mut Fields,
    tree: &dyn Tree,
    defaults: &ChartDefaults,
    notice: &mut Notice<'_>,
) -> Result<(), SourceError> {
    fields.add("defaults", format!("{defaults:?}").as_bytes());
    for file in &defaults.files {
        // Files of the chart are read with it, and those of another revision never change.
        if let DefaultsFile::Source(SourceAt::Tree(path) | SourceAt::Vendored { path, .. }) = file {
            add_file(fields, tree, path, !defaults.optional, notice)?;
        }
    }
    Ok(())
}

fn add_file(
    fields: &mut Fields,
    tree: &dyn Tree,
    path: &TreePath,
    must_exist: bool,
    notice: &mut Notice<'_>,
) -> Result<(), SourceError> {
    let id = tree.entry(path)?.map(|entry| entry.id);
    match &id {
        Some(id) => fields.add("values", id.0.as_bytes()),
        None if must_exist => fields.add("missing", path.as_str().as_bytes()),
        None => {}
    }
    notice(Read::File(path, id));
    Ok(())
}

fn add_cluster(fields: &mut Fields, cluster: &Cluster) {
    fields.add("profile", cluster.profile.as_str().as_bytes());
    if let Some(kube) = &cluster.kube {
        fields.add("kube", kube.as_bytes());
    }
    for api in cluster.apis.iter() {
        fields.add("api", api.as_bytes());
    }
    if let Some(fault) = &cluster.fault {
        fields.add("fault", fault.message.as_bytes());
    }
}

fn read_folder(
    tree: &dyn Tree,
    known: &Known,
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
    for link in known.links(tree, path, &id).iter() {
        let Ok(link) = path.join(link) else { continue };
        match read_folder(tree, known, &link, depth + 1, paths) {
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
