//! Folders that make applications and that nothing renders, where `zij.yaml` names no roots: they are
//! thought to be applied by hand.

use std::collections::BTreeSet;

use super::{
    super::{
        project::Projects,
        roots::{self, LOCAL, is_argo},
        scan::{Closure, objects_in},
    },
    Expansion,
};
use crate::{
    inventory::{
        AssumedRoot, Problem, RootKind, Severity, ValuesSource, config::RootInstance, find::find,
        pattern::Pattern,
    },
    source::{Place, TreePath},
};

/// By custom, the values files of a chart that is applied to several clusters.
const OF_CLUSTER: &str = "values-{cluster}.yaml";

/// A folder that may be a root.
type Folder<'a> = (&'a TreePath, RootKind);

impl Expansion<'_> {
    /// Kustomizations and charts that make applications and that no application renders.
    ///
    /// What the revision that this one is compared with takes for a root, is one here too: an
    /// application that cannot be rendered any more moves no others.
    pub(super) fn assumed(&mut self, kustomizations: &[TreePath], charts: &[TreePath]) {
        let watched = self.reader.watched;
        let unused = |path: &&TreePath| {
            let other = watched.in_other(path);
            !self.rendered.contains(*path) && (other.root.is_some() || !other.is_rendered)
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
        let is_one = self.are_of_one(&kustomizations);
        let kustomizations = kustomizations.iter().map(|path| (*path, RootKind::Kustomization));
        let charts: Vec<Folder<'_>> = charts.iter().map(|path| (*path, RootKind::Chart)).collect();
        let folders = match charts.is_empty() {
            true => kustomizations.collect(),
            false => self.outermost(kustomizations.chain(charts).collect()),
        };
        let charts = folders.iter().filter(|(_, kind)| *kind == RootKind::Chart).count();
        let is_one = is_one && charts < 2;
        for (path, kind) in folders {
            let root = self.root(path, kind, if is_one { LOCAL } else { path.name() });
            self.assume(root);
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

    /// Leaves out what an application of another one of these folders renders.
    fn outermost<'f>(&self, folders: Vec<Folder<'f>>) -> Vec<Folder<'f>> {
        if folders.len() < 2 {
            return folders;
        }
        let contained: Vec<BTreeSet<TreePath>> =
            folders.iter().map(|(path, kind)| self.contained_in(path, *kind)).collect();
        let mut is_root = vec![true; folders.len()];
        for (at, (path, _)) in folders.iter().enumerate() {
            let is_inside = |by: usize| by != at && is_root[by] && contained[by].contains(*path);
            let is_inside = (0..folders.len()).any(is_inside);
            is_root[at] = !is_inside || self.reader.watched.in_other(path).root.is_some();
        }
        folders.into_iter().zip(is_root).filter_map(|(folder, is)| is.then_some(folder)).collect()
    }

    /// The folders whose applications would come from this one, if it were a root.
    fn contained_in(&self, path: &TreePath, kind: RootKind) -> BTreeSet<TreePath> {
        let mut trial = Expansion::new(self.reader, self.config, self.context, Projects::default());
        trial.assume(self.root(path, kind, path.name()));
        trial.contained
    }

    fn root(&self, path: &TreePath, kind: RootKind, cluster: &str) -> AssumedRoot {
        let of_other = self.reader.watched.in_other(path).root.filter(|root| root.kind == kind);
        if let Some(root) = of_other
            && !self.instances(&root).is_empty()
        {
            return root;
        }
        let path = path.clone();
        let values = Some(OF_CLUSTER).filter(|_| kind == RootKind::Chart);
        let of_each = AssumedRoot { path, kind, values, cluster: "{cluster}".into() };
        // One values file may be for anything.
        if values.is_some() && self.instances(&of_each).len() >= 2 {
            return of_each;
        }
        AssumedRoot { values: None, cluster: cluster.into(), ..of_each }
    }

    fn assume(&mut self, root: AssumedRoot) {
        let kind = match root.kind {
            RootKind::Chart => "chart",
            RootKind::Kustomization => "kustomization",
            RootKind::Directory => "directory",
        };
        let each = root.values.map(|values| format!(" for each {values}")).unwrap_or_default();
        let place = Place::from(&root.path);
        self.out.problems.push(Problem {
            severity: Severity::Info,
            message: format!("{kind} {} is taken for a root of applications{each}", root.path),
            place: Some(place.clone()),
            hint: Some("confirm it under `roots` in zij.yaml".to_owned()),
        });
        for instance in self.instances(&root) {
            self.enter(instance, root.kind, &place, None);
        }
        self.out.assumed.roots.push(root);
    }

    /// What a root stands for: one of its clusters each.
    fn instances(&self, root: &AssumedRoot) -> Vec<RootInstance> {
        let AssumedRoot { path, values: Some(values), .. } = root else {
            let cluster = root.cluster.as_str().to_owned();
            return vec![(root.path.clone(), Vec::new(), Some(cluster))];
        };
        let pattern = Pattern::parse(&format!("{path}/{values}")).ok();
        // The folder's name may look like a pattern.
        let pattern =
            pattern.filter(|pattern| pattern.literal_folder().len() == path.parts().count());
        let found = pattern.map(|pattern| find(self.reader.tree, &pattern, &|_, _| true));
        let found = found.and_then(Result::ok).unwrap_or_default();
        let instances = found.into_iter().filter_map(|found| {
            let cluster = found.bindings.get("cluster")?.to_string();
            Some((path.clone(), vec![ValuesSource::File(found.path)], Some(cluster)))
        });
        instances.collect()
    }
}
