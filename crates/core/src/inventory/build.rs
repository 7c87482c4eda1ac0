//! Puts an inventory together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::source::{Place, Tree, TreePath};

use super::{
    ApiEntry, Application, Cluster, ClusterName, Config, Context, Gap, GapScope, Inventory,
    Problem, Rule, RuleMatch, Severity,
    argo::{Found, expand, is_local},
    cells::cells,
    config::ClusterSettings,
    detect::{Known, LAYOUTS, detect},
    expanded::Expanded,
    find::nothing_matched,
    flux,
    nearest::nearest,
    remember::{Other, Surroundings, Watched},
    survey::survey,
};

impl Inventory {
    /// The fleet that `tree` describes, as `config` says or, where it names no applications, by
    /// the layouts that are known.
    ///
    /// Objects of Argo CD are left aside; [`Inventory::read`] reads them too.
    pub fn of(tree: &dyn Tree, config: &Config) -> Self {
        Self::built(tree, config, None, Known::default()).inventory
    }

    /// As [`Inventory::of`], with the applications that Argo CD and Flux would make of the tree's
    /// objects; one that was read before and would be the same is not read again.
    pub fn read(tree: &dyn Tree, config: &Config, context: &Context<'_>) -> Arc<Self> {
        Self::remembered(tree, config, context, Known::default(), &Other::default())
    }

    /// As [`Inventory::of`] for a revision that is compared with the one of `other`: the layout
    /// that was detected there is taken here too if it matches anything and none before it fits.
    ///
    /// A chart that breaks is then a cell that cannot be rendered, not a fleet of another layout.
    pub fn following(
        other: &Self,
        tree: &dyn Tree,
        config: &Config,
        context: Option<&Context<'_>>,
    ) -> Arc<Self> {
        let is_chart = other.rules.first().is_some_and(|used| used.rule == Rule::RootChart);
        let root_chart = other.cells.keys().next().filter(|_| is_chart);
        let root_chart = root_chart.map(|cell| cell.application.clone());
        let is_of_objects =
            other.rules.iter().any(|used| matches!(used.rule, Rule::ArgoCd | Rule::Flux));
        let known = Known { layout: other.used_layout(), root_chart, is_of_objects };
        match context {
            Some(context) => Self::remembered(tree, config, context, known, &Other::new(other)),
            None => Arc::new(Self::built(tree, config, None, known).inventory),
        }
    }

    /// The fleets of two revisions that are compared, each a tree and its configuration: read in
    /// one way, whichever of them has charts that are broken.
    pub fn of_both(
        base: (&dyn Tree, &Config),
        head: (&dyn Tree, &Config),
        context: Option<&Context<'_>>,
    ) -> (Arc<Self>, Arc<Self>) {
        let of_base = match context {
            Some(context) => Self::read(base.0, base.1, context),
            None => Arc::new(Self::of(base.0, base.1)),
        };
        let of_head = Self::following(&of_base, head.0, head.1, context);
        let used = |inventory: &Self| inventory.rules.first().map(|used| used.pattern.clone());
        if used(&of_base) == used(&of_head) {
            return (of_base, of_head);
        }
        (Self::following(&of_head, base.0, base.1, context), of_head)
    }

    /// The inventory of a tree as it was read before, or read now.
    fn remembered(
        tree: &dyn Tree,
        config: &Config,
        context: &Context<'_>,
        known: Known,
        other: &Other<'_>,
    ) -> Arc<Self> {
        let reads_objects = config.applications.is_empty() || !config.roots.is_empty();
        let found = (reads_objects && is_sound(&config.problems)).then(|| context.memo.scan(tree));
        let may_have_any =
            found.as_ref().is_some_and(|found| !found.files.is_empty()) || !config.roots.is_empty();
        let leaving_link = may_have_any.then(|| context.memo.leaving_link(tree)).flatten();
        let surroundings = Surroundings {
            config: format!("{config:?}"),
            checkout: context.checkout.clone(),
            found: found.clone(),
            leaving_link: leaving_link.clone(),
        };
        let watched = Watched::new(tree, context.memo, other);
        let inventories = &context.memo.inventories;
        if let Some(inventory) = inventories.find(&surroundings, &known, &watched, context.roots) {
            return inventory;
        }
        let leaving_link = leaving_link.as_ref();
        let objects = found.as_deref().map(|found| Objects {
            watched: &watched,
            found,
            context,
            leaving_link,
        });
        let Built { inventory, follows } =
            Self::built(&watched, config, objects.as_ref(), known.clone());
        inventories.keep(surroundings, follows.then_some(known), watched, inventory)
    }

    fn built(
        tree: &dyn Tree,
        config: &Config,
        objects: Option<&Objects<'_>>,
        known: Known,
    ) -> Built {
        let mut inventory = Self { problems: config.problems.clone(), ..Self::default() };
        let is_sound = is_sound(&config.problems);
        if !config.applications.is_empty() {
            inventory.configured(tree, config);
        }
        if let Some(objects) = objects {
            inventory.argo_cd(config, objects);
            inventory.flux(config, objects);
        }
        let is_configured = !config.applications.is_empty() || !config.roots.is_empty();
        let follows = !is_configured && inventory.cells.is_empty() && is_sound;
        // Objects that cannot be read are still no other layout.
        let is_of_maker = |gap: &Gap| matches!(gap.of, GapScope::MadeBy(..));
        let hides_objects = known.is_of_objects && !inventory.gaps.is_empty()
            || inventory.gaps.iter().any(is_of_maker);
        if follows && !hides_objects {
            inventory.detected(tree, known);
        }
        inventory.settle_clusters(tree, config);
        Built { inventory, follows }
    }

    fn argo_cd(&mut self, config: &Config, objects: &Objects<'_>) {
        let Objects { watched, found, context, leaving_link } = *objects;
        let expanded = expand(watched, found, config, context, leaving_link.cloned());
        self.expanded(Rule::ArgoCd, "Application, ApplicationSet", expanded);
    }

    fn flux(&mut self, config: &Config, objects: &Objects<'_>) {
        let Objects { watched, found, context, .. } = *objects;
        let expanded = flux::expand(watched, found, config, context);
        self.expanded(Rule::Flux, "Kustomization, HelmRelease", expanded);
    }

    /// Takes over what a reader of objects of these kinds found.
    fn expanded(&mut self, rule: Rule, kinds: &str, mut expanded: Expanded) {
        self.gaps.extend(expanded.gaps);
        self.makers.extend(expanded.makers);
        self.remotes.append(&mut expanded.wanted);
        let assumed = expanded.assumed;
        self.assumed.repository = self.assumed.repository.take().or(assumed.repository);
        self.assumed.roots.extend(assumed.roots);
        if expanded.applications.is_empty() && expanded.problems.is_empty() {
            return;
        }
        self.rules.push(RuleMatch {
            rule,
            pattern: kinds.into(),
            cells: expanded.applications.len(),
            left_out: Vec::new(),
        });
        self.problems.extend(expanded.problems);
        for (name, (server, labels)) in expanded.clusters {
            let cluster = Cluster { server: Some(server), labels, ..Cluster::named(name.clone()) };
            self.clusters.insert(name, cluster);
        }
        self.add(expanded.applications);
    }

    fn configured(&mut self, tree: &dyn Tree, config: &Config) {
        for rule in &config.applications {
            let found = cells(tree, rule, Rule::Configured);
            let pattern = rule.find.as_ref().map_or("for", |pattern| pattern.as_str());
            if found.applications.is_empty() && found.problems.is_empty() {
                self.problems.push(nothing_matched(tree, rule.find.as_ref(), rule.place.clone()));
            }
            let rule = Rule::Configured;
            let cells = found.applications.len();
            self.rules.push(RuleMatch {
                rule,
                pattern: pattern.into(),
                cells,
                left_out: Vec::new(),
            });
            self.problems.extend(found.problems);
            self.add(found.applications);
        }
    }

    fn detected(&mut self, tree: &dyn Tree, known: Known) {
        let detection = detect(tree, known);
        let nothing = detection.applications.is_empty();
        self.problems.extend(detection.problems);
        self.rules = detection.rules;
        self.add(detection.applications);
        let survey = survey(tree, nothing);
        // An empty repository has no applications; one with charts has them somewhere.
        let may_have_cells = survey.chart.is_some() || !survey.problems.is_empty();
        self.problems.extend(survey.problems);
        if nothing {
            let mut patterns: Vec<&str> = LAYOUTS.iter().map(|layout| layout.find).collect();
            patterns.dedup();
            self.problems.push(Problem {
                severity: if may_have_cells { Severity::Error } else { Severity::Warning },
                message: format!(
                    "no application found; looked for `apps` in {}, then for {}, Chart.yaml",
                    Config::FILE,
                    patterns.join(", ")
                ),
                place: survey.chart.as_ref().map(Place::from),
                hint: Some("`zij init` writes a zij.yaml to start from".to_owned()),
            });
        }
    }

    fn add(&mut self, applications: Vec<Arc<Application>>) {
        for application in applications {
            if let Some(first) = self.cells.get(&application.id) {
                self.problems.push(Problem {
                    severity: Severity::Error,
                    message: format!(
                        "cell `{}` is described twice, first by {}",
                        application.id, first.origin.place
                    ),
                    place: Some(application.origin.place.clone()),
                    hint: Some("give one of them another `app` or `cluster`".to_owned()),
                });
                continue;
            }
            self.cells.insert(application.id.clone(), application);
        }
    }

    fn settle_clusters(&mut self, tree: &dyn Tree, config: &Config) {
        let used: BTreeSet<ClusterName> =
            self.cells.keys().map(|cell| cell.cluster.clone()).collect();
        if !used.is_empty() {
            let idle = config.clusters.iter().filter(|(name, _)| !used.contains(*name));
            self.problems.extend(idle.map(|(name, settings)| idle_cluster(name, settings, &used)));
        }
        let described = self.clusters.keys().cloned().collect::<Vec<_>>();
        let names = used.iter().chain(config.clusters.keys()).cloned().chain(described);
        let names: BTreeSet<ClusterName> = names.collect();
        let mut files = BTreeMap::new();
        for name in &names {
            let mut cluster = self.cluster(tree, config, name, &mut files);
            if let Some(known) = self.clusters.remove(name) {
                cluster.server = cluster.server.or(known.server);
                let own = std::mem::replace(&mut cluster.labels, known.labels);
                cluster.labels.extend(own);
            }
            self.clusters.insert(name.clone(), cluster);
        }
    }

    fn cluster(
        &mut self,
        tree: &dyn Tree,
        config: &Config,
        name: &ClusterName,
        files: &mut BTreeMap<TreePath, Result<ApiSet, Problem>>,
    ) -> Cluster {
        let none = ClusterSettings::default();
        let own = config.clusters.get(name).unwrap_or(&none);
        let defaults = &config.defaults;
        let mut fault = own.fault.clone().or_else(|| defaults.fault.clone());
        let mut apis = ApiSet::new();
        for entry in own.apis.as_ref().or(defaults.apis.as_ref()).into_iter().flatten() {
            match entry {
                ApiEntry::Version(version) => {
                    apis.insert(Arc::clone(version));
                }
                ApiEntry::File { path, place } => {
                    let read = files.entry(path.clone()).or_insert_with(|| {
                        read_apis(tree, path, place)
                            .inspect_err(|problem| self.problems.push(problem.clone()))
                    });
                    match read {
                        Ok(versions) => apis.extend(versions.iter().cloned()),
                        Err(problem) => fault = fault.or_else(|| Some(problem.clone())),
                    }
                }
            }
        }
        Cluster {
            name: name.clone(),
            server: own.server.clone(),
            kube: own.kube.clone().or_else(|| defaults.kube.clone()),
            apis: Arc::new(apis),
            profile: own.profile.clone().or_else(|| defaults.profile.clone()).unwrap_or_default(),
            labels: own.labels.clone(),
            place: own.place.clone(),
            fault,
        }
    }
}

/// A tree whose objects of deployment tools are read.
struct Objects<'a> {
    watched: &'a Watched<'a>,
    found: &'a Found,
    context: &'a Context<'a>,
    /// A link that leads out of the tree.
    leaving_link: Option<&'a TreePath>,
}

/// An inventory, and whether it depends on how the other revision was read.
struct Built {
    inventory: Inventory,
    follows: bool,
}

/// Whether a configuration can be followed.
fn is_sound(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity != Severity::Error)
}

type ApiSet = BTreeSet<Arc<str>>;

/// The API versions of a file, one a line; `#` begins a comment.
fn read_apis(tree: &dyn Tree, path: &TreePath, place: &Place) -> Result<ApiSet, Problem> {
    let problem = |message: String| Problem {
        severity: Severity::Error,
        message,
        place: Some(place.clone()),
        hint: Some("`kubectl api-versions > FILE` writes such a list".to_owned()),
    };
    let text = match tree.read(path) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(problem(format!("the API list {path} does not exist"))),
        Err(error) => return Err(problem(error.to_string())),
    };
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or(line).trim());
    Ok(lines.filter(|line| !line.is_empty()).map(Arc::from).collect())
}

fn idle_cluster(
    name: &ClusterName,
    settings: &ClusterSettings,
    used: &BTreeSet<ClusterName>,
) -> Problem {
    let near = nearest(name.as_str(), used.iter().map(ClusterName::as_str));
    let hint = match is_local(settings.server.as_deref().unwrap_or_default()) {
        true => Some(
            "the cluster that an Argo CD runs on has the name of its root, or `in-cluster`: `kube` and \
             `apis` belong there"
                .to_owned(),
        ),
        false => near.map(|near| format!("did you mean `{near}`?")),
    };
    let message = format!("cluster `{name}` has no application");
    Problem { severity: Severity::Warning, message, place: settings.place.clone(), hint }
}
