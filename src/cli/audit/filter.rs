//! Which records are asked for.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{audit::Record, clock};

/// A choice of records; all of what is given has to fit.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct FilterArgs {
    /// Only records of this: predict, push, override, start, stop, configure (repeatable)
    #[arg(long, value_name = "VERB")]
    verb: Vec<String>,
    /// Only what ended so: allow, deny or error (repeatable)
    #[arg(long, value_name = "DECISION")]
    decision: Vec<String>,
    /// Only what this user did
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    /// Only where this rule decided, such as ZIJ-F001
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Only records that hold this text, such as a branch or a commit
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Only since: 2026-11-22, 2026-11-22T08:00:00Z, or 90m, 12h, 7d ago
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<String>,
    /// Only before, in the same forms
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<String>,
}

impl FilterArgs {
    pub(super) fn fits(&self, record: &Record) -> bool {
        let one_of =
            |wanted: &[String], is: &str| wanted.is_empty() || wanted.iter().any(|w| w == is);
        let rules = record.note("zij/rule").unwrap_or_default();
        let holds = |text: &String| record.annotations.values().any(|value| value.contains(text));
        one_of(&self.verb, &record.verb)
            && one_of(&self.decision, record.note("zij/decision").unwrap_or_default())
            && self.user.as_ref().is_none_or(|user| *user == record.user.username)
            && self.rule.as_ref().is_none_or(|rule| rules.split(", ").any(|own| own == rule))
            && self.text.as_ref().is_none_or(holds)
            // Times are written in one form and zone, so they compare as texts.
            && self.since.as_ref().is_none_or(|since| record.stage_timestamp >= *since)
            && self.until.as_ref().is_none_or(|until| record.stage_timestamp < *until)
    }
}

/// A time as records write it.
pub(super) fn moment(text: &str) -> Result<String, String> {
    let at = |time: Timestamp| {
        clock::written(Duration::try_from(time.as_duration()).unwrap_or_default())
    };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(at(time));
    }
    if let Some(day) = text.parse::<Date>().ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        return Ok(at(day.timestamp()));
    }
    let ago = text.split_at_checked(text.len().saturating_sub(1)).and_then(|(count, unit)| {
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        count.parse::<u64>().ok()?.checked_mul(unit)
    });
    let ago = ago.ok_or("a day, a time or something like `12h` was expected")?;
    Ok(clock::written(clock::since_epoch().saturating_sub(Duration::from_secs(ago))))
}
