//! JSON 6902 (evanphx/json-patch v4, with its liberties).

use std::sync::Arc;

use zij_goyaml::{Limits, Mapping, MappingEntry, Node as Value, NodeKind, Span};

use crate::error::{Error, Result};

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Option<Value>,
}

/// Reads a patch in YAML, or in JSON where it begins with a bracket.
///
/// # Errors
/// Bad YAML, or no list of maps.
pub(crate) fn parse(text: &[u8], limits: &Limits) -> Result<Vec<Operation>> {
    if text.starts_with(b"[") {
        // What begins like this and is only YAML is refused.
        zij_goyaml::json::parse(text)?;
    }
    let node = zij_goyaml::parse(text, limits)?;
    let items = match &node.kind {
        NodeKind::Null => &[],
        NodeKind::Sequence(items) => items.as_slice(),
        _ => return Err(Error::change("a JSON patch is no list")),
    };
    items.iter().map(operation).collect()
}

fn operation(node: &Value) -> Result<Operation> {
    if node.as_mapping().is_none() {
        return Err(Error::change("an operation of a JSON patch is no map"));
    }
    let text = |name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Operation {
        op: text("op").unwrap_or_default(),
        path: text("path"),
        from: text("from"),
        value: node.get("value").cloned(),
    })
}

/// Applies the operations in order.
///
/// # Errors
/// The first one that does not apply.
pub(crate) fn apply(document: &mut Value, operations: &[Operation]) -> Result<()> {
    for operation in operations {
        operation.apply(document)?;
    }
    Ok(())
}

impl Operation {
    fn apply(&self, document: &mut Value) -> Result<()> {
        let missing = || Error::change(format!("{} operation failed to decode path", self.op));
        let path = self.path.as_deref().ok_or_else(missing)?;
        match self.op.as_str() {
            "add" => self.add(document, path, self.given()),
            "remove" => self.remove(document, path).map(drop),
            "replace" => self.replace(document, path),
            "test" => self.test(document, path),
            "move" => {
                let from = self.from.as_deref().ok_or_else(missing)?;
                let value = self.get(document, from)?.unwrap_or_else(null);
                self.remove(document, from)?;
                self.add(document, path, value)
            }
            "copy" => {
                let from = self.from.as_deref().ok_or_else(missing)?;
                let value = self.get(document, from)?.unwrap_or_else(null);
                self.add(document, path, value)
            }
            other => Err(Error::change(format!("Unexpected kind: {other}"))),
        }
    }

    fn given(&self) -> Value {
        self.value.clone().unwrap_or_else(null)
    }

    fn refuse(&self, path: &str, problem: &str) -> Error {
        Error::change(format!("{} operation does not apply: {problem}: \"{path}\"", self.op))
    }

    /// The map or list that holds the end of a path.
    fn parent<'d>(&self, document: &'d mut Value, path: &str) -> Result<(&'d mut Value, String)> {
        let missing = || self.refuse(path, "doc is missing path");
        let mut parts: Vec<String> = path.split('/').skip(1).map(decode).collect();
        // A path of one part has no parent to go to.
        let key = if path.contains('/') {
            parts.pop().ok_or_else(missing)?
        } else {
            return Err(missing());
        };
        let mut node = document;
        for part in parts {
            node = match &mut node.kind {
                NodeKind::Mapping(mapping) => mapping.get_mut(&part),
                NodeKind::Sequence(items) => {
                    let at = index(&part, items.len()).filter(|at| *at < items.len());
                    at.and_then(|at| items.get_mut(at))
                }
                _ => None,
            }
            .ok_or_else(missing)?;
        }
        match node.kind {
            NodeKind::Mapping(_) | NodeKind::Sequence(_) => Ok((node, key)),
            _ => Err(missing()),
        }
    }

    fn get(&self, document: &mut Value, path: &str) -> Result<Option<Value>> {
        let (parent, key) = self.parent(document, path)?;
        match &parent.kind {
            NodeKind::Mapping(mapping) => Ok(mapping.get(&key).cloned()),
            NodeKind::Sequence(items) => {
                let at = index(&key, items.len()).filter(|at| *at < items.len());
                let at = at.ok_or_else(|| self.refuse(path, "invalid index"))?;
                Ok(items.get(at).cloned())
            }
            _ => Ok(None),
        }
    }

    fn add(&self, document: &mut Value, path: &str, value: Value) -> Result<()> {
        let (parent, key) = self.parent(document, path)?;
        match &mut parent.kind {
            NodeKind::Mapping(mapping) => insert(mapping, &key, value),
            NodeKind::Sequence(items) if key == "-" => items.push(value),
            NodeKind::Sequence(items) => {
                // One place more than there are elements.
                let at = index(&key, items.len() + 1).filter(|at| *at <= items.len());
                let at = at.ok_or_else(|| self.refuse(path, "invalid index"))?;
                items.insert(at, value);
            }
            _ => {}
        }
        Ok(())
    }

    fn remove(&self, document: &mut Value, path: &str) -> Result<()> {
        let (parent, key) = self.parent(document, path)?;
        match &mut parent.kind {
            NodeKind::Mapping(mapping) => {
                let removed = mapping.remove(&key);
                removed.ok_or_else(|| self.refuse(path, "Unable to remove nonexistent key"))?;
            }
            NodeKind::Sequence(items) => {
                let at = index(&key, items.len()).filter(|at| *at < items.len());
                items.remove(at.ok_or_else(|| self.refuse(path, "invalid index"))?);
            }
            _ => {}
        }
        Ok(())
    }

    /// A key that is missing in a map is added.
    fn replace(&self, document: &mut Value, path: &str) -> Result<()> {
        let value = self.given();
        if path.is_empty() {
            if !matches!(value.kind, NodeKind::Mapping(_) | NodeKind::Sequence(_)) {
                return Err(self.refuse(path, "value must be object or array"));
            }
            *document = value;
            return Ok(());
        }
        let (parent, key) = self.parent(document, path)?;
        match &mut parent.kind {
            NodeKind::Mapping(mapping) => insert(mapping, &key, value),
            NodeKind::Sequence(items) => {
                let at = index(&key, items.len()).filter(|at| *at < items.len());
                let at = at.ok_or_else(|| self.refuse(path, "doc is missing key"))?;
                items[at] = value;
            }
            _ => {}
        }
        Ok(())
    }

    fn test(&self, document: &mut Value, path: &str) -> Result<()> {
        let found =
            if path.is_empty() { Some(document.clone()) } else { self.get(document, path)? };
        let equal = match (&found, &self.value) {
            (None, None) => true,
            (Some(found), Some(wanted)) => same(found, wanted),
            (None, Some(wanted)) => wanted.is_null(),
            (Some(_), None) => false,
        };
        if equal { Ok(()) } else { Err(Error::change(format!("testing value {path} failed"))) }
    }
}

fn null() -> Value {
    NodeKind::Null.into()
}

fn insert(mapping: &mut Mapping, key: &str, value: Value) {
    let key: Arc<str> = key.into();
    mapping.insert(MappingEntry { key, key_span: Span::default(), value });
}

fn decode(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// An index, which may be negative to count from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let index: i64 = key.parse().ok()?;
    if index >= 0 {
        return usize::try_from(index).ok();
    }
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    length.checked_sub(back)
}

/// Equal as JSON: the order of keys and the type of numbers do not matter.
fn same(a: &Value, b: &Value) -> bool {
    match (&a.kind, &b.kind) {
        (NodeKind::Mapping(a), NodeKind::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().all(|entry| b.get(&entry.key).is_some_and(|b| same(&entry.value, b)))
        }
        (NodeKind::Sequence(a), NodeKind::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) => number(a) == number(b) && (number(a).is_some() || a == b),
    }
}

fn number(kind: &NodeKind) -> Option<f64> {
    match kind {
        NodeKind::Int(value) => Some(*value as f64),
        NodeKind::Uint(value) => Some(*value as f64),
        NodeKind::Float(value) => Some(*value),
        _ => None,
    }
}
