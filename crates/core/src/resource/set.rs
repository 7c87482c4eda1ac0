//! The objects of one cell at one revision.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::Limits;

use super::{
    identity::{ResourceId, group_of, is_cluster_wide, is_namespaced},
    unstable::Unstable,
    value::{Data, Value},
};
use crate::{
    render::{Document, Hook},
    source::Place,
};

/// Every object of a cell, by what the API server knows it as.
#[derive(Clone, Debug, Default)]
pub struct ResourceSet {
    /// The objects.
    pub resources: BTreeMap<ResourceId, Resource>,
    /// Documents that are no object, and objects that are there twice.
    pub problems: Vec<ResourceProblem>,
}

/// One object as it would be applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// What it is stored under.
    pub id: ResourceId,
    /// As written, such as `apps/v1`.
    pub api_version: Arc<str>,
    /// The whole object; a namespaced one has its namespace filled in.
    pub body: Value,
    /// What of it each real render makes anew.
    pub unstable: Option<Unstable>,
    /// Where it comes from.
    pub origin: Origin,
    /// How Helm runs it, for a hook.
    pub hook: Option<Hook>,
    /// Whether it comes from a chart's `crds` folder.
    pub is_crd: bool,
    /// Its place in the order of application, from 0.
    pub order: usize,
}

/// The template that rendered an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, relative to the repository's root.
    pub template: Arc<str>,
    /// The line of the rendered document on which the object begins, from 1.
    pub line: u32,
}

/// A document that cannot be applied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceProblem {
    /// What is wrong.
    pub message: String,
    /// The template that rendered it.
    pub place: Place,
    /// Whether the API server would refuse it, rather than it being merely doubtful.
    pub is_fatal: bool,
}

impl Resource {
    /// The object as it is compared and shown: what each render makes anew is folded.
    pub fn stable(&self) -> &Value {
        self.unstable.as_ref().map_or(&self.body, |unstable| &unstable.folded)
    }
}

impl ResourceSet {
    /// Reads the documents of a cell that is deployed to `namespace`.
    ///
    /// Documents without content are left out. Of two objects with one identity the later is
    /// kept, as Argo CD does, and a problem says so.
    pub fn read<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        namespace: &Arc<str>,
    ) -> Self {
        Self::read_filled(documents, namespace, Filling::Given)
    }

    /// As [`ResourceSet::read`], with a problem for each object that names no namespace and needs
    /// one.
    pub(super) fn read_with_own_namespaces<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        namespace: &Arc<str>,
    ) -> Self {
        Self::read_filled(documents, namespace, Filling::Refused)
    }

    fn read_filled<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        namespace: &Arc<str>,
        filling: Filling,
    ) -> Self {
        let mut reader = Reader::default();
        for document in documents {
            reader.document(document);
        }
        let cluster_wide = reader.crds_of_scope("Cluster");
        let namespaced = reader.crds_of_scope("Namespaced");
        let mut set = Self { resources: BTreeMap::new(), problems: reader.problems };
        let mut generated: BTreeMap<ResourceId, usize> = BTreeMap::new();
        for (order, mut object) in reader.objects.into_iter().enumerate() {
            let group = group_of(&object.api_version, &object.kind);
            let kind = (Arc::clone(&group), Arc::clone(&object.kind));
            let is_wide = is_cluster_wide(&group, &object.kind) || cluster_wide.contains(&kind);
            if filling == Filling::Refused
                && !is_wide
                && (is_namespaced(&group) || namespaced.contains(&kind))
                && own_namespace(&object.body).is_none()
            {
                set.problems.push(object.without_namespace());
            }
            let mut unstable = object
                .anew
                .map(|(other, functions)| Unstable::new(&object.body, &other, &functions))
                .filter(|unstable| !unstable.fields.is_empty());
            let namespace = (!is_wide).then(|| {
                if let Some(unstable) = &mut unstable {
                    fill_namespace(&mut unstable.folded, namespace);
                }
                fill_namespace(&mut object.body, namespace)
            });
            let mut id = ResourceId { group, kind: object.kind, namespace, name: object.name };
            if is_generated(&id.name) {
                // The API server gives each a name of its own.
                let count = generated.entry(id.clone()).or_default();
                *count += 1;
                if *count > 1 {
                    id.name = format!("{}{count}", id.name).into();
                }
            }
            set.insert(Resource {
                id,
                api_version: object.api_version,
                body: object.body,
                unstable,
                origin: object.origin,
                hook: object.hook,
                is_crd: object.is_crd,
                order,
            });
        }
        set
    }

    fn insert(&mut self, resource: Resource) {
        let id = resource.id.clone();
        let template = Arc::clone(&resource.origin.template);
        if let Some(earlier) = self.resources.insert(id.clone(), resource) {
            self.problems.push(ResourceProblem {
                message: format!(
                    "{id} is rendered twice, by {} and by {template}; only the last is applied",
                    earlier.origin.template
                ),
                place: Place::file(template),
                is_fatal: false,
            });
        }
    }
}

/// What happens to an object that names no namespace.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filling {
    /// It gets that of the application.
    Given,
    /// The API server knows no such object.
    Refused,
}

#[derive(Default)]
struct Reader {
    objects: Vec<Object>,
    problems: Vec<ResourceProblem>,
}

struct Object {
    api_version: Arc<str>,
    kind: Arc<str>,
    name: Arc<str>,
    body: Value,
    /// The object in its place in another render, where its document differs there.
    anew: Option<(Value, Arc<str>)>,
    origin: Origin,
    hook: Option<Hook>,
    is_crd: bool,
}

impl Object {
    /// (Source: fluxcd/pkg, `ssa/errors/errors.go`, `DryRunErr`.)
    fn without_namespace(&self) -> ResourceProblem {
        ResourceProblem {
            message: format!("{}/{} namespace not specified", self.kind, self.name),
            place: Place::file(Arc::clone(&self.origin.template)),
            is_fatal: true,
        }
    }
}

impl Reader {
    fn document(&mut self, document: &Document) {
        let limits = Limits::default();
        match zij_goyaml::parse_all(&document.bytes, &limits) {
            Ok(nodes) => {
                let anew = document.anew.as_ref().map(|anew| {
                    let nodes = zij_goyaml::parse_all(&anew.bytes, &limits).unwrap_or_default();
                    Value::from(Data::List(nodes.iter().map(Value::from).collect()))
                });
                for (index, node) in nodes.iter().enumerate() {
                    let anew = anew.as_ref().map(|anew| item_of(anew, index));
                    self.value(Value::from(node), anew, document);
                }
            }
            Err(error) => {
                self.problem(document, format!("the rendered document is not YAML: {error}"));
            }
        }
    }

    /// Takes the objects of a value; `anew` is what another render has in its place.
    fn value(&mut self, value: Value, anew: Option<&Value>, document: &Document) {
        if value.is_empty() {
            return;
        }
        match &value.data {
            Data::Map(map) => {
                let kind = value.text_at(&["kind"]).unwrap_or_default();
                match map.get("items").map(|items| &items.data) {
                    Some(Data::List(items)) if kind.ends_with("List") => {
                        let others = anew.map(|anew| anew.get("items").unwrap_or(&NOTHING));
                        for (index, item) in items.iter().enumerate() {
                            let anew = others.map(|others| item_of(others, index));
                            self.value(item.clone(), anew, document);
                        }
                    }
                    // A list of nothing, as Go writes it.
                    Some(Data::Null) if kind.ends_with("List") => {}
                    _ => self.object(value, anew, document),
                }
            }
            _ => self.problem(document, format!("the rendered document is no object: {value:.80}")),
        }
    }

    fn object(&mut self, body: Value, anew: Option<&Value>, document: &Document) {
        let text = |keys: &[&str]| {
            let text = body.text_at(keys).filter(|text| !text.is_empty());
            text.map(Arc::from).ok_or_else(|| keys.join("."))
        };
        let parts = (text(&["apiVersion"]), text(&["kind"]), name(&body));
        match parts {
            (Ok(api_version), Ok(kind), Some(name)) => {
                let origin =
                    Origin { template: Arc::clone(&document.template), line: body.line.max(1) };
                let hook = document.hook.clone();
                let functions = document.anew.as_ref().map(|anew| Arc::clone(&anew.functions));
                let anew = anew.cloned().zip(functions);
                let is_crd = document.is_crd;
                self.objects.push(Object {
                    api_version,
                    kind,
                    name,
                    body,
                    anew,
                    origin,
                    hook,
                    is_crd,
                });
            }
            (Err(field), ..) | (_, Err(field), _) => {
                self.problem(document, format!("an object has no `{field}`"));
            }
            (_, Ok(kind), None) => {
                self.problem(document, format!("a {kind} has no `metadata.name`"));
            }
        }
    }

    fn problem(&mut self, document: &Document, message: String) {
        let place = Place::file(Arc::clone(&document.template));
        self.problems.push(ResourceProblem { message, place, is_fatal: true });
    }

    /// Kinds that the cell itself defines with a scope.
    fn crds_of_scope(&self, scope: &str) -> BTreeSet<(Arc<str>, Arc<str>)> {
        let crds = self.objects.iter().filter(|object| &*object.kind == "CustomResourceDefinition");
        crds.filter(|crd| crd.body.text_at(&["spec", "scope"]) == Some(scope))
            .filter_map(|crd| {
                let group = crd.body.text_at(&["spec", "group"])?;
                let kind = crd.body.text_at(&["spec", "names", "kind"])?;
                Some((group.into(), kind.into()))
            })
            .collect()
    }
}

/// What stands for an object that another render does not have.
static NOTHING: Value = Value { data: Data::Null, line: 0 };

fn item_of(list: &Value, index: usize) -> &Value {
    list.items().get(index).unwrap_or(&NOTHING)
}

/// The name, or for an object that is named by the server, its prefix and a star.
fn name(body: &Value) -> Option<Arc<str>> {
    let metadata = body.get("metadata")?;
    let text = |key| metadata.text_at(&[key]).filter(|text| !text.is_empty());
    text("name")
        .map(Arc::from)
        .or_else(|| text("generateName").map(|prefix| format!("{prefix}*").into()))
}

/// Whether a name stands for one that the API server makes up: `run-*`, and the second `run-*2`.
pub(super) fn is_generated(name: &str) -> bool {
    name.contains('*')
}

fn own_namespace(body: &Value) -> Option<&str> {
    body.text_at(&["metadata", "namespace"]).filter(|text| !text.is_empty())
}

fn fill_namespace(body: &mut Value, default: &Arc<str>) -> Arc<str> {
    if let Some(own) = own_namespace(body) {
        return own.into();
    }
    if let Data::Map(map) = &mut body.data
        && let Some(Data::Map(metadata)) = map.get_mut("metadata").map(|value| &mut value.data)
    {
        metadata.insert("namespace".into(), Data::String(Arc::clone(default)).into());
    }
    Arc::clone(default)
}

#[cfg(test)]
mod tests;
