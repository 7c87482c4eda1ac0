//! Numbers out of anything, as spf13/cast 1.7 makes them (`caste.go`); failures are 0.

use zij_gotmpl::{Error, Value, value::fmt};

/// Returns `cast.ToInt64` (and `cast.ToInt`).
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint8(number) => i64::from(*number),
        Value::Uint64(number) => number.cast_signed(),
        Value::Float(number) => truncate(*number),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => {
            text.to_str().and_then(|text| parse_int(trim_zero_decimal(text))).unwrap_or_default()
        }
        _ => 0,
    }
}

/// Returns `cast.ToFloat64`.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number as f64,
        Value::Uint8(number) => f64::from(*number),
        Value::Uint64(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) => text.to_str().and_then(parse_float).unwrap_or_default(),
        _ => 0.0,
    }
}

/// Converts as amd64 does: what does not fit becomes the smallest integer.
fn truncate(number: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&number) { number as i64 } else { i64::MIN }
}

/// Cuts off `.0`, `.00` and so on.
fn trim_zero_decimal(text: &str) -> &str {
    let mut found_zero = false;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'.' if found_zero => return &text[..at],
            b'.' => {}
            b'0' => found_zero = true,
            _ => return text,
        }
    }
    text
}

/// Reads an integer with Go's base prefixes: `strconv.ParseInt(text, 0, 64)`.
pub(super) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, body) = base_prefix(digits);
    if !underscores_are_fine(digits) {
        return None;
    }
    let body = body.replace('_', "");
    if body.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(&body, base).ok()?;
    if negative { 0_i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() }
}

fn base_prefix(digits: &str) -> (u32, &str) {
    let bytes = digits.as_bytes();
    match (bytes.first(), bytes.get(1)) {
        (Some(b'0'), Some(b'x' | b'X')) if bytes.len() > 2 => (16, &digits[2..]),
        (Some(b'0'), Some(b'o' | b'O')) if bytes.len() > 2 => (8, &digits[2..]),
        (Some(b'0'), Some(b'b' | b'B')) if bytes.len() > 2 => (2, &digits[2..]),
        (Some(b'0'), Some(_)) => (8, &digits[1..]),
        _ => (10, digits),
    }
}

/// Underscores may only stand between digits or after the base prefix.
fn underscores_are_fine(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let (base, body) = base_prefix(digits);
    let start = bytes.len() - body.len();
    let is_digit = |at: usize| bytes.get(at).is_some_and(|b| char::from(*b).is_digit(base.max(10)));
    (0..bytes.len()).filter(|at| bytes[*at] == b'_').all(|at| {
        let after_prefix = base != 10 && at == start;
        at > 0 && (after_prefix || is_digit(at - 1)) && is_digit(at + 1)
    })
}

/// Reads a float as `strconv.ParseFloat` does; too large is a failure.
fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') {
        let signless = text.trim_start_matches(['+', '-']);
        return underscores_are_fine(signless).then(|| parse_float(&text.replace('_', "")))?;
    }
    let number: f64 = match text.parse() {
        Ok(number) => number,
        Err(_) => hexadecimal(text)?,
    };
    let named = || text.trim_start_matches(['+', '-']).starts_with(['i', 'I', 'n', 'N']);
    (number.is_finite() || named()).then_some(number)
}

/// Reads `0x1.8p3`: hexadecimal digits times a power of two.
fn hexadecimal(text: &str) -> Option<f64> {
    /// Bits that leave room for one more digit.
    const MOST: u128 = 1 << 120;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"))?;
    let (digits, power) = digits.split_once(['p', 'P'])?;
    let mut power: i32 = power.parse::<i64>().ok()?.clamp(-100_000, 100_000) as i32;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut mantissa: u128 = 0;
    for (place, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u128::from(digit.to_digit(16)?);
        let behind_point = place >= whole.len();
        if mantissa < MOST {
            mantissa = mantissa * 16 + digit;
            power -= if behind_point { 4 } else { 0 };
        } else {
            // A digit that is cut off still decides which way a half is rounded.
            mantissa |= u128::from(digit > 0);
            power += if behind_point { 0 } else { 4 };
        }
    }
    let size = mantissa as f64;
    let half = power / 2;
    let number = size * 2f64.powi(half) * 2f64.powi(power - half);
    Some(if negative { -number } else { number })
}

/// Returns `strconv.Atoi` without its error: what does not fit is the nearest integer.
pub(super) fn atoi(text: &[u8]) -> i64 {
    let Ok(text) = std::str::from_utf8(text) else { return 0 };
    text.parse().unwrap_or_else(|error: std::num::ParseIntError| match error.kind() {
        std::num::IntErrorKind::PosOverflow => i64::MAX,
        std::num::IntErrorKind::NegOverflow => i64::MIN,
        _ => 0,
    })
}

/// Reads the printed value as octal.
pub(super) fn from_octal(value: &Value) -> Result<i64, Error> {
    let printed = fmt::sprint(std::slice::from_ref(value))?;
    Ok(printed.to_str().and_then(|text| i64::from_str_radix(text, 8).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_become_integers_as_in_go() {
        for (text, want) in [
            ("0x1F", 31),
            ("010", 8),
            ("08", 0),
            ("0", 0),
            ("00", 0),
            ("-0b11", -3),
            ("+7", 7),
            ("1.5", 0),
            ("2.00", 2),
            ("10", 10),
            ("100", 100),
            ("1e3", 0),
            ("1_000", 1000),
            ("1__0", 0),
            ("_1", 0),
            ("1_", 0),
            ("0x_1", 1),
            ("0_7", 7),
            ("--1", 0),
            ("", 0),
            ("0x", 0),
            ("9223372036854775808", 0),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(to_int(&Value::from(text)), want, "{text}");
        }
    }

    #[test]
    fn floats_become_integers_as_on_amd64() {
        for (number, want) in
            [(2.9, 2), (-2.9, -2), (1e300, i64::MIN), (f64::NAN, i64::MIN), (-1e300, i64::MIN)]
        {
            assert_eq!(to_int(&Value::Float(number)), want, "{number}");
        }
        assert_eq!(to_float(&Value::from("1e400")), 0.0);
        assert!(to_float(&Value::from("inf")).is_infinite());
        assert_eq!(to_float(&Value::from("1.5")), 1.5);
    }

    #[test]
    fn atoi_saturates() {
        assert_eq!(atoi(b"99999999999999999999"), i64::MAX);
        assert_eq!(atoi(b"12x"), 0);
        assert_eq!(atoi(b"+5"), 5);
    }
}
