//! Kubernetes objects as the readers see them: nodes with places.

use std::sync::Arc;

use zij_goyaml::{Limits, Mapping, MappingEntry, Node, NodeKind};

use crate::{
    inventory::{ClusterName, Link},
    source::{Place, split_documents},
};

/// An object of the repository or of a root's output.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) node: Arc<Node>,
    pub(super) place: Place,
    /// What made it, the root first.
    pub(super) chain: Vec<Link>,
    /// The cluster that it is applied to, which is where its Argo CD runs.
    pub(super) instance: ClusterName,
}

impl Object {
    pub(super) fn kind(&self) -> &str {
        text(&self.node, &["kind"]).unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        text(&self.node, &["metadata", "name"]).unwrap_or_default()
    }

    /// Where a part of it stands.
    pub(super) fn place_of(&self, node: &Node) -> Place {
        let line = node.span.start.line as usize;
        match self.place.line {
            Some(first) if line > 0 => {
                Place { line: Some(first + line - 1), column: None, ..self.place.clone() }
            }
            _ => self.place.clone(),
        }
    }
}

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// Its objects, lists expanded, each with the line it begins on.
    pub(super) objects: Vec<(usize, Arc<Node>)>,
    /// The first document that cannot be read: where, and why.
    pub(super) fault: Option<(usize, String)>,
}

/// The objects of a text.
pub(super) fn objects_of(bytes: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(bytes);
    let mut parsed = Parsed::default();
    let objects = &mut parsed.objects;
    for (line, part) in split_documents(&text) {
        let node = match zij_goyaml::parse(part.as_bytes(), &Limits::default()) {
            Ok(node) => node,
            Err(error) => {
                let own = error.line().map_or(0, |own| (own as usize).saturating_sub(1));
                parsed.fault.get_or_insert((line + own, error.message().to_owned()));
                continue;
            }
        };
        let items = node.get("items").and_then(Node::as_sequence);
        match items.filter(|_| self::text(&node, &["kind"]) == Some("List")) {
            Some(items) => objects.extend(items.iter().map(|item| (line, Arc::new(item.clone())))),
            None => objects.push((line, Arc::new(node))),
        }
    }
    parsed
}

/// The node at the end of a chain of keys; `None` where it is absent or null.
pub(super) fn at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().try_fold(node, |node, key| node.get(key)).filter(|node| !node.is_null())
}

/// The text at the end of a chain of keys.
pub(super) fn text<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    at(node, keys)?.as_str()
}

/// A text that is not empty.
pub(super) fn filled<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    text(node, keys).filter(|text| !text.is_empty())
}

/// Whether the value at the end of a chain of keys is `true`.
pub(super) fn is_true(node: &Node, keys: &[&str]) -> bool {
    at(node, keys).is_some_and(|node| node.kind == NodeKind::Bool(true))
}

/// The items at the end of a chain of keys.
pub(super) fn items<'n>(node: &'n Node, keys: &[&str]) -> &'n [Node] {
    at(node, keys).and_then(Node::as_sequence).unwrap_or_default()
}

/// The entries at the end of a chain of keys.
pub(super) fn entries<'n>(node: &'n Node, keys: &[&str]) -> impl Iterator<Item = &'n MappingEntry> {
    at(node, keys).and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter)
}

/// The texts of a list.
pub(super) fn texts(node: &Node, keys: &[&str]) -> Vec<Arc<str>> {
    items(node, keys).iter().filter_map(Node::as_str).map(Arc::from).collect()
}

/// A value as Go prints it with `%v`.
pub(super) fn shown(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => String::new(),
        NodeKind::Bool(value) => value.to_string(),
        NodeKind::Int(value) => value.to_string(),
        NodeKind::Uint(value) => value.to_string(),
        NodeKind::Float(value) => zij_goyaml::format_json_float(*value),
        NodeKind::String(text) => text.to_string(),
        NodeKind::Sequence(_) | NodeKind::Mapping(_) => json(node),
    }
}

/// One line of JSON with sorted keys.
pub(super) fn json(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::String(text) => format!("{:?}", &**text),
        NodeKind::Sequence(items) => {
            let items: Vec<String> = items.iter().map(json).collect();
            format!("[{}]", items.join(","))
        }
        NodeKind::Mapping(mapping) => {
            let mut items: Vec<(&str, String)> =
                mapping.iter().map(|entry| (&*entry.key, json(&entry.value))).collect();
            items.sort();
            let items: Vec<String> =
                items.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
            format!("{{{}}}", items.join(","))
        }
        _ => shown(node),
    }
}

/// A text that was not read from a file.
pub(super) fn string(text: impl Into<Arc<str>>) -> Node {
    NodeKind::String(text.into()).into()
}

/// An entry that was not read from a file.
pub(super) fn entry(key: impl Into<Arc<str>>, value: Node) -> MappingEntry {
    MappingEntry { key: key.into(), key_span: value.span, value }
}

/// A map of texts.
pub(super) fn text_map<'a>(items: impl IntoIterator<Item = (&'a Arc<str>, &'a Arc<str>)>) -> Node {
    let mut mapping = Mapping::new();
    for (key, value) in items {
        mapping.insert(entry(Arc::clone(key), string(Arc::clone(value))));
    }
    NodeKind::Mapping(mapping).into()
}

/// The patch over the base as RFC 7386 says: maps are merged, nulls remove, all else replaces.
pub(super) fn merge_patch(base: &Node, patch: &Node) -> Node {
    let NodeKind::Mapping(changes) = &patch.kind else { return patch.clone() };
    let mut merged = Mapping::new();
    for old in base.as_mapping().into_iter().flat_map(Mapping::iter) {
        match changes.get(&old.key) {
            None => merged.insert(old.clone()),
            Some(new) if new.is_null() => {}
            Some(new) => {
                merged.insert(MappingEntry { value: merge_patch(&old.value, new), ..old.clone() });
            }
        }
    }
    for new in changes.iter().filter(|new| !new.value.is_null()) {
        if merged.get(&new.key).is_none() {
            let nothing = Node::from(NodeKind::Null);
            merged.insert(MappingEntry { value: merge_patch(&nothing, &new.value), ..new.clone() });
        }
    }
    Node { kind: NodeKind::Mapping(merged), span: base.span }
}

/// What a text in base64 stands for, where that is a text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=') {
        bits = bits << 6 | u32::from(digit(c)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}
