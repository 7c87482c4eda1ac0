//! Typed values out of YAML as Go's `encoding/json` takes them: names in any case, null as absent.

use std::collections::BTreeMap;

use zij_goyaml::{Node, NodeKind};

use crate::error::{Error, Result};

/// Reads values for one Go type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder {
    what: &'static str,
    strict: bool,
}

impl Decoder {
    /// Unknown fields are errors.
    pub(crate) fn strict(what: &'static str) -> Self {
        Self { what, strict: true }
    }

    /// Unknown fields are passed over, as in the configuration of plugins.
    pub(crate) fn lenient(what: &'static str) -> Self {
        Self { what, strict: false }
    }

    /// The same rule for another type.
    pub(crate) fn of(self, what: &'static str) -> Self {
        Self { what, ..self }
    }

    /// Calls `take` with each field, its name in lower case; it says whether it knows the name.
    pub(crate) fn object(
        self,
        node: &Node,
        take: &mut dyn FnMut(&str, &Node) -> Result<bool>,
    ) -> Result<()> {
        let mapping = match &node.kind {
            NodeKind::Null => return Ok(()),
            NodeKind::Mapping(mapping) => mapping,
            _ => return Err(self.mismatch(node, "object")),
        };
        for entry in mapping {
            let lower = entry.key.to_lowercase();
            let known = take(&lower, &entry.value).map_err(|error| located(error, &entry.value))?;
            if !known && self.strict {
                let problem = format!("json: unknown field \"{}\" in {}", entry.key, self.what);
                let error = Error::kustomization(problem);
                return Err(error.at(&"".into(), entry.key_span.start.line));
            }
        }
        Ok(())
    }

    fn mismatch(self, node: &Node, wanted: &str) -> Error {
        let found = match node.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "bool",
            NodeKind::Int(_) | NodeKind::Uint(_) | NodeKind::Float(_) => "number",
            NodeKind::String(_) => "string",
            NodeKind::Sequence(_) => "array",
            NodeKind::Mapping(_) => "object",
        };
        let what = self.what;
        let problem =
            format!("json: cannot unmarshal {found} into Go struct field {what} of type {wanted}");
        let error = Error::kustomization(problem);
        let error = if wanted == "string" && matches!(found, "number" | "bool") {
            error.hint("put the value into quotes")
        } else {
            error
        };
        located(error, node)
    }

    pub(crate) fn string(self, node: &Node) -> Result<String> {
        match &node.kind {
            NodeKind::Null => Ok(String::new()),
            NodeKind::String(text) => Ok(text.to_string()),
            _ => Err(self.mismatch(node, "string")),
        }
    }

    pub(crate) fn bool(self, node: &Node) -> Result<bool> {
        match &node.kind {
            NodeKind::Null => Ok(false),
            NodeKind::Bool(value) => Ok(*value),
            _ => Err(self.mismatch(node, "bool")),
        }
    }

    pub(crate) fn integer(self, node: &Node) -> Result<i64> {
        match &node.kind {
            NodeKind::Null => Ok(0),
            NodeKind::Int(value) => Ok(*value),
            NodeKind::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
                Ok(*value as i64)
            }
            _ => Err(self.mismatch(node, "int64")),
        }
    }

    /// Calls `take` with each item; null is an empty list.
    pub(crate) fn list<T>(
        self,
        node: &Node,
        mut take: impl FnMut(&Node) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &node.kind {
            NodeKind::Null => Ok(Vec::new()),
            NodeKind::Sequence(items) => items.iter().map(&mut take).collect(),
            _ => Err(self.mismatch(node, "slice")),
        }
    }

    pub(crate) fn strings(self, node: &Node) -> Result<Vec<String>> {
        self.list(node, |item| self.string(item))
    }

    pub(crate) fn string_map(self, node: &Node) -> Result<BTreeMap<String, String>> {
        match &node.kind {
            NodeKind::Null => Ok(BTreeMap::new()),
            NodeKind::Mapping(mapping) => {
                let pairs = mapping.iter();
                pairs.map(|entry| Ok((entry.key.to_string(), self.string(&entry.value)?))).collect()
            }
            _ => Err(self.mismatch(node, "map[string]string")),
        }
    }
}

/// Adds the line of a value; the file is filled in where it is known.
fn located(error: Error, node: &Node) -> Error {
    match node.span.start.line {
        0 => error,
        line => error.at(&"".into(), line),
    }
}
