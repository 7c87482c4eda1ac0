//! What an `AppProject` permits.
//!
//! (Source: Argo CD, `pkg/apis/application/v1alpha1/app_project_types.go`, and `util/argo`,
//! `ValidatePermissions`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::Node;

use super::{
    object::{Object, at, filled, is_true, items, text},
    reader::{Clusters, LOCAL_NAME, LOCAL_SERVER},
    settings::KnownCluster,
};
use crate::{
    inventory::{ClusterName, Config},
    source::{Glob, GlobStyle},
};

/// The projects that are in git.
#[derive(Debug, Default)]
pub(super) struct Projects {
    /// As they are written, by name; the first of a name counts.
    written: BTreeMap<Arc<str>, Arc<Node>>,
    /// As an application or a root makes them, by the Argo CD that has them and name.
    made: BTreeMap<(ClusterName, Arc<str>), Arc<Node>>,
}

impl Projects {
    pub(super) fn new(objects: &[Object]) -> Self {
        let mut projects = Self::default();
        for object in objects {
            let known = projects.written.entry(object.name().into());
            known.or_insert_with(|| Arc::clone(&object.node));
        }
        projects
    }

    /// Adds a project of rendered manifests, which counts before what is written in files.
    pub(super) fn add(&mut self, object: &Object) {
        let key = (object.instance.clone(), object.name().into());
        self.made.entry(key).or_insert_with(|| Arc::clone(&object.node));
    }

    fn find(&self, name: &str, instance: &ClusterName) -> Option<&Arc<Node>> {
        let made = self.made.get(&(instance.clone(), name.into()));
        made.or_else(|| self.written.get(name))
    }

    /// What of an application its project does not permit; nothing where the project is not in git.
    pub(super) fn faults(
        &self,
        spec: &Node,
        instance: &ClusterName,
        clusters: &Clusters,
    ) -> Vec<String> {
        let name = filled(spec, &["project"]).unwrap_or("default");
        let Some(project) = self.find(name, instance) else { return Vec::new() };
        let sources = items(spec, &["sources"]);
        let single = at(spec, &["source"]).filter(|_| sources.is_empty());
        let dry = at(spec, &["sourceHydrator", "drySource"]);
        let sources = match dry {
            Some(dry) => vec![dry],
            None => sources.iter().chain(single).collect(),
        };
        let mut faults = Vec::new();
        for url in sources.iter().filter_map(|source| filled(source, &["repoURL"])) {
            if !permits_source(project, url) {
                let fault = format!("application repo {url} is not permitted in project '{name}'");
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        let (server, cluster) = destination(spec, clusters);
        let namespace = text(spec, &["destination", "namespace"]).unwrap_or_default();
        if !permits_destination(project, [&server, &cluster], namespace)
            || is_of_other_project(project, name, [&server, &cluster], clusters)
        {
            let shown =
                if filled(spec, &["destination", "name"]).is_some() { cluster } else { server };
            faults.push(format!(
                "application destination server '{shown}' and namespace '{namespace}' do not match \
                 any of the allowed destinations in project '{name}'"
            ));
        }
        faults
    }
}

fn permits_source(project: &Node, url: &str) -> bool {
    let url = normalized(url);
    let mut is_permitted = false;
    for pattern in items(project, &["spec", "sourceRepos"]).iter().filter_map(Node::as_str) {
        let (is_denied, bare) = denied(pattern);
        let bare = normalized(bare);
        // As part of a URL braces are encoded, and are none of a glob then.
        let matches =
            !bare.contains(['{', '}']) && Glob::new(&bare, GlobStyle::Separated).matches(&url);
        match is_denied {
            true if matches => return false,
            true => is_permitted = true,
            false => is_permitted |= matches || bare == "*",
        }
    }
    is_permitted
}

/// A repository's URL as projects compare it: unlike elsewhere, the scheme and a slash at the end
/// count (Argo CD, `NormalizeGitURL`).
pub(super) fn normalized(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let without_scheme = url.strip_prefix("ssh://").unwrap_or(&url);
    let is_ssh = without_scheme.split_once('@').is_some_and(|(user, host)| {
        !user.contains(['/', ':']) && !host.is_empty() && !host.contains('@')
    });
    let url = match is_ssh && !url.starts_with("ssh://") {
        true => url.replacen(':', "/", 1),
        false => without_scheme.to_owned(),
    };
    url.strip_suffix(".git").unwrap_or(&url).to_owned()
}

fn permits_destination(project: &Node, [server, name]: [&str; 2], namespace: &str) -> bool {
    let mut is_permitted = false;
    for item in items(project, &["spec", "destinations"]) {
        let pattern = |key| text(item, &[key]).unwrap_or_default();
        let name_fits = !name.is_empty() && fits(pattern("name"), name);
        let server_fits = !server.is_empty() && fits(pattern("server"), server);
        let namespace_fits = fits(pattern("namespace"), namespace);
        let is_denied = |key| denied(pattern(key)).0;
        if (name_fits || server_fits) && namespace_fits {
            is_permitted = true;
        } else if (!name_fits && is_denied("name"))
            || (!server_fits && is_denied("server") && namespace_fits)
            || (!namespace_fits && is_denied("namespace") && server_fits)
        {
            return false;
        }
    }
    is_permitted
}

/// Whether a project takes clusters of its own only and this one is known to be none of them; the
/// project of a cluster stands in its Secret.
fn is_of_other_project(
    project: &Node,
    own: &str,
    [server, name]: [&str; 2],
    clusters: &Clusters,
) -> bool {
    let is_meant = |known: &&KnownCluster| *known.name == *name || *known.server == *server;
    let described = || {
        let meant = clusters.known.iter().filter(is_meant);
        meant.filter(|known| &*known.place.file != Config::FILE)
    };
    is_true(project, &["spec", "permitOnlyProjectScopedClusters"])
        && described().next().is_some()
        && !described().any(|known| *known.project == *own)
}

/// Whether a pattern forbids what it matches, and the pattern without the sign for that.
fn denied(pattern: &str) -> (bool, &str) {
    pattern.strip_prefix('!').map_or((false, pattern), |bare| (true, bare))
}

/// A pattern that forbids fits what it does not match.
fn fits(pattern: &str, value: &str) -> bool {
    let (is_denied, bare) = denied(pattern);
    (bare == "*" || Glob::new(bare, GlobStyle::Crossing).matches(value)) != is_denied
}

/// The server and the name of a destination, each empty where it is not known.
pub(super) fn destination(spec: &Node, clusters: &Clusters) -> (String, String) {
    let server = filled(spec, &["destination", "server"]).unwrap_or_default();
    let name = filled(spec, &["destination", "name"]).unwrap_or_default();
    let known = clusters.known.iter().find(|known| match name.is_empty() {
        true => known.server.trim_end_matches('/') == server.trim_end_matches('/'),
        false => *known.name == *name,
    });
    match known {
        Some(known) => (known.server.to_string(), known.name.to_string()),
        None if name == LOCAL_NAME || server == LOCAL_SERVER => {
            (LOCAL_SERVER.to_owned(), LOCAL_NAME.to_owned())
        }
        None => (server.to_owned(), name.to_owned()),
    }
}
