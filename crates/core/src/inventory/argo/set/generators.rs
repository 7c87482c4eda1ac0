//! The generators of an `ApplicationSet`.
//!
//! (Source: Argo CD, `applicationset/generators`.)

use std::{cell::RefCell, collections::BTreeMap};

use zij_goyaml::{Limits, Mapping, Node, NodeKind};

use super::{
    files,
    parameters::{
        Given, Language, Parameters, flattened, labels_match, map, merged, normalized, selects,
    },
    template::Templates,
};
use crate::inventory::{
    FactKind, Unknown, UnknownKind,
    argo::{
        object::{
            Object, at, entries, entry, filled, is_true, items, json, shown, string, text, text_map,
        },
        reader::Reader,
        roots::LOCAL,
    },
};
use crate::source::Place;

/// The most sets of parameters of one generator.
pub(super) const MAX_SETS: usize = 50_000;
/// How deep matrix and merge may be nested; Argo CD allows one level.
const MAX_NESTING: usize = 2;

/// Why a generator gives nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It is wrong, with the node to mend.
    Mistake(String, Node),
    /// It gives more than is read here.
    TooMany(Node),
    /// It needs what is not in git.
    Unknown(Unknown),
}

type Sets = Result<Vec<Given>, Failure>;

/// What the generators of one set are read with.
pub(super) struct Generators<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) object: &'a Object,
    pub(super) templates: &'a Templates,
    /// What is missing of generators that give something all the same.
    pub(super) missing: RefCell<Vec<Unknown>>,
}

impl Generators<'_> {
    /// The parameters of a generator, its selector applied.
    pub(super) fn sets(&self, generator: &Node, depth: usize) -> Sets {
        let mut sets = self.unselected(generator, depth)?;
        if sets.len() > MAX_SETS {
            return Err(Failure::TooMany(generator.clone()));
        }
        if let Some(selector) = at(generator, &["selector"]) {
            let mut kept = Vec::with_capacity(sets.len());
            for given in sets {
                let fits = selects(selector, &given.set)
                    .map_err(|message| Failure::Mistake(message, selector.clone()))?;
                if fits {
                    kept.push(given);
                }
            }
            sets = kept;
        }
        Ok(sets)
    }

    fn unselected(&self, generator: &Node, depth: usize) -> Sets {
        const KINDS: [&str; 9] = [
            "list",
            "clusters",
            "git",
            "matrix",
            "merge",
            "pullRequest",
            "scmProvider",
            "plugin",
            "clusterDecisionResource",
        ];
        let kinds = KINDS.iter().filter_map(|kind| Some((*kind, at(generator, &[kind])?)));
        let kinds: Vec<(&str, &Node)> = kinds.collect();
        if kinds.is_empty() {
            return match generator.get("clusters") {
                // `clusters: {}` is null for nobody, yet `clusters:` alone is written too.
                Some(_) => self.clusters(generator),
                // `{}` is how sets are written that shall make nothing yet.
                None if generator.as_mapping().is_some_and(Mapping::is_empty) => Ok(Vec::new()),
                None => Err(self.mistake("the generator is of no known kind", generator)),
            };
        }
        if depth > 0 && kinds.len() > 1 {
            let message = "found more than one generator, expected only one";
            return Err(self.mistake(message, generator));
        }
        let mut sets = Vec::new();
        for (kind, node) in kinds {
            sets.extend(self.of_kind(kind, node, depth)?);
        }
        Ok(sets)
    }

    fn of_kind(&self, kind: &str, node: &Node, depth: usize) -> Sets {
        match kind {
            "list" => self.list(node),
            "clusters" => self.clusters(node),
            "git" => files::git(self, node),
            "matrix" | "merge" if depth >= MAX_NESTING => {
                Err(self.mistake("generators are nested too deeply", node))
            }
            "matrix" => self.matrix(node, depth),
            "merge" => self.merge(node, depth),
            kind => self.snapshot(kind, node),
        }
    }

    pub(super) fn mistake(&self, message: &str, node: &Node) -> Failure {
        Failure::Mistake(message.to_owned(), node.clone())
    }

    fn is_go(&self) -> bool {
        self.templates.language() == Language::Go
    }

    fn list(&self, node: &Node) -> Sets {
        let mut sets = Vec::new();
        for element in items(node, &["elements"]) {
            sets.push(self.element(element, self.object.place_of(element))?);
        }
        if let Some(yaml) = filled(node, &["elementsYaml"]) {
            let read = zij_goyaml::parse(yaml.as_bytes(), &Limits::default());
            let read = read.map_err(|error| {
                self.mistake(&format!("elementsYaml: {}", error.message()), node)
            })?;
            for element in read.as_sequence().unwrap_or_default() {
                let place = self.object.place_of(node);
                // Unlike those of `elements`, they may hold more than texts.
                let Some(set) = element.as_mapping() else { continue };
                let name = super::generate::shortened(json(element));
                let set = super::without_lines(&NodeKind::Mapping(set.clone()).into());
                let set = set.as_mapping().cloned().unwrap_or_default();
                sets.push(Given::by(set, FactKind::Element, &name, place));
            }
        }
        Ok(sets)
    }

    fn element(&self, element: &Node, place: Place) -> Result<Given, Failure> {
        let set = self.parameters(element)?;
        Ok(Given::by(set, FactKind::Element, &super::generate::shortened(json(element)), place))
    }

    fn parameters(&self, element: &Node) -> Result<Parameters, Failure> {
        let Some(mapping) = element.as_mapping() else {
            return Err(self.mistake("an element of a list must be a mapping", element));
        };
        if self.is_go() {
            return Ok(mapping.clone());
        }
        let mut set = Mapping::new();
        for field in mapping {
            match &field.value.kind {
                NodeKind::String(_) => set.insert(field.clone()),
                NodeKind::Mapping(values) if &*field.key == "values" => {
                    for value in values {
                        set.insert(entry(
                            format!("values.{}", value.key),
                            string(shown(&value.value)),
                        ));
                    }
                }
                _ => {
                    let message = format!("the value of `{}` must be a text", field.key);
                    return Err(self.mistake(&message, &field.value));
                }
            }
        }
        Ok(set)
    }

    fn clusters(&self, node: &Node) -> Sets {
        let selector = at(node, &["selector"]);
        let mut sets = Vec::new();
        let instance = &self.object.instance;
        for cluster in self.reader.clusters.of(instance) {
            let label = |key: &str| cluster.labels.get(key).cloned();
            let fits = match selector {
                Some(selector) => labels_match(selector, &label)
                    .map_err(|message| self.mistake(&message, selector))?,
                None => true,
            };
            if !fits {
                continue;
            }
            let metadata = [("labels", &cluster.labels), ("annotations", &cluster.annotations)];
            let metadata = metadata.into_iter().filter(|(_, texts)| !texts.is_empty());
            let metadata = map(metadata.map(|(key, texts)| (key.to_owned(), text_map(texts))));
            let mut set = map([
                ("name".to_owned(), string(cluster.name.clone())),
                ("nameNormalized".to_owned(), string(normalized(&cluster.name))),
                ("server".to_owned(), string(cluster.server.clone())),
                ("project".to_owned(), string(cluster.project.clone())),
                ("metadata".to_owned(), NodeKind::Mapping(metadata).into()),
            ]);
            if !self.is_go() {
                set = flattened(&set);
            }
            let set = self.with_values(set, node)?;
            sets.push(Given::by(set, FactKind::Cluster, &cluster.name, cluster.place.clone()));
        }
        let selects_nothing = selector.is_none_or(|selector| {
            items(selector, &["matchExpressions"]).is_empty()
                && at(selector, &["matchLabels"]).is_none()
        });
        let has_local = self.reader.clusters.of(instance).any(|cluster| {
            cluster.server.is_empty() || cluster.server.contains("://kubernetes.default.svc")
        });
        if selects_nothing && !has_local {
            let set = map([
                ("name".to_owned(), string("in-cluster")),
                ("nameNormalized".to_owned(), string("in-cluster")),
                ("server".to_owned(), string("https://kubernetes.default.svc")),
                ("project".to_owned(), string("")),
            ]);
            let place = self.object.place_of(node);
            sets.push(Given::by(self.with_values(set, node)?, FactKind::Cluster, LOCAL, place));
        }
        let are_configured = self.reader.clusters.are_configured(instance);
        let is_none_known = self.reader.clusters.of(instance).next().is_none();
        if sets.is_empty() && !are_configured || is_none_known {
            let Failure::Unknown(unknown) = self.no_clusters(node) else { return Ok(sets) };
            if sets.is_empty() {
                return Err(Failure::Unknown(unknown));
            }
            // The cluster of Argo CD itself is one of them in any case.
            self.missing.borrow_mut().push(unknown);
        }
        if is_true(node, &["flatList"]) {
            let facts = sets.iter().flat_map(|given| given.facts.iter().cloned()).collect();
            let list = sets.into_iter().map(|given| NodeKind::Mapping(given.set).into()).collect();
            let list = Node::from(NodeKind::Sequence(list));
            return Ok(vec![Given { set: map([("clusters".to_owned(), list)]), facts }]);
        }
        Ok(sets)
    }

    /// That the clusters are not in git, and what to write so that they are.
    fn no_clusters(&self, node: &Node) -> Failure {
        let selector = at(node, &["selector"]).map(json).unwrap_or_default();
        let message = match selector.is_empty() {
            true => "no cluster is described in git".to_owned(),
            false => format!("no cluster that is described in git is selected by {selector}"),
        };
        let labels: Vec<String> = entries(node, &["selector", "matchLabels"])
            .map(|label| format!("{}: {:?}", label.key, shown(&label.value)))
            .collect();
        let labels = if labels.is_empty() { "…".to_owned() } else { labels.join(", ") };
        let instance = match self.object.instance.as_str() {
            LOCAL => String::new(),
            instance => format!("argocd: {instance}, "),
        };
        let hint = format!(
            "commit zij.yaml with `clusters: {{ NAME: {{ {instance}server: \"https://…\", labels: {{ {labels} }} }} }}`, \
             one entry for each cluster that `argocd cluster list` shows; docs/guide/argo-cd.md has a \
             command that writes it from the cluster Secrets"
        );
        self.unknown(&message, &hint, node)
    }

    /// The parameters with `values` of the generator, which may use them.
    pub(super) fn with_values(&self, set: Parameters, node: &Node) -> Result<Parameters, Failure> {
        let Some(values) = at(node, &["values"]) else { return Ok(set) };
        let filled =
            self.templates.fill(values, &set).map_err(|message| self.mistake(&message, values))?;
        let mut set = set;
        if self.is_go() {
            set.insert(entry("values", filled));
            return Ok(set);
        }
        for value in filled.as_mapping().into_iter().flat_map(Mapping::iter) {
            set.insert(entry(format!("values.{}", value.key), string(shown(&value.value))));
        }
        Ok(set)
    }

    fn matrix(&self, node: &Node, depth: usize) -> Sets {
        let [first, second] = items(node, &["generators"]) else {
            return Err(self.mistake("a matrix needs two generators", node));
        };
        let mut sets = Vec::new();
        for one in self.sets(first, depth + 1)? {
            let filled = self
                .templates
                .fill(second, &one.set)
                .map_err(|message| self.mistake(&message, second))?;
            let filled = with_selector_of(second, filled);
            for other in self.sets(&filled, depth + 1)? {
                let set = self.joined(&one.set, &other.set, node)?;
                sets.push(Given::of_both(set, &one, &other));
                if sets.len() > MAX_SETS {
                    return Err(Failure::TooMany(node.clone()));
                }
            }
        }
        Ok(sets)
    }

    fn joined(
        &self,
        one: &Parameters,
        other: &Parameters,
        node: &Node,
    ) -> Result<Parameters, Failure> {
        if !self.is_go() {
            let clash = one.iter().find(|field| {
                other.get(&field.key).is_some_and(|value| shown(value) != shown(&field.value))
            });
            if let Some(field) = clash {
                let message = format!(
                    "found duplicate key {} with different value, a: {}, b: {}",
                    field.key,
                    shown(&field.value),
                    other.get(&field.key).map(shown).unwrap_or_default()
                );
                return Err(self.mistake(&message, node));
            }
        }
        Ok(merged(other, one))
    }

    fn merge(&self, node: &Node, depth: usize) -> Sets {
        let keys: Vec<&str> = items(node, &["mergeKeys"]).iter().filter_map(Node::as_str).collect();
        let children = items(node, &["generators"]);
        if keys.is_empty() {
            return Err(
                self.mistake("no merge keys were specified, Merge requires at least one", node)
            );
        }
        let [first, later @ ..] = children else {
            return Err(self.mistake("a merge needs two or more generators", node));
        };
        if later.is_empty() {
            return Err(self.mistake("a merge needs two or more generators", node));
        }
        let key_of = |set: &Parameters| {
            keys.iter().map(|key| set.get(key).map_or("null".to_owned(), json)).collect::<Vec<_>>()
        };
        let by_key = |child: &Node| -> Result<BTreeMap<Vec<String>, Given>, Failure> {
            let mut sets = BTreeMap::new();
            for given in self.sets(child, depth + 1)? {
                let key = key_of(&given.set);
                let shown = key.join(", ");
                if sets.insert(key, given).is_some() {
                    let message = format!(
                        "the parameters from a generator were not unique by the given mergeKeys, \
                         Merge requires all param sets to be unique. Duplicate key was {shown}"
                    );
                    return Err(self.mistake(&message, child));
                }
            }
            Ok(sets)
        };
        let mut base = by_key(first)?;
        for child in later {
            for (key, given) in by_key(child)? {
                if let Some(known) = base.get_mut(&key) {
                    let set = match self.is_go() {
                        true => merged(&known.set, &given.set),
                        false => given.set.iter().fold(known.set.clone(), |mut set, field| {
                            set.insert(field.clone());
                            set
                        }),
                    };
                    *known = Given::of_both(set, known, &given);
                }
            }
        }
        Ok(base.into_values().collect())
    }

    /// What a generator gave when it was last asked, where that is committed.
    fn snapshot(&self, kind: &str, node: &Node) -> Sets {
        let name = match kind {
            "plugin" => {
                format!("plugin/{}", text(node, &["configMapRef", "name"]).unwrap_or_default())
            }
            kind => kind.to_owned(),
        };
        let own = format!("{kind}/{}", self.object.name());
        let snapshots = &self.reader.snapshots;
        let Some((place, list)) = snapshots.get(&*own).or_else(|| snapshots.get(&*name)) else {
            let message = format!("what the generator `{kind}` gives is not in git");
            let hint = format!("commit it as a list and name it under `snapshots` as `{name}`");
            return Err(self.unknown(&message, &hint, node));
        };
        let mut sets = Vec::new();
        for element in list.as_sequence().unwrap_or_default() {
            let Some(mapping) = element.as_mapping() else { continue };
            let set = if self.is_go() { mapping.clone() } else { flattened(mapping) };
            let name = super::generate::shortened(json(element));
            let set = self.with_values(set, node)?;
            sets.push(Given::by(set, FactKind::Snapshot, &name, place.clone()));
        }
        Ok(sets)
    }

    pub(super) fn unknown(&self, message: &str, hint: &str, node: &Node) -> Failure {
        Failure::Unknown(Unknown {
            kind: UnknownKind::Generator,
            message: message.to_owned(),
            place: Some(self.object.place_of(node)),
            hint: Some(hint.to_owned()),
        })
    }
}

/// The generator with the selector that it had before it was filled, which Argo CD never fills.
fn with_selector_of(generator: &Node, mut filled: Node) -> Node {
    if let (Some(selector), NodeKind::Mapping(mapping)) =
        (generator.get("selector"), &mut filled.kind)
    {
        mapping.insert(entry("selector", selector.clone()));
    }
    filled
}
