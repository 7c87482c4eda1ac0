//! What a plain scalar means (go-yaml v2 `resolve.go`, the YAML 1.1 rules).

use std::borrow::Cow;

use crate::timestamp::is_timestamp;

/// The value of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Timestamp,
    String,
}

/// Returns the type of a plain scalar without a tag.
pub(crate) fn resolve(text: &str) -> Scalar {
    resolve_with(text, true)
}

/// As [`resolve`]; with any explicit tag but `!!timestamp` goyaml does not look for timestamps.
pub(crate) fn resolve_with(text: &str, timestamps: bool) -> Scalar {
    let Some(&first) = text.as_bytes().first() else { return Scalar::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => special_float(text).or_else(|| dotted_float(text)).unwrap_or(Scalar::String),
        b'+' | b'-' | b'0'..=b'9' => {
            if let Some(special) = special_float(text) {
                return special;
            }
            if timestamps && is_timestamp(text) {
                return Scalar::Timestamp;
            }
            number(text)
        }
        _ => Scalar::String,
    }
}

/// Returns whether a text without quotes would be read as something else than a text, so that the
/// writer must quote it: [`resolve`] and YAML 1.1's base-60 numbers.
pub(crate) fn needs_quotes(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'+' | b'-' | b'0'..=b'9') => {
            resolve(text) != Scalar::String || is_base60(text.as_bytes())
        }
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' | b'.') => {
            resolve(text) != Scalar::String
        }
        Some(_) => false,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::String,
    }
}

fn special_float(text: &str) -> Option<Scalar> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Some(Scalar::Float(f64::INFINITY))
        }
        "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

/// `strconv.ParseFloat`, which lets underscores separate digits.
fn dotted_float(text: &str) -> Option<Scalar> {
    let bytes = text.as_bytes();
    let digit_at =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    if !underscores.all(|(at, _)| digit_at(at.checked_sub(1)) && digit_at(Some(at + 1))) {
        return None;
    }
    let plain = without_underscores(text);
    if is_style_float(plain.as_bytes()) { finite(&plain) } else { None }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

fn finite(text: &str) -> Option<Scalar> {
    text.parse().ok().filter(|float: &f64| float.is_finite()).map(Scalar::Float)
}

fn number(text: &str) -> Scalar {
    let plain = without_underscores(text);
    integer(&plain)
        .or_else(|| if is_style_float(plain.as_bytes()) { finite(&plain) } else { None })
        .or_else(|| odd_binary(&plain))
        .unwrap_or(Scalar::String)
}

/// `strconv.ParseInt` and then `ParseUint`, both with base 0.
fn integer(text: &str) -> Option<Scalar> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (Some(true), &text[1..]),
        b'+' => (Some(false), &text[1..]),
        _ => (None, text),
    };
    let (base, digits) = base_prefix(digits)?;
    // Rust's parser takes a sign of its own, which must not follow ours or a prefix.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let size = u64::from_str_radix(digits, base).ok()?;
    match sign {
        Some(true) => 0i64.checked_sub_unsigned(size).map(Scalar::Int),
        Some(false) => i64::try_from(size).ok().map(Scalar::Int),
        None => Some(i64::try_from(size).map_or(Scalar::Uint(size), Scalar::Int)),
    }
}

fn base_prefix(digits: &str) -> Option<(u32, &str)> {
    match digits.as_bytes() {
        [] => None,
        [b'0'] => Some((10, digits)),
        [b'0', b'b' | b'B', _, ..] => Some((2, &digits[2..])),
        [b'0', b'o' | b'O', _, ..] => Some((8, &digits[2..])),
        [b'0', b'x' | b'X', _, ..] => Some((16, &digits[2..])),
        [b'0', ..] => Some((8, &digits[1..])),
        _ => Some((10, digits)),
    }
}

/// goyaml reads what follows `0b` once more on its own, where a sign may stand.
fn odd_binary(text: &str) -> Option<Scalar> {
    let signed = text.strip_prefix("0b").filter(|digits| digits.starts_with(['+', '-']))?;
    i64::from_str_radix(signed, 2).ok().map(Scalar::Int)
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_style_float(text: &[u8]) -> bool {
    let rest = strip_sign(text);
    let (whole, rest) = split_digits(rest);
    let rest = match rest {
        [b'.', fraction @ ..] => {
            let (digits, rest) = split_digits(fraction);
            if whole == 0 && digits == 0 {
                return false;
            }
            rest
        }
        _ if whole == 0 => return false,
        _ => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let (digits, rest) = split_digits(strip_sign(exponent));
            digits > 0 && rest.is_empty()
        }
        _ => false,
    }
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base60(text: &[u8]) -> bool {
    let digit_or_line = |byte: &&u8| byte.is_ascii_digit() || **byte == b'_';
    let rest = strip_sign(text);
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = &rest[rest.iter().take_while(digit_or_line).count()..];
    let mut groups = 0;
    while let [b':', group @ ..] = rest {
        let digits = match group {
            [b'0'..=b'5', b'0'..=b'9', ..] => 2,
            [b'0'..=b'9', ..] => 1,
            _ => return false,
        };
        rest = &group[digits..];
        groups += 1;
    }
    match rest {
        _ if groups == 0 => false,
        [] => true,
        [b'.', fraction @ ..] => {
            fraction.iter().take_while(digit_or_line).count() == fraction.len()
        }
        _ => false,
    }
}

fn strip_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

fn split_digits(text: &[u8]) -> (usize, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits, &text[digits..])
}
