//! Expands roots, sets and applications until nothing new comes up.

mod assumed;
mod entries;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use rayon::prelude::*;
use zij_goyaml::Node;

use super::{
    application::{Names, application},
    object::{Object, at, json, objects_of},
    project::Projects,
    reader::{Clusters, Reader},
    roots::{Candidates, is_argo},
    scan::{Closure, Found, mentions_application, objects_in},
    set::{Generated, generate},
    settings::{KnownCluster, Settings},
    surroundings::{checkout, snapshots},
};
use crate::{
    inventory::{
        Application, Assumptions, CellId, Cluster, ClusterName, Config, Context, Gap, GapScope,
        Link, LinkKind, Lock, Maker, Meta, Origin, Owner, Problem, Render, RootDocument,
        RootFailure, Rule, Severity, Source, SourceAt, Unknown, ValuesSource,
        expanded::{Described, Expanded},
        remember::Watched,
        shared::Shared,
        vendor::Asked,
    },
    source::{Place, Tree, TreePath},
};

/// The most applications of one repository.
const MAX_APPLICATIONS: usize = 200_000;
/// The longest chain from a root to an application.
const MAX_CHAIN: usize = 16;

/// Everything that the Argo CD objects of a tree stand for; what the revision that this one is
/// compared with renders is no root.
pub(in crate::inventory) fn expand(
    watched: &Watched<'_>,
    found: &Found,
    config: &Config,
    context: &Context<'_>,
    leaving_link: Option<TreePath>,
) -> Expanded {
    let tree: &dyn Tree = watched;
    let mut candidates = Candidates::of(watched, found);
    let (gaps, mut problems) = gaps_of_files(std::mem::take(&mut candidates.faults));
    if candidates.plain.is_empty()
        && candidates.listed.is_empty()
        && candidates.charts.is_empty()
        && config.roots.is_empty()
    {
        return Expanded { gaps, ..Expanded::default() };
    }
    let mut settings = Settings::default();
    for config_map in &candidates.settings {
        settings.read(config_map);
    }
    if let Some(node) = &config.argocd {
        settings.configure(node);
    }
    let lock = Lock::of(tree);
    problems.extend(lock.problems.iter().cloned());
    let lock = Asked::of(lock);
    let all = candidates.plain.iter().chain(&candidates.listed);
    let checkout = checkout(tree, config, context, all, &mut problems);
    let clusters = Clusters::new(std::mem::take(&mut candidates.secrets), config);
    let snapshots = snapshots(tree, config, &mut problems);
    let projects = Projects::new(&candidates.projects);
    let assumed = Assumptions::of(&checkout, context, config);
    let leaving_link = leaving_link.filter(|_| !settings.allows_links);
    let reader =
        Reader { tree, watched, checkout, lock, settings, clusters, snapshots, leaving_link };
    let mut expansion = Expansion::new(&reader, config, context, projects);
    expansion.out = Expanded { problems, gaps, assumed, ..Expanded::default() };
    expansion.run(candidates);
    let known = reader.clusters.known.iter();
    expansion.out.clusters = known.map(known_cluster).collect();
    let mut out = expansion.out;
    out.wanted = reader.lock.into_wanted();
    out
}

/// What is not known for files that cannot be read.
fn gaps_of_files(faults: Vec<Problem>) -> (Vec<Gap>, Vec<Problem>) {
    let gap = |problem: &Problem| {
        let file = Arc::clone(&problem.place.as_ref()?.file);
        Some(Gap { of: GapScope::InFile(file), problem: problem.clone(), is_unknown: false })
    };
    (faults.iter().filter_map(gap).collect(), faults)
}

fn known_cluster(cluster: &KnownCluster) -> (ClusterName, Described) {
    ((&*cluster.name).into(), (Arc::clone(&cluster.server), cluster.labels.clone()))
}

struct Expansion<'a> {
    reader: &'a Reader<'a>,
    config: &'a Config,
    context: &'a Context<'a>,
    queue: VecDeque<Object>,
    /// Where an application stands in the result.
    seen: BTreeMap<Key, Seen>,
    shared: Shared,
    projects: Projects,
    /// The objects whose project may not permit them, with the name that each is shown by.
    of_projects: Vec<(Object, String)>,
    /// Folders that an application renders.
    rendered: BTreeSet<TreePath>,
    /// Those of them in which applications were looked for, and nothing was wrong.
    contained: BTreeSet<TreePath>,
    out: Expanded,
}

/// What tells applications and sets apart: the instance, whether it is a set, and the name.
type Key = (ClusterName, bool, String);

fn key(object: &Object) -> Key {
    let is_set = object.kind() == "ApplicationSet";
    let name = if is_set { object.name().to_owned() } else { Names::of(object).shown };
    (object.instance.clone(), is_set, name)
}

/// What an object stands for.
enum Read {
    Set(Generated),
    Application(Box<Application>),
    /// It has not been looked at.
    Nothing,
}

struct Seen {
    index: Option<usize>,
    node: Arc<Node>,
    place: Place,
}

fn is_same_spec(one: &Node, other: &Node) -> bool {
    let spec = |node| at(node, &["spec"]).map(json);
    spec(one) == spec(other)
}

impl<'a> Expansion<'a> {
    fn new(
        reader: &'a Reader<'a>,
        config: &'a Config,
        context: &'a Context<'a>,
        projects: Projects,
    ) -> Self {
        Self {
            reader,
            config,
            context,
            queue: VecDeque::new(),
            seen: BTreeMap::new(),
            shared: Shared::default(),
            projects,
            of_projects: Vec::new(),
            rendered: BTreeSet::new(),
            contained: BTreeSet::new(),
            out: Expanded::default(),
        }
    }
}

impl Expansion<'_> {
    fn run(&mut self, candidates: Candidates) {
        let directories = self.directories();
        let is_in_none = |object: &Object| {
            let file = TreePath::parse(&object.place.file).ok();
            let folder = file.and_then(|file| file.parent());
            folder.is_none_or(|folder| !directories.contains(&folder))
        };
        self.queue.extend(candidates.plain.into_iter().filter(is_in_none));
        self.out.roots = self.queue.len();
        self.drain();
        for rule in &self.config.roots {
            self.configured(rule);
        }
        if self.config.roots.is_empty() {
            self.assumed(&candidates.kustomizations, &candidates.charts);
        }
        self.drain();
        self.check_projects();
    }

    /// Says what projects do not permit, once all of them are known.
    fn check_projects(&mut self) {
        for (object, shown) in std::mem::take(&mut self.of_projects) {
            let Some(spec) = at(&object.node, &["spec"]) else { continue };
            let clusters = &self.reader.clusters;
            for fault in self.projects.faults(spec, &object.instance, clusters) {
                let message = format!("application `{shown}`: {fault}");
                self.problem(Severity::Warning, message, Some(object.place.clone()));
            }
        }
    }

    fn drain(&mut self) {
        while !self.queue.is_empty() {
            let wave: Vec<Object> = std::mem::take(&mut self.queue).into();
            let read = self.read_ahead(&wave);
            for (object, read) in wave.iter().zip(read) {
                if self.out.applications.len() >= MAX_APPLICATIONS {
                    let message =
                        format!("more than {MAX_APPLICATIONS} applications; the rest is left out");
                    self.problem(Severity::Error, message, Some(object.place.clone()));
                    self.queue.clear();
                    return;
                }
                match object.kind() {
                    "ApplicationSet" => self.set(object, read),
                    _ => self.application(object, read),
                }
            }
        }
    }

    /// What objects stand for, as far as each tells that alone; one that was met before is left out.
    fn read_ahead(&self, objects: &[Object]) -> Vec<Read> {
        let mut met: BTreeSet<Key> = BTreeSet::new();
        let mut is_first = |object: &Object| {
            let key = key(object);
            !self.seen.contains_key(&key) && met.insert(key)
        };
        let open: Vec<bool> = objects.iter().map(&mut is_first).collect();
        let (reader, shared) = (self.reader, &self.shared);
        let read = |(object, is_open): (&Object, bool)| match object.kind() {
            _ if !is_open => Read::Nothing,
            "ApplicationSet" => Read::Set(generate(reader, object)),
            _ => {
                let mut cell = application(reader, object);
                shared.share(&mut cell);
                Read::Application(Box::new(cell))
            }
        };
        objects.par_iter().zip(open).map(read).collect()
    }

    fn problem(&mut self, severity: Severity, message: String, place: Option<Place>) {
        self.out.problems.push(Problem { severity, message, place, hint: None });
    }

    /// A problem for which some cells may be missing.
    fn gap(&mut self, of: GapScope, problem: Problem) {
        self.out.gaps.push(Gap { of, problem: problem.clone(), is_unknown: false });
        self.out.problems.push(problem);
    }

    /// Whether an object is new; of two with one name the first counts.
    fn is_new(&mut self, object: &Object, shown: &str) -> bool {
        let (key, is_set) = (key(object), object.kind() == "ApplicationSet");
        let Some(known) = self.seen.get(&key) else {
            let index = (!is_set).then_some(self.out.applications.len());
            let (node, place) = (Arc::clone(&object.node), object.place.clone());
            self.seen.insert(key, Seen { index, node, place });
            return true;
        };
        let (index, is_same) = (
            known.index,
            known.place.file == object.place.file || is_same_spec(&known.node, &object.node),
        );
        let first = known.place.clone();
        if let Some(way) = self.way_to(object, shown) {
            let message = format!("application `{shown}` contains itself, by way of {way}");
            self.problem(Severity::Warning, message, Some(object.place.clone()));
        } else if is_same {
            // The same object, found from two sides: what made it says more.
            if let Some(cell) = index.and_then(|index| self.out.applications.get_mut(index))
                && cell.origin.chain.is_empty()
            {
                Arc::make_mut(cell).origin.chain.clone_from(&object.chain);
            }
        } else {
            let kind = if is_set { "set" } else { "application" };
            let message = format!("{kind} `{shown}` is described twice, first by {first}");
            let owner = Owner::Argo(object.instance.clone());
            let of = match is_set {
                true => GapScope::MadeBy(owner, Maker::Set(shown.into())),
                false => GapScope::Named(owner, shown.into()),
            };
            let place = Some(object.place.clone());
            let hint = "where each is applied to an Argo CD of its own, `roots` in zij.yaml says so: \
                        { directory: FOLDER, cluster: NAME }";
            let hint = Some(hint.to_owned());
            self.gap(of, Problem { severity: Severity::Error, message, place, hint });
        }
        false
    }

    /// The applications between an application and a parent of it that it contains; none where it
    /// only manages itself, which is usual.
    fn way_to(&self, object: &Object, shown: &str) -> Option<String> {
        let parent_of = |chain: &[Link]| {
            chain.iter().rev().find_map(|link| match &link.kind {
                LinkKind::Application(name) => Some(name.clone()),
                LinkKind::Root | LinkKind::Set { .. } => None,
            })
        };
        let mut way = Vec::new();
        let mut parent = parent_of(&object.chain)?;
        while parent.as_str() != shown && way.len() < MAX_CHAIN {
            way.push(format!("`{parent}`"));
            let key = (object.instance.clone(), false, parent.to_string());
            let index = self.seen.get(&key)?.index?;
            parent = parent_of(&self.out.applications.get(index)?.origin.chain)?;
        }
        (!way.is_empty() && parent.as_str() == shown).then(|| way.join(" and "))
    }

    fn set(&mut self, object: &Object, read: Read) {
        if !self.is_new(object, object.name()) {
            return;
        }
        let owner = Owner::Argo(object.instance.clone());
        let maker = Maker::Set(object.name().into());
        self.out.makers.insert((owner.clone(), maker.clone()));
        let of = GapScope::MadeBy(owner, maker);
        let generated = match read {
            Read::Set(generated) => generated,
            _ => generate(self.reader, object),
        };
        let Generated { objects, problems, unknown } = generated;
        for problem in problems {
            self.gap(of.clone(), problem);
        }
        self.queue.extend(objects);
        if let Some(first) = unknown.into_iter().next() {
            let problem = Problem::from(first.clone());
            self.out.gaps.push(Gap { of, problem, is_unknown: true });
            self.unknown_set(object, first);
        }
    }

    /// A cell that stands for the applications of a set which cannot be known.
    fn unknown_set(&mut self, object: &Object, unknown: Unknown) {
        self.out.applications.push(Arc::new(Application {
            id: CellId {
                application: format!("{} (set)", object.name()).as_str().into(),
                cluster: object.instance.clone(),
                owner: Owner::Argo(object.instance.clone()),
            },
            namespace: "argocd".into(),
            sources: vec![Source {
                at: SourceAt::Tree(TreePath::root()),
                render: Render::Opaque(unknown),
            }],
            post: Vec::new(),
            meta: Meta::default(),
            origin: Origin {
                rule: Rule::ArgoCd,
                place: object.place.clone(),
                chain: object.chain.clone(),
            },
        }));
    }

    fn application(&mut self, object: &Object, read: Read) {
        let names = Names::of(object);
        if names.name.is_empty() || !self.is_new(object, &names.shown) {
            return;
        }
        let cell = match read {
            Read::Application(cell) => *cell,
            _ => application(self.reader, object),
        };
        if let Some(spec) = at(&object.node, &["spec"]) {
            if let Some(fault) = self.reader.clusters.fault(spec) {
                let message = format!("application `{}`: {fault}", names.shown);
                let (severity, place) = (Severity::Warning, Some(object.place.clone()));
                let hint = Some("describe it under `clusters` in zij.yaml".to_owned());
                self.out.problems.push(Problem { severity, message, place, hint });
            }
            self.of_projects.push((object.clone(), names.shown));
        }
        let link = Link {
            kind: LinkKind::Application(cell.id.application.clone()),
            place: cell.origin.place.clone(),
        };
        let folders: Vec<TreePath> =
            cell.sources.iter().filter_map(|source| source.at.own_folder().cloned()).collect();
        self.rendered.extend(folders.iter().cloned());
        if self.may_contain(&cell) {
            let mut chain = object.chain.clone();
            chain.push(link);
            let maker = Maker::Application(cell.id.application.clone());
            self.out.makers.insert((cell.id.owner.clone(), maker));
            match chain.len() > MAX_CHAIN {
                true => self.too_long(&cell, &chain),
                false => {
                    if self.children(&cell, &chain, &cell.id.cluster.clone()) {
                        self.contained.extend(folders);
                    }
                }
            }
        }
        self.out.applications.push(Arc::new(cell));
    }

    /// Whether an application's manifests could be applications; most are not, and are not rendered
    /// for it.
    fn may_contain(&self, cell: &Application) -> bool {
        let here = |path: &TreePath| self.reader.watched.makes_applications(path);
        cell.sources.iter().any(|source| {
            let (tree, path) = match &source.at {
                SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => (None, path),
                SourceAt::Pinned(at) => match self.reader.tree.at(&at.revision) {
                    Ok(Some(tree)) => (Some(tree), &at.path),
                    _ => return false,
                },
                SourceAt::Absent(_) => return false,
            };
            let memo = self.context.memo;
            let mentions = |path: &TreePath| match &tree {
                Some(tree) => memo.makes_applications(&**tree, path),
                None => here(path),
            };
            match &source.render {
                Render::Chart(chart) => {
                    mentions(path)
                        || chart.values.iter().any(|layer| match layer {
                            ValuesSource::File(path) | ValuesSource::OptionalFile(path) => {
                                here(path)
                            }
                            ValuesSource::Inline { text, .. } => {
                                mentions_application(text.as_bytes())
                            }
                            ValuesSource::Pinned { .. } | ValuesSource::Set { .. } => false,
                        })
                }
                Render::Directory(_) => mentions(path),
                Render::Kustomize(_) => {
                    let closure = match &tree {
                        Some(tree) => Closure::of(&**tree, path),
                        None => Closure::of(self.reader.watched, path),
                    };
                    closure.files.iter().any(mentions) || closure.folders.iter().any(mentions)
                }
                Render::Nothing | Render::Unread(_) | Render::Opaque(_) | Render::Refused(_) => {
                    false
                }
            }
        })
    }

    /// Queues the applications and sets among the manifests of an application or root, and says
    /// whether all of those are known.
    fn children(&mut self, cell: &Application, chain: &[Link], instance: &ClusterName) -> bool {
        let cluster = self.cluster(instance);
        let mut faults: Vec<(Place, String)> = Vec::new();
        let mut object = |document: &RootDocument| {
            let place =
                Place { file: Arc::clone(&document.file), line: document.line, column: None };
            let parsed = objects_of(&document.text);
            faults.extend(parsed.fault.map(|(_, message)| (place.clone(), message)));
            parsed
                .objects
                .into_iter()
                .map(|(_, node)| Object {
                    node,
                    place: place.clone(),
                    chain: chain.to_vec(),
                    instance: instance.clone(),
                })
                .collect::<Vec<_>>()
        };
        let (roots, watched) = (self.context.roots, self.reader.watched);
        watched.note_root(cell, &cluster, roots);
        let found: Vec<Object> = match roots.render_root(watched.unwatched(), cell, &cluster) {
            Ok(documents) => {
                if documents.is_empty() {
                    let message = format!("`{}` renders nothing", cell.id.application);
                    self.problem(Severity::Warning, message, Some(cell.origin.place.clone()));
                }
                documents.iter().flat_map(&mut object).collect()
            }
            Err(RootFailure::Unknown(unknown)) => match self.as_written(cell, chain, instance) {
                Some(objects) => {
                    self.gap_of(cell, chain, Problem::from(unknown), true);
                    objects
                }
                None => {
                    self.missing(cell, chain, Problem::from(unknown), true);
                    return false;
                }
            },
            Err(RootFailure::Wrong(problem)) => {
                self.missing(cell, chain, problem, false);
                return false;
            }
        };
        let is_known = faults.is_empty();
        for (place, message) in faults {
            let message = format!("{place} cannot be read: {message}");
            let place = Some(place);
            let problem = Problem { severity: Severity::Error, message, place, hint: None };
            self.missing(cell, chain, problem, false);
        }
        for object in found {
            match object.kind() {
                "AppProject" => self.projects.add(&object),
                _ if is_argo(&object) => self.queue.push_back(object),
                _ => {}
            }
        }
        is_known
    }

    /// Applications that make another one each time they are rendered would never end.
    fn too_long(&mut self, cell: &Application, chain: &[Link]) {
        let message = format!("it is the last of a chain of {MAX_CHAIN} applications");
        let (severity, place) = (Severity::Error, Some(cell.origin.place.clone()));
        self.missing(cell, chain, Problem { severity, message, place, hint: None }, false);
    }

    fn missing(&mut self, cell: &Application, chain: &[Link], why: Problem, is_unknown: bool) {
        let first = why.message.lines().next().unwrap_or_default();
        let message = format!(
            "the applications that `{}` contains are not known: {first}",
            cell.id.application
        );
        let severity = if is_unknown { Severity::Warning } else { Severity::Error };
        let place = Some(cell.origin.place.clone());
        let problem = Problem { severity, message, place, hint: why.hint };
        self.gap_of(cell, chain, problem.clone(), is_unknown);
        self.out.problems.push(problem);
    }

    /// What the last link of a chain makes is not known.
    fn gap_of(&mut self, cell: &Application, chain: &[Link], problem: Problem, is_unknown: bool) {
        let Some(maker) = chain.last().map(Maker::from) else { return };
        // Its applications belong to the Argo CD of the cluster that it is deployed to.
        let of = GapScope::MadeBy(Owner::Argo(cell.id.cluster.clone()), maker);
        self.out.gaps.push(Gap { of, problem, is_unknown });
    }

    /// The objects that a kustomization lists, as they are written.
    fn as_written(
        &mut self,
        cell: &Application,
        chain: &[Link],
        instance: &ClusterName,
    ) -> Option<Vec<Object>> {
        let [Source { at: SourceAt::Tree(path), render: Render::Kustomize(_) }] = &cell.sources[..]
        else {
            return None;
        };
        let closure = Closure::of(self.reader.watched, path);
        if let Some(file) = &closure.changed_by {
            let message = format!("what {file} changes in applications is not applied");
            self.problem(Severity::Warning, message, Some(Place::from(file)));
        }
        let mut objects = Vec::new();
        for file in &closure.files {
            for mut object in objects_in(self.reader.tree, file, instance).0 {
                object.chain = chain.to_vec();
                objects.push(object);
            }
        }
        Some(objects)
    }

    /// The cluster that an Argo CD runs on, as far as rendering depends on it.
    fn cluster(&self, name: &ClusterName) -> Cluster {
        let (own, defaults) = (self.config.clusters.get(name), &self.config.defaults);
        Cluster {
            name: name.clone(),
            server: None,
            kube: own.and_then(|own| own.kube.clone()).or_else(|| defaults.kube.clone()),
            apis: Arc::default(),
            profile: own
                .and_then(|own| own.profile.clone())
                .or_else(|| defaults.profile.clone())
                .unwrap_or_default(),
            labels: BTreeMap::new(),
            place: None,
            fault: None,
        }
    }
}
