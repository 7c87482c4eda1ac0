//! Checking values against the schemas of a tree of charts.
//!
//! Source of the rules: Helm's `pkg/chart/common/util/jsonschema.go`.

use std::{fmt, sync::Arc};

use jsonschema::{
    Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind as Kind,
};
use serde_json::Value;
use zij_gotmpl::{Map, Value as Live, value::convert};

use super::{
    invalid::{self, Outside},
    messages, older_messages,
};
use crate::{
    chart::Node,
    diagnosis::{Fact, Violation},
    error::{Error, Place, Stage},
    profile::{Profile, SchemaLibrary},
    recent::Recent,
    values::to_serde,
};

/// Longest list of violations that is told.
const MOST_VIOLATIONS: usize = 200;

/// Bytes of the schemas that stay compiled.
const COMPILED_BYTES: usize = 16 << 20;

/// Compiled schemas, shared by all renders of an engine.
pub(crate) struct Schemas(Recent<[u8; 32], Arc<Compiled>>);

impl Default for Schemas {
    fn default() -> Self {
        Self(Recent::new(COMPILED_BYTES))
    }
}

struct Compiled {
    schema: Value,
    validator: Validator,
}

/// A line of what a schema refuses.
#[derive(Debug)]
pub(super) struct Line {
    /// JSON pointer to the value.
    pub(super) pointer: String,
    /// What is wrong with it.
    pub(super) text: String,
    /// How far the line is indented.
    pub(super) depth: usize,
}

/// What one schema refuses, or why it cannot be used.
#[derive(Debug)]
struct Refusal {
    text: String,
    lines: Vec<Line>,
    unknown: Vec<UnknownKey>,
}

/// A key that a schema does not know.
#[derive(Debug)]
struct UnknownKey {
    /// JSON pointer to the table with the key.
    pointer: String,
    name: String,
    known: Vec<String>,
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self { text, lines: Vec::new(), unknown: Vec::new() }
    }
}

/// What is found in all charts.
#[derive(Debug, Default)]
struct Found {
    root: String,
    text: String,
    files: Vec<String>,
    violations: Vec<Violation>,
}

impl Found {
    fn add(&mut self, chart: &str, subchart: &[String], refusal: Refusal) {
        self.text.extend([chart, ":\n", &refusal.text]);
        let folder: String = subchart.iter().flat_map(|name| ["/charts/", name]).collect();
        self.files.push(format!("{}{folder}/values.schema.json", self.root));
        if refusal.lines.is_empty() {
            let text = refusal.text.trim_end().to_owned();
            self.violations.push(violation(subchart, Vec::new(), text));
        }
        for line in refusal.lines {
            let unknown = refusal.unknown.iter();
            let mut unknown = unknown
                .filter(|own| own.pointer == line.pointer && line.text.contains(own.name.as_str()));
            let unknown = unknown.next().map(|own| (own.name.clone(), own.known.clone()));
            let known = violation(subchart, steps(&line.pointer), line.text);
            self.violations.push(Violation { depth: line.depth, unknown, ..known });
        }
    }

    fn add_other(&mut self, name: &str, subchart: &[String], go_type: &str) {
        let problem = format!("invalid type for values: expected object (map), got {go_type}");
        self.text.extend([name, ":\n", &problem, "\n"]);
        self.violations.push(violation(subchart, Vec::new(), problem));
    }
}

fn violation(subchart: &[String], path: Vec<String>, text: String) -> Violation {
    Violation { subchart: subchart.to_vec(), path, text, depth: 0, unknown: None }
}

/// The keys and indexes of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The keys that a schema does not know, each with those it knows in its place.
fn unknown_keys(errors: &[ValidationError<'_>], schema: &Value) -> Vec<UnknownKey> {
    let mut found = Vec::new();
    for error in errors {
        let Kind::AdditionalProperties { unexpected } = error.kind() else { continue };
        let keyword = error.schema_path().to_string();
        let owner = keyword.rsplit_once('/').map_or("", |(owner, _)| owner);
        let known = schema.pointer(&format!("{owner}/properties")).and_then(Value::as_object);
        let known: Vec<String> = known.into_iter().flat_map(|map| map.keys().cloned()).collect();
        let pointer = error.instance_path().to_string();
        found.extend(unexpected.iter().map(|name| UnknownKey {
            pointer: pointer.clone(),
            name: name.clone(),
            known: known.clone(),
        }));
    }
    found
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schemas")
    }
}

impl Schemas {
    /// Checks the values of a chart and of its subcharts; all violations are told together.
    pub(crate) fn validate(
        &self,
        root: &Node,
        values: &Map,
        profile: &Profile,
    ) -> Result<(), Error> {
        let mut found = Found { root: root.name().to_owned(), ..Found::default() };
        self.chart(root, values, profile, &mut Vec::new(), &mut found);
        let Found { text, files, violations, .. } = found;
        if text.is_empty() {
            return Ok(());
        }
        let text = format!(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n{text}"
        );
        let place = |file| Place { file, ..Place::default() };
        let failure = Error::new(Stage::Schema, text);
        let failure = failure.with_trace(files.into_iter().map(place).collect());
        Err(failure.with_fact(Fact::Violations(violations)))
    }

    fn chart(
        &self,
        node: &Node,
        values: &Map,
        profile: &Profile,
        path: &mut Vec<String>,
        found: &mut Found,
    ) {
        if let Some(schema) = &node.chart.schema
            && let Err(refusal) = self.check(schema, values, profile)
        {
            found.add(node.name(), path, refusal);
        }
        for subchart in &node.dependencies {
            path.push(subchart.name().to_owned());
            match values.get(subchart.name().as_bytes()) {
                None | Some(Live::Nil) => {}
                Some(Live::Map(own)) => self.chart(subchart, &own, profile, path, found),
                Some(other) => found.add_other(subchart.name(), path, other.type_name()),
            }
            path.pop();
        }
    }

    fn check(&self, schema: &[u8], values: &Map, profile: &Profile) -> Result<(), Refusal> {
        let compiled = self.compiled(schema, profile.schema)?;
        let data = convert::to_data(&Live::Map(values.clone())).map_err(|e| e.to_string())?;
        let instance = to_serde(&data);
        if compiled.validator.is_valid(&instance) {
            return Ok(());
        }
        let violations = compiled.validator.iter_errors(&instance).take(MOST_VIOLATIONS);
        let violations: Vec<_> = violations.collect();
        let schema = &compiled.schema;
        let (lines, text) = match profile.schema {
            SchemaLibrary::SanthoshTekuri => {
                let lines = messages::lines(&violations, &instance, schema);
                let text = messages::text(&lines);
                (lines, text)
            }
            SchemaLibrary::Gojsonschema => {
                let lines = older_messages::lines(&violations, &instance, schema);
                let text = older_messages::text(&lines);
                (lines, text)
            }
        };
        Err(Refusal { text, lines, unknown: unknown_keys(&violations, schema) })
    }

    fn compiled(&self, schema: &[u8], library: SchemaLibrary) -> Result<Arc<Compiled>, String> {
        let key = *blake3::hash(schema).as_bytes();
        if let Some(compiled) = self.0.get(&key) {
            return Ok(compiled);
        }
        let size = schema.len();
        if schema.trim_ascii().is_empty() {
            return Err("EOF".to_owned());
        }
        let schema: Value = serde_json::from_slice(schema).map_err(|error| {
            // Go's words for the same problem.
            match zij_goyaml::json::parse(schema) {
                Err(told) => {
                    told.to_string().replace("unexpected end of JSON input", "unexpected EOF")
                }
                Ok(_) => error.to_string(),
            }
        })?;
        let compiled = Arc::new(compile(schema, library)?);
        self.0.insert(key, Arc::clone(&compiled), size);
        Ok(compiled)
    }
}

fn compile(schema: Value, library: SchemaLibrary) -> Result<Compiled, String> {
    let mut options = jsonschema::options().with_pattern_options(PatternOptions::regex());
    match library {
        SchemaLibrary::SanthoshTekuri => options = options.with_retriever(Outside),
        SchemaLibrary::Gojsonschema => {
            // The library ends with draft 7 and reads later drafts by its rules.
            let named = schema.get("$schema").and_then(Value::as_str).unwrap_or_default();
            if !["draft-04", "draft-06", "draft-07"].iter().any(|draft| named.contains(draft)) {
                options = options.with_draft(Draft::Draft7);
            }
        }
    }
    match options.build(&schema) {
        Ok(validator) => Ok(Compiled { schema, validator }),
        Err(error) => Err(invalid::problem(&schema, library).unwrap_or_else(|| error.to_string())),
    }
}
