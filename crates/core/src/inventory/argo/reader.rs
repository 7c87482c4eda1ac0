//! What every reader of Argo CD's objects needs to know.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::Node;

use super::{
    object::filled,
    settings::{KnownCluster, Settings},
};
use crate::{
    inventory::{Checkout, ClusterName, Config, remember::Watched, vendor::Asked},
    source::{Place, Tree, TreePath},
};

/// The URL by which an Argo CD knows the cluster that it runs on.
pub(super) const LOCAL_SERVER: &str = "https://kubernetes.default.svc";
/// The name of that cluster.
pub(super) const LOCAL_NAME: &str = "in-cluster";

/// The label of all cluster Secrets.
pub(super) const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";

/// Whether a URL is that of the cluster that an Argo CD runs on.
pub(in crate::inventory) fn is_local(server: &str) -> bool {
    server.trim_end_matches('/') == LOCAL_SERVER
}

/// What every reader needs to know.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a dyn Tree,
    /// The same tree.
    pub(super) watched: &'a Watched<'a>,
    pub(super) checkout: Checkout,
    pub(super) lock: Asked,
    pub(super) settings: Settings,
    pub(super) clusters: Clusters,
    /// By name, with the file that each stands in.
    pub(super) snapshots: BTreeMap<Arc<str>, (Place, Node)>,
    /// A link that leads out of the tree, where that is not allowed.
    pub(super) leaving_link: Option<TreePath>,
}

/// The clusters that Argo CD knows, as far as git says.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// Sorted by name.
    pub(super) known: Vec<KnownCluster>,
    /// Whether the configuration describes clusters, and so all of them.
    are_configured: bool,
}

impl Clusters {
    /// The clusters of Secrets in git, and those of the configuration over them.
    pub(super) fn new(secrets: Vec<KnownCluster>, config: &Config) -> Self {
        let mut by_name: BTreeMap<Arc<str>, KnownCluster> =
            secrets.into_iter().map(|cluster| (Arc::clone(&cluster.name), cluster)).collect();
        for (name, settings) in &config.clusters {
            let place = settings.place.clone().unwrap_or_else(|| Place::file(Config::FILE));
            let cluster = by_name
                .entry(Arc::clone(&name.0))
                .or_insert_with(|| KnownCluster::named(Arc::clone(&name.0), place));
            cluster.argocd.clone_from(&settings.argocd);
            // Argo CD knows a cluster by a Secret with this label, and generators select it.
            cluster.labels.insert(SECRET_TYPE.into(), "cluster".into());
            cluster.labels.extend(settings.labels.clone());
            cluster.annotations.extend(settings.annotations.clone());
            if let Some(server) = &settings.server {
                cluster.server = Arc::clone(server);
            }
        }
        let are_configured = !config.clusters.is_empty();
        Self { known: by_name.into_values().collect(), are_configured }
    }

    /// The clusters that the Argo CD on `instance` knows.
    pub(super) fn of<'c>(
        &'c self,
        instance: &'c ClusterName,
    ) -> impl Iterator<Item = &'c KnownCluster> {
        self.known
            .iter()
            .filter(move |known| known.argocd.as_ref().is_none_or(|argocd| argocd == instance))
    }

    /// Whether the configuration describes the clusters of the Argo CD on `instance`.
    pub(super) fn are_configured(&self, instance: &ClusterName) -> bool {
        self.are_configured && self.of(instance).next().is_some()
    }

    /// The cluster that `spec.destination` means to an Argo CD on `instance`.
    pub(super) fn destination(&self, spec: &Node, instance: &ClusterName) -> ClusterName {
        if let Some(name) = filled(spec, &["destination", "name"]) {
            // The cluster of Argo CD itself may have a Secret, and then a name of its own.
            let is_local = |known: &KnownCluster| {
                *known.name == *name && known.server.trim_end_matches('/') == LOCAL_SERVER
            };
            let is_local = name == LOCAL_NAME || self.of(instance).any(is_local);
            return if is_local { instance.clone() } else { name.into() };
        }
        match filled(spec, &["destination", "server"]).map(|url| url.trim_end_matches('/')) {
            None | Some(LOCAL_SERVER) => instance.clone(),
            Some(server) => {
                let known =
                    self.of(instance).find(|known| known.server.trim_end_matches('/') == server);
                known.map_or_else(|| server.into(), |known| (&*known.name).into())
            }
        }
    }

    /// Why a destination is none, in the words of Argo CD, which applies nothing then.
    pub(super) fn refusal(spec: &Node) -> Option<String> {
        let field = |key| filled(spec, &["destination", key]);
        match (field("name"), field("server")) {
            (Some(name), Some(server)) => Some(format!(
                "application destination can't have both name and server defined: {name} {server}"
            )),
            (None, None) => Some("Destination server missing from app spec".to_owned()),
            _ => None,
        }
    }

    /// What is doubtful about a destination.
    pub(super) fn fault(&self, spec: &Node) -> Option<String> {
        let name = filled(spec, &["destination", "name"]);
        let server = filled(spec, &["destination", "server"]);
        match (name, server) {
            (Some(_), Some(_)) | (None, None) => None,
            (Some(LOCAL_NAME), None) => None,
            (None, Some(server)) if server.trim_end_matches('/') == LOCAL_SERVER => None,
            _ if self.known.is_empty() => None,
            (Some(name), None) if self.known.iter().any(|known| &*known.name == name) => None,
            (None, Some(server))
                if self.known.iter().any(|known| {
                    known.server.trim_end_matches('/') == server.trim_end_matches('/')
                }) =>
            {
                None
            }
            (Some(cluster), _) | (_, Some(cluster)) => {
                Some(format!("no cluster `{cluster}` is described in git"))
            }
        }
    }
}
