//! Expands the entries of clusters until nothing new comes up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::Node;

use super::{
    cluster::{ClusterState, strict_by},
    item::{Item, Key, items_in, line_of, objects_of},
    kustomization::kustomization,
    reader::{Reader, Scope, link},
    release::release,
    roots::{Entry, Written, loose_objects},
};
use crate::{
    inventory::{
        Application, Assumptions, CellId, Checkout, Cluster, ClusterName, Config, Context, Gap,
        GapScope, Link, LinkKind, Lock, Maker, Meta, Origin, Owner, PostStep, Problem, Render,
        RootDocument, RootFailure, Rule, Severity, Source, SourceAt, SyncPolicy, Unknown,
        UnknownKind,
        argo::{Found, referenced},
        expanded::Expanded,
        object::text,
        remember::Watched,
        repository::normalized,
        vendor::Asked,
    },
    source::{Place, Tree, TreePath},
};

/// The most applications of one repository.
const MAX_APPLICATIONS: usize = 100_000;
/// The longest chain from an entry to an object.
const MAX_CHAIN: usize = 32;

/// Everything that the Flux objects of a tree stand for.
pub(in crate::inventory) fn expand(
    watched: &Watched<'_>,
    found: &Found,
    config: &Config,
    context: &Context<'_>,
) -> Expanded {
    let tree: &dyn Tree = watched;
    if found.flux.is_empty() {
        return Expanded::default();
    }
    let written = Written::of(tree, &found.flux);
    if !written.items.iter().any(Item::is_applied) {
        return Expanded::default();
    }
    let mut problems = written.problems.clone();
    let lock = Lock::of(tree);
    problems.extend(lock.problems.iter().cloned());
    let entries = written.bootstrapped();
    let checkout = checkout(config, context, &written, &mut problems);
    let lock = Asked::of(lock);
    let assumed = Assumptions::of(&checkout, context, config);
    let reader = Reader { tree, watched, checkout, lock, config };
    let mut expansion = Expansion {
        reader: &reader,
        context,
        loose: loose_objects(plain_objects(tree, found, &written)),
        seen: BTreeMap::new(),
        reread: BTreeSet::new(),
        met_files: BTreeSet::new(),
        out: Expanded { problems, assumed, ..Expanded::default() },
    };
    expansion.entries(entries, &written, found);
    let mut out = expansion.out;
    out.wanted = reader.lock.into_wanted();
    out
}

/// Objects that others may refer to, as they are written.
fn plain_objects(tree: &dyn Tree, found: &Found, written: &Written) -> Vec<Item> {
    let referred = |item: &Item| item.is_referred();
    let mut plain: Vec<Item> =
        written.items.iter().filter(|item| referred(item)).cloned().collect();
    let others = found.data.iter().filter(|file| !found.flux.contains(file));
    for path in others.filter_map(|file| TreePath::parse(file).ok()) {
        plain.extend(items_in(tree, &path).0.into_iter().filter(referred));
    }
    plain
}

/// What is known of the repository, with what its own objects say.
fn checkout(
    config: &Config,
    context: &Context<'_>,
    written: &Written,
    problems: &mut Vec<Problem>,
) -> Checkout {
    let mut checkout = context.checkout.clone();
    checkout.remotes.extend(config.repositories.iter().cloned());
    let synced: Vec<Item> =
        written.bootstrapped().into_iter().flat_map(|entry| entry.items).collect();
    let is_git = |item: &&Item| item.kind() == "GitRepository";
    let all = synced.iter().chain(&written.items).filter(is_git);
    let mut branches = BTreeSet::new();
    let mut is_named = false;
    for item in all.clone() {
        let url = text(&item.node, &["spec", "url"]).unwrap_or_default();
        is_named |= checkout.is_same(url);
        for field in ["branch", "name"] {
            let branch = text(&item.node, &["spec", "ref", field]).unwrap_or_default();
            branches.insert(branch.trim_start_matches("refs/heads/").to_owned());
        }
    }
    // A branch that nothing is deployed from will be merged into the one that is.
    let is_deployed = checkout.branch.as_ref().is_some_and(|name| branches.contains(&**name));
    if !is_deployed && checkout.default_branch.is_some() {
        checkout.branch.clone_from(&checkout.default_branch);
    }
    let followed = synced.iter().find(is_git);
    if !is_named && let Some(item) = followed {
        let url = text(&item.node, &["spec", "url"]).unwrap_or_default();
        if !normalized(url).is_empty() {
            problems.push(Problem {
                severity: Severity::Info,
                message: format!("`{url}` is taken for this repository, since no remote is named"),
                place: Some(item.place.clone()),
                hint: Some("say which it is with `repository` in zij.yaml".to_owned()),
            });
            checkout.remotes.insert(url.into());
        }
    }
    checkout
}

pub(super) struct Expansion<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) context: &'a Context<'a>,
    /// Objects that nothing deploys, as far as is known.
    loose: BTreeMap<Key, Item>,
    /// What was read, by cluster.
    seen: BTreeMap<(ClusterName, Key), Seen>,
    /// What was read again.
    reread: BTreeSet<(ClusterName, Key)>,
    /// Files whose objects something deploys.
    met_files: BTreeSet<Arc<str>>,
    out: Expanded,
}

struct Seen {
    index: usize,
    spec: Option<Node>,
    place: Place,
    /// Whether another version of it has come up that counts.
    is_outdated: bool,
}

impl Expansion<'_> {
    fn entries(&mut self, entries: Vec<Entry>, written: &Written, found: &Found) {
        let is_bootstrapped = !entries.is_empty();
        for entry in entries {
            let entry = self.whole(entry);
            self.entry(entry);
        }
        if is_bootstrapped {
            self.tell_loose(written);
        } else {
            let (_, files) = referenced(self.reader.tree, found);
            for entry in written.loose(self.reader.tree, &files) {
                let is_root = entry.place.file.is_empty();
                let folder = if is_root { "the root" } else { &*entry.place.file };
                self.out.problems.push(Problem {
                    severity: Severity::Info,
                    message: format!(
                        "what lies in {folder} is taken for the entry of cluster `{}`",
                        entry.cluster
                    ),
                    place: Some(entry.place.clone()).filter(|_| !is_root),
                    hint: None,
                });
                self.entry(entry);
            }
        }
        self.dependencies();
    }

    /// Says what Flux would not deploy.
    fn tell_loose(&mut self, written: &Written) {
        let is_loose = |item: &&Item| {
            item.is_applied()
                && !item.name().is_empty()
                && !self.met_files.contains(&item.place.file)
        };
        let loose: Vec<&Item> = written.items.iter().filter(is_loose).collect();
        let Some(first) = loose.first() else { return };
        let message = match loose.len() {
            1 => format!("{} is deployed by nothing", first.key()),
            count => format!("{count} objects are deployed by nothing, such as {}", first.key()),
        };
        let place = Some(first.place.clone());
        self.problem(Severity::Info, message, place);
    }

    /// An error that leaves one application in doubt.
    fn doubt(&mut self, owner: Owner, name: &str, message: String, place: Place) {
        let problem =
            Problem { severity: Severity::Error, message, place: Some(place), hint: None };
        let of = GapScope::Named(owner, name.into());
        self.out.gaps.push(Gap { of, problem: problem.clone(), is_unknown: false });
        self.out.problems.push(problem);
    }

    fn problem(&mut self, severity: Severity, message: String, place: Option<Place>) {
        self.out.problems.push(Problem { severity, message, place, hint: None });
    }

    /// Everything that one entry leads to.
    fn entry(&mut self, entry: Entry) {
        let name = ClusterName::from(entry.cluster.as_str());
        let mut cluster = ClusterState::new(name, self.loose.clone());
        cluster.own_source = entry.source;
        cluster.strict = entry.strict;
        let chain = vec![Link { kind: LinkKind::Root, place: entry.place }];
        for item in entry.items {
            self.meet(&mut cluster, Item { chain: chain.clone(), ..item });
        }
        loop {
            while let Some(item) = cluster.queue.pop_front() {
                self.read(&mut cluster, item);
            }
            // What came up meanwhile may be what the others wait for.
            let met = cluster.met;
            let waiting = std::mem::take(&mut cluster.waiting);
            for item in waiting {
                self.read(&mut cluster, item);
            }
            if !cluster.queue.is_empty() || cluster.met > met {
                continue;
            }
            let Some(item) = cluster.waiting.pop_front() else { return };
            cluster.is_settled = true;
            self.read(&mut cluster, item);
            cluster.is_settled = false;
        }
    }

    /// Takes up an object that an entry or another object deploys.
    fn meet(&mut self, cluster: &mut ClusterState, item: Item) {
        self.met_files.insert(Arc::clone(&item.place.file));
        if item.is_skipped() {
            return;
        }
        if item.is_applied() {
            cluster.queue.push_back(item);
        } else if item.is_referred() {
            cluster.meet(item);
        } else if item.is_kustomize_controller() {
            let text = zij_goyaml::to_yaml(&item.node).unwrap_or_default();
            cluster.strict = strict_by(&text);
        }
    }

    fn read(&mut self, cluster: &mut ClusterState, item: Item) {
        if self.out.applications.len() >= MAX_APPLICATIONS {
            let message =
                format!("more than {MAX_APPLICATIONS} applications; the rest is left out");
            self.problem(Severity::Error, message, Some(item.place.clone()));
            cluster.queue.clear();
            cluster.waiting.clear();
            return;
        }
        if item.name().is_empty() {
            let message = format!("a {} has no `metadata.name`", item.kind());
            return self.problem(Severity::Warning, message, Some(item.place.clone()));
        }
        if !self.is_new(cluster, &item) {
            return;
        }
        let (application, problems) = {
            let scope = Scope { reader: self.reader, cluster, item: &item };
            cluster.take_missed();
            match item.kind() {
                "Kustomization" => (kustomization(&scope), Vec::new()),
                "HelmRelease" => release(&scope),
                _ => (resource_set(&scope), Vec::new()),
            }
        };
        let application = Arc::new(application);
        if cluster.take_missed() && !cluster.is_settled {
            cluster.waiting.push_back(item);
            return;
        }
        self.out.problems.extend(problems);
        let key = (cluster.name.clone(), item.key());
        let (spec, place) = (item.spec().cloned(), item.place.clone());
        let outdated = self.seen.get(&key).map(|seen| seen.index);
        let index = outdated.unwrap_or(self.out.applications.len());
        match self.out.applications.get_mut(index) {
            Some(slot) => *slot = Arc::clone(&application),
            None => self.out.applications.push(Arc::clone(&application)),
        }
        self.seen.insert(key, Seen { index, spec, place, is_outdated: false });
        if item.kind() == "Kustomization" {
            for kind in ["Kustomization", "HelmRelease", "ResourceSet"] {
                let maker = Maker::Application(application.id.application.clone());
                self.out.makers.insert((Owner::Flux(kind.into()), maker));
            }
            self.children(cluster, &item, &application);
        }
    }

    /// Whether an object was not read yet; of two with one name the first counts.
    fn is_new(&mut self, cluster: &ClusterState, item: &Item) -> bool {
        let key = item.key();
        let known = self.seen.get(&(cluster.name.clone(), key.clone()));
        let Some(known) = known.filter(|known| !known.is_outdated) else { return true };
        let is_same = known.spec.as_ref() == item.spec();
        let (first, shown) = (known.place.clone(), key.shown());
        let parents = item.chain.iter().filter_map(|link| match &link.kind {
            LinkKind::Application(name) => Some(name.as_str()),
            LinkKind::Root | LinkKind::Set { .. } => None,
        });
        let parents: Vec<&str> = parents.collect();
        // A Kustomization that contains only itself is how Flux follows itself.
        let is_own = parents.last() == Some(&shown.as_str());
        if !is_own && parents.contains(&shown.as_str()) {
            let way = parents.iter().skip_while(|name| **name != shown).skip(1);
            let way: Vec<String> = way.map(|name| format!("`{name}`")).collect();
            let message = format!("{key} contains itself, by way of {}", way.join(" and "));
            self.problem(Severity::Warning, message, Some(item.place.clone()));
        } else if !is_own && !is_same {
            let message = format!("{key} is described twice, first by {first}");
            self.doubt(Owner::Flux(Arc::clone(&key.kind)), &shown, message, item.place.clone());
        }
        false
    }

    /// Takes up what a Kustomization deploys.
    fn children(&mut self, cluster: &mut ClusterState, item: &Item, application: &Application) {
        let why =
            application.sources.iter().find_map(|source| match (&source.at, &source.render) {
                (_, Render::Refused(problem)) => Some((Severity::Error, &problem.message)),
                (SourceAt::Absent(unknown), _) | (_, Render::Opaque(unknown)) => {
                    Some((Severity::Warning, &unknown.message))
                }
                _ => None,
            });
        if let Some((severity, why)) = why {
            return self.unknown_children(application, severity, why);
        }
        if item.chain.len() >= MAX_CHAIN {
            let why = format!("it is the last of {MAX_CHAIN} that deploy each other");
            return self.unknown_children(application, Severity::Error, &why);
        }
        let Some((documents, unknown)) = self.documents(application) else { return };
        let name = item.key().shown();
        let mut chain = item.chain.clone();
        chain.push(link(&name, &application.origin.place));
        let is_elsewhere = application.id.cluster != cluster.name;
        let mut children = Vec::new();
        for document in &documents {
            for (_, node) in objects_of(&document.text).0 {
                let place = Place::file(Arc::clone(&document.file));
                let (chain, unknown) = (chain.clone(), unknown.clone());
                let child = Item { node, place, is_written: false, chain, unknown };
                if self.is_of_interest(&child) && !is_elsewhere {
                    children.push(child);
                }
            }
        }
        let is_own = |child: &&Item| child.key() == item.key() && child.spec() != item.spec();
        if let Some(own) = children.iter().find(is_own)
            && self.again(cluster, item, own)
        {
            return;
        }
        for child in children {
            let child = self.located(child);
            self.meet(cluster, child);
        }
    }

    /// The object with its line.
    pub(super) fn located(&self, item: Item) -> Item {
        let line = line_of(self.reader.tree, &item.place.file, item.kind(), item.name());
        Item { place: Place { line, ..item.place.clone() }, ..item }
    }

    fn is_of_interest(&self, item: &Item) -> bool {
        item.is_applied() || item.is_referred() || item.is_kustomize_controller()
    }

    /// Reads a Kustomization again, once, that deploys another version of itself: that is the one
    /// that stays.
    fn again(&mut self, cluster: &mut ClusterState, item: &Item, own: &Item) -> bool {
        let key = (cluster.name.clone(), item.key());
        if !self.reread.insert(key.clone()) {
            return false;
        }
        if let Some(seen) = self.seen.get_mut(&key) {
            seen.is_outdated = true;
        }
        let own = Item { chain: item.chain.clone(), ..self.located(own.clone()) };
        cluster.queue.push_front(own);
        true
    }

    /// What a Kustomization deploys; where some of it depends on variables that are not known, with
    /// those left as they are, and why.
    fn documents(
        &mut self,
        application: &Application,
    ) -> Option<(Vec<RootDocument>, Option<Unknown>)> {
        let cluster = self.cluster(&application.id.cluster);
        let missing = application.post.iter().find_map(|step| match step {
            PostStep::Substitute(substitution) => substitution.missing.clone(),
            _ => None,
        });
        let application = &keeping_unknown(application);
        let (roots, watched) = (self.context.roots, self.reader.watched);
        watched.note_root(application, &cluster, roots);
        match roots.render_root(watched.unwatched(), application, &cluster) {
            Ok(documents) => Some((documents, missing)),
            Err(failure) => {
                let (severity, why) = match failure {
                    RootFailure::Wrong(problem) => (Severity::Error, problem.message),
                    RootFailure::Unknown(unknown) => (Severity::Warning, unknown.message),
                };
                self.unknown_children(application, severity, &why);
                None
            }
        }
    }

    fn unknown_children(&mut self, application: &Application, severity: Severity, why: &str) {
        let why = why.lines().next().unwrap_or_default();
        let name = &application.id.application;
        let message = format!("what `{name}` deploys is not known: {why}");
        let place = Some(application.origin.place.clone());
        let problem = Problem { severity, message, place, hint: None };
        if let Some(entry) = application.origin.chain.first() {
            let maker = Maker::Application(name.clone());
            let of = GapScope::Below { entry: Arc::clone(&entry.place.file), maker };
            let is_unknown = severity != Severity::Error;
            self.out.gaps.push(Gap { of, problem: problem.clone(), is_unknown });
        }
        self.out.problems.push(problem);
    }

    /// A cluster as far as rendering depends on it.
    pub(super) fn cluster(&self, name: &ClusterName) -> Cluster {
        let config = self.reader.config;
        let (own, defaults) = (config.clusters.get(name), &config.defaults);
        Cluster {
            kube: own.and_then(|own| own.kube.clone()).or_else(|| defaults.kube.clone()),
            profile: own
                .and_then(|own| own.profile.clone())
                .or_else(|| defaults.profile.clone())
                .unwrap_or_default(),
            ..Cluster::named(name.clone())
        }
    }

    /// Says which dependencies lead to nothing or in a circle.
    fn dependencies(&mut self) {
        let mut needs = Needs::new();
        for cell in &self.out.applications {
            let key = (cell.id.cluster.clone(), Arc::clone(&cell.id.application.0));
            needs.insert(key, (cell.meta.depends_on.clone(), cell.origin.place.clone()));
        }
        let (mut problems, mut circles) = (Vec::new(), Vec::new());
        for ((cluster, name), (depends_on, place)) in &needs {
            let known = |needed: &Arc<str>| needs.contains_key(&(cluster.clone(), needed.clone()));
            for needed in depends_on.iter().filter(|needed| !known(needed)) {
                let message =
                    format!("`{name}` depends on `{needed}`, which is not on `{cluster}`");
                problems.push((Severity::Warning, message, place.clone()));
            }
            if let Some(circle) = circle(&needs, cluster, name) {
                let way: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
                let message = format!("dependencies go in a circle: {}", way.join(" → "));
                circles.push((name, message, place.clone()));
            }
        }
        for (name, message, place) in circles {
            let kind = if name.starts_with("hr/") { "HelmRelease" } else { "Kustomization" };
            self.doubt(Owner::Flux(kind.into()), name, message, place);
        }
        for (severity, message, place) in problems {
            self.problem(severity, message, Some(place));
        }
    }
}

/// What each application depends on, and where it is described.
type Needs = BTreeMap<(ClusterName, Arc<str>), (Vec<Arc<str>>, Place)>;

/// The circle of dependencies that begins and ends with an application, told once: from the first
/// of its names.
fn circle(needs: &Needs, cluster: &ClusterName, start: &Arc<str>) -> Option<Vec<Arc<str>>> {
    let mut ways = vec![vec![Arc::clone(start)]];
    let mut visited = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let last = way.last()?;
        let Some((next, _)) = needs.get(&(cluster.clone(), Arc::clone(last))) else { continue };
        for name in next {
            let longer: Vec<Arc<str>> = way.iter().chain([name]).cloned().collect();
            if name == start {
                return Some(longer);
            }
            if name > start && visited.insert(Arc::clone(name)) {
                ways.push(longer);
            }
        }
    }
    None
}

/// The application with expressions of unknown variables left as they are.
fn keeping_unknown(application: &Application) -> Application {
    let mut application = application.clone();
    for step in &mut application.post {
        if let PostStep::Substitute(substitution) = step
            && substitution.missing.take().is_some()
        {
            substitution.keeps_unknown = true;
        }
    }
    application
}

/// A cell that stands for what a `ResourceSet` makes.
fn resource_set(scope: &Scope<'_>) -> Application {
    let item = scope.item;
    let message = format!("what ResourceSet `{}` makes is not known by this version", item.name());
    let unknown = Unknown {
        kind: UnknownKind::Unsupported,
        message,
        place: Some(item.place_of(&item.node)),
        hint: None,
    };
    let key = item.key();
    Application {
        id: CellId {
            application: key.shown().as_str().into(),
            cluster: scope.cluster.name.clone(),
            owner: Owner::Flux(Arc::clone(&key.kind)),
        },
        namespace: Arc::clone(&key.namespace),
        sources: vec![Source {
            at: SourceAt::Tree(TreePath::root()),
            render: Render::Opaque(unknown),
        }],
        post: Vec::new(),
        meta: Meta {
            sync: SyncPolicy::Automatic { prune: true, self_heal: true },
            ..Meta::default()
        },
        origin: Origin {
            rule: Rule::Flux,
            place: item.place_of(&item.node),
            chain: item.chain.clone(),
        },
    }
}
