//! `.Files`: what a chart's templates can read of the chart.
//!
//! Source of the rules: Helm's `pkg/engine/files.go`.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zij_gotmpl::{
    Elem, Error, GoType, List, Machine, Map, Method, Param, Str, Value, value::STRING_LIST,
};
use zij_goyaml::{Mapping, Node, NodeKind};

use super::file_glob::FileGlob;
use crate::load::File;

static FILES: GoType = GoType {
    name: "engine.files",
    elem: Elem::Bytes,
    named: true,
    methods: &[
        Method::new("GetBytes", &[Param::String], get_bytes),
        Method::new("Get", &[Param::String], get),
        Method::new("Glob", &[Param::String], glob),
        Method::new("AsConfig", &[], as_config),
        Method::new("AsSecrets", &[], as_secrets),
        Method::new("Lines", &[Param::String], lines),
    ],
};

type Answer = Result<Value, Error>;

/// The `.Files` of a chart.
pub(crate) fn object(files: &[File]) -> Value {
    let entries =
        files.iter().map(|file| (Str::from(file.name.as_str()), Value::Bytes(file.data.clone())));
    Value::Map(Map::with_type(entries.collect(), &FILES))
}

fn content(receiver: &Value, arguments: &[Value]) -> Option<Arc<[u8]>> {
    let name = arguments.first()?.as_str()?;
    match receiver.as_map()?.get(name)? {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn get_bytes(_: &mut Machine<'_>, receiver: &Value, arguments: &mut [Value]) -> Answer {
    Ok(Value::Bytes(content(receiver, arguments).unwrap_or_default()))
}

fn get(_: &mut Machine<'_>, receiver: &Value, arguments: &mut [Value]) -> Answer {
    let text = content(receiver, arguments).map(Str::from).unwrap_or_default();
    Ok(Value::String(text))
}

fn glob(_: &mut Machine<'_>, receiver: &Value, arguments: &mut [Value]) -> Answer {
    let pattern = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let pattern = FileGlob::parse_or_all(&pattern.to_str_lossy());
    let entries = receiver.as_map().map(Map::entries).unwrap_or_default();
    let found = entries.into_iter().filter(|(name, _)| pattern.matches(&name.to_str_lossy()));
    Ok(Value::Map(Map::with_type(found.collect(), &FILES)))
}

fn as_config(machine: &mut Machine<'_>, receiver: &Value, _: &mut [Value]) -> Answer {
    as_yaml(machine, receiver, |bytes| zij_goyaml::to_valid_utf8(bytes).into_owned())
}

fn as_secrets(machine: &mut Machine<'_>, receiver: &Value, _: &mut [Value]) -> Answer {
    as_yaml(machine, receiver, |bytes| STANDARD.encode(bytes))
}

/// YAML of base names and contents; of files with the same base name the last one wins.
fn as_yaml(machine: &mut Machine<'_>, receiver: &Value, shown: fn(&[u8]) -> String) -> Answer {
    let mut contents = BTreeMap::new();
    for (name, value) in receiver.as_map().map(Map::entries).unwrap_or_default() {
        if let Value::Bytes(bytes) = value {
            machine.charge_memory(bytes.len())?;
            let name = name.to_str_lossy();
            let base = name.rsplit('/').next().unwrap_or(&name).to_owned();
            contents.insert(base, shown(&bytes));
        }
    }
    let node = |text: String| Node::from(NodeKind::String(text.into()));
    let mapping: Mapping =
        contents.into_iter().map(|(name, text)| (name.into(), node(text))).collect();
    let yaml = zij_goyaml::to_yaml(&NodeKind::Mapping(mapping).into());
    let yaml = yaml.unwrap_or_default();
    // One line break only: a text that ends in several keeps the others.
    Ok(Value::from(yaml.strip_suffix('\n').unwrap_or(&yaml)))
}

fn lines(_: &mut Machine<'_>, receiver: &Value, arguments: &mut [Value]) -> Answer {
    let Some(content) = content(receiver, arguments) else {
        return Ok(list_of_lines(std::iter::empty()));
    };
    let Some(last) = content.last() else {
        return Err(Error::function("runtime error: index out of range [-1]"));
    };
    let text = if *last == b'\n' { &content[..content.len() - 1] } else { &content[..] };
    Ok(list_of_lines(text.split(|byte| *byte == b'\n')))
}

fn list_of_lines<'t>(lines: impl Iterator<Item = &'t [u8]>) -> Value {
    Value::List(List::with_type(
        lines.map(|line| Value::from(line.to_vec())).collect(),
        &STRING_LIST,
    ))
}
