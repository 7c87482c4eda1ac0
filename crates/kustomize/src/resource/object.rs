//! One object and what the build remembers of it.
//!
//! kustomize keeps this memory in annotations; where that can be seen, it is imitated.

use std::collections::BTreeMap;

use zij_goyaml::syntax::Tag;

use super::id::{Gvk, Id, split_api_version};
use super::scope::Scopes;
use crate::error::Result;
use crate::node::{Node, lookup_create};

/// What a generated object does with one of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

impl Behavior {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            _ => Self::Unspecified,
        }
    }
}

/// Where an object came from, as `buildMetadata: [originAnnotations]` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Provenance {
    pub(crate) path: String,
    pub(crate) repo: String,
    pub(crate) reference: String,
    pub(crate) configured_in: String,
    /// API version, kind, name and namespace of the plugin.
    pub(crate) configured_by: [String; 4],
}

/// A name that the object had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousName {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) kind: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) node: Node,
    pub(crate) memory: Memory,
}

/// What the build remembers of an object.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of kustomize's own annotations")]
pub(crate) struct Memory {
    pub(crate) previous: Vec<PreviousName>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) suffixes: Vec<String>,
    pub(crate) needs_hash: bool,
    pub(crate) behavior: Behavior,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
    pub(crate) from_helm: bool,
    pub(crate) variables: Vec<String>,
    /// Whether fields share values, and the last number of one.
    pub(crate) has_shared: bool,
    pub(crate) last_share: u32,
    pub(crate) provenance: Option<Provenance>,
    pub(crate) transformations: Vec<Provenance>,
}

impl Memory {
    /// Whether kustomize would have annotations on the object because of it.
    pub(crate) fn is_annotated(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
            || self.from_helm
            || self.provenance.is_some()
            || !self.transformations.is_empty()
    }
}

impl Resource {
    pub(crate) fn new(node: Node) -> Self {
        Self { node, memory: Memory::default() }
    }

    fn field(&self, name: &str) -> &str {
        self.node.get(name).map(Node::text).unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.field("kind")
    }

    pub(crate) fn api_version(&self) -> &str {
        self.field("apiVersion")
    }

    fn metadata(&self) -> Option<&Node> {
        self.node.get("metadata").filter(|metadata| !metadata.is_nil_or_empty())
    }

    fn metadata_text(&self, name: &str) -> &str {
        let value = self.metadata().and_then(|metadata| metadata.get(name));
        value.filter(|value| !value.is_nil_or_empty()).map(Node::text).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.metadata_text("name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    pub(crate) fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    pub(crate) fn is_nil_or_empty(&self) -> bool {
        self.node.is_nil_or_empty()
    }

    /// The id that the object has now.
    pub(crate) fn id(&self, scopes: &Scopes) -> Id {
        Id {
            gvk: self.gvk(),
            name: self.name().to_owned(),
            namespace: self.namespace().to_owned(),
            cluster_scoped: scopes.is_cluster_scoped(self.api_version(), self.kind()),
        }
    }

    /// The ids that the object had before, oldest first.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = Id> {
        let (group, version) = split_api_version(self.api_version());
        self.memory.previous.iter().map(move |previous| Id {
            gvk: Gvk {
                group: group.to_owned().into(),
                version: version.to_owned().into(),
                kind: previous.kind.clone().into(),
            },
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
            cluster_scoped: false,
        })
    }

    /// The id that the object had first.
    pub(crate) fn original_id(&self, scopes: &Scopes) -> Id {
        self.previous_ids().next().unwrap_or_else(|| self.id(scopes))
    }

    /// Remembers the present id before it changes.
    pub(crate) fn store_previous_id(&mut self, scopes: &Scopes) {
        let id = self.id(scopes);
        let namespace = id.effective_namespace().to_owned();
        let previous = PreviousName { name: id.name, namespace, kind: id.gvk.kind.into_owned() };
        self.memory.previous.push(previous);
    }

    pub(crate) fn set_name(&mut self, name: &str) -> Result<()> {
        self.set_metadata("name", name)
    }

    pub(crate) fn set_kind(&mut self, kind: &str) -> Result<()> {
        let value = again(self.node.get("kind"), kind);
        self.node.set("kind", value)
    }

    pub(crate) fn set_api_version(&mut self, api_version: &str) -> Result<()> {
        self.node.set("apiVersion", Node::scalar(api_version))
    }

    /// Sets the namespace; an empty one is removed.
    pub(crate) fn set_namespace(&mut self, namespace: &str) -> Result<()> {
        if namespace.is_empty() {
            if let Some(metadata) = self.node.get_mut("metadata") {
                metadata.clear("namespace");
            }
            return Ok(());
        }
        self.set_metadata("namespace", namespace)
    }

    fn set_metadata(&mut self, name: &str, value: &str) -> Result<()> {
        let empty = Node::mapping(Vec::new());
        let metadata = lookup_create(&mut self.node, &["metadata"], &empty)?;
        let value = again(metadata.get(name), value);
        metadata.set(name, value)
    }

    /// A map of texts in the metadata.
    fn text_map(&self, name: &str) -> BTreeMap<String, String> {
        let map = self.metadata().and_then(|metadata| metadata.get(name));
        let fields = map.map(Node::fields).unwrap_or_default();
        let pair = |field: &crate::node::Field| {
            (field.key.text.to_string(), field.value.text().to_owned())
        };
        fields.iter().map(pair).collect()
    }

    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        self.text_map("labels")
    }

    pub(crate) fn annotations(&self) -> BTreeMap<String, String> {
        self.text_map("annotations")
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        let map = self.metadata()?.get("annotations")?;
        map.get(name).map(Node::text)
    }

    pub(crate) fn set_labels(&mut self, labels: &BTreeMap<String, String>) -> Result<()> {
        self.set_text_map("labels", labels)
    }

    pub(crate) fn set_annotations(&mut self, map: &BTreeMap<String, String>) -> Result<()> {
        self.set_text_map("annotations", map)
    }

    fn set_text_map(&mut self, name: &str, map: &BTreeMap<String, String>) -> Result<()> {
        let empty = Node::mapping(Vec::new());
        let metadata = lookup_create(&mut self.node, &["metadata"], &empty)?;
        metadata.clear(name);
        if map.is_empty() {
            return Ok(());
        }
        let target = lookup_create(metadata, &[name], &empty)?;
        for (key, value) in map {
            target.set(key, Node::tagged(value.as_str(), Tag::Str))?;
        }
        Ok(())
    }

    /// The values that fields share, before something changes them.
    pub(crate) fn shared_values(&self) -> Shared {
        let mut values = BTreeMap::new();
        if self.memory.has_shared {
            visit(&self.node, &mut |node| {
                values.entry(node.share).or_insert_with(|| node.clone());
            });
        }
        Shared(values)
    }

    /// Brings fields that share a value in line with the one of them that has changed.
    ///
    /// kustomize puts one node into all the maps that get a new label or annotation, so that a later
    /// patch or replacement of one changes them all.
    pub(crate) fn sync_shared(&mut self, before: &Shared) {
        if before.0.is_empty() {
            return;
        }
        let mut changed: BTreeMap<u32, Node> = BTreeMap::new();
        visit(&self.node, &mut |node| {
            let same = |old: &Node| {
                (old.text(), &old.tag, old.style) == (node.text(), &node.tag, node.style)
            };
            if before.0.get(&node.share).is_some_and(|old| !same(old)) {
                changed.insert(node.share, node.clone());
            }
        });
        if !changed.is_empty() {
            visit_mut(&mut self.node, &mut |node| {
                if let Some(value) = changed.get(&node.share) {
                    *node = value.clone();
                }
            });
        }
    }
}

/// A scalar that perhaps stands where it stood.
fn again(before: Option<&Node>, text: &str) -> Node {
    let same = before.filter(|before| before.text() == text);
    Node { origin: same.map(|same| same.origin).unwrap_or_default(), ..Node::scalar(text) }
}

/// Values that several fields of an object share, by number.
#[derive(Debug)]
pub(crate) struct Shared(BTreeMap<u32, Node>);

fn visit(node: &Node, found: &mut dyn FnMut(&Node)) {
    if node.share != 0 {
        found(node);
    }
    for item in node.items() {
        visit(item, found);
    }
    for field in node.fields() {
        visit(&field.value, found);
    }
}

fn visit_mut(node: &mut Node, found: &mut dyn FnMut(&mut Node)) {
    if node.share != 0 {
        found(node);
    }
    for item in node.items_mut() {
        visit_mut(item, found);
    }
    for field in node.fields_mut() {
        visit_mut(&mut field.value, found);
    }
}
