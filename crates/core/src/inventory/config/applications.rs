//! Reads the entries of `apps`.

use std::{collections::BTreeSet, sync::Arc};

use zij_goyaml::{Mapping, Node, NodeKind};

use super::{ApplicationRule, Layer, Lists, reader::Reader};
use crate::{
    inventory::{Severity, nearest::nearest, pattern::Pattern},
    source::Place,
};

const KEYS: &[&str] = &[
    "match",
    "for",
    "except",
    "app",
    "cluster",
    "chart",
    "values",
    "namespace",
    "release",
    "includeCRDs",
    "skipTests",
];

/// The layer that stands for the files which the rule matched.
const MATCHED: &str = "{match}";

impl Reader<'_> {
    /// One entry of `apps`; nothing where it cannot be used, which is an error then.
    pub(super) fn rule(&mut self, node: &Node) -> Option<ApplicationRule> {
        let mapping = self.mapping(node, "an entry of `apps`")?;
        self.known_keys(mapping, KEYS);
        let errors = self.errors();
        let standard = ApplicationRule::default();
        let find = self.pattern(mapping, "match");
        let rule = ApplicationRule {
            place: Some(self.place(node.span)),
            lists: self.lists(mapping, "for"),
            except: self.lists(mapping, "except"),
            application: self.pattern(mapping, "app").unwrap_or(standard.application),
            cluster: self.pattern(mapping, "cluster").unwrap_or(standard.cluster),
            charts: self.charts(mapping),
            values: self.layers(mapping, find.is_some()),
            namespace: self.pattern(mapping, "namespace").unwrap_or(standard.namespace),
            release: self.pattern(mapping, "release").unwrap_or_else(|| {
                // The release is named after the application, whatever that is.
                mapping
                    .get("app")
                    .and_then(Node::as_str)
                    .and_then(|text| Pattern::parse(text).ok())
                    .unwrap_or(standard.release)
            }),
            include_crds: self.flag(mapping, "includeCRDs", standard.include_crds),
            skip_tests: self.flag(mapping, "skipTests", standard.skip_tests),
            find,
        };
        if self.errors() == errors {
            self.check_variables(mapping, node, &rule);
        }
        (self.errors() == errors).then_some(rule)
    }

    fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    fn lists(&mut self, mapping: &Mapping, key: &str) -> Lists {
        let lists = mapping.get(key).and_then(|node| self.mapping(node, &format!("`{key}`")));
        let mut read = Lists::new();
        for entry in lists.into_iter().flatten() {
            let values = self.texts(&entry.value, &format!("`{key}.{}`", entry.key));
            read.insert(
                Arc::clone(&entry.key),
                values.into_iter().map(|(value, _)| value).collect(),
            );
        }
        read
    }

    fn charts(&mut self, mapping: &Mapping) -> Vec<Pattern> {
        let texts = mapping.get("chart").map(|node| self.texts(node, "`chart`"));
        let texts = texts.unwrap_or_default();
        texts.into_iter().filter_map(|(text, span)| self.parse_pattern(&text, span)).collect()
    }

    fn layers(&mut self, mapping: &Mapping, finds: bool) -> Vec<Layer> {
        let Some(node) = mapping.get("values") else {
            return Vec::from_iter(finds.then_some(Layer::Matched));
        };
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        items.iter().filter_map(|item| self.layer(item)).collect()
    }

    fn layer(&mut self, node: &Node) -> Option<Layer> {
        if let NodeKind::Mapping(mapping) = &node.kind {
            return self.layer_mapping(mapping, node);
        }
        let text = self.text_node(node, "an entry of `values`")?;
        if &*text == MATCHED {
            return Some(Layer::Matched);
        }
        Some(Layer::File { path: self.parse_pattern(&text, node.span)?, optional: false })
    }

    fn layer_mapping(&mut self, mapping: &Mapping, node: &Node) -> Option<Layer> {
        self.known_keys(mapping, &["file", "optional", "inline"]);
        if let Some(inline) = mapping.get("inline") {
            return self.inline(inline);
        }
        if mapping.get("file").is_none() {
            self.error(node.span, "an entry of `values` has neither `file` nor `inline`");
        }
        let path = self.pattern(mapping, "file")?;
        Some(Layer::File { path, optional: self.flag(mapping, "optional", false) })
    }

    fn inline(&mut self, node: &Node) -> Option<Layer> {
        let place = self.place(node.span);
        match &node.kind {
            NodeKind::String(text) => {
                // A block text begins on the line below its `|`.
                let below = usize::from(text.contains('\n'));
                let line = place.line.map(|line| line + below);
                Some(Layer::Inline {
                    text: Arc::clone(text),
                    place: Place { line, column: None, ..place },
                })
            }
            NodeKind::Mapping(_) => {
                let text = self.source_text(node).into();
                Some(Layer::Inline { text, place: Place { column: None, ..place } })
            }
            _ => {
                self.error(node.span, "`inline` must be a mapping or a text with YAML");
                None
            }
        }
    }

    /// The text that a node was read from, indented as it stands there.
    fn source_text(&self, node: &Node) -> String {
        let range = node.span.start.offset as usize..node.span.end.offset as usize;
        let indent = (node.span.start.column as usize).saturating_sub(1);
        let text = String::from_utf8_lossy(self.text.get(range).unwrap_or_default());
        " ".repeat(indent) + text.trim_end() + "\n"
    }

    /// Every variable that is used must be given by the pattern or by a list.
    fn check_variables(&mut self, mapping: &Mapping, node: &Node, rule: &ApplicationRule) {
        if rule.charts.is_empty() {
            let hint = Some("add `chart:` with the chart's folder".to_owned());
            self.report(Severity::Error, node.span, "the entry of `apps` has no `chart`", hint);
        }
        let given = rule.find.iter().flat_map(Pattern::variables);
        let given: BTreeSet<&str> = given.chain(rule.lists.keys().map(|name| &**name)).collect();
        let files = rule.values.iter().filter_map(|layer| match layer {
            Layer::File { path, .. } => Some(("values", path)),
            Layer::Matched | Layer::Inline { .. } => None,
        });
        let single = [
            ("app", &rule.application),
            ("cluster", &rule.cluster),
            ("namespace", &rule.namespace),
            ("release", &rule.release),
        ];
        let charts = rule.charts.iter().map(|chart| ("chart", chart));
        let mut seen = BTreeSet::new();
        for (key, pattern) in single.into_iter().chain(charts).chain(files) {
            for name in pattern.variables() {
                if given.contains(name) || !seen.insert(name) {
                    continue;
                }
                let span = mapping.get(key).map_or(node.span, |node| node.span);
                let hint = match nearest(name, given.iter().copied()) {
                    Some(near) => format!("did you mean `{{{near}}}`?"),
                    None => {
                        format!("use `{{{name}}}` in `match`, list it under `for`, or give `{key}`")
                    }
                };
                let message =
                    format!("`{key}` needs the variable `{{{name}}}`, which nothing gives");
                self.report(Severity::Error, span, message, Some(hint));
            }
        }
        if rule.find.is_none() && rule.values.contains(&Layer::Matched) {
            self.error(node.span, "`{match}` stands in `values`, but there is no `match`");
        }
    }
}
