//! Filling Go structs from YAML as `sigs.k8s.io/yaml` and `encoding/json` do.

use std::collections::BTreeMap;

use zij_goyaml::{Node, NodeKind, format_float32};

use crate::yaml::{YamlError, json_kind};

/// Why a struct cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// A value of another type than the field's.
    #[error(transparent)]
    Type(#[from] YamlError),
    /// A list holds a null where a struct is wanted; Helm finds it when it validates.
    #[error("validation: {0}")]
    Invalid(&'static str),
}

/// One key of a mapping that may be a field of a struct.
#[derive(Debug)]
pub(crate) struct Field<'n> {
    /// The key in lower case: `encoding/json` ignores case.
    pub(crate) lower_name: String,
    key: &'n str,
    target: &'static Struct,
    node: &'n Node,
}

/// A Go struct as messages name it.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Type with its package.
    pub(crate) go_type: &'static str,
    /// Name of the type alone, empty for a struct without one.
    pub(crate) name: &'static str,
    /// JSON path from the root struct, with a dot behind it; empty for the root.
    pub(crate) path: &'static str,
}

/// The fields of a struct in the order `encoding/json` meets them.
#[derive(Debug)]
pub(crate) struct Fields;

impl Fields {
    /// The keys of a mapping, sorted; none for null.
    pub(crate) fn of<'n>(
        node: &'n Node,
        target: &'static Struct,
    ) -> Result<Vec<Field<'n>>, DecodeError> {
        let NodeKind::Mapping(mapping) = &node.kind else {
            if node.is_null() {
                return Ok(Vec::new());
            }
            let (kind, go_type) = (json_kind(node), target.go_type);
            let into = match target.path.trim_end_matches('.') {
                "" => "value".to_owned(),
                path => format!("struct field {}.{path}", target.parent_name()),
            };
            let problem = format!("cannot unmarshal {kind} into Go {into} of type {go_type}");
            return Err(YamlError::decoding(&problem).at(node).into());
        };
        let field = |entry: &'n zij_goyaml::MappingEntry| Field {
            lower_name: entry.key.to_lowercase(),
            key: &entry.key,
            target,
            node: &entry.value,
        };
        let mut fields: Vec<_> = mapping.iter().map(field).collect();
        fields.sort_by_key(|field| field.key);
        Ok(fields)
    }
}

impl Struct {
    /// The struct that holds this one; all of them hang at the root.
    fn parent_name(&self) -> &'static str {
        if self.name.is_empty() { "SimpleHead" } else { "Metadata" }
    }
}

impl<'n> Field<'n> {
    pub(crate) fn node(&self) -> &'n Node {
        self.node
    }

    fn mismatch(&self, node: &Node, go_type: &str) -> DecodeError {
        let (kind, key) = (json_kind(node), self.key);
        let Struct { name, path, .. } = self.target;
        let problem = format!(
            "cannot unmarshal {kind} into Go struct field {name}.{path}{key} of type {go_type}"
        );
        YamlError::decoding(&problem).at(node).into()
    }

    pub(crate) fn string(&self, into: &mut String) -> Result<(), DecodeError> {
        if let Some(text) = self.text_of(self.node)? {
            *into = text;
        }
        Ok(())
    }

    /// Scalars of all types become strings, floats with 32-bit precision; null gives nothing.
    fn text_of(&self, node: &Node) -> Result<Option<String>, DecodeError> {
        Ok(match &node.kind {
            NodeKind::Null => None,
            NodeKind::Bool(value) => Some(value.to_string()),
            NodeKind::Int(value) => Some(value.to_string()),
            NodeKind::Uint(value) => Some(value.to_string()),
            NodeKind::Float(value) => Some(format_float32(*value)),
            NodeKind::String(text) => Some(text.to_string()),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => {
                return Err(self.mismatch(node, "string"));
            }
        })
    }

    pub(crate) fn boolean(&self, into: &mut bool) -> Result<(), DecodeError> {
        match &self.node.kind {
            NodeKind::Null => {}
            NodeKind::Bool(value) => *into = *value,
            _ => return Err(self.mismatch(self.node, "bool")),
        }
        Ok(())
    }

    /// The items of a list; `None` for null.
    pub(crate) fn items(
        &self,
        go_type: &str,
    ) -> Result<Option<std::slice::Iter<'n, Node>>, DecodeError> {
        match &self.node.kind {
            NodeKind::Null => Ok(None),
            NodeKind::Sequence(items) => Ok(Some(items.iter())),
            _ => Err(self.mismatch(self.node, go_type)),
        }
    }

    /// The items of a list of pointers to a struct; `None` for null.
    pub(crate) fn structs(
        &self,
        item: &Struct,
    ) -> Result<Option<std::slice::Iter<'n, Node>>, DecodeError> {
        self.items(&format!("[]*{}", item.go_type))
    }

    pub(crate) fn strings(&self, into: &mut Vec<String>) -> Result<(), DecodeError> {
        if let Some(items) = self.items("[]string")? {
            let texts = items.map(|item| Ok(self.text_of(item)?.unwrap_or_default()));
            *into = texts.collect::<Result<_, DecodeError>>()?;
        }
        Ok(())
    }

    pub(crate) fn string_map(
        &self,
        into: &mut Option<BTreeMap<String, String>>,
    ) -> Result<(), DecodeError> {
        match &self.node.kind {
            NodeKind::Null => {}
            NodeKind::Mapping(mapping) => {
                let pairs = mapping.iter().map(|entry| {
                    let text = self.text_of(&entry.value)?.unwrap_or_default();
                    Ok((entry.key.to_string(), text))
                });
                *into = Some(pairs.collect::<Result<_, DecodeError>>()?);
            }
            _ => return Err(self.mismatch(self.node, "map[string]string")),
        }
        Ok(())
    }
}

/// Roughly Go's `unicode.IsPrint`: no control, format, private or unassigned-looking character.
pub(crate) fn is_printable(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..
    );
    !c.is_control() && !invisible
}
