//! The manifests of a cell as a person sees them: what the deployment tool applies.

use std::sync::Arc;

use zij_goyaml::{Limits, MappingEntry, Node, NodeKind, Span};

use super::{
    emit::to_yaml,
    post::{Pairs, has_mark},
    set::{ResourceProblem, ResourceSet},
    value::Value,
};
use crate::{
    inventory::{Application, PostStep},
    render::Document,
};

/// A manifest as it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The file that it comes from, as the tool that rendered it calls it.
    pub source: Arc<str>,
    /// The manifest.
    pub text: Vec<u8>,
}

/// The manifests of an application in the order they were rendered, and what cannot be applied.
///
/// Argo CD applies objects, not texts: each once, with its namespace and its mark, without kinds that
/// are left out, and after the namespace that it makes (Source: Argo CD, `controller/state.go`,
/// `util/argo/resource_tracking.go`). What nothing marks so stays as it was rendered.
pub fn applied(
    documents: &[Document],
    application: &Application,
) -> (Vec<Applied>, Vec<ResourceProblem>) {
    if !application.post.iter().any(|step| matches!(step, PostStep::Track(_))) {
        let texts = documents.iter().filter_map(|document| {
            let source = Arc::clone(&document.chart_path);
            Some(Applied { source, text: marked(document, application)? })
        });
        return (texts.collect(), Vec::new());
    }
    let set = ResourceSet::of(documents, application);
    let mut resources: Vec<_> = set.resources.into_values().collect();
    // A namespace that no manifest makes has no place of its own.
    resources.sort_by_key(|resource| (resource.order, &*resource.id.kind != "Namespace"));
    let texts = resources.into_iter().map(|resource| Applied {
        source: resource.origin.template,
        text: to_yaml(&resource.body).into_bytes(),
    });
    (texts.collect(), set.problems)
}

/// The text of a document with the labels and annotations that its application puts on every object;
/// nothing where it is left out. A text that is no single object stays as it is.
fn marked(document: &Document, application: &Application) -> Option<Vec<u8>> {
    let written = || Some(document.bytes.to_vec());
    let marks = application.post.iter().any(|step| matches!(step, PostStep::Metadata { .. }));
    let node = zij_goyaml::parse(&document.bytes, &Limits::default());
    let (true, Ok(mut node)) = (marks, node) else { return written() };
    for step in &application.post {
        match step {
            PostStep::Skip(skipped) if has_mark(&Value::from(&node), skipped) => return None,
            PostStep::Metadata { labels, annotations, on }
                if (on.crds || !document.is_crd) && (on.hooks || document.hook.is_none()) =>
            {
                for (field, pairs) in [("labels", labels), ("annotations", annotations)] {
                    add_pairs(&mut node, field, pairs);
                }
            }
            _ => {}
        }
    }
    zij_goyaml::to_yaml(&node).map_or_else(|_| written(), |text| Some(text.into_bytes()))
}

fn add_pairs(object: &mut Node, field: &str, pairs: &Pairs) {
    if pairs.is_empty() {
        return;
    }
    let NodeKind::Mapping(object) = &mut object.kind else { return };
    let Some(metadata) = object.get_mut("metadata") else { return };
    let NodeKind::Mapping(metadata) = &mut metadata.kind else { return };
    let mut known = metadata.get(field).and_then(Node::as_mapping).cloned().unwrap_or_default();
    for (key, value) in pairs {
        known.insert(text_entry(key, NodeKind::String(Arc::clone(value))));
    }
    metadata.insert(text_entry(field, NodeKind::Mapping(known)));
}

fn text_entry(key: &str, kind: NodeKind) -> MappingEntry {
    MappingEntry { key: key.into(), key_span: Span::default(), value: kind.into() }
}
