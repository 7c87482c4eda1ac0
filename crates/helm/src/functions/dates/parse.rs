//! Times out of text (`time.ParseInLocation`).

use super::{
    civil::{Moment, Zone, days_in, is_leap, seconds_of},
    format::{MONTHS, WEEKDAYS},
    layout::{self, Offset, Part, Precision},
};

/// Reads a time; the error is Go's text.
pub(super) fn parse(layout: &[u8], value: &[u8], local: &str) -> Result<Moment, String> {
    let mut parser = Parser { rest: value, following: layout, found: Found::default() };
    let mismatch = |element: &[u8], rest: &[u8]| {
        let (value, layout) = (quote(value), quote(layout));
        let (rest, element) = (quote(rest), quote(element));
        format!("parsing time {value} as {layout}: cannot parse {rest} as {element}")
    };
    let refused = |problem: &str| format!("parsing time {}: {problem}", quote(value));
    loop {
        let cut = layout::next(parser.following);
        parser.skip(cut.before).map_err(|prefix| mismatch(prefix, parser.rest))?;
        let Some((part, element)) = cut.part else {
            if !parser.rest.is_empty() {
                return Err(refused(&format!("extra text: {}", quote(parser.rest))));
            }
            break;
        };
        parser.following = cut.after;
        let before = parser.rest;
        parser.take(part).map_err(|failure| match failure {
            Failure::Mismatch => mismatch(element, before),
            Failure::OutOfRange(what) => refused(&format!("{what} out of range")),
        })?;
    }
    parser.found.finish(local).map_err(refused)
}

/// Quotes a text as errors of Go's `time` do: everything beyond ASCII by its bytes.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' | 0x7f => out.push(char::from(*byte)),
            _ => {
                let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
                out.extend(['\\', 'x', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    out.push('"');
    out
}

enum Failure {
    Mismatch,
    OutOfRange(&'static str),
}

struct Parser<'t> {
    rest: &'t [u8],
    /// The layout after the current part.
    following: &'t [u8],
    found: Found,
}

#[derive(Default)]
struct Found {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanoseconds: u32,
    pm: Option<bool>,
    utc: bool,
    offset: Option<i32>,
    zone_name: String,
}

impl<'t> Parser<'t> {
    /// Takes literal text; white space of any width matches. The error is what did not match.
    fn skip<'l>(&mut self, mut literal: &'l [u8]) -> Result<(), &'l [u8]> {
        let whole = literal;
        while let Some((first, after)) = literal.split_first() {
            if *first == b' ' {
                if self.rest.first().is_some_and(|byte| *byte != b' ') {
                    return Err(whole);
                }
                literal = without_spaces(literal);
                self.rest = without_spaces(self.rest);
                continue;
            }
            match self.rest.split_first() {
                Some((byte, rest)) if byte == first => self.rest = rest,
                _ => return Err(whole),
            }
            literal = after;
        }
        Ok(())
    }

    fn take(&mut self, part: Part) -> Result<(), Failure> {
        match part {
            Part::LongMonth => self.found.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Part::Month => self.found.month = Some(self.name(&MONTHS, 3)? + 1),
            Part::LongWeekday => _ = self.name(&WEEKDAYS, usize::MAX)?,
            Part::Weekday => _ = self.name(&WEEKDAYS, 3)?,
            Part::NumberMonth | Part::ZeroMonth => {
                let month = self.number(part == Part::ZeroMonth)?;
                self.found.month = Some(in_range(month, 1..=12, "month")?);
            }
            Part::Day | Part::SpaceDay | Part::ZeroDay => {
                if part == Part::SpaceDay {
                    self.optional_space();
                }
                self.found.day = Some(self.number(part == Part::ZeroDay)?);
            }
            Part::SpaceYearDay | Part::ZeroYearDay => {
                if part == Part::SpaceYearDay {
                    self.optional_space();
                    self.optional_space();
                }
                self.found.year_day = Some(self.three_digits(part == Part::ZeroYearDay)?);
            }
            Part::Hour => self.found.hour = in_range(self.number(false)?, 0..=23, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => {
                let hour = self.number(part == Part::ZeroHour12)?;
                self.found.hour = in_range(hour, 0..=12, "hour")?;
            }
            Part::Minute | Part::ZeroMinute => {
                let minute = self.number(part == Part::ZeroMinute)?;
                self.found.minute = in_range(minute, 0..=59, "minute")?;
            }
            Part::Second | Part::ZeroSecond => self.second(part == Part::ZeroSecond)?,
            Part::LongYear => self.long_year()?,
            Part::Year => {
                let year = signed(self.bytes(2)?).ok_or(Failure::Mismatch)?;
                self.found.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Part::UpperPm => self.found.pm = Some(self.pm(b"AM", b"PM")?),
            Part::LowerPm => self.found.pm = Some(self.pm(b"am", b"pm")?),
            Part::ZoneName => self.zone_name()?,
            Part::Offset(offset) => self.offset(offset)?,
            Part::Fraction { digits, .. } => self.fraction(digits + 1)?,
            Part::TrimmedFraction { .. } => {
                if self.fraction_follows() {
                    self.whole_fraction()?;
                }
            }
        }
        Ok(())
    }

    fn bytes(&mut self, count: usize) -> Result<&'t [u8], Failure> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Failure::Mismatch)?;
        self.rest = rest;
        Ok(taken)
    }

    fn optional_space(&mut self) {
        self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
    }

    /// Takes one of the names, cut to a length, in any case.
    fn name(&mut self, names: &[&str], length: usize) -> Result<u32, Failure> {
        let index = names.iter().position(|name| {
            let name = &name.as_bytes()[..name.len().min(length)];
            self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let index = index.ok_or(Failure::Mismatch)?;
        self.rest = &self.rest[names[index].len().min(length)..];
        Ok(index as u32)
    }

    /// Takes one or two digits, or exactly two.
    fn number(&mut self, two: bool) -> Result<u32, Failure> {
        match self.rest {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
                self.rest = rest;
                Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            [ones @ b'0'..=b'9', rest @ ..] if !two => {
                self.rest = rest;
                Ok(u32::from(ones - b'0'))
            }
            _ => Err(Failure::Mismatch),
        }
    }

    fn three_digits(&mut self, exactly: bool) -> Result<u32, Failure> {
        let count = self.rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || (exactly && count != 3) {
            return Err(Failure::Mismatch);
        }
        let digits = self.bytes(count)?;
        Ok(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    fn long_year(&mut self) -> Result<(), Failure> {
        if !self.rest.first().is_some_and(u8::is_ascii_digit) {
            return Err(Failure::Mismatch);
        }
        self.found.year = signed(self.bytes(4)?).ok_or(Failure::Mismatch)?;
        Ok(())
    }

    fn second(&mut self, two: bool) -> Result<(), Failure> {
        self.found.second = in_range(self.number(two)?, 0..=59, "second")?;
        // A fraction is taken even if the layout has none.
        let asked_for = matches!(
            layout::next(self.following).part,
            Some((Part::Fraction { .. } | Part::TrimmedFraction { .. }, _))
        );
        if self.fraction_follows() && !asked_for {
            self.whole_fraction()?;
        }
        Ok(())
    }

    fn fraction_follows(&self) -> bool {
        matches!(self.rest, [b'.' | b',', b'0'..=b'9', ..])
    }

    fn whole_fraction(&mut self) -> Result<(), Failure> {
        let digits = self.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.fraction(digits + 1)
    }

    /// Takes a separator and digits, of which nine count.
    fn fraction(&mut self, width: usize) -> Result<(), Failure> {
        let (separator, digits) = match self.bytes(width)? {
            [separator, digits @ ..] => (*separator, &digits[..digits.len().min(9)]),
            [] => return Err(Failure::Mismatch),
        };
        if !matches!(separator, b'.' | b',') || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Failure::Mismatch);
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        self.found.nanoseconds = number * 10_u32.pow(9 - digits.len() as u32);
        Ok(())
    }

    fn pm(&mut self, am: &[u8], pm: &[u8]) -> Result<bool, Failure> {
        match self.bytes(2)? {
            found if found == am => Ok(false),
            found if found == pm => Ok(true),
            _ => Err(Failure::Mismatch),
        }
    }

    fn offset(&mut self, form: Offset) -> Result<(), Failure> {
        if form.z && form.precision < Precision::Seconds && self.rest.starts_with(b"Z") {
            self.rest = &self.rest[1..];
            self.found.utc = true;
            return Ok(());
        }
        let sign = self.bytes(1)?;
        let mut parts = [0; 3];
        for (index, part) in parts.iter_mut().take(form.precision as usize + 1).enumerate() {
            if index > 0 && form.colons && self.bytes(1)? != b":" {
                return Err(Failure::Mismatch);
            }
            *part = self.number(true)?;
        }
        let hour = in_range(parts[0], 0..=24, "time zone offset hour")?;
        let minute = in_range(parts[1], 0..=60, "time zone offset minute")?;
        let second = in_range(parts[2], 0..=60, "time zone offset second")?;
        let offset = (hour * 3600 + minute * 60 + second).cast_signed();
        self.found.offset = Some(match sign {
            b"+" => offset,
            b"-" => -offset,
            _ => return Err(Failure::Mismatch),
        });
        Ok(())
    }

    fn zone_name(&mut self) -> Result<(), Failure> {
        if self.rest.starts_with(b"UTC") {
            self.rest = &self.rest[3..];
            self.found.utc = true;
            return Ok(());
        }
        let width = zone_name_width(self.rest).ok_or(Failure::Mismatch)?;
        self.found.zone_name = String::from_utf8_lossy(self.bytes(width)?).into_owned();
        Ok(())
    }
}

fn without_spaces(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| **byte == b' ').count()..]
}

fn signed(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn in_range(
    number: u32,
    range: std::ops::RangeInclusive<u32>,
    what: &'static str,
) -> Result<u32, Failure> {
    if range.contains(&number) { Ok(number) } else { Err(Failure::OutOfRange(what)) }
}

/// Returns how much of the text looks like a zone's abbreviation: three to five capitals, or a
/// signed hour with or without `GMT`.
fn zone_name_width(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hour_width(after));
    }
    if text.len() < 3 {
        return None;
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hour_width(text)).filter(|width| *width > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

fn signed_hour_width(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hour = signed(&digits[..count]).unwrap_or(24);
    if hour < 24 { count + 1 } else { 0 }
}

impl Found {
    fn finish(self, local: &str) -> Result<Moment, &'static str> {
        let (month, day) = self.date()?;
        if day < 1 || day > days_in(self.year, month) {
            return Err("day out of range");
        }
        let hour = match self.pm {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let second = hour * 3600 + self.minute * 60 + self.second;
        let seconds = seconds_of(self.year, i64::from(month), i64::from(day), i64::from(second));
        let nanoseconds = self.nanoseconds;
        let local = match self.offset {
            Some(offset) => Zone::named(local, seconds - i64::from(offset)),
            None => Zone::named_at_clock(local, seconds),
        };
        let zone = self.zone(&local);
        Ok(Moment { seconds: seconds - i64::from(zone.offset), nanoseconds, zone })
    }

    fn date(&self) -> Result<(u32, u32), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let days = 365 + u32::from(is_leap(self.year));
        if !(1..=days).contains(&year_day) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(self.year, month) {
            day -= days_in(self.year, month);
            month += 1;
        }
        if self.month.is_some_and(|found| found != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|found| found != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }

    fn zone(self, local: &Zone) -> Zone {
        let name = self.zone_name;
        match self.offset {
            _ if self.utc => Zone::utc(),
            Some(offset) if offset == local.offset && (name.is_empty() || name == local.name) => {
                local.clone()
            }
            Some(offset) => Zone { offset, name },
            None if name.is_empty() || name == local.name => local.clone(),
            None => {
                // An abbreviation alone says nothing of its offset, except after `GMT`.
                let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse::<i32>().ok());
                Zone { offset: hours.unwrap_or_default() * 3600, name }
            }
        }
    }
}
/// Returns Go's complaint about a text that is no date like `2006-01-02`.
pub(crate) fn date_problem(text: &str) -> Option<String> {
    parse(b"2006-01-02", text.as_bytes(), "UTC").err()
}
