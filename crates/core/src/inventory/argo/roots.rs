//! What Argo CD's objects are found from: plain manifests, kustomizations and charts.

use std::collections::BTreeSet;

use zij_goyaml::Node;

use super::{
    object::{Object, at, items, text},
    scan::{Closure, Found, objects_in, referenced},
    settings::{KnownCluster, is_cluster_secret},
};
use crate::{
    inventory::{
        Application, CellId, ChartFlags, ChartRender, ClusterName, DirectoryRender,
        KustomizeRender, Link, LinkKind, Meta, Origin, Owner, Problem, Render, RootKind, Rule,
        Source, SourceAt, ValuesSource, remember::Watched,
    },
    source::{Place, Tree, TreePath},
};

/// The cluster of an Argo CD that nothing else names.
pub(super) const LOCAL: &str = "in-cluster";

/// What a tree holds for Argo CD.
#[derive(Default)]
pub(super) struct Candidates {
    /// Applications and sets that stand in git as they are.
    pub(super) plain: Vec<Object>,
    /// Those that a kustomization lists, which may change them.
    pub(super) listed: Vec<Object>,
    /// Kustomizations that list them and that no other lists.
    pub(super) kustomizations: Vec<TreePath>,
    /// Charts whose templates make applications.
    pub(super) charts: Vec<TreePath>,
    pub(super) secrets: Vec<KnownCluster>,
    pub(super) settings: Vec<Object>,
    pub(super) projects: Vec<Object>,
    /// Files that should describe something and cannot be read.
    pub(super) faults: Vec<Problem>,
}

/// Whether an application installs Argo CD itself.
fn of_chart(object: &Object) -> bool {
    let chart = |source: &Node| text(source, &["chart"]) == Some("argo-cd");
    let single = at(&object.node, &["spec", "source"]);
    items(&object.node, &["spec", "sources"]).iter().chain(single).any(chart)
}

/// Whether an object says how an Argo CD is set up.
fn holds_settings(object: &Object) -> bool {
    match object.kind() {
        "ConfigMap" => matches!(object.name(), "argocd-cm" | "argocd-cmd-params-cm"),
        "ArgoCD" => true,
        // A values file.
        "" => true,
        _ => false,
    }
}

/// Whether an object makes applications.
pub(super) fn is_argo(object: &Object) -> bool {
    let version = text(&object.node, &["apiVersion"]).unwrap_or_default();
    version.starts_with("argoproj.io/") && matches!(object.kind(), "Application" | "ApplicationSet")
}

impl Candidates {
    pub(super) fn of(watched: &Watched<'_>, found: &Found) -> Self {
        let mut candidates = Self::default();
        let tree: &dyn Tree = watched;
        let (inner, listed) = referenced(watched, found);
        let local = ClusterName::from(LOCAL);
        let mut of_listed = BTreeSet::new();
        for file in &found.files {
            let Ok(path) = TreePath::parse(file) else { continue };
            let (objects, fault) = objects_in(tree, &path, &local);
            candidates.faults.extend(fault);
            for object in objects {
                if is_cluster_secret(&object) {
                    candidates.secrets.extend(KnownCluster::of_secret(&object));
                } else if holds_settings(&object) {
                    candidates.settings.push(object);
                } else if object.kind() == "AppProject" {
                    candidates.projects.push(object);
                } else if is_argo(&object) && listed.contains(&path) {
                    of_listed.insert(path.clone());
                    candidates.settings.extend(of_chart(&object).then(|| object.clone()));
                    candidates.listed.push(object);
                } else if is_argo(&object) {
                    candidates.settings.extend(of_chart(&object).then(|| object.clone()));
                    candidates.plain.push(object);
                }
            }
        }
        let folders =
            found.kustomizations.iter().filter_map(|(path, _)| TreePath::parse(path).ok());
        let outer = folders.filter(|path| !inner.contains(path));
        candidates.kustomizations = outer
            .filter(|path| {
                Closure::of(watched, path).files.iter().any(|file| of_listed.contains(file))
            })
            .collect();
        let charts = found.charts.iter().filter_map(|path| TreePath::parse(path).ok());
        candidates.charts = charts.collect();
        candidates
    }
}

/// Whether a kustomization lies where, by custom, what others build on lies: it is applied by nobody
/// then, even where nothing builds on it any more.
pub(super) fn is_base(path: &TreePath) -> bool {
    path.parts().any(|part| matches!(part, "base" | "bases"))
}

/// A root that is applied by hand: a kustomization or a chart.
pub(super) fn root(
    path: &TreePath,
    render: Render,
    instance: &ClusterName,
    place: Place,
) -> Application {
    Application {
        id: CellId {
            application: path.as_str().into(),
            cluster: instance.clone(),
            owner: Owner::Argo(instance.clone()),
        },
        namespace: "argocd".into(),
        sources: vec![Source { at: SourceAt::Tree(path.clone()), render }],
        post: Vec::new(),
        meta: Meta::default(),
        origin: Origin {
            rule: Rule::ArgoCd,
            place: place.clone(),
            chain: vec![Link { kind: LinkKind::Root, place }],
        },
    }
}

/// How a root is rendered.
pub(super) fn render(path: &TreePath, kind: RootKind, values: Vec<ValuesSource>) -> Render {
    let release = if path.name().is_empty() { "root" } else { path.name() };
    match kind {
        RootKind::Chart => Render::Chart(ChartRender {
            values,
            release: release.into(),
            flags: ChartFlags::default(),
            ..ChartRender::default()
        }),
        RootKind::Kustomization => Render::Kustomize(KustomizeRender::default()),
        RootKind::Directory => Render::Directory(DirectoryRender::default()),
    }
}
