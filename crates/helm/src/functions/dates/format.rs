//! Times as text.

use super::{
    civil::{Civil, Moment},
    layout::{self, Offset, Part, Precision},
};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// What `Time.String` prints.
const STRING: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";
/// What JSON shows.
const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

impl Moment {
    /// Returns the moment as Go's `Time.Format` writes it.
    pub(in super::super) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let civil = self.civil();
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        loop {
            let cut = layout::next(rest);
            out.extend_from_slice(cut.before);
            let Some((part, _)) = cut.part else { return out };
            self.push(&mut out, part, &civil);
            rest = cut.after;
        }
    }

    /// Returns what Go's `Time.String` gives.
    pub(in super::super) fn text(&self) -> Vec<u8> {
        self.format(STRING)
    }

    /// Returns the text that stands in JSON.
    pub(in super::super) fn json_text(&self) -> Vec<u8> {
        self.format(RFC3339_NANO)
    }

    fn push(&self, out: &mut Vec<u8>, part: Part, civil: &Civil) {
        let hour12 = (civil.hour + 11) % 12 + 1;
        let month = MONTHS[civil.month as usize - 1];
        let weekday = WEEKDAYS[civil.weekday as usize];
        let pm = civil.hour >= 12;
        let text = match part {
            Part::LongMonth => month.to_owned(),
            Part::Month => month[..3].to_owned(),
            Part::NumberMonth => civil.month.to_string(),
            Part::ZeroMonth => format!("{:02}", civil.month),
            Part::LongWeekday => weekday.to_owned(),
            Part::Weekday => weekday[..3].to_owned(),
            Part::Day => civil.day.to_string(),
            Part::SpaceDay => format!("{:2}", civil.day),
            Part::ZeroDay => format!("{:02}", civil.day),
            Part::SpaceYearDay => format!("{:3}", civil.year_day),
            Part::ZeroYearDay => format!("{:03}", civil.year_day),
            Part::Hour => format!("{:02}", civil.hour),
            Part::Hour12 => hour12.to_string(),
            Part::ZeroHour12 => format!("{hour12:02}"),
            Part::Minute => civil.minute.to_string(),
            Part::ZeroMinute => format!("{:02}", civil.minute),
            Part::Second => civil.second.to_string(),
            Part::ZeroSecond => format!("{:02}", civil.second),
            Part::LongYear if civil.year < 0 => format!("-{:04}", -civil.year),
            Part::LongYear => format!("{:04}", civil.year),
            Part::Year => format!("{:02}", civil.year.max(0) % 100),
            Part::UpperPm => if pm { "PM" } else { "AM" }.to_owned(),
            Part::LowerPm => if pm { "pm" } else { "am" }.to_owned(),
            Part::ZoneName if self.zone.name.is_empty() => {
                return self.push_offset(out, NUMBERS);
            }
            Part::ZoneName => self.zone.name.clone(),
            Part::Offset(offset) => return self.push_offset(out, offset),
            Part::Fraction { digits, separator } => {
                return self.push_fraction(out, digits, separator, false);
            }
            Part::TrimmedFraction { digits, separator } => {
                return self.push_fraction(out, digits, separator, true);
            }
        };
        out.extend_from_slice(text.as_bytes());
    }

    fn push_offset(&self, out: &mut Vec<u8>, form: Offset) {
        if form.z && self.zone.offset == 0 {
            return out.push(b'Z');
        }
        out.push(if self.zone.offset < 0 { b'-' } else { b'+' });
        let offset = self.zone.offset.unsigned_abs();
        let colon = if form.colons { ":" } else { "" };
        out.extend_from_slice(format!("{:02}", offset / 3600).as_bytes());
        if form.precision >= Precision::Minutes {
            out.extend_from_slice(format!("{colon}{:02}", offset / 60 % 60).as_bytes());
        }
        if form.precision >= Precision::Seconds {
            out.extend_from_slice(format!("{colon}{:02}", offset % 60).as_bytes());
        }
    }

    fn push_fraction(&self, out: &mut Vec<u8>, digits: usize, separator: u8, trimmed: bool) {
        let all = format!("{:09}", self.nanoseconds);
        let shown = &all[..digits.min(9)];
        let shown = if trimmed { shown.trim_end_matches('0') } else { shown };
        if !(trimmed && shown.is_empty()) {
            out.push(separator);
            out.extend_from_slice(shown.as_bytes());
        }
    }
}

const NUMBERS: Offset = Offset { z: false, colons: false, precision: Precision::Minutes };
