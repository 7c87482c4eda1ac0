//! Builds kustomizations; what a build has read says when it must be done again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use zij_kustomize::{
    EntryKind as Kind, Error, ErrorKind, Folder, FolderError, LoadRestrictor, Located, Options,
    Profile, ReadOutcome, ResourceOrigin, build,
};

use crate::{
    inventory::{Cluster, KustomizeEdit, KustomizeRender, UnknownKind},
    source::{ContentId, EntryKind, Place, SourceError, Tree, TreePath},
};

use super::{
    Document, FailureKind, RenderFailure, Renderer,
    comparison::closure_of,
    copies::{Fetched, lock_file},
    edits::{edited, kustomization_file},
    folder::source_failure,
    inputs::Known,
    kustomize_charts::TreeCharts,
    renderer::Documents,
    source_files::SourceFiles,
};

/// How many kustomizations are remembered, and how many outcomes of each.
const REMEMBERED: usize = 1 << 14;
const VARIANTS: usize = 4;
/// What kustomize says of charts where they may not be rendered.
const NO_CHARTS: &str = "must specify --enable-helm";
/// What makes cells known that need charts in kustomizations.
const CHARTS: &str = "where Argo CD's `kustomize.buildOptions` allow it, commit argocd-cm or say so in \
                      zij.yaml: `argocd: { kustomizeBuildOptions: \"--enable-helm\" }`";
/// What makes cells known that need other repositories.
const ELSEWHERE: &str = "`zij vendor` fetches it into the repository";

/// A build with all that it has looked at.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) reads: BTreeMap<TreePath, Found>,
    pub(super) outcome: Result<Documents, Arc<RenderFailure>>,
}

/// What a build found at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Folder,
    File(ContentId),
    /// A chart, by the hash of all that it holds.
    Chart([u8; 32]),
    /// A folder with all that lies below it.
    Whole(ContentId),
}

/// The versions of kustomize in those of Argo CD (`hack/tool-versions.sh`), newest first.
const ARGO_CD: [((u32, u32), &str); 4] =
    [((3, 3), "5.8.1"), ((3, 1), "5.7.0"), ((3, 0), "5.6.0"), ((2, 0), "5.4.2")];

/// How a kustomization is built.
pub(super) struct Way<'a> {
    pub(super) how: &'a KustomizeRender,
    pub(super) renderer: &'a Renderer,
    pub(super) cluster: &'a Cluster,
}

impl Way<'_> {
    /// The version of kustomize in the cluster's Argo CD; the newest one where that is not known.
    fn profile(&self) -> Profile {
        let version = self.cluster.profile.as_str().strip_prefix("argocd-");
        let minor = version.and_then(|version| {
            let mut parts =
                version.trim_start_matches('v').split('.').map(|part| part.parse().ok());
            Some((parts.next()??, parts.next()??))
        });
        let found = ARGO_CD.iter().find(|(since, _)| minor.is_some_and(|minor| minor >= *since));
        found.and_then(|(_, version)| Profile::find(version)).unwrap_or_default()
    }

    /// All that two builds of one folder may differ in.
    fn key(&self) -> String {
        let Self { how, cluster, .. } = self;
        match how.enable_helm {
            true => {
                let Cluster { kube, apis, profile, .. } = cluster;
                format!("{how:?} {profile:?} {kube:?} {apis:?}")
            }
            false => format!("{how:?} {}", self.profile().version),
        }
    }
}

/// Builds by folder and edits.
type BuiltBefore = HashMap<(TreePath, String), Vec<Arc<Built>>>;

/// The builds that were done, for reuse where nothing that they read differs.
#[derive(Debug, Default)]
pub(super) struct Builds(Mutex<BuiltBefore>);

impl Builds {
    /// The build of the kustomization at `path`.
    pub(super) fn get(&self, tree: &dyn Tree, path: &TreePath, way: &Way<'_>) -> Arc<Built> {
        let key = (path.clone(), way.key());
        let known = self.lock().get(&key).cloned().unwrap_or_default();
        if let Some(built) =
            known.into_iter().find(|built| built.holds_in(tree, &way.renderer.known))
        {
            return built;
        }
        let built = Arc::new(Built::of(tree, path, way));
        let mut builds = self.lock();
        if builds.len() >= REMEMBERED {
            builds.clear();
        }
        let variants = builds.entry(key).or_default();
        if variants.len() >= VARIANTS {
            variants.remove(0);
        }
        variants.push(Arc::clone(&built));
        built
    }

    /// Lets go of all builds.
    pub(super) fn clear(&self) {
        *self.lock() = BuiltBefore::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BuiltBefore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Built {
    fn holds_in(&self, tree: &dyn Tree, known: &Known) -> bool {
        self.reads.iter().all(|(path, found)| match found {
            Found::Chart(hash) => known.chart_hash(tree, path) == Some(*hash),
            Found::Whole(_) => whole(tree, path) == *found,
            found => found_at(tree, path) == *found,
        })
    }

    fn of(tree: &dyn Tree, path: &TreePath, way: &Way<'_>) -> Self {
        let (how, known) = (way.how, &way.renderer.known);
        let files = SourceFiles::new(tree, how.generate.as_ref());
        let file = kustomization_file(&files, path);
        let edited = match edited(&files, &file, how) {
            Ok(edited) => edited,
            Err(failure) => {
                let mut reads: BTreeMap<_, _> =
                    looked_at(&files, path, &file, how).into_iter().collect();
                reads.insert(file.clone(), found_at(tree, &file));
                return Self { reads, outcome: Err(Arc::new(failure)) };
            }
        };
        let folder = Overlay { tree: &files, file: &file, edited, asked: Mutex::default() };
        let load_restrictor = match how.unrestricted {
            true => LoadRestrictor::None,
            false => LoadRestrictor::RootOnly,
        };
        let fetched = Fetched::new(&known.copies, tree);
        let charts = TreeCharts::new(tree, way);
        let options = Options {
            profile: way.profile(),
            load_restrictor,
            vendored: Some(&fetched),
            charts: how.enable_helm.then_some(&charts),
            ..Options::default()
        };
        let result = build(&folder, path.as_str(), &options);
        let looked = looked_at(&files, path, &file, how);
        let copies = fetched.copies();
        let (was_asked, refused) = fetched.outcome();
        let inflated = charts.into_seen();
        match result {
            Ok(mut build) => {
                build.warnings.extend(inflated.warnings);
                let paths = build.reads.iter().filter_map(|read| {
                    let path = TreePath::parse(&read.path).ok()?;
                    let found = match read.outcome {
                        ReadOutcome::Missing => Found::Nothing,
                        ReadOutcome::File | ReadOutcome::Directory => found_at(tree, &path),
                    };
                    Some((path, found))
                });
                let mut reads: BTreeMap<TreePath, Found> = paths.collect();
                let own = found_at(tree, &file);
                reads.insert(file.clone(), own);
                reads.extend(inflated.charts.into_iter().filter_map(|path| {
                    let found = Found::Chart(known.chart_hash(tree, &path)?);
                    Some((path, found))
                }));
                if was_asked {
                    // It changes whenever a copy does.
                    reads.insert(lock_file(), found_at(tree, &lock_file()));
                    reads.extend(copies.into_iter().map(|path| {
                        let found = whole(tree, &path);
                        (path, found)
                    }));
                }
                reads.extend(looked);
                Self { reads, outcome: documents(&build, &file) }
            }
            Err(error) => {
                let is_wide = refused.is_some() || inflated.failure.is_some();
                let mut reads: BTreeMap<TreePath, Found> = match is_wide {
                    // What a chart or a copy was refused for may lie anywhere.
                    true => [(TreePath::root(), Found::File(tree.id()))].into(),
                    false => folder.asked_for(),
                };
                reads.extend(looked);
                let mut failure =
                    refused.or(inflated.failure).unwrap_or_else(|| failure(&error, &file));
                if how.generate.is_some() && failure.message.contains(NO_CHARTS) {
                    // Flux renders no charts in builds.
                    failure.kind = FailureKind::Error;
                }
                if failure.kind != FailureKind::Error {
                    // It ended where something is missing, and would have read on.
                    reads.extend(all_below(tree, path, way.renderer));
                }
                Self { reads, outcome: Err(Arc::new(failure)) }
            }
        }
    }
}

/// What a kustomization could lead to; all there is where that cannot be told.
fn all_below(tree: &dyn Tree, path: &TreePath, renderer: &Renderer) -> Vec<(TreePath, Found)> {
    let Some(closure) = closure_of(renderer, tree, path) else {
        return vec![(TreePath::root(), Found::Whole(tree.id()))];
    };
    let found = |id: Option<ContentId>| id.map_or(Found::Nothing, Found::Whole);
    closure.into_iter().map(|(path, id)| (path, found(id))).collect()
}

/// What decides the kustomization file that is made for a folder.
fn looked_at(
    files: &SourceFiles<'_>,
    path: &TreePath,
    file: &TreePath,
    how: &KustomizeRender,
) -> Vec<(TreePath, Found)> {
    if how.generate.is_none() {
        return Vec::new();
    }
    let mut looked = optional_components(files, path, how);
    if found_at(files, file) == Found::Nothing {
        looked.push((path.clone(), whole(files, path)));
    }
    let ignoring = files.ignore_files().into_iter();
    looked.extend(ignoring.map(|file| (file.clone(), found_at(files, &file))));
    looked
}

/// Components that may be absent, and whether they are.
fn optional_components(
    tree: &dyn Tree,
    path: &TreePath,
    how: &KustomizeRender,
) -> Vec<(TreePath, Found)> {
    let components = how.edits.iter().filter_map(|edit| match edit {
        KustomizeEdit::Component { path: component, optional: true } => path.join(component).ok(),
        _ => None,
    });
    components.map(|path| (path.clone(), found_at(tree, &path))).collect()
}

/// A folder with all that lies below it.
fn whole(tree: &dyn Tree, path: &TreePath) -> Found {
    if *path == TreePath::root() {
        return Found::Whole(tree.id());
    }
    match tree.entry(path) {
        Ok(Some(entry)) => Found::Whole(entry.id),
        Ok(None) | Err(_) => Found::Nothing,
    }
}

fn found_at(tree: &dyn Tree, path: &TreePath) -> Found {
    if *path == TreePath::root() {
        return Found::File(tree.id());
    }
    match tree.entry(path) {
        Ok(Some(entry)) if entry.kind == EntryKind::Folder => Found::Folder,
        Ok(Some(entry)) => Found::File(entry.id),
        Ok(None) | Err(_) => Found::Nothing,
    }
}

fn documents(
    build: &zij_kustomize::Build,
    file: &TreePath,
) -> Result<Documents, Arc<RenderFailure>> {
    let mut documents = Vec::with_capacity(build.resources.len());
    let nowhere = ResourceOrigin::default();
    for (index, resource) in build.resources.iter().enumerate() {
        let text = zij_goyaml::to_yaml(resource).map_err(|error| {
            Arc::new(RenderFailure {
                kind: FailureKind::Error,
                message: error.message().to_owned(),
                place: Some(Place::from(file)),
                hint: None,
                diagnosis: None,
            })
        })?;
        let origin = build.origins.get(index).unwrap_or(&nowhere);
        let template: Arc<str> =
            origin.place.as_ref().map_or_else(|| file.as_str().into(), |place| place.path.clone());
        documents.push(Document {
            chart_path: Arc::clone(&template),
            template,
            bytes: text.into_bytes().into(),
            line: None,
            hook: None,
            is_crd: false,
            anew: None,
        });
    }
    Ok(Documents { documents: documents.into(), warnings: build.warnings.clone().into() })
}

fn failure(error: &Error, file: &TreePath) -> RenderFailure {
    let kind = match error.kind() {
        // What lies elsewhere is a chart where an entry of `helmCharts` names it.
        ErrorKind::Remote if error.to_string().contains("chart ") => {
            FailureKind::Unknown(UnknownKind::Chart)
        }
        ErrorKind::Remote => FailureKind::Unknown(UnknownKind::Repository),
        ErrorKind::Unsupported => FailureKind::Unknown(UnknownKind::Unsupported),
        _ => FailureKind::Error,
    };
    let hint = match kind {
        FailureKind::Unknown(UnknownKind::Repository) => Some(ELSEWHERE),
        FailureKind::Unknown(UnknownKind::Unsupported) if error.to_string().contains(NO_CHARTS) => {
            Some(CHARTS)
        }
        _ => error.help(),
    };
    let place = error.place().map(|place| Place {
        file: Arc::clone(&place.path),
        line: (place.line > 0).then_some(place.line as usize),
        column: None,
    });
    RenderFailure {
        kind,
        message: error.to_string(),
        place: Some(place.unwrap_or_else(|| Place::from(file))),
        hint: hint.map(str::to_owned),
        diagnosis: None,
    }
}

/// A tree with one file replaced.
struct Overlay<'t> {
    tree: &'t dyn Tree,
    file: &'t TreePath,
    edited: Option<Arc<[u8]>>,
    /// Every path that was asked for.
    asked: Mutex<BTreeSet<TreePath>>,
}

impl Overlay<'_> {
    /// All that a build which failed depends on: what it asked for, and which copies there are.
    fn asked_for(self) -> BTreeMap<TreePath, Found> {
        let asked = self.asked.into_inner().unwrap_or_else(PoisonError::into_inner);
        let paths = asked.into_iter().chain([self.file.clone(), lock_file()]);
        paths
            .filter(|path| *path != TreePath::root())
            .map(|path| {
                let found = found_at(self.tree, &path);
                (path, found)
            })
            .collect()
    }

    fn ask(&self, path: &TreePath) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
    }
}

impl Folder for Overlay<'_> {
    fn locate(&self, path: &str) -> Result<Located, FolderError> {
        let located = |kind| Located { path: path.to_owned(), kind };
        let parsed = parse(path)?;
        self.ask(&parsed);
        if parsed == TreePath::root() {
            return Ok(located(Kind::Directory));
        }
        match self.tree.entry(&parsed) {
            Ok(Some(entry)) => match entry.kind {
                EntryKind::Folder => Ok(located(Kind::Directory)),
                EntryKind::File => Ok(located(Kind::File)),
                EntryKind::Link | EntryKind::Submodule => Err(refused(path, "cannot be read")),
            },
            Ok(None) if self.edited.is_some() && parsed == *self.file => Ok(located(Kind::File)),
            Ok(None) => Err(FolderError::Missing(path.to_owned())),
            Err(error) => Err(refused(path, &words(&error))),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, FolderError> {
        let parsed = parse(path)?;
        self.ask(&parsed);
        if let Some(edited) = self.edited.as_ref().filter(|_| parsed == *self.file) {
            return Ok(Arc::clone(edited));
        }
        match self.tree.read(&parsed) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(FolderError::Missing(path.to_owned())),
            Err(error) => Err(refused(path, &words(&error))),
        }
    }
}

fn words(error: &SourceError) -> String {
    source_failure(error).message
}

fn refused(path: &str, text: &str) -> FolderError {
    FolderError::Refused { path: path.to_owned(), text: format!("{path}: {text}") }
}

fn parse(path: &str) -> Result<TreePath, FolderError> {
    TreePath::parse(path).map_err(|error| refused(path, &error.to_string()))
}
