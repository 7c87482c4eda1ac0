//! Reads the entries of `roots`: where Argo CD begins, where that is no plain application.

use std::{collections::BTreeSet, sync::Arc};

use zij_goyaml::Node;

use super::reader::Reader;
use crate::{
    inventory::{
        Severity, ValuesSource,
        find::find,
        pattern::{Bindings, Pattern},
    },
    source::{Place, Tree, TreePath},
};

/// What a root is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A Helm chart.
    Chart,
    /// A kustomization.
    Kustomization,
    /// A folder of manifests, without the folders below it.
    Directory,
}

impl RootKind {
    /// The key of an entry of `roots` that names the folder.
    pub fn key(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Kustomization => "kustomize",
            Self::Directory => "directory",
        }
    }
}

/// Something that is applied by hand and makes applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootRule {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: RootKind,
    /// Its folder.
    pub path: Pattern,
    /// Values files relative to the chart.
    pub values: Vec<Pattern>,
    /// The cluster that it is applied to.
    pub cluster: Option<Pattern>,
    /// The namespace that it is applied to.
    pub namespace: Option<Arc<str>>,
}

/// One root: its folder, its values, and the cluster that it is applied to.
pub(in crate::inventory) type RootInstance = (TreePath, Vec<ValuesSource>, Option<String>);

impl RootRule {
    /// Every root that the rule stands for in `tree`, sorted.
    pub(in crate::inventory) fn instances(&self, tree: &dyn Tree) -> Vec<RootInstance> {
        let bindings = self.bindings(tree);
        let mut instances: Vec<RootInstance> = Vec::new();
        for bindings in &bindings {
            let Ok(path) = TreePath::parse(&self.path.fill(bindings)) else { continue };
            let files = self.values.iter().filter_map(|file| path.join(&file.fill(bindings)).ok());
            let values = files.map(ValuesSource::File).collect();
            let cluster = self.cluster.as_ref().map(|cluster| cluster.fill(bindings));
            instances.push((path, values, cluster));
        }
        instances
    }

    /// The folders or the values files that say what the variables may be; `None` where there are
    /// no variables.
    pub(in crate::inventory) fn find(&self) -> Option<Pattern> {
        if !self.path.variables().is_empty() {
            return Pattern::parse(&format!("{}/", self.path)).ok();
        }
        let file = self.values.iter().find(|file| !file.variables().is_empty())?;
        Pattern::parse(&format!("{}/{file}", self.path)).ok()
    }

    fn bindings(&self, tree: &dyn Tree) -> BTreeSet<Bindings> {
        let Some(pattern) = self.find() else { return [Bindings::new()].into() };
        let found = find(tree, &pattern, &|_, _| true).unwrap_or_default();
        found.into_iter().map(|found| found.bindings).collect()
    }
}

impl Reader<'_> {
    /// One entry of `roots`; nothing where it cannot be used, which is an error then.
    pub(super) fn root(&mut self, node: &Node) -> Option<RootRule> {
        let mapping = self.mapping(node, "an entry of `roots`")?;
        self.known_keys(
            mapping,
            &["chart", "kustomize", "directory", "values", "cluster", "namespace"],
        );
        let kinds = [RootKind::Chart, RootKind::Kustomization, RootKind::Directory];
        let named = kinds.map(|kind| Some((kind, self.pattern(mapping, kind.key())?)));
        let Some((kind, path)) = named.into_iter().flatten().next() else {
            let hint = Some("give the folder of the root".to_owned());
            let message = "an entry of `roots` has no `chart`, `kustomize` or `directory`";
            self.report(Severity::Error, node.span, message, hint);
            return None;
        };
        let files = mapping.get("values").map(|node| self.texts(node, "`values`"));
        let files: Vec<(Arc<str>, _)> = files.unwrap_or_default();
        let values =
            files.into_iter().filter_map(|(text, span)| self.parse_pattern(&text, span)).collect();
        let place = self.place(node.span);
        let cluster = self.pattern(mapping, "cluster");
        let namespace = mapping.get("namespace").and_then(Node::as_str).map(Arc::from);
        Some(RootRule { place, kind, path, values, cluster, namespace })
    }
}
