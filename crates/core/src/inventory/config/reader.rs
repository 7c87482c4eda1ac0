//! Reads the parts of a configuration and remembers what is wrong with them, with the place.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Error, Mapping, MappingEntry, Node, NodeKind, Span};
use zij_helm::{KubeVersion, Profile};

use super::{ApiEntry, ClusterSettings};
use crate::{
    inventory::{Problem, ProfileName, Severity, nearest::nearest, pattern::Pattern},
    source::{Place, TreePath},
};

/// One configuration being read.
pub(super) struct Reader<'a> {
    file: Arc<str>,
    pub(super) text: &'a [u8],
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &str, text: &'a [u8]) -> Self {
        Self { file: file.into(), text, problems: Vec::new() }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place {
            file: Arc::clone(&self.file),
            line: Some(span.start.line as usize),
            column: Some(span.start.column as usize),
        }
    }

    pub(super) fn report(
        &mut self,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Problem {
        let place = Some(self.place(span));
        let problem = Problem { severity, message: message.into(), place, hint };
        self.problems.push(problem.clone());
        problem
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(Severity::Error, span, message, None);
    }

    pub(super) fn syntax_error(&mut self, error: &Error) {
        let position = error.position();
        let place = Place {
            file: Arc::clone(&self.file),
            line: position.map(|position| position.line).or(error.line()).map(|line| line as usize),
            column: position.map(|position| position.column as usize),
        };
        self.problems.push(Problem {
            severity: Severity::Error,
            message: error.message().to_owned(),
            place: Some(place),
            hint: None,
        });
    }

    /// Warns of keys beyond `known`, naming the nearest.
    pub(super) fn known_keys(&mut self, mapping: &Mapping, known: &[&str]) {
        for entry in mapping.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let hint = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", backticked(known)),
            };
            let message = format!("unknown key `{}` is ignored", entry.key);
            self.report(Severity::Warning, entry.key_span, message, Some(hint));
        }
    }

    pub(super) fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Mapping> {
        if node.as_mapping().is_none() && !node.is_null() {
            self.wrong_kind(node, what, "a mapping");
        }
        node.as_mapping()
    }

    pub(super) fn sequence<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        if node.as_sequence().is_none() && !node.is_null() {
            self.wrong_kind(node, what, "a list");
        }
        node.as_sequence()
    }

    /// A text under `key`; numbers and booleans are refused, since `1.30` would lose its zero.
    pub(super) fn text(&mut self, mapping: &Mapping, key: &str) -> Option<Arc<str>> {
        let node = mapping.get(key)?;
        self.text_node(node, &format!("`{key}`"))
    }

    pub(super) fn text_node(&mut self, node: &Node, what: &str) -> Option<Arc<str>> {
        match &node.kind {
            NodeKind::String(text) => return Some(Arc::clone(text)),
            NodeKind::Null => {}
            NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Uint(_) | NodeKind::Float(_) => {
                let message = format!("{what} must be a text, found {}", kind_name(node));
                let hint = Some("put it in quotes".to_owned());
                self.report(Severity::Error, node.span, message, hint);
            }
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => self.wrong_kind(node, what, "a text"),
        }
        None
    }

    /// One text, or a list of them.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<(Arc<str>, Span)> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let texts = items.iter().map(|item| Some((self.text_node(item, what)?, item.span)));
        texts.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    pub(super) fn flag(&mut self, mapping: &Mapping, key: &str, default: bool) -> bool {
        match mapping.get(key).map(|node| (&node.kind, node)) {
            None | Some((NodeKind::Null, _)) => default,
            Some((NodeKind::Bool(value), _)) => *value,
            Some((_, node)) => {
                self.wrong_kind(node, &format!("`{key}`"), "`true` or `false`");
                default
            }
        }
    }

    pub(super) fn pattern(&mut self, mapping: &Mapping, key: &str) -> Option<Pattern> {
        let text = self.text(mapping, key)?;
        let span = mapping.get(key)?.span;
        self.parse_pattern(&text, span)
    }

    pub(super) fn parse_pattern(&mut self, text: &str, span: Span) -> Option<Pattern> {
        Pattern::parse(text).map_err(|error| self.error(span, error.to_string())).ok()
    }

    pub(super) fn cluster(&mut self, entry: &MappingEntry) -> ClusterSettings {
        const KEYS: &[&str] =
            &["engine", "kube", "apis", "labels", "annotations", "server", "argocd"];
        let what = format!("cluster `{}`", entry.key);
        let Some(mapping) = self.mapping(&entry.value, &what) else {
            return ClusterSettings {
                place: Some(self.place(entry.key_span)),
                ..ClusterSettings::default()
            };
        };
        self.known_keys(mapping, KEYS);
        let place = Some(self.place(entry.key_span));
        ClusterSettings {
            place,
            labels: self.labels(mapping, "labels"),
            annotations: self.labels(mapping, "annotations"),
            server: self.text(mapping, "server"),
            argocd: self.text(mapping, "argocd").map(crate::inventory::ClusterName),
            ..self.cluster_settings(mapping)
        }
    }

    /// The settings that the whole file and each cluster may have.
    pub(super) fn cluster_settings(&mut self, mapping: &Mapping) -> ClusterSettings {
        let before = self.problems.len();
        let mut settings = ClusterSettings {
            profile: self.profile(mapping),
            kube: self.kube(mapping),
            apis: self.apis(mapping),
            ..ClusterSettings::default()
        };
        settings.fault = self.problems.get(before).cloned();
        settings
    }

    fn profile(&mut self, mapping: &Mapping) -> Option<ProfileName> {
        let name = self.text(mapping, "engine")?;
        let found = Profile::find(&name).map(|profile| profile.name.into());
        let span = mapping.get("engine")?.span;
        found.map_err(|error| self.error(span, error.to_string())).ok()
    }

    /// A Kubernetes version that the engine accepts.
    fn kube(&mut self, mapping: &Mapping) -> Option<Arc<str>> {
        let text = self.text(mapping, "kube")?;
        let span = mapping.get("kube")?.span;
        let read = KubeVersion::parse(&text, <&Profile>::default());
        read.map_err(|error| self.error(span, error.text())).ok()?;
        Some(text)
    }

    fn apis(&mut self, mapping: &Mapping) -> Option<Vec<ApiEntry>> {
        let entries = self.texts(mapping.get("apis")?, "`apis`");
        Some(entries.into_iter().filter_map(|(text, span)| self.api(text, span)).collect())
    }

    fn api(&mut self, text: Arc<str>, span: Span) -> Option<ApiEntry> {
        if !text.ends_with(".txt") {
            return Some(ApiEntry::Version(text));
        }
        match TreePath::parse(&text) {
            Ok(path) => Some(ApiEntry::File { path, place: self.place(span) }),
            Err(error) => {
                self.error(span, error.to_string());
                None
            }
        }
    }

    fn labels(&mut self, mapping: &Mapping, key: &str) -> BTreeMap<Arc<str>, Arc<str>> {
        let labels = mapping.get(key).and_then(|node| self.mapping(node, &format!("`{key}`")));
        let mut read = BTreeMap::new();
        for entry in labels.into_iter().flatten() {
            let value = self.text_node(&entry.value, &format!("`{key}.{}`", entry.key));
            read.extend(value.map(|value| (Arc::clone(&entry.key), value)));
        }
        read
    }

    fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        self.error(node.span, format!("{what} must be {wanted}, found {}", kind_name(node)));
    }
}

fn kind_name(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Null => "nothing",
        NodeKind::Bool(_) => "a boolean",
        NodeKind::Int(_) | NodeKind::Uint(_) | NodeKind::Float(_) => "a number",
        NodeKind::String(_) => "a text",
        NodeKind::Sequence(_) => "a list",
        NodeKind::Mapping(_) => "a mapping",
    }
}

fn backticked(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
