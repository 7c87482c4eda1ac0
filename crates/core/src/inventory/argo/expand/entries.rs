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
    inventory::{AssumedRoot, Problem, Severity, config::RootRule},
    source::{Place, TreePath},
};

impl Expansion<'_> {
    pub(super) fn configured(&mut self, rule: &RootRule) {
        self.out.roots += rule.instances(self.reader.tree).len();
        for (path, values, cluster) in rule.instances(self.reader.tree) {
            let render = match rule.is_chart {
                true => roots::chart(&path, values),
                false => roots::kustomization(),
            };
            let place = rule.place.clone();
            let instance = cluster.as_deref().unwrap_or(LOCAL).into();
            let mut cell = roots::root(&path, render, &instance, place);
            if let Some(namespace) = &rule.namespace {
                cell.namespace = Arc::clone(namespace);
            }
            let chain = cell.origin.chain.clone();
            self.children(&cell, &chain, &instance);
            self.drain();
        }
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
        let roots = kustomizations
            .iter()
            .map(|path| (*path, roots::kustomization(), "kustomization"))
            .chain(charts.iter().map(|path| (*path, roots::chart(path, Vec::new()), "chart")));
        for (path, render, kind) in roots.collect::<Vec<_>>() {
            let instance = if is_one { LOCAL } else { path.name() }.into();
            let place = Place::from(path);
            let cell = roots::root(path, render, &instance, place.clone());
            let chain = cell.origin.chain.clone();
            self.out.problems.push(Problem {
                severity: Severity::Info,
                message: format!("{kind} {path} is taken for a root of applications"),
                place: Some(place),
                hint: Some("confirm it under `roots` in zij.yaml".to_owned()),
            });
            self.out.roots += 1;
            let (path, is_chart) = (path.clone(), kind == "chart");
            let root = AssumedRoot { path, is_chart, cluster: instance.clone() };
            self.out.assumed.roots.push(root);
            self.children(&cell, &chain, &instance);
            self.drain();
        }
    }
}
