//! The objects of a build in their order (kustomize's `resmap`).

use std::collections::{BTreeMap, HashSet};

use super::id::{Id, effective_namespace, split_api_version};
use super::object::{Behavior, Resource};
use super::scope::Scopes;
use super::selector::{Selector, SelectorPattern};
use crate::error::{Error, Result};
use crate::node::Node;

#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceSet {
    pub(crate) resources: Vec<Resource>,
}

/// More new objects than this are looked up in a table of all.
const FEW: usize = 4;

/// An id as far as it must be unique: name, kind, group and version, namespace.
type Key<'r> = (&'r str, &'r str, (&'r str, &'r str), &'r str);

fn key<'r>(resource: &'r Resource, scopes: &Scopes) -> Key<'r> {
    let (version, kind) = (resource.api_version(), resource.kind());
    let cluster_scoped = scopes.is_cluster_scoped(version, kind);
    let namespace = effective_namespace(resource.namespace(), cluster_scoped);
    (resource.name(), kind, split_api_version(version), namespace)
}

impl ResourceSet {
    /// Adds objects at the end.
    ///
    /// # Errors
    /// An id that is there already.
    pub(crate) fn append_all(&mut self, more: Vec<Resource>, scopes: &Scopes) -> Result<()> {
        let known = self.resources.len();
        let is_few = more.len() <= FEW;
        self.resources.extend(more);
        if !is_few {
            return self.need_new_ids(known, scopes);
        }
        for (at, resource) in self.resources.iter().enumerate().skip(known) {
            let name = resource.name();
            let mut same = self.resources[..at].iter().filter(|other| other.name() == name);
            if same.any(|other| key(other, scopes) == key(resource, scopes)) {
                return Err(twice(resource, scopes));
            }
        }
        Ok(())
    }

    /// Refuses two objects with one id.
    pub(crate) fn need_unique_ids(&self, scopes: &Scopes) -> Result<()> {
        self.need_new_ids(0, scopes)
    }

    /// Refuses ids that are known, of objects that follow after so many.
    fn need_new_ids(&self, known: usize, scopes: &Scopes) -> Result<()> {
        let mut ids = HashSet::with_capacity(self.resources.len());
        for (at, resource) in self.resources.iter().enumerate() {
            if !ids.insert(key(resource, scopes)) && at >= known {
                return Err(twice(resource, scopes));
            }
        }
        Ok(())
    }

    /// Whether the objects are those of another set, down to where their fields were written.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let is_as = |(one, other): (&Resource, &Resource)| {
            one.node == other.node
                && one.memory.previous.len() == other.memory.previous.len()
                && one.memory.is_annotated() == other.memory.is_annotated()
        };
        self.resources.len() == other.resources.len()
            && self.resources.iter().zip(&other.resources).all(is_as)
    }

    /// Removes objects that patches have emptied.
    pub(crate) fn drop_empty(&mut self) {
        self.resources.retain(|resource| !resource.is_nil_or_empty());
    }

    /// The places of the objects that have or had an id that fits.
    pub(crate) fn matching_any_id(
        &self,
        scopes: &Scopes,
        fits: impl Fn(&Id) -> bool,
    ) -> Vec<usize> {
        let has = |resource: &Resource| {
            !resource.is_nil_or_empty()
                && (fits(&resource.id(scopes)) || resource.previous_ids().any(|id| fits(&id)))
        };
        let places = self.resources.iter().enumerate();
        places.filter(|(_, resource)| has(resource)).map(|(at, _)| at).collect()
    }

    /// The one object that has or had the id.
    pub(crate) fn find_one(&self, id: &Id, scopes: &Scopes) -> Result<usize> {
        match self.matching_any_id(scopes, |other| other.same(id))[..] {
            [at] => Ok(at),
            [] => Err(Error::change(format!(
                "no matches for Id {id}; failed to find unique target for patch {id}"
            ))),
            _ => Err(Error::change(format!(
                "multiple matches for Id {id}; failed to find unique target for patch {id}"
            ))),
        }
    }

    /// The places of the objects that a target selects.
    pub(crate) fn select(&self, selector: &Selector, scopes: &Scopes) -> Result<Vec<usize>> {
        let pattern = SelectorPattern::new(selector)?;
        let places = self.resources.iter().enumerate();
        let selected = places.filter(|(_, resource)| pattern.matches(resource, scopes));
        Ok(selected.map(|(at, _)| at).collect())
    }

    /// Adds a generated object, or lets it replace or join the one of its name.
    pub(crate) fn absorb(&mut self, mut resource: Resource, scopes: &Scopes) -> Result<()> {
        let id = resource.id(scopes);
        let behavior = resource.memory.behavior;
        let keeps = matches!(behavior, Behavior::Merge | Behavior::Replace);
        match self.matching_any_id(scopes, |other| other.same(&id))[..] {
            [] if keeps => {
                let problem = format!("id {id} does not exist; cannot merge or replace");
                Err(Error::resource(problem))
            }
            [] => self.append_all(vec![resource], scopes),
            [at] if keeps => {
                let old = &self.resources[at];
                let provenance = old.memory.provenance.clone();
                take_metadata(&mut resource, old)?;
                if behavior == Behavior::Merge {
                    merge_data(&mut resource.node, &old.node, "data")?;
                    merge_data(&mut resource.node, &old.node, "binaryData")?;
                    if provenance.is_some() {
                        resource.memory.provenance = provenance;
                    }
                }
                self.resources[at] = resource;
                Ok(())
            }
            [_] => Err(Error::resource(format!(
                "id {id} exists; can not use behavior: '{behavior:?}', behavior must be merge or \
                 replace"
            ))),
            _ => {
                let problem = format!("found multiple objects that could accept merge of {id}");
                Err(Error::resource(problem))
            }
        }
    }
}

fn twice(resource: &Resource, scopes: &Scopes) -> Error {
    let problem = "may not add resource with an already registered id";
    Error::resource(format!("{problem}: {}", resource.id(scopes)))
}

/// Gives a generated object the name of the one it takes the place of, and the labels and
/// annotations of both.
fn take_metadata(resource: &mut Resource, old: &Resource) -> Result<()> {
    let joined = |old: BTreeMap<String, String>, new: BTreeMap<String, String>| {
        let mut all = old;
        all.extend(new);
        all
    };
    let labels = joined(old.labels(), resource.labels());
    resource.set_labels(&labels)?;
    let annotations = joined(old.annotations(), resource.annotations());
    resource.set_annotations(&annotations)?;
    resource.set_name(old.name())?;
    resource.set_namespace(old.namespace())?;
    let needs_hash = resource.memory.needs_hash && old.memory.needs_hash;
    let provenance = resource.memory.provenance.take();
    resource.memory = old.memory.clone();
    resource.memory.needs_hash = needs_hash;
    if provenance.is_some() {
        resource.memory.provenance = provenance;
    }
    Ok(())
}

/// Sets a map of texts to the union, of which the new ones win.
fn merge_data(new: &mut Node, old: &Node, name: &str) -> Result<()> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for node in [old, &*new] {
        let fields = node.get(name).map(Node::fields).unwrap_or_default();
        for field in fields {
            all.insert(field.key.text.to_string(), field.value.value().to_owned());
        }
    }
    new.clear(name);
    if all.is_empty() {
        return Ok(());
    }
    let mut data = Node::mapping(Vec::new());
    for (key, value) in &all {
        data.set(key, Node::string(value.as_str()))?;
    }
    new.put(&crate::node::Key::new(name), data)
}
