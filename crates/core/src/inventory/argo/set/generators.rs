//! The generators of an `ApplicationSet`.
//!
//! (Source: Argo CD, `applicationset/generators`.)

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::{Limits, Mapping, Node, NodeKind};

use super::{
    files,
    parameters::{
        Given, Language, Parameters, check_selector, flattened, labels_match, map, normalized,
        overridden, printed, selectable,
    },
    template::Templates,
};
use crate::inventory::{
    FactKind, Unknown, UnknownKind,
    argo::{
        object::{
            Object, at, entries, entry, filled, is_true, items, json, shown, string, text, text_map,
        },
        reader::{LOCAL_NAME, LOCAL_SERVER, Reader},
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
        let selector = at(generator, &["selector"]);
        self.check_selector(selector)?;
        let mut sets = self.unselected(generator, depth)?;
        if sets.len() > MAX_SETS {
            return Err(Failure::TooMany(generator.clone()));
        }
        if let Some(selector) = selector {
            sets.retain(|given| {
                let flat = selectable(&given.set);
                labels_match(selector, &|key| flat.get(key).map(|value| shown(value).into()))
            });
        }
        Ok(sets)
    }

    fn check_selector(&self, selector: Option<&Node>) -> Result<(), Failure> {
        let Some(selector) = selector else { return Ok(()) };
        check_selector(selector).map_err(|message| {
            self.mistake(&format!("error parsing label selector: {message}"), selector)
        })
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
            let place = self.object.place_of(node);
            // Unlike those of `elements`, they may hold more than texts.
            let listed = maps_of(&super::without_lines(&read))
                .ok_or_else(|| self.mistake("elementsYaml: it is no list of mappings", node))?;
            for set in listed {
                let name = super::generate::shortened(json(&NodeKind::Mapping(set.clone()).into()));
                sets.push(Given::by(set, FactKind::Element, &name, place.clone()));
            }
        }
        Ok(sets)
    }

    fn element(&self, element: &Node, place: Place) -> Result<Given, Failure> {
        let set = self.parameters(element)?;
        Ok(Given::by(set, FactKind::Element, &super::generate::shortened(json(element)), place))
    }

    fn parameters(&self, element: &Node) -> Result<Parameters, Failure> {
        let nothing = Mapping::new();
        let Some(mapping) = element.as_mapping().or(element.is_null().then_some(&nothing)) else {
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
                        if value.value.as_str().is_none() {
                            let message =
                                format!("the value of `values.{}` must be a text", value.key);
                            return Err(self.mistake(&message, &value.value));
                        }
                        set.insert(entry(format!("values.{}", value.key), value.value.clone()));
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
        self.check_selector(selector)?;
        let mut sets = Vec::new();
        let instance = &self.object.instance;
        for cluster in self.reader.clusters.of(instance) {
            let label = |key: &str| cluster.labels.get(key).cloned();
            if selector.is_some_and(|selector| !labels_match(selector, &label)) {
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
                && entries(selector, &["matchLabels"]).next().is_none()
        });
        let has_local = self
            .reader
            .clusters
            .of(instance)
            .any(|cluster| cluster.server.is_empty() || *cluster.server == *LOCAL_SERVER);
        if selects_nothing && !has_local {
            let set = map([
                ("name".to_owned(), string(LOCAL_NAME)),
                ("nameNormalized".to_owned(), string(LOCAL_NAME)),
                ("server".to_owned(), string(LOCAL_SERVER)),
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

    /// The parameters with `values` of the generator, which may use them (Argo CD,
    /// `appendTemplatedValues`).
    pub(super) fn with_values(&self, set: Parameters, node: &Node) -> Result<Parameters, Failure> {
        let mut filled = Mapping::new();
        for value in entries(node, &["values"]) {
            let text = self
                .templates
                .text(&shown(&value.value), &set)
                .map_err(|message| self.mistake(&message, &value.value))?;
            filled.insert(entry(Arc::clone(&value.key), string(text)));
        }
        let mut set = set;
        if self.is_go() && !filled.is_empty() {
            set.insert(entry("values", NodeKind::Mapping(filled).into()));
            return Ok(set);
        }
        for value in &filled {
            set.insert(entry(format!("values.{}", value.key), value.value.clone()));
        }
        Ok(set)
    }

    fn matrix(&self, node: &Node, depth: usize) -> Sets {
        let [first, second] = items(node, &["generators"]) else {
            let is_few = items(node, &["generators"]).len() < 2;
            let message = match is_few {
                true => "found less than two generators, Matrix support only two",
                false => "found more than two generators, Matrix support only two",
            };
            return Err(self.mistake(message, node));
        };
        let mut sets = Vec::new();
        for one in self.sets(first, depth + 1)? {
            let filled = self
                .templates
                .fill_generator(second, &one.set)
                .map_err(|message| self.mistake(&message, second))?;
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

    /// A pair of a matrix: the first child over the second with Go templates, otherwise texts of which
    /// none may have two values (Argo CD, `CombineStringMaps`).
    fn joined(
        &self,
        one: &Parameters,
        other: &Parameters,
        node: &Node,
    ) -> Result<Parameters, Failure> {
        if self.is_go() {
            return Ok(overridden(other, one));
        }
        let mut joined = Mapping::new();
        for field in one.iter().chain(other) {
            let value = printed(&field.value);
            match joined.get(&field.key).map(shown) {
                Some(known) if known != value => {
                    let message = format!(
                        "found duplicate key {} with different value, a: {known} ,b: {value}",
                        field.key
                    );
                    return Err(self.mistake(&message, node));
                }
                _ => joined.insert(entry(Arc::clone(&field.key), string(value))),
            }
        }
        Ok(joined)
    }

    fn merge(&self, node: &Node, depth: usize) -> Sets {
        let keys: BTreeSet<&str> =
            items(node, &["mergeKeys"]).iter().filter_map(Node::as_str).collect();
        let [first, second, more @ ..] = items(node, &["generators"]) else {
            let message = "found less than two generators, Merge requires two or more";
            return Err(self.mistake(message, node));
        };
        if keys.is_empty() {
            let message = "no merge keys were specified, Merge requires at least one";
            return Err(self.mistake(message, node));
        }
        let mut base = self.by_key(first, &keys, depth)?;
        for child in [second].into_iter().chain(more) {
            for (key, given) in self.by_key(child, &keys, depth)? {
                if let Some(known) = base.get_mut(&key) {
                    let set = match self.is_go() {
                        true => overridden(&known.set, &given.set),
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

    /// The sets of a child of a merge by their values of the merge keys, as JSON.
    fn by_key(
        &self,
        child: &Node,
        keys: &BTreeSet<&str>,
        depth: usize,
    ) -> Result<BTreeMap<String, Given>, Failure> {
        let mut sets = BTreeMap::new();
        for given in self.sets(child, depth + 1)? {
            let values = keys.iter().map(|key| {
                let value = given.set.get(key).map_or("null".to_owned(), json);
                format!("{key:?}:{value}")
            });
            let key = format!("{{{}}}", values.collect::<Vec<_>>().join(","));
            if sets.contains_key(&key) {
                let message = format!(
                    "the parameters from a generator were not unique by the given mergeKeys, \
                     Merge requires all param sets to be unique. Duplicate key was {key}"
                );
                return Err(self.mistake(&message, child));
            }
            sets.insert(key, given);
        }
        Ok(sets)
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

/// The mappings of a list, null ones as empty ones; nothing where it holds something else.
pub(super) fn maps_of(list: &Node) -> Option<Vec<Mapping>> {
    let items = match &list.kind {
        NodeKind::Null => &[],
        _ => list.as_sequence()?,
    };
    let map = |item: &Node| match item.is_null() {
        true => Some(Mapping::new()),
        false => item.as_mapping().cloned(),
    };
    items.iter().map(map).collect()
}
