//! Reads `policy` of `zij.yaml`.

use std::sync::Arc;

use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind, Span};

use super::{Budgets, Policy, Review, Waiver};
use crate::{
    inventory::{Config, Problem, Severity as Gravity, nearest},
    policy::{
        date::Date,
        rule::Severity,
        table::{rule, rules},
    },
    source::{Glob, GlobStyle, Place},
};

impl Policy {
    /// The policy that a configuration holds; what is wrong with it is in its `problems`.
    pub fn of(config: &Config) -> Self {
        let Some(node) = &config.policy else { return Self::default() };
        let file = config.file.clone().unwrap_or_else(|| Config::FILE.into());
        let mut reader = Reader { file, policy: Self::default() };
        reader.policy(node);
        reader.policy
    }
}

struct Reader {
    file: Arc<str>,
    policy: Policy,
}

impl Reader {
    fn policy(&mut self, node: &Node) {
        let Some(map) = self.mapping(node, "`policy`") else { return };
        self.known_keys(map, &["rules", "waivers", "budgets", "reviewers"]);
        for entry in entries(map.get("rules")) {
            self.severity(entry);
        }
        for waiver in items(map.get("waivers")) {
            self.waiver(waiver);
        }
        if let Some(budgets) = map.get("budgets") {
            self.budgets(budgets);
        }
        for review in items(map.get("reviewers")) {
            self.review(review);
        }
    }

    fn severity(&mut self, entry: &MappingEntry) {
        let Some(id) = self.rule(&entry.key, entry.key_span) else { return };
        // `off` is `false` in YAML as Go reads it.
        let word = match &entry.value.kind {
            NodeKind::Bool(false) => "off",
            NodeKind::String(text) => text,
            _ => "",
        };
        let severity = match word {
            "block" => Some(Severity::Block),
            "warn" => Some(Severity::Warn),
            "info" => Some(Severity::Info),
            "off" => None,
            _ => {
                let message = format!("`{id}` is `block`, `warn`, `info` or `off`");
                return self.problem(Gravity::Error, entry.value.span, message, None);
            }
        };
        self.policy.severities.insert(id, severity);
    }

    /// The id of a rule that exists, given by its id or its name.
    fn rule(&mut self, word: &str, span: Span) -> Option<&'static str> {
        let found = rule(word).or_else(|| rules().find(|rule| rule.name == word));
        if found.is_none() {
            let known = rules().flat_map(|rule| [rule.id, rule.name]);
            let hint = nearest(word, known).map(|near| format!("did you mean `{near}`?"));
            self.problem(Gravity::Error, span, format!("there is no rule `{word}`"), hint);
        }
        found.map(|rule| rule.id)
    }

    fn waiver(&mut self, node: &Node) {
        const KEYS: [&str; 6] = ["rule", "owner", "reason", "expires", "cells", "object"];
        let Some(map) = self.mapping(node, "a waiver") else { return };
        self.known_keys(map, &KEYS);
        let (Some(word), Some(owner), Some(reason), Some(expires)) = (
            self.text(map, node, "rule"),
            self.text(map, node, "owner"),
            self.text(map, node, "reason"),
            self.text(map, node, "expires"),
        ) else {
            return;
        };
        let Some(rule) = self.rule(&word, node.span) else { return };
        let Some(expires) = Date::parse(&expires) else {
            let message =
                format!("`expires` of a waiver is a day such as `2026-12-31`, not `{expires}`");
            return self.problem(Gravity::Error, node.span, message, None);
        };
        let Some(cells) = self.cells(map.get("cells"), node.span, "a waiver") else { return };
        let object = map.get("object").and_then(Node::as_str);
        let scope = match object {
            Some(object) => format!("{object} of {}", texts(map.get("cells")).join(", ")),
            None => texts(map.get("cells")).join(", "),
        };
        let object = object.map(|text| Glob::new(text, GlobStyle::Crossing));
        let (place, scope) = (self.place(node.span), scope.into());
        let waiver = Waiver { rule, owner, reason, expires, place, scope, cells, object };
        self.policy.waivers.push(waiver);
    }

    /// Globs over `CLUSTER/APPLICATION`; a waiver for everything has to say so.
    fn cells(&mut self, node: Option<&Node>, span: Span, what: &str) -> Option<Vec<Glob>> {
        let texts = texts(node);
        if texts.is_empty() {
            let message = format!("{what} names its `cells`, such as `[\"prod-*/web\"]`");
            self.problem(Gravity::Error, span, message, None);
            return None;
        }
        Some(texts.into_iter().map(|text| Glob::new(text, GlobStyle::Crossing)).collect())
    }

    fn budgets(&mut self, node: &Node) {
        const KEYS: [&str; 6] =
            ["cells", "rolls", "removals", "clusters", "podsDown", "minAvailable"];
        let Some(map) = self.mapping(node, "`budgets`") else { return };
        self.known_keys(map, &KEYS);
        let mut number = |key: &str| {
            let node = map.get(key)?;
            let number = match node.kind {
                NodeKind::Int(number) => u64::try_from(number).ok(),
                _ => None,
            };
            if number.is_none() {
                let message = format!("`budgets.{key}` is a whole number");
                self.problem(Gravity::Error, node.span, message, None);
            }
            number
        };
        let count = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok());
        self.policy.budgets = Budgets {
            cells: count(number("cells")),
            rolls: count(number("rolls")),
            removals: count(number("removals")),
            clusters: count(number("clusters")),
            pods_down: number("podsDown"),
            availability: Vec::new(),
        };
        for entry in entries(map.get("minAvailable")) {
            let share = entry.value.as_str().and_then(|text| text.strip_suffix('%')?.parse().ok());
            match share.filter(|share| *share <= 100) {
                Some(share) => {
                    let names = Glob::new(&entry.key, GlobStyle::Crossing);
                    self.policy.budgets.availability.push((names, share));
                }
                None => {
                    let message =
                        format!("`budgets.minAvailable.{}` is a share such as `80%`", entry.key);
                    self.problem(Gravity::Error, entry.value.span, message, None);
                }
            }
        }
    }

    fn review(&mut self, node: &Node) {
        let Some(map) = self.mapping(node, "an entry of `reviewers`") else { return };
        self.known_keys(map, &["cells", "reviewers", "from"]);
        let what = "an entry of `reviewers`";
        let Some(cells) = self.cells(map.get("cells"), node.span, what) else { return };
        let names = items(map.get("reviewers")).iter().filter_map(Node::as_str);
        let reviewers: Vec<Arc<str>> = names.map(Arc::from).collect();
        if reviewers.is_empty() {
            let message = format!("{what} names its `reviewers` in a list");
            return self.problem(Gravity::Error, node.span, message, None);
        }
        let at_least = match map.get("from").and_then(Node::as_str) {
            None => None,
            Some("block") => Some(Severity::Block),
            Some("warn") => Some(Severity::Warn),
            Some(_) => {
                let message = "`from` is `warn` or `block`; without it every change counts";
                return self.problem(Gravity::Error, node.span, message.to_owned(), None);
            }
        };
        let place = self.place(node.span);
        self.policy.reviews.push(Review { reviewers, cells, at_least, place });
    }

    fn text(&mut self, map: &Mapping, node: &Node, key: &str) -> Option<Arc<str>> {
        let text = map.get(key).and_then(Node::as_str).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let message = format!("a waiver has a text `{key}`");
            let hint = "a waiver names `rule`, `cells`, `owner`, `reason` and `expires`".to_owned();
            self.problem(Gravity::Error, node.span, message, Some(hint));
        }
        text.map(Arc::from)
    }

    fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Mapping> {
        if node.as_mapping().is_none() && !node.is_null() {
            self.problem(Gravity::Error, node.span, format!("{what} must be a mapping"), None);
        }
        node.as_mapping()
    }

    fn known_keys(&mut self, map: &Mapping, known: &[&str]) {
        for entry in map.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let hint = nearest(&entry.key, known.iter().copied());
            let hint = hint.map(|near| format!("did you mean `{near}`?"));
            let message = format!("unknown key `{}` is ignored", entry.key);
            self.problem(Gravity::Warning, entry.key_span, message, hint);
        }
    }

    fn place(&self, span: Span) -> Place {
        Place {
            file: Arc::clone(&self.file),
            line: Some(span.start.line as usize),
            column: Some(span.start.column as usize),
        }
    }

    fn problem(&mut self, severity: Gravity, span: Span, message: String, hint: Option<String>) {
        let place = Some(self.place(span));
        self.policy.problems.push(Problem { severity, message, place, hint });
    }
}

/// The text of a node, or those of its items.
fn texts(node: Option<&Node>) -> Vec<&str> {
    match node.and_then(Node::as_str) {
        Some(text) => vec![text],
        None => items(node).iter().filter_map(Node::as_str).collect(),
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_sequence).unwrap_or_default()
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = &MappingEntry> {
    node.and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter)
}
