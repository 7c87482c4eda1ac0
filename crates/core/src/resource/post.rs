//! What a deployment tool does to the objects of an application before it applies them.
//!
//! (Source: Argo CD, `util/argo/resource_tracking.go`, `controller/sync.go`; fluxcd/pkg, `ssa`;
//! fluxcd/kustomize-controller and helm-controller.)

use std::{collections::BTreeMap, sync::Arc};

use super::{
    identity::ResourceId,
    set::{Filling, Origin, Resource, ResourceSet, is_generated, without_namespace},
    twice::Twice,
    value::{Data, Map, Value},
};
use crate::{
    inventory::{Application, ExcludedKinds, PostStep, Tracking, TrackingMethod},
    render::Document,
    source::{Glob, GlobStyle},
};

/// The annotation that says which application an object belongs to.
const TRACKING: &str = "argocd.argoproj.io/tracking-id";
const INSTALLATION: &str = "argocd.argoproj.io/installation-id";
/// Labels or annotations.
pub(super) type Pairs = BTreeMap<Arc<str>, Arc<str>>;

/// The longest value of a label.
const LABEL: usize = 63;

impl ResourceSet {
    /// The objects of an application as they are applied.
    pub fn of<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        application: &Application,
    ) -> Self {
        Self::of_side(documents, application, &mut Twice::default())
    }

    /// The objects of both sides of a cell as they are applied: documents and the application.
    /// What the sides have in common is read once and shared.
    pub fn of_both<'a>(
        old: (&'a [Document], &Application),
        new: (&'a [Document], &Application),
    ) -> (Self, Self) {
        let is_one = old.1.namespace == new.1.namespace;
        let mut twice = if is_one { Twice::of(old.0, new.0) } else { Twice::default() };
        let set = Self::of_side(old.0, old.1, &mut twice);
        (set, Self::of_side(new.0, new.1, &mut twice))
    }

    fn of_side<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        application: &Application,
        twice: &mut Twice<'a>,
    ) -> Self {
        let needs_namespace =
            application.post.iter().any(|step| matches!(step, PostStep::RequireNamespace));
        let filling = if needs_namespace { Filling::Refused } else { Filling::Given };
        let mut set = Self::read_filled(documents, &application.namespace, filling, twice);
        for step in &application.post {
            match step {
                PostStep::Exclude(kinds) => set.exclude(kinds),
                PostStep::Skip(marks) => set.skip(marks),
                PostStep::Track(tracking) => set.track(tracking, &application.namespace),
                PostStep::CreateNamespace { labels, annotations } => {
                    let metadata = [("labels", labels), ("annotations", annotations)];
                    set.create_namespace(application, metadata);
                }
                PostStep::Metadata { labels, annotations, on } => {
                    let marked = |one: &&mut Resource| {
                        (on.crds || !one.is_crd) && (on.hooks || one.hook.is_none())
                    };
                    for resource in set.resources.values_mut().filter(marked) {
                        for (field, pairs) in [("labels", labels), ("annotations", annotations)] {
                            for (key, value) in pairs {
                                mark(resource, field, key, value);
                            }
                        }
                    }
                }
                PostStep::Decrypt
                | PostStep::RefuseEncrypted
                | PostStep::RequireNamespace
                | PostStep::Substitute(_)
                | PostStep::Kustomize(_) => {}
            }
        }
        set
    }

    fn exclude(&mut self, kinds: &[ExcludedKinds]) {
        let is_group = |globs: &[Arc<str>], group: &str| {
            globs.is_empty()
                || globs.iter().any(|glob| Glob::new(glob, GlobStyle::Crossing).matches(group))
        };
        // Unlike groups, kinds are no globs (Argo CD, `util/settings/filtered_resource.go`).
        let is_kind = |kinds: &[Arc<str>], kind: &str| {
            kinds.is_empty() || kinds.iter().any(|one| &**one == "*" || &**one == kind)
        };
        self.resources.retain(|id, _| {
            !kinds
                .iter()
                .any(|one| is_group(&one.groups, &id.group) && is_kind(&one.kinds, &id.kind))
        });
    }

    fn skip(&mut self, marks: &[(Arc<str>, Arc<str>)]) {
        self.resources.retain(|_, resource| !has_mark(&resource.body, marks));
    }

    /// Marks the objects of an application that is deployed to `namespace`, and takes away the
    /// namespace of those that are in none.
    fn track(&mut self, tracking: &Tracking, namespace: &str) {
        for (id, resource) in &mut self.resources {
            if id.namespace.is_none() {
                without_namespace(&mut resource.body);
                if let Some(unstable) = &mut resource.unstable {
                    without_namespace(&mut unstable.folded);
                }
            }
            if &*id.kind == "CustomResourceDefinition" {
                continue;
            }
            if tracking.method != TrackingMethod::Label {
                mark(resource, "annotations", TRACKING, &tracking_id(tracking, id, namespace));
                if let Some(installation) = &tracking.installation {
                    mark(resource, "annotations", INSTALLATION, installation);
                }
            }
            if tracking.method != TrackingMethod::Annotation {
                let whole: &str = &tracking.instance;
                let cut = match tracking.method {
                    TrackingMethod::AnnotationAndLabel => truncated(whole),
                    TrackingMethod::Annotation | TrackingMethod::Label => whole,
                };
                mark(resource, "labels", &tracking.label, cut);
            }
        }
    }

    /// A namespace that is made at each sync, unless a manifest makes it.
    fn create_namespace(&mut self, application: &Application, metadata: [(&str, &Pairs); 2]) {
        let name = &application.namespace;
        let id = ResourceId {
            group: "".into(),
            kind: "Namespace".into(),
            namespace: None,
            name: Arc::clone(name),
        };
        if self.resources.contains_key(&id) {
            return;
        }
        let map = |entries: Vec<(&str, Value)>| -> Value {
            let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), value));
            Data::Map(entries.collect::<Map>()).into()
        };
        let text = |text: &str| Value::from(text);
        let body = map(vec![
            ("apiVersion", text("v1")),
            ("kind", text("Namespace")),
            ("metadata", map(vec![("name", text(name))])),
        ]);
        let origin = Origin { template: Arc::clone(&application.origin.place.file), line: 1 };
        let mut resource = Resource {
            id: id.clone(),
            api_version: "v1".into(),
            body: Arc::new(body),
            unstable: None,
            origin,
            hook: None,
            is_crd: false,
            order: 0,
        };
        for (field, pairs) in metadata {
            for (key, value) in pairs {
                mark(&mut resource, field, key, value);
            }
        }
        self.resources.insert(id, resource);
    }
}

/// Whether an object has one of these pairs among its labels or annotations.
pub(super) fn has_mark(body: &Value, marks: &[(Arc<str>, Arc<str>)]) -> bool {
    let has = |field, key: &str, value: &str| {
        let text = body.text_at(&["metadata", field, key]);
        text.is_some_and(|text| text.eq_ignore_ascii_case(value))
    };
    marks.iter().any(|(key, value)| has("labels", key, value) || has("annotations", key, value))
}

/// As much of a text as a label may hold, without what it may not end with (Source: Argo CD,
/// `util/argo/resource_tracking.go`, `TruncateLabel`).
fn truncated(text: &str) -> &str {
    match text.char_indices().nth(LABEL) {
        Some((end, _)) => text[..end].trim_end_matches(|c: char| !c.is_ascii_alphanumeric()),
        None => text,
    }
}

/// `<application>:<group>/<kind>:<namespace>/<name>`; what is in no namespace is called by that of
/// the application.
fn tracking_id(tracking: &Tracking, id: &ResourceId, namespace: &str) -> String {
    let namespace = id.namespace.as_deref().unwrap_or(namespace);
    let name = if is_generated(&id.name) { "" } else { &*id.name };
    format!("{}:{}/{}:{namespace}/{name}", tracking.instance, id.group, id.kind)
}

/// Sets a label or annotation.
fn mark(resource: &mut Resource, field: &str, key: &str, value: &str) {
    set(Arc::make_mut(&mut resource.body), field, key, value);
    if let Some(unstable) = &mut resource.unstable {
        set(Arc::make_mut(&mut unstable.folded), field, key, value);
    }
}

fn set(body: &mut Value, field: &str, key: &str, text: &str) {
    let Data::Map(map) = &mut body.data else { return };
    let metadata = map.entry("metadata".into()).or_insert_with(empty);
    let Data::Map(metadata) = &mut metadata.data else { return };
    let pairs = metadata.entry(field.into()).or_insert_with(empty);
    if pairs.data == Data::Null {
        *pairs = empty();
    }
    if let Data::Map(pairs) = &mut pairs.data {
        pairs.insert(key.into(), text.into());
    }
}

fn empty() -> Value {
    Data::Map(Map::new()).into()
}
