//! What every reader of Flux's objects needs to know.

use std::sync::Arc;

use zij_goyaml::Node;

use super::{
    cluster::ClusterState,
    item::{Item, Key},
};
use crate::{
    inventory::{
        Checkout, ClusterName, Config, Link, LinkKind, Pinned, Problem, Severity, SourceAt,
        Unknown, UnknownKind, refusal::Refusal, remember::Watched, vendor::Asked,
    },
    source::{Files, Place, Tree},
};

/// What every reader needs to know.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a dyn Tree,
    /// The same tree.
    pub(super) watched: &'a Watched<'a>,
    pub(super) checkout: Checkout,
    pub(super) lock: Asked,
    pub(super) config: &'a Config,
}

impl Reader<'_> {
    /// Whether releases of a cluster are rendered as by Helm 3.
    pub(super) fn has_helm_3(&self, cluster: &ClusterName) -> bool {
        let own = self.config.clusters.get(cluster).and_then(|own| own.profile.as_ref());
        let profile = own.or(self.config.defaults.profile.as_ref());
        profile.is_some_and(|profile| profile.as_str().starts_with("helm-3"))
    }
}

/// One object that is read, on its cluster.
pub(super) struct Scope<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) cluster: &'a ClusterState,
    pub(super) item: &'a Item,
}

impl<'a> Scope<'a> {
    /// Whether variables that are not set are errors; they are since Flux 2.9.
    pub(super) fn is_strict(&self) -> bool {
        let has_helm_4 = || !self.reader.has_helm_3(&self.cluster.name);
        // Helm 4 came with Flux 2.8.
        self.cluster.strict.unwrap_or_else(has_helm_4)
    }

    pub(super) fn mistake(&self, node: &Node, message: impl Into<String>) -> Refusal {
        Refusal::Mistake(Problem {
            severity: Severity::Error,
            message: message.into(),
            place: Some(self.item.place_of(node)),
            hint: None,
        })
    }

    pub(super) fn unknown(
        &self,
        kind: UnknownKind,
        node: &Node,
        message: impl Into<String>,
    ) -> Refusal {
        Refusal::Unknown(Unknown {
            kind,
            message: message.into(),
            place: Some(self.item.place_of(node)),
            hint: None,
        })
    }

    /// The object that `node` refers to, where it is known.
    pub(super) fn object(&self, key: &Key) -> Option<&'a Item> {
        self.cluster.object(key)
    }

    /// The files that a place lies in.
    pub(super) fn files(&self, at: &SourceAt, node: &Node) -> Result<Files<'a>, Refusal> {
        match at {
            SourceAt::Tree(_) | SourceAt::Vendored { .. } => Ok(Files::Here(self.reader.tree)),
            SourceAt::Pinned(Pinned { revision, .. }) => match self.reader.tree.at(revision) {
                Ok(Some(tree)) => Ok(Files::There(tree)),
                Ok(None) => Err(Refusal::Unknown(Unknown {
                    kind: UnknownKind::Revision,
                    message: format!("revision `{revision}` is not in this repository"),
                    place: Some(self.item.place_of(node)),
                    hint: Some(format!("fetch it (`git fetch origin {revision}`)")),
                })),
                Err(error) => Err(self.mistake(node, error.to_string())),
            },
            SourceAt::Absent(unknown) => Err(Refusal::Unknown(unknown.clone())),
        }
    }
}

/// The step that an application is in the way to what it makes.
pub(super) fn link(name: &str, place: &Place) -> Link {
    Link { kind: LinkKind::Application(name.into()), place: place.clone() }
}

/// The text of a node without what is empty in it.
pub(super) fn yaml(node: &Node) -> Option<Arc<str>> {
    zij_goyaml::to_yaml(node).ok().map(Arc::from)
}
