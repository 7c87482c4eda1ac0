//! The part of a starting `zij.yaml` for objects of Argo CD and of Flux: what they leave open.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::text::{CAPABILITIES, counted, write_engine};
use crate::inventory::{
    Application, ClusterName, Inventory, Owner, Render, Rule, SourceAt, Unknown, UnknownKind,
};

/// Argo CD's version of today.
const ARGO_CD: &str = "argocd-3.5";

impl Inventory {
    /// What was found of Argo CD and of Flux, what was taken for granted, and in comments what
    /// would make cells known.
    pub(super) fn write_objects(&self, text: &mut String) {
        let of = |rule| self.cells.values().filter(move |cell| cell.origin.rule == rule);
        let is_argo = self.rules.iter().any(|used| used.rule == Rule::ArgoCd);
        for (rule, tool) in [(Rule::ArgoCd, "Argo CD"), (Rule::Flux, "Flux")] {
            let clusters: BTreeSet<_> = of(rule).map(|cell| &cell.id.cluster).collect();
            if let count @ 1.. = of(rule).count() {
                let count = counted(count, "application");
                let clusters = counted(clusters.len(), "cluster");
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# Objects of {tool} give {count} on {clusters}.");
            }
        }
        text.push_str("# `zij apps` lists them, and `zij explain` says what made one.\n\n");
        self.write_repository(text);
        if is_argo {
            text.push_str(
                "# The Argo CD whose Helm and kustomize are predicted, as `argocd version` says; a cluster\n\
                 # may have its own.\n",
            );
            let _ = writeln!(text, "engine: {ARGO_CD}");
            self.write_roots(text);
        } else {
            write_engine(text);
        }
        self.write_unknown(text);
        match is_argo {
            true => self.write_argo_clusters(text),
            false => self.write_clusters(text),
        }
    }

    fn write_repository(&self, text: &mut String) {
        text.push_str("# How the objects name this repository");
        match &self.assumed.repository {
            Some(url) => {
                let _ = writeln!(text, ": taken from them, since no remote is named.");
                let _ = writeln!(text, "repository: {:?}\n", &**url);
            }
            None => text.push_str(
                ", where that is not the URL of a remote.\n\
                 # repository: https://git.example.org/org/fleet\n\n",
            ),
        }
    }

    /// Roots that no object describes; written down, they stay roots whatever else comes up.
    fn write_roots(&self, text: &mut String) {
        let roots = &self.assumed.roots;
        if roots.is_empty() {
            return;
        }
        text.push_str(
            "\n# Folders that make applications and that nothing here renders, so that they are thought\n\
             # to be applied by hand. `cluster` is where the Argo CD runs that they are applied to;\n\
             # `values` are a chart's values files. Take out what is no root.\n\
             roots:\n",
        );
        for root in roots {
            let kind = root.kind.key();
            let (path, cluster) = (root.path.as_str(), root.cluster.as_str());
            let values = root.values.map(|values| format!("values: [{values:?}], "));
            let values = values.unwrap_or_default();
            let _ = writeln!(text, "  - {{ {kind}: {path:?}, {values}cluster: {cluster:?} }}");
        }
    }

    fn write_argo_clusters(&self, text: &mut String) {
        let used: BTreeSet<&ClusterName> = self.cells.keys().map(|cell| &cell.cluster).collect();
        let owners = self.cells.keys().filter_map(|cell| match &cell.owner {
            Owner::Argo(instance) => Some(instance),
            Owner::Flux(_) | Owner::Plain => None,
        });
        let owners: BTreeSet<&ClusterName> = owners.collect();
        text.push_str(CAPABILITIES);
        text.push_str(
            "# Once an entry stands here, the list is taken for all clusters that Argo CD knows besides\n\
             # those with a Secret in git: write down every one before the first. docs/guide/argo-cd.md\n\
             # has a command that does it.\n\
             # clusters:\n",
        );
        let argocd = if owners.len() > 1 { ", argocd: NAME" } else { "" };
        for name in &used {
            let known = self.clusters.get(*name).and_then(|cluster| cluster.server.as_deref());
            let server = match known {
                Some(_) => String::new(),
                // The destination has a URL and no name.
                None if name.as_str().contains("://") => {
                    let _ = writeln!(
                        text,
                        "#   NAME: {{ server: {:?}, kube: \"1.34.2\"{argocd} }}",
                        name.as_str()
                    );
                    continue;
                }
                None if owners.contains(name) => String::new(),
                None => "server: \"https://…\", ".to_owned(),
            };
            let _ = writeln!(text, "#   {:?}: {{ {server}kube: \"1.34.2\" }}", name.as_str());
        }
    }

    /// What cells need that is not in git, by the sort of it.
    fn write_unknown(&self, text: &mut String) {
        let mut kinds: BTreeMap<UnknownKind, (usize, &Unknown)> = BTreeMap::new();
        for unknown in self.cells.values().filter_map(|cell| missing(cell)) {
            kinds.entry(unknown.kind).or_insert((0, unknown)).0 += 1;
        }
        if kinds.is_empty() {
            return;
        }
        text.push_str("\n# Not predictable (`?`) until what is missing is in git:\n");
        for (kind, (count, first)) in kinds {
            let _ = writeln!(text, "# - {}: {}", counted(count, "application"), remedy(kind));
            let _ = writeln!(text, "#   {}", first.message.replace('\n', " "));
        }
    }
}

/// What is missing of an application.
fn missing(cell: &Application) -> Option<&Unknown> {
    cell.sources.iter().find_map(|source| match (&source.at, &source.render) {
        (SourceAt::Absent(unknown), _) | (_, Render::Opaque(unknown)) => Some(unknown),
        _ => None,
    })
}

fn remedy(kind: UnknownKind) -> &'static str {
    match kind {
        UnknownKind::Chart | UnknownKind::Repository | UnknownKind::File => {
            "`zij vendor` fetches what lies elsewhere into vendor/, to be committed"
        }
        UnknownKind::Revision => "`git fetch --tags` brings revisions that are not here",
        UnknownKind::Generator => {
            "generators need `clusters` below, or `snapshots` of what they gave: \
             { pullRequest: snapshots/pulls.yaml }"
        }
        UnknownKind::Plugin => "plugins are not run",
        UnknownKind::Object => "objects that are only in the cluster can be committed",
        UnknownKind::Unsupported => "this version does not do it",
    }
}
