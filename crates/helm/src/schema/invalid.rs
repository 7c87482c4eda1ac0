//! Schemas that are no schemas, in the words of both libraries.

use std::error::Error;

use jsonschema::{Retrieve, Uri};
use serde_json::{Value, json};

use super::messages;
use crate::{functions::regex_problem, profile::SchemaLibrary};

/// Where the schema is, as Helm calls it.
const NAME: &str = "file:///values.schema.json";

/// Gives what a schema refers to outside itself: anything is allowed where a `urn:` is meant,
/// nothing else can be had.
pub(super) struct Outside;

impl Retrieve for Outside {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        if uri.as_str().starts_with("urn:") {
            return Ok(json!({}));
        }
        Err("references to other files and to the network are not followed".into())
    }
}

/// What is wrong with a schema, if a library has words for it.
pub(super) fn problem(schema: &Value, library: SchemaLibrary) -> Option<String> {
    match library {
        SchemaLibrary::SanthoshTekuri => newer(schema),
        SchemaLibrary::Gojsonschema => older(schema),
    }
}

fn newer(schema: &Value) -> Option<String> {
    let draft = match schema.get("$schema").and_then(Value::as_str) {
        Some(draft) => draft.trim_end_matches('#'),
        None => "https://json-schema.org/draft/2020-12/schema",
    };
    let told = against_metaschema(schema, draft).or_else(|| bad_pattern(schema, draft));
    Some(match told {
        Some(told) => format!(
            "\"{NAME}#\" is not valid against metaschema: jsonschema validation failed with \
             '{draft}#'\n{told}"
        ),
        None => format!("json-pointer in \"{NAME}{}\" not found", missing_reference(schema)?),
    })
}

fn against_metaschema(schema: &Value, draft: &str) -> Option<String> {
    if !schema.is_object() && !schema.is_boolean() {
        let kind = messages::type_of(schema);
        let wanted =
            if draft.contains("draft-0") { "object or boolean" } else { "boolean or object" };
        return Some(format!("- at '': got {kind}, want {wanted}"));
    }
    let validator = jsonschema::meta::validator_for(schema).ok()?;
    let violations: Vec<_> = validator.iter_errors(schema).collect();
    let told = messages::text(&messages::lines(&violations, schema, &Value::Null));
    (!told.is_empty()).then(|| told.trim_end().to_owned())
}

/// The first pattern that is none; later drafts tell each schema on the way to it.
fn bad_pattern(schema: &Value, draft: &str) -> Option<String> {
    let (path, pattern, problem) = find_pattern(schema, "")?;
    let above = if draft.contains("draft-0") { Vec::new() } else { levels(&path) };
    let indent = "  ".repeat(above.len());
    let above = above.iter().enumerate();
    let told: String = above
        .map(|(depth, level)| format!("{}- at '{level}': 'allOf' failed\n", "  ".repeat(depth)))
        .collect();
    Some(format!("{told}{indent}- at '{path}/pattern': '{pattern}' is not valid regex: {problem}"))
}

fn find_pattern(schema: &Value, path: &str) -> Option<(String, String, String)> {
    match schema {
        Value::Object(map) => {
            if let Some(pattern) = map.get("pattern").and_then(Value::as_str)
                && let Some(problem) = regex_problem(pattern)
            {
                return Some((path.to_owned(), pattern.to_owned(), problem));
            }
            map.iter().find_map(|(key, inner)| find_pattern(inner, &format!("{path}/{key}")))
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(at, inner)| find_pattern(inner, &format!("{path}/{at}")))
        }
        _ => None,
    }
}

/// The schemas on the way to a place, the outermost and the place itself included.
fn levels(path: &str) -> Vec<String> {
    const NAMED: [&str; 6] =
        ["properties", "patternProperties", "$defs", "definitions", "allOf", "anyOf"];
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (mut levels, mut at) = (vec![String::new()], 0);
    while at < segments.len() {
        at += if NAMED.contains(&segments[at]) || segments[at] == "oneOf" { 2 } else { 1 };
        let end = at.min(segments.len());
        levels.push(segments[..end].iter().flat_map(|segment| ["/", segment]).collect());
    }
    levels
}

fn older(schema: &Value) -> Option<String> {
    if !schema.is_object() && !schema.is_boolean() {
        return Some("schema is invalid".to_owned());
    }
    if let Some(text) = visit(schema, &|map| {
        let pattern = map.get("pattern")?.as_str()?;
        regex_problem(pattern).map(|_| "pattern must be a valid regex".to_owned())
    }) {
        return Some(text);
    }
    let bad_type = visit(schema, &|map| {
        const KNOWN: [&str; 7] =
            ["array", "boolean", "integer", "number", "null", "object", "string"];
        let name = map.get("type")?.as_str()?;
        (!KNOWN.contains(&name)).then(|| {
            format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values \
                 are:[{}]",
                KNOWN.join(" ")
            )
        })
    });
    let foreign = || {
        visit(schema, &|map| {
            let reference = map.get("$ref")?.as_str()?;
            reference
                .starts_with("urn:")
                .then(|| format!("Reference {reference} must be canonical"))
        })
    };
    let missing = || {
        let reference = missing_reference(schema)?;
        let mut at = schema;
        for part in reference.trim_start_matches("#/").split('/') {
            match at.get(part) {
                Some(inner) => at = inner,
                None => return Some(format!("Object has no key '{part}'")),
            }
        }
        None
    };
    bad_type.or_else(foreign).or_else(missing)
}

/// The first local reference to a place that the schema does not have.
fn missing_reference(schema: &Value) -> Option<String> {
    visit(schema, &|map| {
        let reference = map.get("$ref")?.as_str()?;
        let pointer = reference.strip_prefix('#')?;
        (pointer.starts_with('/') && schema.pointer(pointer).is_none())
            .then(|| reference.to_owned())
    })
}

/// What `find` gives first for an object anywhere in a schema.
fn visit(
    value: &Value,
    find: &dyn Fn(&serde_json::Map<String, Value>) -> Option<String>,
) -> Option<String> {
    match value {
        Value::Object(map) => {
            find(map).or_else(|| map.values().find_map(|inner| visit(inner, find)))
        }
        Value::Array(items) => items.iter().find_map(|inner| visit(inner, find)),
        _ => None,
    }
}
