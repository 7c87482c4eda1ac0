//! JSON as Go's `encoding/json` writes and reads it (sprig `defaults.go`, Helm `funcs.go`).

use std::sync::Arc;

use zij_gotmpl::{
    Data, DataMap, Error, Function, List, Machine, Map,
    Param::{Any, String as Text},
    Value,
    value::convert::Walk,
};
use zij_goyaml::{
    Node, NodeKind,
    json::{self, Escape, push_bytes, push_float},
};

use super::{
    arguments::{is_nil_map, is_nil_slice, nil_list, nil_map, text},
    encoding::encode_base64,
};
use crate::yaml::{data, json_kind};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[Any], |machine, args| {
        or_empty(encode(machine, &args[0], Escape::Html, None))
    }),
    Function::new("mustToJson", &[Any], |machine, args| {
        encode(machine, &args[0], Escape::Html, None).map(Value::from)
    }),
    Function::new("toPrettyJson", &[Any], |machine, args| {
        or_empty(encode(machine, &args[0], Escape::Html, Some(0)))
    }),
    Function::new("mustToPrettyJson", &[Any], |machine, args| {
        encode(machine, &args[0], Escape::Html, Some(0)).map(Value::from)
    }),
    Function::new("toRawJson", &[Any], |machine, args| {
        encode(machine, &args[0], Escape::Raw, None).map(Value::from)
    }),
    Function::new("mustToRawJson", &[Any], |machine, args| {
        encode(machine, &args[0], Escape::Raw, None).map(Value::from)
    }),
    Function::new("fromJson", &[Text], from_json),
    Function::new("fromJsonArray", &[Text], from_json_array),
    Function::new("mustFromJson", &[Text], must_from_json),
];

type Answer = Result<Value, Error>;

/// Returns the text, or nothing when Go refuses the value; limits stay errors.
pub(super) fn or_empty(text: Result<String, Error>) -> Answer {
    match text {
        Err(error) if !error.is_limit() => Ok(Value::from("")),
        text => text.map(Value::from),
    }
}

fn encode(
    machine: &mut Machine<'_>,
    value: &Value,
    escape: Escape,
    indent: Option<usize>,
) -> Result<String, Error> {
    let mut writer = Writer { machine, walk: Walk::new(), out: String::new(), escape, indent };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'m, 'r> {
    machine: &'m mut Machine<'r>,
    walk: Walk,
    out: String,
    escape: Escape,
    /// The level of indentation, if lines are broken at all.
    indent: Option<usize>,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        self.walk.enter()?;
        let before = self.out.len();
        match value {
            Value::Invalid | Value::Nil => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Int(value) | Value::Int64(value) => self.out.push_str(&value.to_string()),
            Value::Uint8(value) => self.out.push_str(&value.to_string()),
            Value::Uint64(value) => self.out.push_str(&value.to_string()),
            Value::Float(value) => self.float(*value)?,
            Value::String(text) => self.text(text),
            Value::Bytes(bytes) => self.text(encode_base64(bytes).as_bytes()),
            Value::List(list) if is_nil_slice(list) => self.out.push_str("null"),
            Value::Map(map) if is_nil_map(map) => self.out.push_str("null"),
            Value::List(list) => self.list(list)?,
            Value::Map(map) => self.map(map)?,
            Value::Object(object) => match object.json_fields() {
                Some(fields) => self.collection(['{', '}'], fields.iter(), |writer, field| {
                    writer.key(field.0.as_bytes());
                    writer.value(&field.1)
                })?,
                None => self.value(&object.to_json())?,
            },
        }
        if !matches!(value, Value::List(_) | Value::Map(_) | Value::Object(_)) {
            self.machine.charge_memory(self.out.len() - before)?;
        }
        self.walk.leave();
        Ok(())
    }

    /// Writes shared data without making live values of it.
    fn data(&mut self, data: &Data) -> Result<(), Error> {
        match data {
            Data::List(list) => self.collection(['[', ']'], list.iter(), Self::data),
            Data::Map(map) => self.collection(['{', '}'], map.iter(), |writer, (key, value)| {
                writer.key(key);
                writer.data(value)
            }),
            scalar => self.value(&Value::from(scalar)),
        }
    }

    fn list(&mut self, list: &List) -> Result<(), Error> {
        self.collection(['[', ']'], list.iter(), Self::value)
    }

    fn map(&mut self, map: &Map) -> Result<(), Error> {
        if let Some(data) = map.frozen() {
            return self.data(&Data::Map(data));
        }
        self.collection(['{', '}'], map.entries().iter(), |writer, (key, value)| {
            writer.key(key);
            writer.value(value)
        })
    }

    fn key(&mut self, key: &[u8]) {
        self.text(key);
        self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
    }

    fn float(&mut self, value: f64) -> Result<(), Error> {
        push_float(&mut self.out, value).map_err(|error| Error::function(error.to_string()))
    }

    fn text(&mut self, text: &[u8]) {
        push_bytes(&mut self.out, text, self.escape);
    }

    fn collection<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.out.push(open);
        let is_empty = items.len() == 0;
        self.indent = self.indent.map(|level| level + 1);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.break_line()?;
            write(self, item)?;
        }
        self.indent = self.indent.map(|level| level - 1);
        if !is_empty {
            self.break_line()?;
        }
        self.out.push(close);
        Ok(())
    }

    fn break_line(&mut self) -> Result<(), Error> {
        if let Some(level) = self.indent {
            self.machine.charge_memory(level * 2)?;
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", level));
        }
        Ok(())
    }
}

fn from_json(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let encoded = text(args, 0);
    machine.charge_memory(encoded.len())?;
    match json::parse_all(&encoded) {
        Ok((Node { kind: NodeKind::Null, .. }, None)) => Ok(nil_map()),
        Ok((node @ Node { kind: NodeKind::Mapping(_), .. }, None)) => Ok(Value::from(data(&node))),
        Ok((node @ Node { kind: NodeKind::Mapping(_), .. }, Some(error))) => {
            let mut map = match data(&node) {
                Data::Map(map) => map,
                _ => DataMap::default(),
            };
            Arc::make_mut(&mut map).insert("Error".into(), Data::from(error.to_string()));
            Ok(Value::from(Data::Map(map)))
        }
        Ok((Node { kind: NodeKind::Null, .. }, Some(_))) => {
            let wanted = "map[string]interface {}";
            Ok(error_map(format!("json: cannot unmarshal number into Go value of type {wanted}")))
        }
        Ok((node, _)) => {
            Ok(error_map(format!("json: {}", wrong_type(&node, "map[string]interface {}"))))
        }
        Err(error) => Ok(error_map(error.to_string())),
    }
}

fn from_json_array(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let encoded = text(args, 0);
    machine.charge_memory(encoded.len())?;
    match json::parse(&encoded) {
        Ok(Node { kind: NodeKind::Null, .. }) => Ok(nil_list()),
        Ok(node @ Node { kind: NodeKind::Sequence(_), .. }) => Ok(Value::from(data(&node))),
        Ok(node) => Ok(error_list(format!("json: {}", wrong_type(&node, "[]interface {}")))),
        Err(error) => Ok(error_list(error.to_string())),
    }
}

fn must_from_json(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let encoded = text(args, 0);
    machine.charge_memory(encoded.len())?;
    let node = json::parse(&encoded).map_err(|error| Error::function(error.to_string()))?;
    Ok(Value::from(data(&node)))
}

/// Returns `encoding/json`'s refusal to put a value into a Go type.
pub(super) fn wrong_type(node: &Node, wanted: &str) -> String {
    format!("cannot unmarshal {} into Go value of type {wanted}", json_kind(node))
}

/// How Helm's `from` functions for maps tell an error.
pub(super) fn error_map(text: String) -> Value {
    Value::from([("Error", Value::from(text))].into_iter().collect::<Map>())
}

/// How Helm's `from` functions for lists tell an error.
pub(super) fn error_list(text: String) -> Value {
    Value::from(vec![Value::from(text)])
}
