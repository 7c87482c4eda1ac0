//! Reads a `Kustomization` of Flux.
//!
//! (Source: fluxcd/pkg, `kustomize`; fluxcd/kustomize-controller, `internal/controller`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Mapping, Node, NodeKind};

use super::{
    data::{Datum, absent, data_of},
    item::{KUSTOMIZE, Key, SKIPPED},
    reader::{Scope, yaml},
    sources::{Root, inside},
};
use crate::{
    inventory::{
        Application, CellId, ClusterName, Generation, KustomizeEdit, KustomizeRender, Marked, Meta,
        Origin, Owner, PostStep, Render, Rule, Source, SourceAt, Substitution, SyncPolicy, Unknown,
        argo::text_entries,
        object::{at, entries, entry, filled, is_true, items, json, shown, string, text, texts},
        refusal::Refusal,
    },
    source::{EntryKind, TreePath},
};

/// The fields of a patch's target that Flux hands on.
const TARGET: [&str; 7] =
    ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];
/// The fields of an image that Flux hands on.
const IMAGE: [&str; 4] = ["name", "newName", "newTag", "digest"];

/// The application that a `Kustomization` stands for.
pub(super) fn kustomization(scope: &Scope<'_>) -> Application {
    let item = scope.item;
    let nothing = Node::from(NodeKind::Null);
    let spec = item.spec().unwrap_or(&nothing);
    let key = item.key();
    let mut post = Vec::new();
    let mut policy = SyncPolicy::Automatic { prune: is_true(spec, &["prune"]), self_heal: true };
    let sources = match source(scope, spec, &mut post) {
        Ok((source, root)) => {
            if root.is_suspended {
                // What is new in its files does not arrive.
                policy = SyncPolicy::Manual;
            }
            vec![source]
        }
        Err(refusal) => vec![refusal.source(&json(spec))],
    };
    post.extend([PostStep::RefuseEncrypted, PostStep::RequireNamespace]);
    let on = Marked::default();
    let labels = owner(KUSTOMIZE, &key);
    post.push(PostStep::Metadata { labels, annotations: BTreeMap::new(), on });
    post.extend(common_metadata(spec, on));
    let marks = SKIPPED.iter().map(|(key, value)| ((*key).into(), (*value).into()));
    post.push(PostStep::Skip(marks.collect()));
    Application {
        id: cell_id(scope, spec, &key),
        namespace: filled(spec, &["targetNamespace"]).unwrap_or("default").into(),
        sources,
        post,
        meta: Meta {
            sync: sync(spec, policy),
            cascades: is_true(spec, &["prune"])
                && !matches!(text(spec, &["deletionPolicy"]), Some("Orphan")),
            depends_on: depends_on(scope, spec),
            labels: text_entries(&item.node, &["metadata", "labels"]),
            ..Meta::default()
        },
        origin: Origin {
            rule: Rule::Flux,
            place: item.place_of(&item.node),
            chain: item.chain.clone(),
        },
    }
}

/// The cell of an object; one with a `kubeConfig` is applied to another cluster than its own.
pub(super) fn cell_id(scope: &Scope<'_>, spec: &Node, key: &Key) -> CellId {
    let other = ["secretRef", "configMapRef"]
        .iter()
        .find_map(|reference| filled(spec, &["kubeConfig", reference, "name"]));
    CellId {
        application: key.shown().as_str().into(),
        cluster: other.map_or_else(|| scope.cluster.name.clone(), ClusterName::from),
        owner: Owner::Flux(Arc::clone(&key.kind)),
    }
}

/// The labels that a controller puts on all that it makes.
pub(super) fn owner(group: &str, key: &Key) -> BTreeMap<Arc<str>, Arc<str>> {
    BTreeMap::from([
        (format!("{group}/name").into(), Arc::clone(&key.name)),
        (format!("{group}/namespace").into(), Arc::clone(&key.namespace)),
    ])
}

/// The step of `spec.commonMetadata`.
pub(super) fn common_metadata(spec: &Node, on: Marked) -> Option<PostStep> {
    let labels = text_entries(spec, &["commonMetadata", "labels"]);
    let annotations = text_entries(spec, &["commonMetadata", "annotations"]);
    (!labels.is_empty() || !annotations.is_empty()).then_some(PostStep::Metadata {
        labels,
        annotations,
        on,
    })
}

/// Whether it is applied without being asked.
pub(super) fn sync(spec: &Node, policy: SyncPolicy) -> SyncPolicy {
    if is_true(spec, &["suspend"]) { SyncPolicy::Manual } else { policy }
}

/// What has to be ready before it, as the matrix calls it.
pub(super) fn depends_on(scope: &Scope<'_>, spec: &Node) -> Vec<Arc<str>> {
    let needed = items(spec, &["dependsOn"]).iter().filter_map(|node| {
        let namespace = filled(node, &["namespace"]).unwrap_or(scope.item.namespace());
        let key = Key::new(scope.item.kind(), namespace, filled(node, &["name"])?);
        Some(Arc::from(key.shown()))
    });
    needed.collect()
}

fn source(
    scope: &Scope<'_>,
    spec: &Node,
    post: &mut Vec<PostStep>,
) -> Result<(Source, Root), Refusal> {
    if let Some(unknown) = scope.item.unknown_in(&scope.item.node) {
        return Err(Refusal::Unknown(unknown.clone()));
    }
    let Some(reference) = at(spec, &["sourceRef"]) else {
        return Err(scope.mistake(&scope.item.node, "the Kustomization has no `spec.sourceRef`"));
    };
    let root = scope.source(reference)?;
    let written = text(spec, &["path"]).unwrap_or_default();
    let node = at(spec, &["path"]).unwrap_or(spec);
    let path = inside(written);
    let Some(at) = root.below(&path) else {
        return Err(scope.mistake(node, format!("kustomization path not found: {written}")));
    };
    if let SourceAt::Absent(unknown) = &at {
        return Err(Refusal::Unknown(unknown.clone()));
    }
    check_folder(scope, &at, node, written)?;
    let edits = edits(scope, spec)?;
    if text(spec, &["decryption", "provider"]) == Some("sops") {
        post.push(PostStep::Decrypt);
    }
    post.extend(substitution(scope, spec)?.map(PostStep::Substitute));
    let generate = Some(generation(&root, &at));
    let render = KustomizeRender {
        edits,
        enable_helm: false,
        unrestricted: true,
        generate,
        capabilities: None,
    };
    Ok((Source { at, render: Render::Kustomize(render) }, root))
}

/// How a kustomization is made where there is none; the source's root in its own tree.
fn generation(root: &Root, at: &SourceAt) -> Generation {
    let start = match &root.at {
        SourceAt::Vendored { path, .. } if matches!(at, SourceAt::Vendored { .. }) => path.clone(),
        _ => TreePath::root(),
    };
    Generation { root: start, ignore: Arc::clone(&root.ignore), only: Arc::clone(&root.only) }
}

fn check_folder(
    scope: &Scope<'_>,
    at: &SourceAt,
    node: &Node,
    written: &str,
) -> Result<(), Refusal> {
    let files = scope.files(at, node)?;
    let path = match at {
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => path,
        SourceAt::Pinned(pinned) => &pinned.path,
        SourceAt::Absent(_) => return Ok(()),
    };
    if *path == TreePath::root() {
        return Ok(());
    }
    match files.tree().entry(path) {
        Ok(Some(entry)) if entry.kind == EntryKind::Folder => Ok(()),
        Ok(Some(_)) => {
            Err(scope.mistake(node, format!("kustomization path `{written}` is no folder")))
        }
        Ok(None) => Err(scope.mistake(node, format!("kustomization path not found: {written}"))),
        Err(error) => Err(scope.mistake(node, error.to_string())),
    }
}

/// The edits of the kustomization file, in the order that Flux makes them.
fn edits(scope: &Scope<'_>, spec: &Node) -> Result<Vec<KustomizeEdit>, Refusal> {
    let mut edits = Vec::new();
    let text = |key| filled(spec, &[key]).map(Arc::<str>::from);
    edits.extend(text("targetNamespace").map(KustomizeEdit::Namespace));
    edits.extend(text("namePrefix").map(KustomizeEdit::NamePrefix));
    edits.extend(text("nameSuffix").map(KustomizeEdit::NameSuffix));
    for patch in items(spec, &["patches"]) {
        let place = scope.item.place_of(patch);
        let text = yaml(&patch_entry(patch));
        edits.extend(text.map(|text| KustomizeEdit::Patch { text, place }));
    }
    let optional = is_true(spec, &["ignoreMissingComponents"]);
    for component in items(spec, &["components"]) {
        let path: Arc<str> = shown(component).into();
        if !is_local(&path) {
            let message = format!("component path '{path}' must be local and relative");
            return Err(scope.mistake(component, message));
        }
        edits.push(KustomizeEdit::Component { path, optional });
    }
    edits.extend(old_patches(scope, spec)?);
    for image in items(spec, &["images"]) {
        edits.extend(yaml(&only(image, &IMAGE)).map(KustomizeEdit::MergeImage));
    }
    let metadata =
        at(spec, &["buildMetadata"]).filter(|_| !texts(spec, &["buildMetadata"]).is_empty());
    let set = metadata.and_then(yaml);
    edits.extend(set.map(|text| KustomizeEdit::Set { key: "buildMetadata".into(), text }));
    Ok(edits)
}

/// `patchesStrategicMerge` and `patchesJson6902`, which only older versions of the API have; the
/// API server refuses them in others.
pub(super) fn old_patches(scope: &Scope<'_>, spec: &Node) -> Result<Vec<KustomizeEdit>, Refusal> {
    for key in ["patchesStrategicMerge", "patchesJson6902"] {
        if let Some(node) = at(spec, &[key]).filter(|_| !scope.item.is_old()) {
            let version = text(&scope.item.node, &["apiVersion"]).unwrap_or_default();
            return Err(scope.mistake(node, format!("`{key}` is no field of {version}")));
        }
    }
    let append = |key: &str, node: &Node| {
        let text = yaml(node)?;
        Some(KustomizeEdit::Append { key: key.into(), text })
    };
    let mut edits = Vec::new();
    for patch in items(spec, &["patchesStrategicMerge"]) {
        let text = yaml(patch).map(string);
        edits.extend(text.and_then(|text| append("patchesStrategicMerge", &text)));
    }
    for patch in items(spec, &["patchesJson6902"]) {
        let mut mapping = Mapping::new();
        if let Some(operations) = at(patch, &["patch"]).and_then(yaml) {
            mapping.insert(entry("patch", string(operations)));
        }
        if let Some(target) = at(patch, &["target"]) {
            mapping.insert(entry("target", only(target, &TARGET)));
        }
        edits.extend(append("patchesJson6902", &NodeKind::Mapping(mapping).into()));
    }
    Ok(edits)
}

/// An entry of `patches` with the fields that Flux hands on.
pub(super) fn patch_entry(patch: &Node) -> Node {
    let mut mapping = Mapping::new();
    if let Some(text) = at(patch, &["patch"]) {
        mapping.insert(entry("patch", string(shown(text))));
    }
    if let Some(target) = at(patch, &["target"]) {
        mapping.insert(entry("target", only(target, &TARGET)));
    }
    NodeKind::Mapping(mapping).into()
}

/// An image with the fields that Flux hands on.
pub(super) fn image_entry(image: &Node) -> Node {
    only(image, &IMAGE)
}

/// The filled fields of a mapping that are listed.
fn only(node: &Node, keys: &[&str]) -> Node {
    let mut mapping = Mapping::new();
    for key in keys {
        if let Some(value) = at(node, &[key]) {
            mapping.insert(entry(*key, string(shown(value))));
        }
    }
    NodeKind::Mapping(mapping).into()
}

fn is_local(path: &str) -> bool {
    const REMOTE: [&str; 8] =
        ["git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/"];
    let lower = path.to_lowercase();
    !REMOTE.iter().any(|start| lower.starts_with(start) && lower.len() > start.len())
        && !lower.trim_start_matches("file://").starts_with('/')
}

/// The step of `spec.postBuild`; none where it would replace nothing.
fn substitution(scope: &Scope<'_>, spec: &Node) -> Result<Option<Substitution>, Refusal> {
    let Some(post_build) = at(spec, &["postBuild"]) else { return Ok(None) };
    let mut found = Substitution { strict: scope.is_strict(), ..Substitution::default() };
    for reference in items(post_build, &["substituteFrom"]) {
        let kind = text(reference, &["kind"]).unwrap_or_default();
        if !matches!(kind, "ConfigMap" | "Secret") {
            return Err(scope.mistake(reference, format!("variables cannot come from a `{kind}`")));
        }
        let name = text(reference, &["name"]).unwrap_or_default();
        let key = Key::new(kind, scope.item.namespace(), name);
        match data_of(scope, &key) {
            Some(data) => add(&mut found, data),
            None if is_true(reference, &["optional"]) => {}
            None => {
                let unknown: Unknown = absent(&key, scope.item.place_of(reference));
                found.missing.get_or_insert(unknown);
            }
        }
    }
    for entry in entries(post_build, &["substitute"]) {
        let value = shown(&entry.value).replace('\n', "");
        found.variables.insert(Arc::clone(&entry.key), value.into());
    }
    if let Some(name) = found.variables.keys().find(|name| !is_variable(name)) {
        let message = format!(
            "post build failed: '{name}' var name is invalid, must match \
             '^[_[:alpha:]][_[:alpha:][:digit:]]*$'"
        );
        return Err(scope.mistake(post_build, message));
    }
    let always = text(post_build, &["substituteStrategy"]) == Some("Always");
    let is_idle = found.variables.is_empty() && found.missing.is_none() && !always;
    Ok((!is_idle).then_some(found))
}

fn add(found: &mut Substitution, data: BTreeMap<Arc<str>, Datum>) {
    for (name, datum) in data {
        match datum {
            Datum::Text { text, .. } => {
                found.variables.insert(name, text.replace('\n', "").into());
            }
            Datum::Encrypted(text) => {
                found.variables.insert(name, text);
            }
            Datum::Unknown(unknown) => {
                found.variables.remove(&name);
                found.missing.get_or_insert(unknown);
            }
        }
    }
}

fn is_variable(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}
