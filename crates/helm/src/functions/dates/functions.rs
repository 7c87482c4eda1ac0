//! The functions (sprig `date.go`). Unknown zones act as UTC.

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{self, Any, String as Text},
    Str, Value,
};

use super::{
    super::arguments::text,
    civil::{Moment, ZERO_TIME, Zone},
    duration,
    object::{TIME, moment},
    parse::parse,
};
use crate::host::Host;

const TIME_PARAM: Param = Param::Object(TIME);

pub(in super::super) static FUNCTIONS: &[Function] = &[
    Function::new("now", &[], now),
    Function::new("date", &[Text, Any], |machine, args| {
        let layout = text(args, 0);
        formatted(machine, "date", &layout, &args[1], b"Local")
    }),
    Function::new("dateInZone", &[Text, Any, Text], date_in_zone),
    Function::new("date_in_zone", &[Text, Any, Text], date_in_zone),
    Function::new("htmlDate", &[Any], |machine, args| {
        formatted(machine, "htmlDate", HTML_DATE, &args[0], b"Local")
    }),
    Function::new("htmlDateInZone", &[Any, Text], |machine, args| {
        let zone = text(args, 1);
        formatted(machine, "htmlDateInZone", HTML_DATE, &args[0], &zone)
    }),
    Function::new("dateModify", &[Text, TIME_PARAM], date_modify),
    Function::new("date_modify", &[Text, TIME_PARAM], date_modify),
    Function::new("mustDateModify", &[Text, TIME_PARAM], must_date_modify),
    Function::new("must_date_modify", &[Text, TIME_PARAM], must_date_modify),
    Function::new("toDate", &[Text, Text], |machine, args| {
        let zero = Moment::unix(ZERO_TIME, Zone::utc());
        Ok(Value::from(to_date(machine, args)?.unwrap_or(zero)))
    }),
    Function::new("mustToDate", &[Text, Text], |machine, args| {
        to_date(machine, args)?.map(Value::from).map_err(Error::function)
    }),
    Function::new("unixEpoch", &[TIME_PARAM], |_, args| {
        Ok(Value::from(moment(&args[0])?.seconds.to_string()))
    }),
    Function::new("ago", &[Any], ago),
    Function::new("duration", &[Any], |_, args| {
        let seconds = match &args[0] {
            Value::String(text) => text.to_str().map_or(0, seconds),
            Value::Int64(seconds) => *seconds,
            _ => 0,
        };
        Ok(Value::from(duration::text(seconds.wrapping_mul(1_000_000_000))))
    }),
    Function::new("durationRound", &[Any], duration_round),
];

type Answer = Result<Value, Error>;

const HTML_DATE: &[u8] = b"2006-01-02";

/// Go's `strconv.ParseInt` without its error: what does not fit is the nearest integer.
fn seconds(text: &str) -> i64 {
    super::super::cast::atoi(text.as_bytes())
}

fn now(machine: &mut Machine<'_>, _: &mut [Value]) -> Answer {
    let host = machine.host::<Host>()?;
    let now = Moment::now(host.now());
    host.note("now");
    Ok(Value::from(now))
}

fn date_in_zone(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (layout, zone) = (text(args, 0), text(args, 2));
    formatted(machine, "dateInZone", &layout, &args[1], &zone)
}

/// Formats a time or Unix seconds; anything else is the present.
fn formatted(
    machine: &mut Machine<'_>,
    function: &'static str,
    layout: &[u8],
    date: &Value,
    zone: &[u8],
) -> Answer {
    // A part of a layout prints at most three times its own length.
    machine.charge_memory(layout.len().saturating_mul(3))?;
    let host = machine.host::<Host>()?;
    let (date, is_now) = match date {
        Value::Int(seconds) | Value::Int64(seconds) => (Moment::unix(*seconds, Zone::utc()), false),
        other => match other.downcast_ref::<Moment>() {
            Some(date) => (date.clone(), false),
            None => (Moment::now(host.now()), true),
        },
    };
    let zone = match zone {
        b"Local" => host.now().zone.as_str(),
        name => std::str::from_utf8(name).unwrap_or_default(),
    };
    let zone = Zone::named(zone, date.seconds);
    let date = Moment { zone, ..date };
    let text = Str::from(date.format(layout));
    if is_now {
        host.note(function);
    }
    Ok(Value::from(text))
}

fn date_modify(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let change = duration::parse(&text(args, 0));
    let date = moment(&args[1])?;
    Ok(Value::from(change.map_or_else(|_| date.clone(), |change| date.plus(change))))
}

fn must_date_modify(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let change = duration::parse(&text(args, 0)).map_err(Error::function)?;
    Ok(Value::from(moment(&args[1])?.plus(change)))
}

fn to_date(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Result<Moment, String>, Error> {
    let (layout, value) = (text(args, 0), text(args, 1));
    Ok(parse(&layout, &value, &machine.host::<Host>()?.now().zone))
}

fn ago(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let host = machine.host::<Host>()?;
    let now = Moment::now(host.now());
    let date = match &args[0] {
        Value::Int(seconds) | Value::Int64(seconds) => Moment::unix(*seconds, Zone::utc()),
        other => other.downcast_ref::<Moment>().cloned().unwrap_or_else(|| now.clone()),
    };
    let age = now.since(&date);
    // Halves are rounded away from zero.
    let whole = (age.unsigned_abs() + 500_000_000) / 1_000_000_000;
    let whole = i64::try_from(whole).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
    let text = Str::from(duration::text(if age < 0 { -whole } else { whole }));
    host.note("ago");
    Ok(Value::from(text))
}

fn duration_round(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let nanoseconds = match &args[0] {
        Value::String(text) => duration::parse(text).unwrap_or_default(),
        Value::Int64(nanoseconds) => *nanoseconds,
        other => match other.downcast_ref::<Moment>() {
            Some(date) => {
                let host = machine.host::<Host>()?;
                let age = Moment::now(host.now()).since(date);
                host.note("durationRound");
                age
            }
            None => 0,
        },
    };
    Ok(Value::from(duration::rounded(nanoseconds)))
}
