//! The functions (Helm `funcs.go`).

use toml::{
    Table, Value as Toml,
    value::{Datetime, Offset},
};
use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::{Any, String as Text},
    Value,
};

use super::{
    super::{arguments::text, dates::Moment, json::error_map, strings::lossy},
    encode::encode,
};

pub(in super::super) static FUNCTIONS: &[Function] = &[
    Function::new("toToml", &[Any], |machine, args| {
        not_nil(args)?;
        match encode(machine, &args[0]) {
            Err(error) if !error.is_limit() => Ok(Value::from(error.to_string())),
            text => text.map(Value::from),
        }
    }),
    Function::new("mustToToml", &[Any], |machine, args| {
        not_nil(args)?;
        encode(machine, &args[0]).map(Value::from)
    }),
    Function::new("fromToml", &[Text], from_toml),
];

fn not_nil(args: &[Value]) -> Result<(), Error> {
    if args[0].is_nil() {
        return Err(Error::function("reflect: call of reflect.Value.Type on zero Value"));
    }
    Ok(())
}

/// Reads a document; the words of an error are not those of the Go library, its line is.
fn from_toml(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let document = text(args, 0);
    machine.charge_memory(document.len().saturating_mul(4))?;
    let document = lossy(&document);
    Ok(match document.parse::<Table>() {
        Ok(table) => value(&Toml::Table(table)),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start).min(document.len());
            let line = 1 + document.as_bytes()[..start].iter().filter(|b| **b == b'\n').count();
            error_map(format!("toml: line {line}: {}", error.message()))
        }
    })
}

fn value(toml: &Toml) -> Value {
    match toml {
        Toml::String(text) => Value::from(&**text),
        Toml::Integer(number) => Value::Int64(*number),
        Toml::Float(number) => Value::Float(*number),
        Toml::Boolean(value) => Value::from(*value),
        Toml::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Toml::Table(table) => {
            Value::from(table.iter().map(|(key, toml)| (&**key, value(toml))).collect::<Map>())
        }
        Toml::Datetime(date) => Value::from(moment(date)),
    }
}

/// What a date leaves out is that of the first moment of year 0, in UTC.
fn moment(date: &Datetime) -> Moment {
    let (year, month, day) = date.date.map_or((0, 1, 1), |date| (date.year, date.month, date.day));
    let time = date.time.map_or([0; 3], |time| [time.hour, time.minute, time.second.unwrap_or(0)]);
    let [hour, minute, second] = time.map(i64::from);
    let offset = match date.offset {
        Some(Offset::Custom { minutes }) => i64::from(minutes) * 60,
        _ => 0,
    };
    let of_day = hour * 3600 + minute * 60 + second - offset;
    let nanoseconds = date.time.and_then(|time| time.nanosecond).unwrap_or(0);
    Moment::of_date([i64::from(year), i64::from(month), i64::from(day)], of_day, nanoseconds)
}
