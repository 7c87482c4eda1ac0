//! The objects of one cell at one revision.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::Limits;

use super::{
    identity::{ResourceId, group_of, is_cluster_wide, is_namespaced},
    twice::{Twice, Written},
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
    pub body: Arc<Value>,
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
    pub fn stable(&self) -> &Arc<Value> {
        self.unstable.as_ref().map_or(&self.body, |unstable| &unstable.folded)
    }

    /// Whether both are the same object apart from what each render makes anew.
    pub fn is_same(&self, other: &Self) -> bool {
        let (own, other) = (self.stable(), other.stable());
        Arc::ptr_eq(own, other) || own == other
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
        Self::read_filled(documents, namespace, Filling::Given, &mut Twice::default())
    }

    /// As [`ResourceSet::read`]; objects of texts that were read before are taken from there.
    pub(super) fn read_filled<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        namespace: &Arc<str>,
        filling: Filling,
        twice: &mut Twice<'a>,
    ) -> Self {
        let mut reader = Reader::default();
        for (number, document) in documents.into_iter().enumerate() {
            reader.document(number, document, twice);
        }
        let cluster_wide = reader.crds_of_scope("Cluster");
        let namespaced = reader.crds_of_scope("Namespaced");
        let mut set = Self { resources: BTreeMap::new(), problems: reader.problems };
        let mut generated: BTreeMap<ResourceId, usize> = BTreeMap::new();
        for (order, mut object) in reader.objects.into_iter().enumerate() {
            let group = group_of(&object.api_version, &object.kind);
            let kind = (Arc::clone(&group), Arc::clone(&object.kind));
            let is_wide = is_cluster_wide(&group, &object.kind) || cluster_wide.contains(&kind);
            if object.is_filled && (is_wide || filling == Filling::Refused) {
                without_namespace(&mut object.body);
                object.is_filled = false;
            }
            if filling == Filling::Refused
                && !is_wide
                && (is_namespaced(&group) || namespaced.contains(&kind))
                && own_namespace(&object.body).is_none()
            {
                set.problems.push(object.without_namespace());
            }
            let mut unstable = object
                .anew
                .take()
                .map(|(other, functions)| Unstable::new(&object.body, &other, &functions))
                .filter(|unstable| !unstable.fields.is_empty());
            let was_bare = own_namespace(&object.body).is_none();
            let was_named = object.body.at(&["metadata", "namespace"]).is_some();
            let namespace = (!is_wide).then(|| {
                if let Some(unstable) = &mut unstable {
                    fill_namespace(&mut unstable.folded, namespace);
                }
                fill_namespace(&mut object.body, namespace)
            });
            object.is_filled |= was_bare && !is_wide;
            if let Some(text) = object.text {
                // An empty namespace would be lost, so such an object is read on both sides.
                let is_lossless = !object.is_filled || !was_named;
                let written = is_lossless.then(|| Written::of(&object));
                twice.keep(text, object.number, written);
            }
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
pub(super) enum Filling {
    /// It gets that of the application.
    Given,
    /// The API server knows no such object.
    Refused,
}

#[derive(Default)]
struct Reader<'d> {
    objects: Vec<Object<'d>>,
    problems: Vec<ResourceProblem>,
}

pub(super) struct Object<'d> {
    pub(super) api_version: Arc<str>,
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) body: Arc<Value>,
    /// Whether its namespace is that of the application although its text names none.
    pub(super) is_filled: bool,
    /// Its document, and the text of that where the other side has it too.
    number: usize,
    text: Option<&'d [u8]>,
    /// The object in its place in another render, where its document differs there.
    anew: Option<(Value, Arc<str>)>,
    origin: Origin,
    hook: Option<Hook>,
    is_crd: bool,
}

impl Object<'_> {
    /// (Source: fluxcd/pkg, `ssa/errors/errors.go`, `DryRunErr`.)
    fn without_namespace(&self) -> ResourceProblem {
        ResourceProblem {
            message: format!("{}/{} namespace not specified", self.kind, self.name),
            place: Place::file(Arc::clone(&self.origin.template)),
            is_fatal: true,
        }
    }
}

impl<'d> Reader<'d> {
    /// Reads a document; what it has in common with the other side is read once.
    fn document(&mut self, number: usize, document: &'d Document, twice: &Twice<'d>) {
        if let Some(known) = twice.objects(document) {
            let objects = known.into_iter().map(|written| Object {
                origin: origin(document, &written.body),
                api_version: written.api_version,
                kind: written.kind,
                name: written.name,
                body: written.body,
                is_filled: written.is_filled,
                number,
                text: None,
                anew: None,
                hook: document.hook.clone(),
                is_crd: document.is_crd,
            });
            self.objects.extend(objects);
            return;
        }
        let text = twice.text(document);
        let (first, problems) = (self.objects.len(), self.problems.len());
        self.read(document);
        let is_sound = self.problems.len() == problems;
        for object in &mut self.objects[first..] {
            object.number = number;
            object.text = text.filter(|_| is_sound);
        }
    }

    fn read(&mut self, document: &Document) {
        let limits = Limits::default();
        match zij_goyaml::parse_all(&document.bytes, &limits) {
            Ok(nodes) => {
                let anew = document.anew.as_ref().map(|anew| {
                    let nodes = zij_goyaml::parse_all(&anew.bytes, &limits).unwrap_or_default();
                    Value::from(Data::List(nodes.into_iter().map(Value::from).collect()))
                });
                for (index, node) in nodes.into_iter().enumerate() {
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
                let origin = origin(document, &body);
                let hook = document.hook.clone();
                let functions = document.anew.as_ref().map(|anew| Arc::clone(&anew.functions));
                let anew = anew.cloned().zip(functions);
                let is_crd = document.is_crd;
                self.objects.push(Object {
                    api_version,
                    kind,
                    name,
                    body: Arc::new(body),
                    is_filled: false,
                    number: 0,
                    text: None,
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

fn origin(document: &Document, body: &Value) -> Origin {
    Origin { template: Arc::clone(&document.template), line: body.line.max(1) }
}

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

pub(super) fn own_namespace(body: &Value) -> Option<&str> {
    body.text_at(&["metadata", "namespace"]).filter(|text| !text.is_empty())
}

fn fill_namespace(body: &mut Arc<Value>, default: &Arc<str>) -> Arc<str> {
    if let Some(own) = own_namespace(body) {
        return if own == &**default { Arc::clone(default) } else { own.into() };
    }
    if let Data::Map(map) = &mut Arc::make_mut(body).data
        && let Some(Data::Map(metadata)) = map.get_mut("metadata").map(|value| &mut value.data)
    {
        metadata.insert("namespace".into(), Data::String(Arc::clone(default)).into());
    }
    Arc::clone(default)
}

/// Takes the namespace of an object away; one without it stays shared.
pub(super) fn without_namespace(body: &mut Arc<Value>) {
    if body.at(&["metadata", "namespace"]).is_none() {
        return;
    }
    if let Data::Map(map) = &mut Arc::make_mut(body).data
        && let Some(Data::Map(metadata)) = map.get_mut("metadata").map(|value| &mut value.data)
    {
        metadata.remove("namespace");
    }
}

#[cfg(test)]
mod tests;
