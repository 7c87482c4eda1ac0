//! JSON as `encoding/json` reads it into values of unknown type.

use zij_gotmpl::Data;
use zij_goyaml::{Error, json};

use crate::yaml;

/// Reads one JSON value at the start of the text and tells where it ends.
pub(crate) fn read_prefix(text: &str) -> Result<(Data, usize), Error> {
    let (node, length) = json::parse_prefix(text.as_bytes())?;
    Ok((yaml::data(&node), length))
}

/// Reads a whole text.
pub(crate) fn read(text: &str) -> Result<Data, Error> {
    json::parse(text.as_bytes()).map(|node| yaml::data(&node))
}

/// The value as `serde_json` has it, for checking against a schema; integral numbers stay integers.
pub(crate) fn to_serde(data: &Data) -> serde_json::Value {
    match data {
        Data::Nil => serde_json::Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Int(value) => (*value).into(),
        Data::Float(value) => number(*value),
        Data::String(text) => text.to_str_lossy().into_owned().into(),
        Data::List(items) => items.iter().map(to_serde).collect(),
        Data::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.to_str_lossy().into_owned(), to_serde(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn number(value: f64) -> serde_json::Value {
    // Exact up to 2^53; above, a float is as good.
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
        (value as i64).into()
    } else {
        value.into()
    }
}
