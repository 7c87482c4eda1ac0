//! Go's layouts: which parts of a reference time stand for what (`time/format.go`).

/// A part of a layout that stands for something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset(Offset),
    /// Exactly so many digits after a point or comma.
    Fraction {
        digits: usize,
        separator: u8,
    },
    /// At most so many digits, without zeros at the end.
    TrimmedFraction {
        digits: usize,
        separator: u8,
    },
}

/// How an offset from UTC is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Offset {
    /// UTC is `Z`.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) precision: Precision,
}

/// The last unit of an offset that is written.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Precision {
    Hours,
    Minutes,
    Seconds,
}

/// A layout cut at its next part.
pub(super) struct Cut<'l> {
    pub(super) before: &'l [u8],
    /// The part and its text; `None` when there is no more.
    pub(super) part: Option<(Part, &'l [u8])>,
    pub(super) after: &'l [u8],
}

/// Finds the next part of a layout.
pub(super) fn next(layout: &[u8]) -> Cut<'_> {
    for at in 0..layout.len() {
        if let Some((part, skipped, width)) = part_at(&layout[at..]) {
            let (before, rest) = layout.split_at(at + skipped);
            let (text, after) = rest.split_at(width);
            return Cut { before, part: Some((part, text)), after };
        }
    }
    Cut { before: layout, part: None, after: b"" }
}

/// Returns the part a layout starts with, how many bytes come before it, and its width.
fn part_at(text: &[u8]) -> Option<(Part, usize, usize)> {
    let lower_follows = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    let fixed = |part, width| Some((part, 0, width));
    match text {
        [b'J', b'a', b'n', b'u', b'a', b'r', b'y', ..] => fixed(Part::LongMonth, 7),
        [b'J', b'a', b'n', ..] if !lower_follows(3) => fixed(Part::Month, 3),
        [b'M', b'o', b'n', b'd', b'a', b'y', ..] => fixed(Part::LongWeekday, 6),
        [b'M', b'o', b'n', ..] if !lower_follows(3) => fixed(Part::Weekday, 3),
        [b'M', b'S', b'T', ..] => fixed(Part::ZoneName, 3),
        [b'0', b'1', ..] => fixed(Part::ZeroMonth, 2),
        [b'0', b'2', ..] => fixed(Part::ZeroDay, 2),
        [b'0', b'3', ..] => fixed(Part::ZeroHour12, 2),
        [b'0', b'4', ..] => fixed(Part::ZeroMinute, 2),
        [b'0', b'5', ..] => fixed(Part::ZeroSecond, 2),
        [b'0', b'6', ..] => fixed(Part::Year, 2),
        [b'0', b'0', b'2', ..] => fixed(Part::ZeroYearDay, 3),
        [b'1', b'5', ..] => fixed(Part::Hour, 2),
        [b'1', ..] => fixed(Part::NumberMonth, 1),
        [b'2', b'0', b'0', b'6', ..] => fixed(Part::LongYear, 4),
        [b'2', ..] => fixed(Part::Day, 1),
        [b'_', b'2', b'0', b'0', b'6', ..] => Some((Part::LongYear, 1, 4)),
        [b'_', b'2', ..] => fixed(Part::SpaceDay, 2),
        [b'_', b'_', b'2', ..] => fixed(Part::SpaceYearDay, 3),
        [b'3', ..] => fixed(Part::Hour12, 1),
        [b'4', ..] => fixed(Part::Minute, 1),
        [b'5', ..] => fixed(Part::Second, 1),
        [b'P', b'M', ..] => fixed(Part::UpperPm, 2),
        [b'p', b'm', ..] => fixed(Part::LowerPm, 2),
        [sign @ (b'-' | b'Z'), rest @ ..] => offset_at(*sign == b'Z', rest),
        [separator @ (b'.' | b','), digit @ (b'0' | b'9'), ..] => {
            fraction_at(text, *separator, *digit)
        }
        _ => None,
    }
}

fn offset_at(z: bool, text: &[u8]) -> Option<(Part, usize, usize)> {
    const FORMS: [(&[u8], bool, Precision); 5] = [
        (b"070000", false, Precision::Seconds),
        (b"07:00:00", true, Precision::Seconds),
        (b"0700", false, Precision::Minutes),
        (b"07:00", true, Precision::Minutes),
        (b"07", false, Precision::Hours),
    ];
    let (form, colons, precision) = *FORMS.iter().find(|(form, ..)| text.starts_with(form))?;
    Some((Part::Offset(Offset { z, colons, precision }), 0, form.len() + 1))
}

fn fraction_at(text: &[u8], separator: u8, digit: u8) -> Option<(Part, usize, usize)> {
    let digits = text[1..].iter().take_while(|byte| **byte == digit).count();
    if text.get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let part = if digit == b'0' {
        Part::Fraction { digits, separator }
    } else {
        Part::TrimmedFraction { digits, separator }
    };
    Some((part, 0, digits + 1))
}
