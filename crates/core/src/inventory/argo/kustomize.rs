//! A kustomize source: the edits that Argo CD makes before it builds.
//!
//! (Source: Argo CD, `util/kustomize/kustomize.go`.)

use std::sync::Arc;

use zij_goyaml::{Node, NodeKind, to_yaml};

use super::{
    helm::capabilities,
    object::{at, entries, filled, is_true, items, shown, texts},
    source::SourceReader,
};
use crate::inventory::{
    KustomizeEdit, KustomizeRender, LabelMode, Unknown, UnknownKind, refusal::Refusal,
};

/// The edits of a source, in the order that Argo CD makes them.
pub(super) fn render(source: &SourceReader<'_>, node: &Node) -> Result<KustomizeRender, Refusal> {
    if let Some(version) = filled(node, &["kustomize", "version"]) {
        return Err(Refusal::Unknown(Unknown {
            kind: UnknownKind::Unsupported,
            message: format!("`kustomize.version` {version} is a program of this Argo CD alone"),
            place: at(node, &["kustomize", "version"]).map(|version| source.place(version)),
            hint: Some("without it Argo CD runs the kustomize that it brings".to_owned()),
        }));
    }
    let options = &source.reader.settings.build_options;
    let has = |option: &str| options.split_whitespace().any(|word| word == option);
    Ok(KustomizeRender {
        edits: at(node, &["kustomize"])
            .map(|kustomize| edits(source, node, kustomize))
            .unwrap_or_default(),
        enable_helm: has("--enable-helm"),
        unrestricted: options.contains("LoadRestrictionsNone"),
        generate: None,
        capabilities: capabilities(source, node)?,
    })
}

fn edits(source: &SourceReader<'_>, node: &Node, kustomize: &Node) -> Vec<KustomizeEdit> {
    let mut edits = Vec::new();
    let text = |key| filled(kustomize, &[key]).map(Arc::<str>::from);
    edits.extend(text("namePrefix").map(KustomizeEdit::NamePrefix));
    edits.extend(text("nameSuffix").map(KustomizeEdit::NameSuffix));
    for image in texts(kustomize, &["images"]) {
        edits.push(KustomizeEdit::Image(source.expand(&image, node).into()));
    }
    for replica in items(kustomize, &["replicas"]) {
        let name = filled(replica, &["name"]).unwrap_or_default().into();
        let count = at(replica, &["count"]).map(shown).unwrap_or_default();
        edits.extend(count.parse().ok().map(|count| KustomizeEdit::Replicas { name, count }));
    }
    metadata(source, node, kustomize, &mut edits);
    edits.extend(text("namespace").map(KustomizeEdit::Namespace));
    for patch in items(kustomize, &["patches"]) {
        if let Ok(text) = to_yaml(patch) {
            edits.push(KustomizeEdit::Patch { text: text.into(), place: source.place(patch) });
        }
    }
    let optional = is_true(kustomize, &["ignoreMissingComponents"]);
    let components = texts(kustomize, &["components"]);
    edits.extend(components.into_iter().map(|path| KustomizeEdit::Component { path, optional }));
    edits
}

fn metadata(
    source: &SourceReader<'_>,
    node: &Node,
    kustomize: &Node,
    edits: &mut Vec<KustomizeEdit>,
) {
    let sorted = |key: &'static str| {
        let mut pairs: Vec<(Arc<str>, String)> = entries(kustomize, &[key])
            .map(|entry| (Arc::clone(&entry.key), shown(&entry.value)))
            .collect();
        pairs.sort();
        pairs
    };
    let flag = |key| at(kustomize, &[key]).is_some_and(|flag| flag.kind == NodeKind::Bool(true));
    let mode = LabelMode {
        force: flag("forceCommonLabels"),
        without_selector: flag("labelWithoutSelector"),
        include_templates: flag("labelIncludeTemplates"),
    };
    for (key, value) in sorted("commonLabels") {
        let value = source.expand(&value, node).into();
        edits.push(KustomizeEdit::Label { key, value, mode });
    }
    let force = flag("forceCommonAnnotations");
    for (key, value) in sorted("commonAnnotations") {
        let value = match flag("commonAnnotationsEnvsubst") {
            true => source.expand(&value, node).into(),
            false => value.into(),
        };
        edits.push(KustomizeEdit::Annotation { key, value, force });
    }
}
