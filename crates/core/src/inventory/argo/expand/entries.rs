//! Where expansion begins without an object that says so: roots of `zij.yaml`, and folders that make
//! applications and that nothing renders.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::{
        roots::{self, LOCAL, is_argo},
        scan::{Closure, objects_in},
    },
    Expansion,
};
use crate::{
    inventory::{
        AssumedRoot, Problem, RootKind, Severity, ValuesSource,
        config::{RootInstance, RootRule},
        find::{find, nothing_matched},
        pattern::Pattern,
    },
    source::{Place, TreePath},
};

/// By custom, the values files of a chart that is applied to several clusters.
const OF_CLUSTER: &str = "values-{cluster}.yaml";

impl Expansion<'_> {
    pub(super) fn configured(&mut self, rule: &RootRule) {
        let instances = rule.instances(self.reader.tree);
        if instances.is_empty() {
            self.matches_nothing(rule);
        }
        for instance in instances {
            self.enter(instance, rule.kind, &rule.place, rule.namespace.as_ref());
        }
    }

    /// The folders whose manifests are applied by hand, as the configuration says.
    pub(super) fn directories(&self) -> BTreeSet<TreePath> {
        let rules = self.config.roots.iter().filter(|rule| rule.kind == RootKind::Directory);
        rules.flat_map(|rule| rule.instances(self.reader.tree)).map(|(path, ..)| path).collect()
    }

    /// What a root makes.
    fn enter(
        &mut self,
        (path, values, cluster): RootInstance,
        kind: RootKind,
        place: &Place,
        namespace: Option<&Arc<str>>,
    ) {
        self.out.roots += 1;
        let render = roots::render(&path, kind, values);
        let instance = cluster.as_deref().unwrap_or(LOCAL).into();
        let mut cell = roots::root(&path, render, &instance, place.clone());
        if let Some(namespace) = namespace {
            cell.namespace = Arc::clone(namespace);
        }
        let chain = cell.origin.chain.clone();
        self.children(&cell, &chain, &instance);
        self.drain();
    }

    fn matches_nothing(&mut self, rule: &RootRule) {
        let (tree, pattern) = (self.reader.tree, rule.find());
        let mut problem = nothing_matched(tree, pattern.as_ref(), Some(rule.place.clone()));
        let folder = TreePath::parse(rule.path.as_str()).ok();
        if folder.is_some_and(|folder| matches!(tree.entry(&folder), Ok(Some(_)))) {
            let hint = format!("the paths of `values` begin in the folder {}", rule.path);
            problem.hint = Some(hint);
        }
        self.out.problems.push(problem);
    }

    /// Whether kustomizations may all be applied to one cluster, since none makes an application
    /// that another one makes; otherwise each has an Argo CD of its own.
    fn are_of_one(&self, kustomizations: &[&TreePath]) -> bool {
        let (mut names, local) = (BTreeSet::new(), LOCAL.into());
        kustomizations.iter().all(|path| {
            let files = Closure::of(self.reader.watched, path).files;
            let objects =
                files.iter().flat_map(|file| objects_in(self.reader.tree, file, &local).0);
            let own: BTreeSet<(String, String)> = objects
                .filter(is_argo)
                .map(|object| (object.kind().to_owned(), object.name().to_owned()))
                .collect();
            let is_new = names.is_disjoint(&own);
            names.extend(own);
            is_new
        })
    }

    /// Kustomizations and charts that make applications and that no application renders.
    pub(super) fn proposed(&mut self, kustomizations: &[TreePath], charts: &[TreePath]) {
        let watched = self.reader.watched;
        let unused = |path: &&TreePath| {
            !self.rendered.contains(*path) && !watched.is_rendered_by_other(path)
        };
        let kustomizations = kustomizations.iter().filter(unused);
        let (bases, mut kustomizations): (Vec<&TreePath>, Vec<&TreePath>) =
            kustomizations.partition(|path| roots::is_base(path));
        let charts: Vec<&TreePath> = charts.iter().filter(unused).collect();
        if kustomizations.is_empty() && charts.is_empty() {
            kustomizations = bases;
        } else {
            for path in bases {
                let message = format!("{path} makes applications, and nothing builds on it");
                self.problem(Severity::Info, message, Some(Place::from(path)));
            }
        }
        let is_one = self.are_of_one(&kustomizations) && charts.len() < 2;
        let charts = charts.iter().map(|path| (*path, RootKind::Chart));
        let folders = kustomizations.iter().map(|path| (*path, RootKind::Kustomization));
        for (path, kind) in folders.chain(charts).collect::<Vec<_>>() {
            let cluster = if is_one { LOCAL } else { path.name() };
            self.propose(path, kind, cluster);
        }
    }

    /// A folder that is thought to be applied by hand: to that cluster, or, where it is a chart with
    /// values files for several, to each of those.
    fn propose(&mut self, path: &TreePath, kind: RootKind, cluster: &str) {
        let (shown, of_clusters) = match kind {
            RootKind::Chart => ("chart", self.values_of_clusters(path)),
            RootKind::Kustomization => ("kustomization", Vec::new()),
            RootKind::Directory => ("directory", Vec::new()),
        };
        let (message, values, cluster, instances) = match of_clusters.is_empty() {
            true => (
                format!("{shown} {path} is taken for a root of applications"),
                None,
                cluster,
                vec![(path.clone(), Vec::new(), Some(cluster.to_owned()))],
            ),
            false => (
                format!("{shown} {path} is taken for a root of applications for each {OF_CLUSTER}"),
                Some(OF_CLUSTER),
                "{cluster}",
                of_clusters,
            ),
        };
        let place = Place::from(path);
        self.out.problems.push(Problem {
            severity: Severity::Info,
            message,
            place: Some(place.clone()),
            hint: Some("confirm it under `roots` in zij.yaml".to_owned()),
        });
        let (path, cluster) = (path.clone(), cluster.into());
        self.out.assumed.roots.push(AssumedRoot { path, kind, values, cluster });
        for instance in instances {
            self.enter(instance, kind, &place, None);
        }
    }

    /// A root for each cluster that a chart has values for; none where that are fewer than two.
    fn values_of_clusters(&self, chart: &TreePath) -> Vec<RootInstance> {
        let pattern = Pattern::parse(&format!("{chart}/{OF_CLUSTER}")).ok();
        // The folder's name may look like a pattern.
        let pattern =
            pattern.filter(|pattern| pattern.literal_folder().len() == chart.parts().count());
        let found = pattern.map(|pattern| find(self.reader.tree, &pattern, &|_, _| true));
        let found = found.and_then(Result::ok).unwrap_or_default();
        let roots = found.into_iter().filter_map(|found| {
            let cluster = found.bindings.get("cluster")?.to_string();
            Some((chart.clone(), vec![ValuesSource::File(found.path)], Some(cluster)))
        });
        Some(roots.collect()).filter(|roots: &Vec<_>| roots.len() >= 2).unwrap_or_default()
    }
}
