//! Where expansion begins without an object that says so: roots of `zij.yaml`.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::roots::{self, LOCAL},
    Expansion,
};
use crate::{
    inventory::{
        RootKind,
        config::{RootInstance, RootRule},
        find::nothing_matched,
    },
    source::{Place, TreePath},
};

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
    pub(super) fn enter(
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
}
