//! JSON as `encoding/json` reads it into values of unknown type.

use zij_gotmpl::Data;

/// Reads one JSON value at the start of the text and tells where it ends.
pub(crate) fn read_prefix(text: &str) -> Result<(Data, usize), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(value)) => Ok((data(value), values.byte_offset())),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("EOF".to_owned()),
    }
}

/// Reads a whole text.
pub(crate) fn read(text: &str) -> Result<Data, String> {
    serde_json::from_str(text).map(data).map_err(|error| error.to_string())
}

fn data(value: serde_json::Value) -> Data {
    match value {
        serde_json::Value::Null => Data::Nil,
        serde_json::Value::Bool(value) => Data::Bool(value),
        serde_json::Value::Number(number) => Data::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Data::from(text),
        serde_json::Value::Array(items) => items.into_iter().map(data).collect::<Vec<_>>().into(),
        serde_json::Value::Object(entries) => {
            entries.into_iter().map(|(key, value)| (key, data(value))).collect()
        }
    }
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
