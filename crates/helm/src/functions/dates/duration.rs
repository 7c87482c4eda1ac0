//! Durations as text and back (`ParseDuration`, `Duration.String`).

use super::parse::quote;

const MICROSECOND: u64 = 1000;
const MILLISECOND: u64 = 1000 * MICROSECOND;
const SECOND: u64 = 1000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Reads a duration such as `-1.5h30m` in nanoseconds; the error is Go's text.
pub(super) fn parse(text: &[u8]) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    const MOST: u64 = 1 << 63;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole = digits(&mut rest);
        let fraction = rest.strip_prefix(b".").map(|after| {
            rest = after;
            digits(&mut rest)
        });
        if whole.is_empty() && fraction.is_none_or(<[u8]>::is_empty) {
            return Err(invalid());
        }
        let end = rest.iter().position(|b| *b == b'.' || b.is_ascii_digit());
        let (unit, after) = rest.split_at(end.unwrap_or(rest.len()));
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let scale = scale_of(unit).ok_or_else(|| {
            format!("time: unknown unit {} in duration {}", quote(unit), quote(text))
        })?;
        let amount =
            number(whole).and_then(|whole| whole.checked_mul(scale)).ok_or_else(invalid)?;
        let amount = amount.saturating_add(part_of(fraction.unwrap_or_default(), scale));
        total = total.checked_add(amount).filter(|sum| *sum <= MOST).ok_or_else(invalid)?;
        rest = after;
    }
    if negative {
        return Ok(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| invalid())
}

fn digits<'t>(text: &mut &'t [u8]) -> &'t [u8] {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    *text = rest;
    digits
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// Returns the nanoseconds of the digits after a point; digits that cannot matter are dropped.
fn part_of(digits: &[u8], scale: u64) -> u64 {
    let digits = &digits[..digits.len().min(18)];
    let size = 10_f64.powi(digits.len() as i32);
    (number(digits).unwrap_or_default() as f64 * (scale as f64 / size)) as u64
}

fn scale_of(unit: &[u8]) -> Option<u64> {
    Some(match unit {
        b"ns" => 1,
        b"us" => MICROSECOND,
        b"ms" => MILLISECOND,
        b"s" => SECOND,
        b"m" => MINUTE,
        b"h" => HOUR,
        _ if unit == "µs".as_bytes() || unit == "μs".as_bytes() => MICROSECOND,
        _ => return None,
    })
}

/// Returns a duration as Go prints it: `1h2m3.5s`, `1.5ms`, `0s`.
pub(super) fn text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    let body = match size {
        0 => return "0s".to_owned(),
        1..MICROSECOND => format!("{size}ns"),
        MICROSECOND..MILLISECOND => format!("{}µs", decimal(size, MICROSECOND)),
        MILLISECOND..SECOND => format!("{}ms", decimal(size, MILLISECOND)),
        SECOND..MINUTE => format!("{}s", decimal(size, SECOND)),
        MINUTE..HOUR => format!("{}m{}s", size / MINUTE, decimal(size % MINUTE, SECOND)),
        _ => {
            let (hours, minutes) = (size / HOUR, size % HOUR / MINUTE);
            format!("{hours}h{minutes}m{}s", decimal(size % MINUTE, SECOND))
        }
    };
    format!("{sign}{body}")
}

fn decimal(size: u64, unit: u64) -> String {
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", size / unit, size % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns the largest unit of a duration that it exceeds, as sprig's `durationRound`.
pub(super) fn rounded(nanoseconds: i64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (365 * 24 * HOUR, "y"),
        (30 * 24 * HOUR, "mo"),
        (24 * HOUR, "d"),
        (HOUR, "h"),
        (MINUTE, "m"),
        (SECOND, "s"),
    ];
    let size = nanoseconds.unsigned_abs();
    UNITS
        .iter()
        .find(|(unit, _)| size > *unit)
        .map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))
}
