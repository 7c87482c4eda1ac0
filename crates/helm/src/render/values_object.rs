//! The Go type of `.Values`, with its methods.
//!
//! Source of the rules: Helm's `pkg/chart/common/values.go`.

use zij_gotmpl::{Elem, Error, GoType, Machine, Map, Method, Param, Value};

use crate::{functions::yaml_text, host::Host, profile::Profile};

static METHODS: [Method; 4] = [
    Method::new("AsMap", &[], |_, receiver, _| Ok(retyped(receiver, &zij_gotmpl::value::ANY_MAP))),
    Method::new("PathValue", &[Param::String], path_value),
    Method::new("Table", &[Param::String], table),
    Method::new("YAML", &[], |machine, receiver, _| {
        Ok(Value::from(yaml_text(machine, receiver)? + "\n"))
    }),
];

/// `common.Values` of Helm 4.
static V4: GoType =
    GoType { name: "common.Values", elem: Elem::Any, named: true, methods: &METHODS };
/// `chartutil.Values` of Helm 3.
static V3: GoType =
    GoType { name: "chartutil.Values", elem: Elem::Any, named: true, methods: &METHODS };

/// The type of `.Values` under a profile.
pub(crate) fn values_type(profile: &Profile) -> &'static GoType {
    if profile.is_v4() { &V4 } else { &V3 }
}

fn retyped(value: &Value, go_type: &'static GoType) -> Value {
    value.as_map().map_or(Value::Nil, |map| Value::Map(map.as_type(go_type)))
}

fn argument(arguments: &[Value]) -> String {
    arguments.first().and_then(Value::as_str).map_or_else(String::new, ToString::to_string)
}

/// The table at a path of tables, or the name at which there is none.
fn find<'p>(values: &Map, path: impl Iterator<Item = &'p str>) -> Result<Map, &'p str> {
    let mut table = values.clone();
    for name in path {
        match table.get(name.as_bytes()) {
            Some(Value::Map(inner)) => table = inner,
            _ => return Err(name),
        }
    }
    Ok(table)
}

fn table(
    machine: &mut Machine<'_>,
    receiver: &Value,
    arguments: &mut [Value],
) -> Result<Value, Error> {
    let path = argument(arguments);
    let go_type = values_type(machine.host::<Host>()?.profile());
    let Some(values) = receiver.as_map() else { return Ok(Value::Nil) };
    match find(values, path.split('.')) {
        Ok(table) => Ok(Value::Map(table.as_type(go_type))),
        Err(name) => Err(Error::function(format!("{name:?} is not a table"))),
    }
}

fn path_value(
    _: &mut Machine<'_>,
    receiver: &Value,
    arguments: &mut [Value],
) -> Result<Value, Error> {
    let path = argument(arguments);
    let Some(values) = receiver.as_map() else { return Ok(Value::Nil) };
    if path.is_empty() {
        return Err(Error::function("YAML path cannot be empty"));
    }
    let (table, name) = match path.rsplit_once('.') {
        Some((tables, name)) => (find(values, tables.split('.')).ok(), name),
        None => (Some(values.clone()), path.as_str()),
    };
    let found = table.and_then(|table| table.get(name.as_bytes()));
    match found {
        Some(value) if value.as_map().is_none() => Ok(value),
        _ => Err(Error::function(format!("{name:?} is not a value"))),
    }
}
