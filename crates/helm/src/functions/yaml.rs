//! YAML as `sigs.k8s.io/yaml` and goyaml v3 write and read it (Helm `funcs.go`).

use std::borrow::Cow;

use zij_gotmpl::{
    Data, DataMap, Error, Function, Machine, Map,
    Param::{Any, String as Text},
    Str, Value,
    value::convert::Walk,
};
use zij_goyaml::{
    Emitter, ErrorKind, Node, NodeKind, Style, sort_keys, sort_keys_pretty, to_valid_utf8,
};

use super::{
    arguments::{is_nil_map, is_nil_slice, text},
    encoding::encode_base64,
    json::{error_list, error_map, or_empty, wrong_type},
};
use crate::yaml::{self, YamlError};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("toYaml", &[Any], |machine, args| {
        or_empty(encode(machine, &args[0], Style::Marshal))
    }),
    Function::new("mustToYaml", &[Any], |machine, args| {
        encode(machine, &args[0], Style::Marshal).map(Value::from)
    }),
    Function::new("toYamlPretty", &[Any], |machine, args| {
        or_empty(encode(machine, &args[0], Style::Pretty))
    }),
    Function::new("fromYaml", &[Text], from_yaml),
    Function::new("fromYamlArray", &[Text], from_yaml_array),
];

type Answer = Result<Value, Error>;

/// Returns a value as YAML without the final line break.
///
/// # Errors
/// What Go says of values that cannot be written; a value that nests too deep or is too large.
pub(super) fn encode(
    machine: &mut Machine<'_>,
    value: &Value,
    style: Style,
) -> Result<String, Error> {
    let mut writer = Writer { machine, walk: Walk::new(), emitter: Emitter::new(style), style };
    writer.value(value)?;
    let emitter = writer.emitter;
    let mut text = emitter.finish().map_err(|error| match error.kind() {
        ErrorKind::Json => Error::function(format!("error marshaling into JSON: {error}")),
        _ => Error::function(error.to_string()),
    })?;
    machine.charge_memory(text.len())?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

/// Returns a value as `sigs.k8s.io/yaml` writes it, without the final line break.
///
/// # Errors
/// As [`encode`].
pub(crate) fn text_of(machine: &mut Machine<'_>, value: &Value) -> Result<String, Error> {
    encode(machine, value, Style::Marshal)
}

struct Writer<'m, 'r> {
    machine: &'m mut Machine<'r>,
    walk: Walk,
    emitter: Emitter,
    style: Style,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        self.walk.enter()?;
        match value {
            Value::Invalid | Value::Nil => self.emitter.null(),
            Value::Bool(value) => self.emitter.bool(*value),
            Value::Int(value) | Value::Int64(value) => self.emitter.int(*value),
            Value::Uint8(value) => self.emitter.uint(u64::from(*value)),
            Value::Uint64(value) => self.emitter.uint(*value),
            Value::Float(value) => self.emitter.float(*value),
            Value::String(text) => self.text(text)?,
            Value::Bytes(bytes) => self.bytes(bytes)?,
            Value::List(list) if self.is_json() && is_nil_slice(list) => self.emitter.null(),
            Value::Map(map) if self.is_json() && is_nil_map(map) => self.emitter.null(),
            Value::List(list) => {
                self.emitter.begin_sequence(list.len());
                for item in list {
                    self.value(item)?;
                }
                self.emitter.end_sequence();
            }
            Value::Map(map) => match map.frozen() {
                Some(data) => self.data_map(&data)?,
                None => {
                    let entries = map.entries();
                    self.entries(entries.iter().map(|(key, value)| (key, value)), Self::value)?;
                }
            },
            Value::Object(_) => self.object(value)?,
        }
        self.walk.leave();
        Ok(())
    }

    /// Writes shared data without making live values of it.
    fn data(&mut self, data: &Data) -> Result<(), Error> {
        match data {
            Data::List(list) => {
                self.emitter.begin_sequence(list.len());
                list.iter().try_for_each(|item| self.data(item))?;
                self.emitter.end_sequence();
                Ok(())
            }
            Data::Map(map) => self.data_map(map),
            scalar => self.value(&Value::from(scalar)),
        }
    }

    fn data_map(&mut self, map: &DataMap) -> Result<(), Error> {
        self.entries(map.iter(), Self::data)
    }

    fn entries<'e, T: 'e>(
        &mut self,
        entries: impl Iterator<Item = (&'e Str, &'e T)>,
        write: fn(&mut Self, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut entries: Vec<(Cow<'e, str>, &'e Str, &'e T)> =
            entries.map(|(key, value)| (to_valid_utf8(key), key, value)).collect();
        match self.style {
            Style::Marshal => sort_keys(&mut entries, |entry| &entry.0),
            Style::Pretty => sort_keys_pretty(&mut entries, |entry| &entry.0),
        }
        self.emitter.begin_mapping(entries.len());
        for (shown, key, value) in entries {
            if self.is_json() {
                self.emitter.key(&shown);
            } else {
                self.emitter.key_bytes(key);
            }
            write(self, value)?;
        }
        self.emitter.end_mapping();
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<(), Error> {
        self.machine.charge_memory(text.len())?;
        self.emitter.bytes(text);
        Ok(())
    }

    /// JSON has no bytes and takes base64; goyaml v3 writes the numbers.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.is_json() {
            return self.text(encode_base64(bytes).as_bytes());
        }
        self.machine.charge_memory(bytes.len() * 4)?;
        self.emitter.begin_sequence(bytes.len());
        for byte in bytes {
            self.emitter.uint(u64::from(*byte));
        }
        self.emitter.end_sequence();
        Ok(())
    }

    /// goyaml v3 knows nothing of JSON names and lowers those of the fields.
    fn object(&mut self, value: &Value) -> Result<(), Error> {
        let Value::Object(object) = value else { return Ok(()) };
        let fields = if self.is_json() { Vec::new() } else { object.yaml_fields() };
        if fields.is_empty() {
            return self.value(&object.to_json());
        }
        self.emitter.begin_mapping(fields.len());
        for (name, value) in fields {
            self.emitter.key_bytes(&name);
            self.value(&value)?;
        }
        self.emitter.end_mapping();
        Ok(())
    }

    fn is_json(&self) -> bool {
        self.style == Style::Marshal
    }
}

fn from_yaml(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let document = text(args, 0);
    machine.charge_memory(document.len())?;
    match yaml::read(&document) {
        Ok(Node { kind: NodeKind::Null, .. }) => Ok(Value::from(Map::new())),
        Ok(node @ Node { kind: NodeKind::Mapping(_), .. }) => Ok(Value::from(yaml::data(&node))),
        Ok(node) => Ok(error_map(refused(&node, "map[string]interface {}"))),
        Err(error) => Ok(error_map(error.to_string())),
    }
}

fn from_yaml_array(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let document = text(args, 0);
    machine.charge_memory(document.len())?;
    match yaml::read(&document) {
        Ok(Node { kind: NodeKind::Null, .. }) => Ok(Value::from(Vec::<Value>::new())),
        Ok(node @ Node { kind: NodeKind::Sequence(_), .. }) => Ok(Value::from(yaml::data(&node))),
        Ok(node) => Ok(error_list(refused(&node, "[]interface {}"))),
        Err(error) => Ok(error_list(error.to_string())),
    }
}

fn refused(node: &Node, wanted: &str) -> String {
    YamlError::decoding(&wrong_type(node, wanted)).text
}
