//! Names of objects in the fields of other objects (kustomize's `nameref`).

use std::collections::{BTreeSet, HashMap};

use super::context::Context;
use super::field_spec::{Create, for_field};
use crate::config::{Config, FieldSpec};
use crate::error::{Error, Result};
use crate::node::{Content, Node};
use crate::resource::{Gvk, Id, Resource, ResourceSet, Scopes};

/// Writes the present names into the fields that hold former ones.
///
/// # Errors
/// A name that may mean several objects.
pub(crate) fn fix_references(
    set: &mut ResourceSet,
    config: &Config,
    context: &Context<'_>,
) -> Result<()> {
    if set.resources.iter().all(|resource| resource.previous_ids().next().is_none()) {
        return Ok(());
    }
    let scopes = context.scopes();
    let targets = Targets::new(set, &scopes);
    let all = referrers(config);
    for at in 0..set.resources.len() {
        context.step(all.len())?;
        let original = set.resources[at].original_id(&scopes).gvk;
        let mut specs = all.iter().filter(|(_, spec)| original.is_selected(&spec.gvk)).peekable();
        if specs.peek().is_none() {
            continue;
        }
        let referrer = Referrer::new(&set.resources[at], at, &targets, &scopes)?;
        for (target, spec) in specs {
            let spec = FieldSpec { gvk: Gvk::default(), create: false, ..(*spec).clone() };
            let finder = Finder { referrer: &referrer, targets: &targets, target, spec: &spec };
            let resource = &mut set.resources[at];
            let role = resource.node.get("roleRef").cloned();
            for_field(resource, &spec, Create::Nothing, &mut |node| {
                finder.set(node, role.as_ref(), context)
            })
            .map_err(|error| {
                error.context(format!("updating name reference in '{}' field", spec.path))
            })?;
        }
    }
    Ok(())
}

/// The fields that may hold names, with the kinds that these are of, in the order in which they are
/// looked at.
fn referrers(config: &Config) -> Vec<(&Gvk, &FieldSpec)> {
    let references = config.name_reference.iter();
    let pairs = references.flat_map(|reference| {
        reference.referrers.iter().map(move |spec| (&reference.target, spec))
    });
    pairs.collect()
}

/// What may be referred to.
struct Targets {
    all: Vec<TargetInfo>,
    by_former_name: HashMap<String, Vec<usize>>,
}

struct TargetInfo {
    id: Id,
    original_namespace: String,
    previous: Vec<Id>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Targets {
    fn new(set: &ResourceSet, scopes: &Scopes) -> Self {
        let mut all = Vec::with_capacity(set.resources.len());
        let mut by_former_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, resource) in set.resources.iter().enumerate() {
            let info = TargetInfo {
                id: resource.id(scopes),
                original_namespace: resource.original_id(scopes).effective_namespace().to_owned(),
                previous: resource.previous_ids().collect(),
                prefixes: resource.memory.prefixes.clone(),
                suffixes: resource.memory.suffixes.clone(),
            };
            for id in &info.previous {
                let places = by_former_name.entry(id.name.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
            all.push(info);
        }
        Self { all, by_former_name }
    }
}

/// An object that refers to others.
struct Referrer<'t> {
    info: &'t TargetInfo,
    /// The namespaces of the service accounts that a role binding names.
    binding_namespaces: BTreeSet<String>,
}

impl<'t> Referrer<'t> {
    fn new(resource: &Resource, at: usize, targets: &'t Targets, scopes: &Scopes) -> Result<Self> {
        let mut binding_namespaces = BTreeSet::new();
        if resource.kind() == "RoleBinding" {
            let subjects = resource.node.get("subjects").map(Node::items).unwrap_or_default();
            for subject in subjects {
                let account =
                    subject.get("kind").is_some_and(|kind| kind.text() == "ServiceAccount");
                let Some(namespace) = subject.get("namespace").filter(|_| account) else {
                    continue;
                };
                if namespace.is_null() {
                    let id = resource.id(scopes);
                    let problem = format!("invalid input: namespace is blank for resource {id}");
                    return Err(Error::change(problem));
                }
                binding_namespaces.insert(namespace.text().to_owned());
            }
        }
        Ok(Self { info: &targets.all[at], binding_namespaces })
    }

    /// Whether objects of the two namespaces may know each other.
    fn may_refer_to(&self, target: &TargetInfo) -> bool {
        self.info.id.cluster_scoped
            || target.id.cluster_scoped
            || self.info.id.same_namespace(&target.id)
            || self.binding_namespaces.contains(&target.id.namespace)
    }
}

struct Finder<'f> {
    referrer: &'f Referrer<'f>,
    targets: &'f Targets,
    target: &'f Gvk,
    spec: &'f FieldSpec,
}

impl Finder<'_> {
    fn set(&self, node: &mut Node, role: Option<&Node>, context: &Context<'_>) -> Result<()> {
        if node.is_null() {
            return Ok(());
        }
        context.step(1)?;
        match &mut node.content {
            Content::Scalar(_) => self.set_scalar(node, role),
            Content::Mapping(_) => self.set_mapping(node, role),
            Content::Sequence(items) => {
                for item in items.iter_mut().filter(|item| !item.is_null()) {
                    match &item.content {
                        Content::Scalar(_) => self.set_scalar(item, role)?,
                        Content::Mapping(_) => self.set_mapping(item, role)?,
                        Content::Sequence(_) => {
                            let problem = "is expected to be either a string or a map of string";
                            return Err(Error::change(problem));
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn set_scalar(&self, node: &mut Node, role: Option<&Node>) -> Result<()> {
        let same = |a: &TargetInfo, b: &TargetInfo| a.id.name == b.id.name;
        let Some(found) = self.find(node.text(), None, role, same)? else { return Ok(()) };
        if found.id.name == node.text() {
            return Ok(());
        }
        let mut name = Node::scalar(found.id.name.as_str());
        name.quote_where_needed();
        // Where the object is named has not changed, only how.
        let origin = node.origin;
        node.set_scalar(name)?;
        node.origin = origin;
        Ok(())
    }

    fn set_mapping(&self, node: &mut Node, role: Option<&Node>) -> Result<()> {
        let Some(name) = node.get("name") else {
            return Err(Error::change("path config error; no 'name' field in node"));
        };
        let old = name.text().to_owned();
        let namespace = node.get("namespace").map(|namespace| namespace.text().to_owned());
        let same = |a: &TargetInfo, b: &TargetInfo| {
            a.id.name == b.id.name && a.id.namespace == b.id.namespace
        };
        let found = self.find(&old, namespace.as_deref(), role, same)?;
        let Some(found) = found else { return Ok(()) };
        let id = &found.id;
        if id.name == old && id.namespace.is_empty() {
            return Ok(());
        }
        let origin = name.origin;
        node.set("name", Node { origin, ..Node::scalar(id.name.as_str()) })?;
        if !id.namespace.is_empty() {
            node.set("namespace", Node { origin, ..Node::scalar(id.namespace.as_str()) })?;
        }
        Ok(())
    }

    /// The one object that had the name.
    fn find(
        &self,
        name: &str,
        namespace: Option<&str>,
        role: Option<&Node>,
        same: impl Fn(&TargetInfo, &TargetInfo) -> bool,
    ) -> Result<Option<&TargetInfo>> {
        let Some(places) = self.targets.by_former_name.get(name) else { return Ok(None) };
        let mut candidates: Vec<&TargetInfo> =
            places.iter().map(|at| &self.targets.all[*at]).collect();
        candidates.retain(|target| self.referrer.may_refer_to(target));
        if let Some(namespace) = namespace {
            self.retain_namespace(&mut candidates, namespace);
        }
        candidates
            .retain(|target| target.previous.iter().any(|id| id.gvk.is_selected(self.target)));
        if let Some(role) = self.role(role) {
            candidates.retain(|target| target.previous.iter().any(|id| id.gvk.is_selected(&role)));
        }
        candidates.retain(|target| self.is_near(target));
        if let [one] = candidates[..] {
            return Ok(Some(one));
        }
        candidates.retain(|target| self.same_affixes(target, true));
        if candidates.len() > 1 {
            candidates.retain(|target| self.same_affixes(target, false));
        }
        match candidates[..] {
            [] => Ok(None),
            [first, ref others @ ..] if others.iter().all(|other| same(first, other)) => {
                Ok(Some(first))
            }
            _ => {
                let ids: Vec<String> =
                    candidates.iter().map(|target| target.id.to_string()).collect();
                let ids = ids.join(", ");
                Err(Error::change(format!("found multiple possible referrals: {ids}")))
            }
        }
    }

    /// Keeps the candidates that were in the namespace first; if nothing at all was, those that
    /// are in it now.
    fn retain_namespace(&self, candidates: &mut Vec<&TargetInfo>, namespace: &str) {
        let was_in = |target: &TargetInfo| {
            target.original_namespace == namespace
                && target.original_namespace != "_non_namespaceable_"
        };
        let referred = |target: &&TargetInfo| self.referrer.may_refer_to(target);
        if self.targets.all.iter().filter(referred).any(was_in) {
            candidates.retain(|target| was_in(target));
        } else {
            let is_in = |target: &TargetInfo| {
                !target.id.cluster_scoped && target.id.effective_namespace() == namespace
            };
            candidates.retain(|target| is_in(target));
        }
    }

    /// The kind that `roleRef` names, where the field is in it.
    fn role(&self, role: Option<&Node>) -> Option<Gvk> {
        if !self.spec.path.ends_with("roleRef/name") {
            return None;
        }
        let role = role?;
        let (group, kind) = (role.get("apiGroup")?, role.get("kind")?);
        let (group, kind) = (group.text().to_owned(), kind.text().to_owned());
        Some(Gvk { group: group.into(), version: "".into(), kind: kind.into() })
    }

    fn is_near(&self, target: &TargetInfo) -> bool {
        self.referrer.info.id.cluster_scoped
            || target.id.cluster_scoped
            || target.id.gvk.kind == "ServiceAccount"
            || self.referrer.info.id.same_namespace(&target.id)
    }

    fn same_affixes(&self, target: &TargetInfo, allow_empty: bool) -> bool {
        let own = self.referrer.info;
        let same = |a: &[String], b: &[String]| {
            allow_empty && (a.is_empty() || b.is_empty()) || same_ending(a, b)
        };
        same(&target.prefixes, &own.prefixes) && same(&target.suffixes, &own.suffixes)
    }
}

/// Whether the shorter list is the end of the longer one; an empty one only fits an empty one.
fn same_ending(a: &[String], b: &[String]) -> bool {
    let length = a.len().min(b.len());
    if length == 0 {
        return a.is_empty() && b.is_empty();
    }
    a[a.len() - length..] == b[b.len() - length..]
}
