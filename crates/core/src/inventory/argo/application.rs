//! Reads an `Application`.
//!
//! (Source: Argo CD, `reposerver/repository`, `util/argo`, `pkg/apis/application/v1alpha1`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::Node;

use super::{
    object::{Object, at, filled, is_true, items, text, texts},
    project::destination,
    reader::{Clusters, Reader},
    scan::text_entries,
    source::SourceReader,
};
use crate::inventory::{
    Application, Applier, CellId, IgnoredDifference, Meta, Origin, Owner, PostStep, Rule,
    SyncPolicy, Tracking,
};

/// Namespaces that Argo CD itself usually lives in; others are part of an application's name.
const OWN_NAMESPACES: [&str; 3] = ["", "argocd", "openshift-gitops"];

/// What an application is called.
pub(super) struct Names {
    /// As the matrix and Argo CD's interface show it.
    pub(super) shown: String,
    /// As resources are marked: `name` or `namespace_name`.
    pub(super) instance: String,
    /// `metadata.name`.
    pub(super) name: String,
}

impl Names {
    pub(super) fn of(object: &Object) -> Self {
        let name = object.name().to_owned();
        let namespace = text(&object.node, &["metadata", "namespace"]).unwrap_or_default();
        if OWN_NAMESPACES.contains(&namespace) {
            return Self { shown: name.clone(), instance: name.clone(), name };
        }
        Self { shown: format!("{namespace}/{name}"), instance: format!("{namespace}_{name}"), name }
    }
}

/// The application that an object describes.
pub(super) fn application(reader: &Reader<'_>, object: &Object) -> Application {
    let names = Names::of(object);
    let nothing = Node::from(zij_goyaml::NodeKind::Null);
    let spec = at(&object.node, &["spec"]).unwrap_or(&nothing);
    let cluster = reader.clusters.destination(spec, &object.instance);
    let namespace: Arc<str> =
        filled(spec, &["destination", "namespace"]).unwrap_or("default").into();
    let source = SourceReader { reader, object, names: &names, spec };
    let sources = match Clusters::refusal(spec) {
        Some(message) => {
            let node = at(spec, &["destination"]).unwrap_or(spec);
            vec![source.mistake(node, message).into()]
        }
        None => source.sources(),
    };
    Application {
        id: CellId {
            application: (&*names.shown).into(),
            cluster,
            owner: Owner::Argo(object.instance.clone()),
        },
        post: post(reader, spec, &names),
        meta: meta(object, spec),
        origin: Origin {
            rule: Rule::ArgoCd,
            place: object.place.clone(),
            chain: object.chain.clone(),
        },
        namespace,
        sources,
    }
}

fn post(reader: &Reader<'_>, spec: &Node, names: &Names) -> Vec<PostStep> {
    let settings = &reader.settings;
    let (server, _) = destination(spec, &reader.clusters);
    let mut post = vec![
        PostStep::Exclude(settings.excluded.of(&server)),
        PostStep::Track(Tracking {
            method: settings.tracking,
            instance: names.instance.as_str().into(),
            label: Arc::clone(&settings.label),
            installation: settings.installation.clone(),
        }),
    ];
    if has_option(spec, "CreateNamespace=true") {
        let metadata = |key| text_entries(spec, &["syncPolicy", "managedNamespaceMetadata", key]);
        let (labels, mut annotations) = (metadata("labels"), metadata("annotations"));
        if at(spec, &["syncPolicy", "managedNamespaceMetadata"]).is_some() {
            // What others have put on the namespace stays (`controller/sync_namespace.go`).
            annotations
                .insert("argocd.argoproj.io/sync-options".into(), "ServerSideApply=true".into());
        }
        post.push(PostStep::CreateNamespace { labels, annotations });
    }
    post
}

fn has_option(spec: &Node, option: &str) -> bool {
    items(spec, &["syncPolicy", "syncOptions"]).iter().any(|node| node.as_str() == Some(option))
}

fn meta(object: &Object, spec: &Node) -> Meta {
    let annotations = text_entries(&object.node, &["metadata", "annotations"]);
    let annotation = |key: &str| annotations.get(key).map(|text| &**text).unwrap_or_default();
    let automated = at(spec, &["syncPolicy", "automated"]);
    let is_on = automated.is_some_and(|automated| {
        automated.get("enabled").is_none_or(|node| node.kind != zij_goyaml::NodeKind::Bool(false))
    });
    let finalizers = items(&object.node, &["metadata", "finalizers"]);
    let paths = annotation("argocd.argoproj.io/manifest-generate-paths").split(';');
    Meta {
        project: filled(spec, &["project"]).map(Arc::from),
        wave: annotation("argocd.argoproj.io/sync-wave").parse().unwrap_or(0),
        sync: match automated.filter(|_| is_on) {
            Some(automated) => SyncPolicy::Automatic {
                prune: is_true(automated, &["prune"]),
                self_heal: is_true(automated, &["selfHeal"]),
            },
            None => SyncPolicy::Manual,
        },
        ignored: items(spec, &["ignoreDifferences"]).iter().map(ignored).collect(),
        respects_ignored: has_option(spec, "RespectIgnoreDifferences=true"),
        applier: match ["ServerSideApply=true", "Replace=true"]
            .iter()
            .any(|option| has_option(spec, option))
        {
            true => Applier::Server,
            false => Applier::Client,
        },
        cascades: finalizers.iter().any(|node| {
            node.as_str().is_some_and(|text| text.starts_with("resources-finalizer.argocd"))
        }),
        refresh_paths: paths
            .map(str::trim)
            .filter(|path| !path.is_empty())
            .map(Arc::from)
            .collect(),
        depends_on: Vec::new(),
        labels: text_entries(&object.node, &["metadata", "labels"]),
    }
}

fn ignored(node: &Node) -> IgnoredDifference {
    let owned = |key| filled(node, &[key]).map(Arc::from);
    IgnoredDifference {
        group: owned("group").unwrap_or_else(|| "".into()),
        kind: owned("kind").unwrap_or_else(|| "".into()),
        name: owned("name"),
        namespace: owned("namespace"),
        pointers: texts(node, &["jsonPointers"]),
        jq_paths: texts(node, &["jqPathExpressions"]),
    }
}

/// Replaces `$VAR` and `${VAR}` as Go's `os.Expand` does; an unknown variable is empty.
pub(super) fn expand(text: &str, variables: &BTreeMap<&str, &str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, tail) = variable(after);
        match name {
            Some("$") => out.push('$'),
            Some(name) => out.push_str(variables.get(name).copied().unwrap_or_default()),
            None => {}
        }
        if name.is_none() && tail.len() == after.len() {
            // A `$` that names nothing stays.
            out.push('$');
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The name at the start of what follows a `$`, and what is behind it.
fn variable(text: &str) -> (Option<&str>, &str) {
    if let Some(rest) = text.strip_prefix('{') {
        return match rest.split_once('}') {
            Some((name, tail)) => (Some(name).filter(|name| !name.is_empty()), tail),
            None => (None, rest),
        };
    }
    if text.starts_with(['$', '*', '#', '@', '!', '?', '-'])
        || text.starts_with(|c: char| c.is_ascii_digit())
    {
        return (Some(&text[..1]), &text[1..]);
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (Some(&text[..end]).filter(|name| !name.is_empty()), &text[end..])
}
