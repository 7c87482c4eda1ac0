//! Checking values against the schemas of a tree of charts.
//!
//! Source of the rules: Helm's `pkg/chart/common/util/jsonschema.go`.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use zij_gotmpl::{Map, Value as Live, value::convert};

use super::{messages, older_messages};
use crate::{
    chart::Node,
    error::{Error, Place, Stage},
    profile::{Profile, SchemaLibrary},
    values::to_serde,
};

/// Longest list of violations that is told.
const MOST_VIOLATIONS: usize = 200;

/// Compiled schemas, shared by all renders of an engine.
#[derive(Default)]
pub(crate) struct Schemas(Mutex<HashMap<[u8; 32], Arc<Validator>>>);

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
        let mut found = String::new();
        let mut files = Vec::new();
        self.chart(root, values, profile, &mut found, &mut files);
        if found.is_empty() {
            return Ok(());
        }
        let text = format!(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n{found}"
        );
        let place = |file| Place { file, ..Place::default() };
        Err(Error::new(Stage::Schema, text).with_trace(files.into_iter().map(place).collect()))
    }

    fn chart(
        &self,
        node: &Node,
        values: &Map,
        profile: &Profile,
        found: &mut String,
        files: &mut Vec<String>,
    ) {
        if let Some(schema) = &node.chart.schema
            && let Err(problem) = self.check(schema, values, profile)
        {
            found.extend([node.name(), ":\n", &problem]);
            files.push(format!("{}/values.schema.json", node.name()));
        }
        for subchart in &node.dependencies {
            match values.get(subchart.name().as_bytes()) {
                None | Some(Live::Nil) => {}
                Some(Live::Map(own)) => self.chart(subchart, &own, profile, found, files),
                Some(other) => found.extend([
                    subchart.name(),
                    ":\ninvalid type for values: expected object (map), got ",
                    other.type_name(),
                    "\n",
                ]),
            }
        }
    }

    fn check(&self, schema: &[u8], values: &Map, profile: &Profile) -> Result<(), String> {
        let validator = self.compiled(schema)?;
        let data = convert::to_data(&Live::Map(values.clone())).map_err(|e| e.to_string())?;
        let instance = to_serde(&data);
        if validator.is_valid(&instance) {
            return Ok(());
        }
        let violations: Vec<_> = validator.iter_errors(&instance).take(MOST_VIOLATIONS).collect();
        Err(match profile.schema {
            SchemaLibrary::SanthoshTekuri => messages::text(&violations, &instance),
            SchemaLibrary::Gojsonschema => older_messages::text(&violations, &instance),
        })
    }

    fn compiled(&self, schema: &[u8]) -> Result<Arc<Validator>, String> {
        let key = *blake3::hash(schema).as_bytes();
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = lock().get(&key) {
            return Ok(Arc::clone(validator));
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
        let validator = jsonschema::options()
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .map_err(|error| format!("{error}\n"))?;
        let validator = Arc::new(validator);
        lock().insert(key, Arc::clone(&validator));
        Ok(validator)
    }
}
