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

/// Fills texts with parameters.
pub(super) struct Templates {
    environment: Environment,
    profile: &'static Profile,
    language: Language,
}

impl Templates {
    pub(super) fn new(language: Language, missing_key: MissingKey) -> Self {
        let profile = <&Profile>::default();
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
        let environment = Environment::new(functions, Dialect::go1(26));
        let environment = environment.with_missing_key(missing_key);
        Self { environment, profile, language }
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
                walk(node, &|text| self.go(text, &data))
            }
        }
    }

    /// One text filled.
    pub(super) fn text(&self, text: &str, parameters: &Mapping) -> Result<String, String> {
        match self.language {
            Language::Fast => fast(text, parameters),
            Language::Go => self.go(text, &Data::from(data_map(parameters))),
        }
    }

    fn go(&self, text: &str, data: &Data) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let mut host = Host::new(self.profile, Surroundings::seeded("set"));
        let set = TemplateSet::new(NAME).into();
        let mut machine = Machine::new(&self.environment, set, LIMITS, &mut host);
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
            for entry in mapping {
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

/// `slugify [length [smart]] name` (Argo CD, `SlugifyName`).
fn slugify(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let length = args.iter().find_map(Value::as_int).unwrap_or(50).max(0) as usize;
    let smart = args.iter().find_map(Value::as_bool).unwrap_or(false);
    let mut slug = String::new();
    for c in first_text(args).to_lowercase().chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => slug.push(c),
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_matches(['-', '_']);
    if slug.len() <= length {
        return Ok(Value::from(slug));
    }
    let cut = &slug[..length];
    let whole_words = smart && slug.as_bytes().get(length) != Some(&b'-');
    let cut = if whole_words { cut.rsplit_once('-').map_or(cut, |(words, _)| words) } else { cut };
    Ok(Value::from(cut.trim_matches(['-', '_'])))
}
