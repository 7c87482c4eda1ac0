//! From an `ApplicationSet` to the objects that it makes.
//!
//! (Source: Argo CD, `applicationset/controllers/template`, `applicationset/utils`.)

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use zij_gotmpl::MissingKey;
use zij_goyaml::{Limits, Mapping, Node, NodeKind};

use super::{
    generators::{Failure, Generators, MAX_SETS},
    parameters::{Given, Language, Parameters, filled_up, is_empty},
    patch::strategic_merge,
    template::Templates,
};
use crate::inventory::{
    Link, LinkKind, Problem, Severity, Unknown,
    argo::{
        object::{Object, at, entry, filled, is_true, items, json, string, text, texts},
        reader::Reader,
        settings::Settings,
    },
};

/// What a set makes.
#[derive(Debug, Default)]
pub(in crate::inventory::argo) struct Generated {
    pub(in crate::inventory::argo) objects: Vec<Object>,
    pub(in crate::inventory::argo) problems: Vec<Problem>,
    /// Generators whose facts are not in git: applications are missing because of them.
    pub(in crate::inventory::argo) unknown: Vec<Unknown>,
}

/// The applications of a set.
pub(in crate::inventory::argo) fn generate(reader: &Reader<'_>, object: &Object) -> Generated {
    let is_go = is_true(&object.node, &["spec", "goTemplate"]);
    let language = if is_go { Language::Go } else { Language::Fast };
    let templates = Templates::new(language, missing_key(&object.node));
    let nothing = Node::from(NodeKind::Mapping(Mapping::new()));
    let mut maker = Maker {
        object,
        settings: &reader.settings,
        templates: &templates,
        template: at(&object.node, &["spec", "template"]).unwrap_or(&nothing),
        patch: text(&object.node, &["spec", "templatePatch"]),
        names: BTreeSet::new(),
        repeated: BTreeSet::new(),
        is_stopped: false,
        generated: Generated::default(),
    };
    let missing = RefCell::default();
    let generators = Generators { reader, object, templates: &templates, missing };
    for generator in items(&object.node, &["spec", "generators"]) {
        match generators.sets(generator, 0) {
            Ok(sets) => maker.all(generator, &sets),
            Err(Failure::Mistake(message, node)) => maker.stopped(&message, &node),
            Err(Failure::TooMany(node)) => {
                let message =
                    format!("the generator gives more than {MAX_SETS} sets of parameters");
                let hint = "zij reads no more; narrow it, or split the set".to_owned();
                maker.problem(&message, &node, Some(hint));
            }
            Err(Failure::Unknown(unknown)) => maker.generated.unknown.push(unknown),
        }
    }
    let Maker { mut generated, repeated, is_stopped, .. } = maker;
    generated.unknown.append(&mut generators.missing.take());
    // Of applications with one name Argo CD takes none (`validateGeneratedApplications`).
    generated.objects.retain(|object| !is_stopped && !repeated.contains(object.name()));
    generated
}

struct Maker<'a> {
    object: &'a Object,
    settings: &'a Settings,
    templates: &'a Templates,
    template: &'a Node,
    patch: Option<&'a str>,
    names: BTreeSet<String>,
    /// Names of more than one application.
    repeated: BTreeSet<String>,
    /// Whether something is wrong for which Argo CD makes none of them.
    is_stopped: bool,
    generated: Generated,
}

/// The last option that says it counts, as Go's templates have it.
fn missing_key(set: &Node) -> MissingKey {
    let options = texts(set, &["spec", "goTemplateOptions"]);
    let mut chosen = options.iter().rev().filter_map(|option| match &**option {
        "missingkey=error" => Some(MissingKey::Error),
        "missingkey=zero" => Some(MissingKey::Zero),
        "missingkey=default" | "missingkey=invalid" => Some(MissingKey::Invalid),
        _ => None,
    });
    chosen.next().unwrap_or(MissingKey::Invalid)
}

/// Why an application of a set is not made.
enum Fault {
    /// Generators and templates have to work for all of a set.
    Template(String),
    /// The application alone is wrong.
    Application(String),
}

impl Maker<'_> {
    /// What stops the whole set (Source: Argo CD, `applicationset_controller.go`, `Reconcile`).
    fn stopped(&mut self, message: &str, node: &Node) {
        self.is_stopped = true;
        let hint = "until it is mended, Argo CD changes no application of this set";
        self.problem(message, node, Some(hint.to_owned()));
    }

    fn problem(&mut self, message: &str, node: &Node, hint: Option<String>) {
        let message = format!("set `{}`: {message}", self.object.name());
        let place = Some(self.object.place_of(node));
        // A template that fails for one set of parameters mostly fails for all.
        let problem = Problem { severity: Severity::Error, message, place, hint };
        if !self.generated.problems.contains(&problem) {
            self.generated.problems.push(problem);
        }
    }

    fn all(&mut self, generator: &Node, sets: &[Given]) {
        let own = self.own_template(generator);
        let template = match &own {
            Some(own) => match (own.as_mapping(), self.template.as_mapping()) {
                (Some(own), Some(template)) => NodeKind::Mapping(filled_up(own, template)).into(),
                _ => self.template.clone(),
            },
            None => self.template.clone(),
        };
        for given in sets {
            match self.one(&template, given) {
                Ok(object) => self.generated.objects.push(object),
                Err(Fault::Template(message)) => self.stopped(&message, &template),
                Err(Fault::Application(message)) => self.problem(&message, &template, None),
            }
        }
    }

    /// The template of the generator itself, wherever its kind keeps it.
    fn own_template(&self, generator: &Node) -> Option<Node> {
        let kinds = generator.as_mapping()?.iter();
        let own = kinds.filter_map(|entry| at(&entry.value, &["template"])).next();
        own.filter(|own| !is_empty(own)).cloned()
    }

    fn one(&mut self, template: &Node, given: &Given) -> Result<Object, Fault> {
        let set = &given.set;
        let whole = match set.is_empty() {
            true => template.clone(),
            false => self.templates.fill(template, set).map_err(Fault::Template)?,
        };
        let whole = self.finalized(whole, set);
        let whole = match self.patch {
            Some(patch) => self.patched(&whole, patch, set).map_err(Fault::Template)?,
            None => whole,
        };
        let node = self.application(&whole);
        let name = text(&node, &["metadata", "name"]).unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(Fault::Application("an application has no name".to_owned()));
        }
        if text(&node, &["spec", "project"]).unwrap_or_default().is_empty() {
            return Err(Fault::Application(format!("application `{name}` has no project")));
        }
        if !self.names.insert(name.clone()) {
            self.repeated.insert(name.clone());
            let message = format!("contains applications with duplicate name: {name}");
            return Err(Fault::Application(message));
        }
        let parameters = json(&NodeKind::Mapping(set.clone()).into());
        let mut chain = self.object.chain.clone();
        let set_name = self.object.name().into();
        chain.push(Link {
            kind: LinkKind::Set {
                name: set_name,
                parameters: shortened(parameters),
                facts: given.facts.as_slice().into(),
            },
            place: self.object.place.clone(),
        });
        // Lines inside a generated object are those of its set.
        Ok(Object {
            node: Arc::new(node),
            place: self.object.place.clone(),
            chain,
            instance: self.object.instance.clone(),
        })
    }

    fn patched(&self, node: &Node, patch: &str, set: &Parameters) -> Result<Node, String> {
        let text = self.templates.text(patch, set)?;
        // What begins with a brace is taken for JSON (Argo CD, `ConvertYAMLToJSON`).
        if text.trim_start().starts_with('{')
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text)
        {
            return Err(format!("invalid templatePatch: {error}"));
        }
        let read = zij_goyaml::parse(text.as_bytes(), &Limits::default())
            .map_err(|error| format!("templatePatch: {}", error.message()))?;
        if read.is_null() {
            return Ok(node.clone());
        }
        let read = without_lines(&read);
        let mut merged = strategic_merge(node, &read)
            .map_err(|error| format!("error while applying templatePatch: {error}"))?;
        // The project is not for the patch to choose.
        if let Some(project) = at(node, &["spec", "project"])
            && let NodeKind::Mapping(mapping) = &mut merged.kind
            && let Some(Node { kind: NodeKind::Mapping(spec), .. }) = mapping.get_mut("spec")
        {
            spec.insert(entry("project", project.clone()));
        }
        Ok(merged)
    }

    /// The template with the finalizer that the controller adds where there is none.
    fn finalized(&self, mut whole: Node, set: &Parameters) -> Node {
        let keeps =
            is_true(&self.object.node, &["spec", "syncPolicy", "preserveResourcesOnDeletion"]);
        let has_own = !items(&whole, &["metadata", "finalizers"]).is_empty();
        if !keeps
            && !has_own
            && !set.is_empty()
            && let Some(metadata) = metadata_of(&mut whole)
        {
            let finalizer = string("resources-finalizer.argocd.argoproj.io");
            metadata.insert(entry("finalizers", NodeKind::Sequence(vec![finalizer]).into()));
        }
        whole
    }

    /// The object with what the controller adds.
    fn application(&self, whole: &Node) -> Node {
        let nothing = Node::from(NodeKind::Mapping(Mapping::new()));
        let metadata = at(whole, &["metadata"]).unwrap_or(&nothing);
        let mut own = metadata.as_mapping().cloned().unwrap_or_default();
        let of_set = text(&self.object.node, &["spec", "syncPolicy", "applicationsSync"]);
        let of_all = self.settings.policy.as_deref();
        let may_override = of_all.is_none() || self.settings.policy_may_be_overridden;
        let policy = of_set.filter(|_| may_override).or(of_all);
        if matches!(policy, Some("create-only" | "create-update")) {
            // Then Argo CD deletes no application of the set, nor what one has deployed
            // (`DefaultPolicy`, `AllowDelete`).
            own.remove("finalizers");
        }
        match filled(&self.object.node, &["metadata", "namespace"]) {
            Some(namespace) => own.insert(entry("namespace", string(namespace))),
            None => own.insert(entry("namespace", NodeKind::Null.into())),
        }
        let mut object = Mapping::new();
        object.insert(entry("apiVersion", string("argoproj.io/v1alpha1")));
        object.insert(entry("kind", string("Application")));
        object.insert(entry("metadata", NodeKind::Mapping(own).into()));
        object.insert(entry("spec", at(whole, &["spec"]).unwrap_or(&nothing).clone()));
        NodeKind::Mapping(object).into()
    }
}

/// The `metadata` of a node, where it has one.
fn metadata_of(node: &mut Node) -> Option<&mut Mapping> {
    let NodeKind::Mapping(mapping) = &mut node.kind else { return None };
    match &mut mapping.get_mut("metadata")?.kind {
        NodeKind::Mapping(metadata) => Some(metadata),
        _ => None,
    }
}

pub(super) fn shortened(text: String) -> Arc<str> {
    const LONGEST: usize = 400;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]).into(),
        None => text.into(),
    }
}

/// The same value; its lines are those of another file.
pub(in crate::inventory::argo) fn without_lines(node: &Node) -> Node {
    let kind = match &node.kind {
        NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(without_lines).collect()),
        NodeKind::Mapping(mapping) => {
            let mut copy = Mapping::with_capacity(mapping.len());
            for old in mapping {
                copy.insert(entry(Arc::clone(&old.key), without_lines(&old.value)));
            }
            NodeKind::Mapping(copy)
        }
        other => other.clone(),
    };
    kind.into()
}
