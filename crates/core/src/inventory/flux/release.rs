//! Reads a `HelmRelease`.
//!
//! (Source: fluxcd/helm-controller, `api/v2`, `internal/release`, `internal/postrender`.)

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest as _, Sha256};
use zij_goyaml::{Mapping, Node, NodeKind};

use super::{
    chart::{Located, chart},
    item::{HELM, Item, Key},
    kustomization::{
        cell_id, common_metadata, depends_on, image_entry, old_patches, owner, patch_entry, sync,
    },
    reader::{Scope, yaml},
    values::values,
};
use crate::inventory::{
    Application, ChartFlags, ChartRender, KustomizeEdit, Marked, Meta, Origin, PostRenderedHooks,
    PostRenderer, PostStep, Problem, Render, Rule, Source, SourceAt, SyncPolicy, ValuesSource,
    argo::text_entries,
    object::{at, entry, filled, is_true, items, json, string, text},
    refusal::Refusal,
};

/// The longest name of a release, and what is kept of a longer one.
const MAX_NAME: usize = 53;
const KEPT: usize = 40;
const HASH: usize = 12;

/// The application that a `HelmRelease` stands for, and what is doubtful about it.
pub(super) fn release(scope: &Scope<'_>) -> (Application, Vec<Problem>) {
    let item = scope.item;
    let nothing = Node::from(NodeKind::Null);
    let spec = item.spec().unwrap_or(&nothing);
    let key = item.key();
    let namespace = filled(spec, &["targetNamespace"]).unwrap_or(item.namespace());
    let mut problems = Vec::new();
    let (post, source) = match post(scope, spec, &key) {
        Ok(post) => {
            let source = source(scope, spec, &mut problems);
            (post, source.unwrap_or_else(|refusal| refusal.source(&said(scope, spec))))
        }
        Err(refusal) => (Vec::new(), refusal.source(&said(scope, spec))),
    };
    let self_heal = text(spec, &["driftDetection", "mode"]) == Some("enabled");
    let application = Application {
        id: cell_id(scope, spec, &key),
        namespace: namespace.into(),
        sources: vec![source],
        post,
        meta: Meta {
            sync: sync(spec, SyncPolicy::Automatic { prune: true, self_heal }),
            cascades: true,
            depends_on: depends_on(scope, spec),
            labels: text_entries(&item.node, &["metadata", "labels"]),
            ..Meta::default()
        },
        origin: Origin {
            rule: Rule::Flux,
            place: item.place_of(&item.node),
            chain: item.chain.clone(),
        },
    };
    (application, problems)
}

/// What is said here of a release of which something lies elsewhere.
fn said(scope: &Scope<'_>, spec: &Node) -> String {
    let layers = values(scope, spec, &mut Vec::new()).unwrap_or_default();
    let texts = layers.iter().map(|layer| match layer {
        // Where a text stands makes no difference.
        ValuesSource::Inline { text, .. } | ValuesSource::Set { text, .. } => text.to_string(),
        other => format!("{other:?}"),
    });
    [json(spec)].into_iter().chain(texts).collect()
}

fn source(scope: &Scope<'_>, spec: &Node, problems: &mut Vec<Problem>) -> Result<Source, Refusal> {
    if let Some(unknown) = scope.item.unknown_in(&scope.item.node) {
        return Err(Refusal::Unknown(unknown.clone()));
    }
    let Located { at, defaults, build } = chart(scope, spec)?;
    if let SourceAt::Absent(unknown) = at {
        return Err(Refusal::Unknown(unknown));
    }
    let render = Render::Chart(ChartRender {
        values: values(scope, spec, problems)?,
        release: release_name(scope, spec),
        namespace: None,
        flags: flags(spec, scope.item),
        capabilities: None,
        defaults,
        build,
    });
    Ok(Source { at, render })
}

/// `spec.releaseName`, or the namespace and the name; a long one ends in a hash.
fn release_name(scope: &Scope<'_>, spec: &Node) -> Arc<str> {
    let name = scope.item.name();
    let whole = match (filled(spec, &["releaseName"]), filled(spec, &["targetNamespace"])) {
        (Some(own), _) => own.to_owned(),
        (None, Some(namespace)) => format!("{namespace}-{name}"),
        (None, None) => name.to_owned(),
    };
    short(&whole).into()
}

fn short(name: &str) -> String {
    match name.get(..KEPT).filter(|_| name.len() > MAX_NAME) {
        Some(start) => {
            let hash: String =
                Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{start}-{}", &hash[..HASH])
        }
        None => name.to_owned(),
    }
}

/// (Source: fluxcd/helm-controller, `internal/action/crds.go`, `crdPolicyOrDefault`; for the first
/// version of the API `internal/runner/runner.go` of 0.31.)
fn flags(spec: &Node, item: &Item) -> ChartFlags {
    let is_first = text(&item.node, &["apiVersion"]).is_some_and(|api| api.ends_with("v2beta1"));
    let skips_crds = |action: &str| {
        let default = match action {
            "upgrade" if is_first => "Skip",
            "install" if is_first && is_true(spec, &[action, "skipCRDs"]) => "Skip",
            _ => "Create",
        };
        filled(spec, &[action, "crds"]).unwrap_or(default) == "Skip"
    };
    // What either action makes stays.
    let skips = skips_crds("install") && skips_crds("upgrade");
    let is_set = |action: &str, key: &str| is_true(spec, &[action, key]);
    ChartFlags {
        include_crds: !skips,
        // Tests are hooks that only run where they are asked for.
        skip_tests: !is_set("test", "enable"),
        // A hook of either action is deployed sooner or later.
        skip_hooks: is_set("install", "disableHooks") && is_set("upgrade", "disableHooks"),
        skip_schema: is_true(spec, &["install", "disableSchemaValidation"])
            || is_true(spec, &["upgrade", "disableSchemaValidation"]),
    }
}

fn post(scope: &Scope<'_>, spec: &Node, key: &Key) -> Result<Vec<PostStep>, Refusal> {
    let hooks = match text(spec, &["postRenderStrategy"]) {
        Some("nohooks") => PostRenderedHooks::Untouched,
        Some("separate") => PostRenderedHooks::Separate,
        Some(_) => PostRenderedHooks::Combined,
        // Helm 3 sends no hooks to post-renderers.
        None if scope.reader.has_helm_3(&scope.cluster.name) => PostRenderedHooks::Untouched,
        None => PostRenderedHooks::Combined,
    };
    let renderers = items(spec, &["postRenderers"]).iter();
    let mut post = Vec::new();
    for node in renderers.filter_map(|renderer| at(renderer, &["kustomize"])) {
        let file = file(scope, node)?;
        post.extend(file.map(|file| PostStep::Kustomize(PostRenderer { file, hooks })));
    }
    // All marks are made by post-renderers, but the owner's is put on the `crds` folder too.
    let rendered = Marked { crds: false, hooks: hooks != PostRenderedHooks::Untouched };
    post.extend(common_metadata(spec, rendered));
    let on = Marked { crds: true, ..rendered };
    post.push(PostStep::Metadata { labels: owner(HELM, key), annotations: BTreeMap::new(), on });
    let target = filled(spec, &["targetNamespace"]);
    if let Some(namespace) = target.filter(|_| is_true(spec, &["install", "createNamespace"])) {
        let labels = BTreeMap::from([("name".into(), namespace.into())]);
        post.push(PostStep::CreateNamespace { labels, annotations: BTreeMap::new() });
    }
    Ok(post)
}

/// The kustomization of a post-renderer.
fn file(scope: &Scope<'_>, renderer: &Node) -> Result<Option<Arc<str>>, Refusal> {
    let mut file = Mapping::new();
    file.insert(entry("apiVersion", string("kustomize.config.k8s.io/v1beta1")));
    file.insert(entry("kind", string("Kustomization")));
    let lists = [("images", image_entry as fn(&Node) -> Node), ("patches", patch_entry)];
    for (key, convert) in lists {
        let list: Vec<Node> = items(renderer, &[key]).iter().map(convert).collect();
        if !list.is_empty() {
            file.insert(entry(key, NodeKind::Sequence(list).into()));
        }
    }
    for edit in old_patches(scope, renderer)? {
        let KustomizeEdit::Append { key, text } = edit else { continue };
        let node = zij_goyaml::parse(text.as_bytes(), &zij_goyaml::Limits::default());
        let Ok(node) = node else { continue };
        let mut list = file.get(&key).and_then(Node::as_sequence).unwrap_or_default().to_vec();
        list.push(node);
        file.insert(entry(key, NodeKind::Sequence(list).into()));
    }
    Ok(yaml(&NodeKind::Mapping(file).into()))
}
