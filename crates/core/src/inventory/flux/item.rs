//! Objects as Flux's controllers see them.

use std::{fmt, sync::Arc};

use zij_goyaml::{Limits, Node};

use crate::{
    inventory::{
        Link, Unknown,
        object::{at, filled, text},
    },
    source::{Place, Tree, TreePath, split_documents},
};

/// The API group of `Kustomization`.
pub(super) const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
/// The API group of `HelmRelease`.
pub(super) const HELM: &str = "helm.toolkit.fluxcd.io";
/// The namespace that Flux usually lives in; others are part of a name.
pub(super) const FLUX_SYSTEM: &str = "flux-system";

/// What an object is known by on a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: Arc<str>,
    pub(super) namespace: Arc<str>,
    pub(super) name: Arc<str>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}/{}`", self.kind, self.namespace, self.name)
    }
}

impl Key {
    pub(super) fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self { kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    /// What the matrix calls a Kustomization or a release.
    pub(super) fn shown(&self) -> String {
        let kind = match &*self.kind {
            "Kustomization" => "ks",
            "HelmRelease" => "hr",
            "ResourceSet" => "rset",
            other => other,
        };
        match &*self.namespace {
            FLUX_SYSTEM => format!("{kind}/{}", self.name),
            namespace => format!("{kind}/{namespace}/{}", self.name),
        }
    }
}

/// An object of the repository, or of what another one deploys.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) node: Arc<Node>,
    pub(super) place: Place,
    /// Whether the lines of the node are lines of the file.
    pub(super) is_written: bool,
    /// What made it, the root first.
    pub(super) chain: Vec<Link>,
    /// Why texts with `${` in it are not known.
    pub(super) unknown: Option<Unknown>,
}

impl Item {
    /// What stands in a file as it is.
    pub(super) fn written(node: Arc<Node>, place: Place) -> Self {
        Self { node, place, is_written: true, chain: Vec::new(), unknown: None }
    }

    pub(super) fn kind(&self) -> &str {
        text(&self.node, &["kind"]).unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        text(&self.node, &["metadata", "name"]).unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> &str {
        filled(&self.node, &["metadata", "namespace"]).unwrap_or("default")
    }

    pub(super) fn group(&self) -> &str {
        let version = text(&self.node, &["apiVersion"]).unwrap_or_default();
        version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether its API is one that newer controllers no longer have.
    pub(super) fn is_old(&self) -> bool {
        text(&self.node, &["apiVersion"]).is_some_and(|version| version.contains("beta"))
    }

    /// Whether it is the workload that applies Kustomizations.
    pub(super) fn is_kustomize_controller(&self) -> bool {
        self.kind() == "Deployment" && self.name() == "kustomize-controller"
    }

    pub(super) fn key(&self) -> Key {
        Key::new(self.kind(), self.namespace(), self.name())
    }

    pub(super) fn spec(&self) -> Option<&Node> {
        at(&self.node, &["spec"])
    }

    /// Whether it makes objects.
    pub(super) fn is_applied(&self) -> bool {
        matches!(
            (self.group(), self.kind()),
            (KUSTOMIZE, "Kustomization")
                | (HELM, "HelmRelease")
                | ("fluxcd.controlplane.io", "ResourceSet")
        )
    }

    /// Whether others refer to it.
    pub(super) fn is_referred(&self) -> bool {
        match self.group() {
            "" => matches!(self.kind(), "ConfigMap" | "Secret"),
            "source.toolkit.fluxcd.io" | "source.extensions.fluxcd.io" => true,
            _ => false,
        }
    }

    /// Whether Flux leaves it alone.
    pub(super) fn is_skipped(&self) -> bool {
        SKIPPED.iter().any(|(key, value)| {
            ["labels", "annotations"].iter().any(|field| {
                let mark = text(&self.node, &["metadata", field, key]);
                mark.is_some_and(|mark| mark.eq_ignore_ascii_case(value))
            })
        })
    }

    /// Where a part of it stands.
    pub(super) fn place_of(&self, node: &Node) -> Place {
        let line = node.span.start.line as usize;
        match self.place.line {
            Some(first) if self.is_written && line > 0 => {
                Place { line: Some(first + line - 1), column: None, ..self.place.clone() }
            }
            _ => self.place.clone(),
        }
    }

    /// Why a part of it is not known, where it is not.
    pub(super) fn unknown_in(&self, node: &Node) -> Option<&Unknown> {
        self.unknown.as_ref().filter(|_| mentions(node))
    }
}

/// Marks of objects that Flux does not apply.
pub(super) const SKIPPED: [(&str, &str); 2] = [
    ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("kustomize.toolkit.fluxcd.io/ssa", "ignore"),
];

/// Whether any text of a node holds an expression.
fn mentions(node: &Node) -> bool {
    match node.as_str() {
        Some(text) => text.contains("${"),
        None => {
            node.as_sequence().unwrap_or_default().iter().any(mentions)
                || node.as_mapping().is_some_and(|map| {
                    map.iter().any(|entry| entry.key.contains("${") || mentions(&entry.value))
                })
        }
    }
}

/// The objects of a file, each with the line that it begins on, and the line and words of what
/// cannot be read.
pub(super) type Objects = (Vec<(usize, Arc<Node>)>, Option<(usize, String)>);

/// The objects of a text, lists expanded.
pub(super) fn objects_of(bytes: &[u8]) -> Objects {
    let text = String::from_utf8_lossy(bytes);
    let (mut objects, mut problem) = (Vec::new(), None);
    for (line, part) in split_documents(&text) {
        match zij_goyaml::parse(part.as_bytes(), &Limits::default()) {
            Ok(node) => {
                let items = node.get("items").and_then(Node::as_sequence);
                let kind = self::text(&node, &["kind"]).unwrap_or_default();
                match items.filter(|_| kind == "List") {
                    Some(items) => {
                        objects.extend(items.iter().map(|item| (line, Arc::new(item.clone()))));
                    }
                    None if node.is_null() => {}
                    None => objects.push((line, Arc::new(node))),
                }
            }
            Err(error) => {
                let own = error.line().map_or(0, |line| line as usize - 1);
                problem.get_or_insert((line + own, error.message().to_owned()));
            }
        }
    }
    (objects, problem)
}

/// The objects of a file of the tree as they are written.
pub(super) fn items_in(tree: &dyn Tree, path: &TreePath) -> (Vec<Item>, Option<(usize, String)>) {
    let Ok(Some(bytes)) = tree.read(path) else { return (Vec::new(), None) };
    let (objects, problem) = objects_of(&bytes);
    let items = objects.into_iter().map(|(line, node)| {
        Item::written(node, Place::line(Arc::<str>::from(path.as_str()), line))
    });
    (items.collect(), problem)
}

/// The line of an object in a file, whose name may have been changed since.
pub(super) fn line_of(tree: &dyn Tree, file: &str, kind: &str, name: &str) -> Option<usize> {
    let path = TreePath::parse(file).ok()?;
    let (items, _) = items_in(tree, &path);
    let alike: Vec<&Item> = items.iter().filter(|item| item.kind() == kind).collect();
    let found = alike
        .iter()
        .find(|item| item.name() == name)
        .or_else(|| alike.iter().find(|item| name.contains(item.name())))
        .or(alike.first())?;
    // The first line with content: a document may begin with comments.
    Some(found.place_of(&found.node).line.unwrap_or(1))
}
