//! `time.Time` and `time.Duration` as templates see them.

use zij_gotmpl::{
    Error, Kind, Machine, Method, Object,
    Param::{self, Int, String as Text},
    Str, Value,
};

use super::{
    super::arguments::{int, text},
    civil::{Moment, ZERO_TIME, Zone, seconds_of},
    duration,
    format::{MONTHS, WEEKDAYS},
};

/// The Go name of the type, for parameters.
pub(super) const TIME: &str = "time.Time";
const TIMES: &[Param] = &[Param::Object(TIME)];
const DURATIONS: &[Param] = &[Param::Object("time.Duration")];

type Answer = Result<Value, Error>;

impl From<Moment> for Value {
    fn from(moment: Moment) -> Self {
        Self::object(moment)
    }
}

impl Object for Moment {
    fn type_name(&self) -> &'static str {
        TIME
    }

    fn methods(&self) -> &'static [Method] {
        TIME_METHODS
    }

    fn string(&self) -> Option<Str> {
        Some(self.text().into())
    }

    fn to_json(&self) -> Value {
        Value::from(self.json_text())
    }
}

static TIME_METHODS: &[Method] = &[
    Method::new("Format", &[Text], |_, this, args| {
        Ok(Value::from(moment(this)?.format(&text(args, 0))))
    }),
    Method::new("String", &[], |_, this, _| Ok(Value::from(moment(this)?.text()))),
    Method::new("Unix", &[], |_, this, _| Ok(Value::Int64(moment(this)?.seconds))),
    Method::new("UnixMilli", &[], |_, this, _| unix(this, 1000)),
    Method::new("UnixMicro", &[], |_, this, _| unix(this, 1_000_000)),
    Method::new("UnixNano", &[], |_, this, _| unix(this, 1_000_000_000)),
    Method::new("Year", &[], |_, this, _| Ok(Value::Int(moment(this)?.civil().year))),
    Method::new("Month", &[], |_, this, _| {
        let month = moment(this)?.civil().month;
        Ok(Value::object(Named { type_name: "time.Month", name: MONTHS[month as usize - 1] }))
    }),
    Method::new("Weekday", &[], |_, this, _| {
        let day = moment(this)?.civil().weekday;
        Ok(Value::object(Named { type_name: "time.Weekday", name: WEEKDAYS[day as usize] }))
    }),
    Method::new("Day", &[], |_, this, _| number(moment(this)?.civil().day)),
    Method::new("YearDay", &[], |_, this, _| number(moment(this)?.civil().year_day)),
    Method::new("Hour", &[], |_, this, _| number(moment(this)?.civil().hour)),
    Method::new("Minute", &[], |_, this, _| number(moment(this)?.civil().minute)),
    Method::new("Second", &[], |_, this, _| number(moment(this)?.civil().second)),
    Method::new("Nanosecond", &[], |_, this, _| number(moment(this)?.nanoseconds)),
    Method::new("IsZero", &[], |_, this, _| {
        let moment = moment(this)?;
        Ok(Value::from(moment.seconds == ZERO_TIME && moment.nanoseconds == 0))
    }),
    Method::new("UTC", &[], |_, this, _| {
        Ok(Value::from(Moment { zone: Zone::utc(), ..moment(this)?.clone() }))
    }),
    Method::new("AddDate", &[Int, Int, Int], add_date),
    Method::new("Add", DURATIONS, |_, this, args| {
        Ok(Value::from(moment(this)?.plus(span(&args[0])?)))
    }),
    Method::new("Sub", TIMES, |_, this, args| {
        Ok(Value::object(Duration(moment(this)?.since(moment(&args[0])?))))
    }),
    Method::new("Before", TIMES, |_, this, args| Ok(Value::from(difference(this, args)? < 0))),
    Method::new("After", TIMES, |_, this, args| Ok(Value::from(difference(this, args)? > 0))),
    Method::new("Equal", TIMES, |_, this, args| Ok(Value::from(difference(this, args)? == 0))),
];

/// Returns the moment behind a value.
pub(super) fn moment(value: &Value) -> Result<&Moment, Error> {
    value.downcast_ref().ok_or_else(|| Error::function("value is no time"))
}

fn number(number: u32) -> Answer {
    Ok(Value::Int(i64::from(number)))
}

fn unix(this: &Value, per_second: i64) -> Answer {
    let moment = moment(this)?;
    let part = i64::from(moment.nanoseconds) / (1_000_000_000 / per_second);
    Ok(Value::Int64(moment.seconds.wrapping_mul(per_second).wrapping_add(part)))
}

fn difference(this: &Value, args: &[Value]) -> Result<i64, Error> {
    Ok(moment(this)?.since(moment(&args[0])?))
}

fn add_date(_: &mut Machine<'_>, this: &Value, args: &mut [Value]) -> Answer {
    let moment = moment(this)?;
    let civil = moment.civil();
    // Within a few hundred million years nothing overflows.
    let [years, months, days] = [0, 1, 2].map(|i| int(args, i).clamp(-1 << 31, 1 << 31));
    let second = civil.hour * 3600 + civil.minute * 60 + civil.second;
    let seconds = seconds_of(
        civil.year.saturating_add(years),
        i64::from(civil.month) + months,
        i64::from(civil.day) + days,
        i64::from(second),
    );
    let seconds = seconds.saturating_sub(i64::from(moment.zone.offset));
    Ok(Value::from(Moment { seconds, ..moment.clone() }))
}

/// A number with a name: a month or a day of the week.
#[derive(Debug)]
struct Named {
    type_name: &'static str,
    name: &'static str,
}

impl Object for Named {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        Kind::Int
    }

    fn string(&self) -> Option<Str> {
        Some(Str::from_static(self.name))
    }
}

/// `time.Duration`, in nanoseconds.
#[derive(Debug)]
struct Duration(i64);

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> Kind {
        Kind::Int64
    }

    fn methods(&self) -> &'static [Method] {
        DURATION_METHODS
    }

    fn string(&self) -> Option<Str> {
        Some(duration::text(self.0).into())
    }

    fn to_json(&self) -> Value {
        Value::Int64(self.0)
    }

    fn truthy(&self) -> bool {
        self.0 != 0
    }
}

static DURATION_METHODS: &[Method] = &[
    Method::new("String", &[], |_, this, _| Ok(Value::from(duration::text(span(this)?)))),
    Method::new("Hours", &[], |_, this, _| Ok(Value::Float(span(this)? as f64 / 3.6e12))),
    Method::new("Minutes", &[], |_, this, _| Ok(Value::Float(span(this)? as f64 / 6e10))),
    Method::new("Seconds", &[], |_, this, _| Ok(Value::Float(span(this)? as f64 / 1e9))),
    Method::new("Milliseconds", &[], |_, this, _| Ok(Value::Int64(span(this)? / 1_000_000))),
    Method::new("Nanoseconds", &[], |_, this, _| Ok(Value::Int64(span(this)?))),
];

fn span(value: &Value) -> Result<i64, Error> {
    let duration = value.downcast_ref::<Duration>();
    duration.map(|duration| duration.0).ok_or_else(|| Error::function("value is no duration"))
}
