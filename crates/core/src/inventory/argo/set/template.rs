//! Fills the template of a set.

use std::collections::BTreeMap;

use zij_gotmpl::{
    Data, Dialect, Environment, Error, ErrorKind, Function, FunctionSet, Limits, Machine,
    MissingKey, Param, Str, TemplateSet, Value,
};
use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind};
use zij_helm::{
    Profile,
    functions::function_set,
    host::{Host, Surroundings},
};

use super::parameters::{Language, normalized};

/// What one text of a template may use; a set has thousands of them.
const LIMITS: Limits =
    Limits { steps: 1_000_000, depth: 16, template_depth: 100, output: 1 << 20, memory: 16 << 20 };
/// Functions of Helm that Argo CD does not have, or does not allow.
const REMOVED: &[&str] = &[
    "include",
    "tpl",
    "required",
    "lookup",
    "env",
    "expandenv",
    "getHostByName",
    "toToml",
    "fromToml",
    "toJson",
    "fromJson",
    "fromJsonArray",
    "toYamlPretty",
    "mustToYaml",
    "mustToToml",
];
/// What Argo CD calls every template; its error texts name it.
const NAME: &str = "base";

static FUNCTIONS: &[Function] = &[
    Function {
        name: "normalize",
        params: &[Param::String],
        variadic: None,
        call: |_, args| Ok(Value::from(normalized(&first_text(args)))),
    },
    Function { name: "slugify", params: &[], variadic: Some(Param::Any), call: slugify },
];

/// The generators that have `values`.
const WITH_VALUES: &[&str] =
    &["clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin"];

/// Fills texts with parameters.
pub(super) struct Templates {
    environment: Environment,
    /// The same, but a key that is not there is an error.
    strict: Environment,
    profile: &'static Profile,
    language: Language,
}

impl Templates {
    pub(super) fn new(language: Language, missing_key: MissingKey) -> Self {
        let profile = <&Profile>::default();
        let environment = |missing_key| {
            let environment = Environment::new(functions(profile), Dialect::go1(26));
            environment.with_missing_key(missing_key)
        };
        let (strict, environment) = (environment(MissingKey::Error), environment(missing_key));
        Self { environment, strict, profile, language }
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// The node with every text and key filled.
    ///
    /// # Errors
    /// What the template says is wrong.
    pub(super) fn fill(&self, node: &Node, parameters: &Mapping) -> Result<Node, String> {
        match self.language {
            Language::Fast => walk(node, &|text| fast(text, parameters)),
            Language::Go => {
                let data = Data::from(data_map(parameters));
                walk(node, &|text| self.go(&self.environment, text, &data))
            }
        }
    }

    /// A generator filled with what another one gives. Of its `values` only those are filled that use
    /// nothing else; the others may use what it gives itself (Argo CD, `RenderGeneratorParams`).
    ///
    /// # Errors
    /// What the template says is wrong.
    pub(super) fn fill_generator(
        &self,
        generator: &Node,
        parameters: &Mapping,
    ) -> Result<Node, String> {
        let Some(mapping) = generator.as_mapping() else { return self.fill(generator, parameters) };
        let mut filled = Mapping::with_capacity(mapping.len());
        for field in mapping.iter().filter(|field| !field.value.is_null()) {
            let value = match (&*field.key, field.value.as_mapping()) {
                ("matrix" | "merge", Some(nesting)) => self.fill_nesting(nesting, parameters)?,
                (kind, Some(own)) if WITH_VALUES.contains(&kind) => {
                    let mut of_kind = Mapping::with_capacity(own.len());
                    for field in own.iter().filter(|field| !field.value.is_null()) {
                        let value = match (&*field.key, field.value.as_mapping()) {
                            ("values", Some(values)) => self.fill_values(values, parameters)?,
                            _ => self.fill(&field.value, parameters)?,
                        };
                        of_kind.insert(MappingEntry { value, ..field.clone() });
                    }
                    Node { kind: NodeKind::Mapping(of_kind), span: field.value.span }
                }
                // Argo CD never fills a selector.
                ("selector", _) => field.value.clone(),
                _ => self.fill(&field.value, parameters)?,
            };
            filled.insert(MappingEntry { value, ..field.clone() });
        }
        Ok(Node { kind: NodeKind::Mapping(filled), span: generator.span })
    }

    fn fill_nesting(&self, nesting: &Mapping, parameters: &Mapping) -> Result<Node, String> {
        let mut filled = Mapping::with_capacity(nesting.len());
        for field in nesting {
            let value = match (&*field.key, field.value.as_sequence()) {
                ("generators", Some(children)) => {
                    let children: Result<Vec<Node>, String> =
                        children.iter().map(|one| self.fill_generator(one, parameters)).collect();
                    NodeKind::Sequence(children?).into()
                }
                _ => self.fill(&field.value, parameters)?,
            };
            filled.insert(MappingEntry { value, ..field.clone() });
        }
        Ok(NodeKind::Mapping(filled).into())
    }

    fn fill_values(&self, values: &Mapping, parameters: &Mapping) -> Result<Node, String> {
        let data = Data::from(data_map(parameters));
        let mut filled = Mapping::with_capacity(values.len());
        for field in values {
            let value = match (self.language, field.value.as_str()) {
                (_, None) => field.value.clone(),
                (Language::Fast, Some(text)) => {
                    NodeKind::String(fast(text, parameters)?.into()).into()
                }
                (Language::Go, Some(text)) => match self.go(&self.strict, text, &data) {
                    Ok(text) => NodeKind::String(text.into()).into(),
                    Err(message) if is_missing_key(&message) => field.value.clone(),
                    Err(message) => return Err(message),
                },
            };
            filled.insert(MappingEntry { value, ..field.clone() });
        }
        Ok(NodeKind::Mapping(filled).into())
    }

    /// One text filled.
    pub(super) fn text(&self, text: &str, parameters: &Mapping) -> Result<String, String> {
        match self.language {
            Language::Fast => fast(text, parameters),
            Language::Go => self.go(&self.environment, text, &Data::from(data_map(parameters))),
        }
    }

    fn go(&self, environment: &Environment, text: &str, data: &Data) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let mut host = Host::new(self.profile, Surroundings::seeded("set"));
        let set = TemplateSet::new(NAME).into();
        let mut machine = Machine::new(environment, set, LIMITS, &mut host);
        let out = machine.execute_text(NAME, &Str::from(text), Value::from(data));
        out.map(|out| out.to_string()).map_err(|error| {
            let doing = match error.kind() {
                ErrorKind::Syntax => "failed to parse template",
                _ => "failed to execute go template",
            };
            format!("{doing} {text}: {error}")
        })
    }
}

/// The functions of templates in sets: sprig's without those that look at the machine, and Argo CD's
/// own.
fn functions(profile: &'static Profile) -> FunctionSet {
    let mut functions: FunctionSet = function_set(profile);
    for name in REMOVED {
        functions.remove(name);
    }
    // sprig's own JSON functions, which Helm replaces by ones of the same behaviour.
    let helms = function_set(profile);
    for name in ["toJson", "fromJson"] {
        if let Some(function) = helms.get(name) {
            functions.add(std::slice::from_ref(function));
        }
    }
    functions.add(FUNCTIONS);
    functions
}

/// Whether a template failed for a key that may be there later (Argo CD, `isMissingKeyError`).
fn is_missing_key(message: &str) -> bool {
    message.contains("map has no entry for key") || message.contains("can't evaluate field")
}

fn walk(node: &Node, fill: &dyn Fn(&str) -> Result<String, String>) -> Result<Node, String> {
    let kind = match &node.kind {
        NodeKind::String(text) if text.contains("{{") => NodeKind::String(fill(text)?.into()),
        NodeKind::Sequence(items) => {
            let items: Result<Vec<Node>, String> =
                items.iter().map(|item| walk(item, fill)).collect();
            NodeKind::Sequence(items?)
        }
        NodeKind::Mapping(mapping) => {
            let mut filled = Mapping::with_capacity(mapping.len());
            // What is null in a map is left out of the copy (Argo CD, `deeplyReplaceWithFilter`).
            for entry in mapping.iter().filter(|entry| !entry.value.is_null()) {
                let key = match entry.key.contains("{{") {
                    true => fill(&entry.key)?.into(),
                    false => entry.key.clone(),
                };
                let value = walk(&entry.value, fill)?;
                filled.insert(MappingEntry { key, value, key_span: entry.key_span });
            }
            NodeKind::Mapping(filled)
        }
        other => other.clone(),
    };
    Ok(Node { kind, span: node.span })
}

/// `{{ key }}` replaced by texts; what is unknown stays.
fn fast(text: &str, parameters: &Mapping) -> Result<String, String> {
    // Argo CD looks only at texts with a whole placeholder on one line.
    let is_template = |line: &str| line.find("{{").is_some_and(|at| line[at..].contains("}}"));
    if !text.lines().any(is_template) {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((key, tail)) = after.split_once("}}") else {
            let message = "invalid template: Cannot find end tag=\"}}\" in the template";
            return Err(format!("{message}={text:?} starting from {after:?}"));
        };
        match parameters.get(key.trim()).and_then(Node::as_str) {
            Some(value) => out.push_str(value),
            None => out.extend(["{{", key, "}}"]),
        }
        rest = tail;
    }
    Ok(out + rest)
}

fn data_map(mapping: &Mapping) -> BTreeMap<Str, Data> {
    mapping.iter().map(|entry| (Str::from(&*entry.key), data(&entry.value))).collect()
}

fn data(node: &Node) -> Data {
    match &node.kind {
        NodeKind::Null => Data::Nil,
        NodeKind::Bool(value) => Data::Bool(*value),
        NodeKind::Int(value) => Data::Float(*value as f64),
        NodeKind::Uint(value) => Data::Float(*value as f64),
        NodeKind::Float(value) => Data::Float(*value),
        NodeKind::String(text) => Data::from(&**text),
        NodeKind::Sequence(items) => items.iter().map(data).collect::<Vec<_>>().into(),
        NodeKind::Mapping(mapping) => data_map(mapping).into(),
    }
}

fn first_text(args: &[Value]) -> String {
    args.iter().find_map(Value::as_str).map(ToString::to_string).unwrap_or_default()
}

/// `slugify [length [smart]] name` (Argo CD, `SlugifyName`; gosimple/slug, `MakeLang`).
fn slugify(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let Some((name, options)) = args.split_last() else { return Ok(Value::from("")) };
    let length = options.first().and_then(Value::as_int).unwrap_or(50).max(0) as usize;
    let smart = options.get(1).and_then(Value::as_bool).unwrap_or(true);
    let name = normalized(&first_text(std::slice::from_ref(name)));
    let name = if smart { &*name } else { &name[..length.min(name.len())] };
    let mut slug = String::new();
    for c in name.chars() {
        match c {
            '.' | '-' if slug.ends_with('-') => {}
            '.' => slug.push('-'),
            c => slug.push(c),
        }
    }
    let slug = slug.trim_matches('-');
    if !smart || length == 0 || slug.len() <= length {
        return Ok(Value::from(slug));
    }
    // Between words where there are several.
    let end = slug[..=length].rfind('-').unwrap_or(length);
    Ok(Value::from(&slug[..end]))
}
