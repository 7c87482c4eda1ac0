//! Number and character constants.

use crate::compiler::quote;

/// A number constant and every type it can be used as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number<'a> {
    pub(crate) text: &'a str,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// Real and imaginary part, where the constant is written with an `i`.
    pub(crate) complex: Option<(f64, f64)>,
}

/// What a constant is where no type is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ideal {
    Int(i64),
    Float(f64),
    Complex(f64, f64),
    Overflow,
}

impl<'a> Number<'a> {
    /// Reads a character constant such as `'a'`.
    pub(crate) fn character(text: &'a str) -> Result<Self, String> {
        let body = text.as_bytes().get(1..).unwrap_or_default();
        let (value, rest) = quote::unquote_char(body, b'\'').ok_or("invalid syntax")?;
        if rest != b"'" {
            return Err(format!("malformed character constant: {text}"));
        }
        let code = value.code();
        Ok(Self {
            text,
            int: Some(i64::from(code)),
            uint: Some(u64::from(code)),
            float: Some(f64::from(code)),
            complex: None,
        })
    }

    /// Reads a number as Go's `strconv` does with base 0.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        if let Some(value) = parse_plain(text) {
            let (int, uint, float) = (Some(value as i64), Some(value), Some(value as f64));
            return Ok(Self { text, int, uint, float, complex: None });
        }
        if let Some(complex) = parse_complex(text) {
            return Ok(Self::complex(text, complex));
        }
        let (negative, digits) = split_sign(text);
        let magnitude = parse_magnitude(digits);
        let mut uint = if text.starts_with(['+', '-']) { None } else { magnitude };
        let mut int = magnitude.and_then(|value| signed(value, negative));
        if int == Some(0) {
            uint = Some(0);
        }
        let mut float = int.map(|value| value as f64).or(uint.map(|value| value as f64));
        if float.is_none()
            && let Some(value) = parse_float(text)
        {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {text:?}"));
            }
            float = Some(value);
            int = whole(value).and_then(|value| i64::try_from(value).ok());
            uint = whole(value).and_then(|value| u64::try_from(value).ok());
        }
        if float.is_none() {
            return Err(format!("illegal number syntax: {text:?}"));
        }
        Ok(Self { text, int, uint, float, complex: None })
    }

    /// A constant with an imaginary part is a float, too, if that part is zero.
    fn complex(text: &'a str, (real, imaginary): (f64, f64)) -> Self {
        let float = (imaginary == 0.0).then_some(real);
        Self {
            text,
            int: float.and_then(whole).and_then(|value| i64::try_from(value).ok()),
            uint: float.and_then(whole).and_then(|value| u64::try_from(value).ok()),
            float,
            complex: Some((real, imaginary)),
        }
    }

    /// Returns the constant's value where any type will do.
    pub(crate) fn ideal(&self) -> Ideal {
        if let Some((real, imaginary)) = self.complex {
            return Ideal::Complex(real, imaginary);
        }
        let lower = self.text.to_ascii_lowercase();
        let hex_int = lower.len() > 2 && lower.starts_with("0x") && !lower.contains('p');
        let rune = lower.starts_with('\'');
        if let Some(value) = self.float
            && !hex_int
            && !rune
            && lower.contains(['.', 'e', 'p'])
        {
            return Ideal::Float(value);
        }
        self.int.map_or(Ideal::Overflow, Ideal::Int)
    }
}

/// Reads what most constants are: a few decimal digits.
fn parse_plain(text: &str) -> Option<u64> {
    let decimal = text == "0" || !text.starts_with('0');
    let short = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| decimal && short)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn signed(magnitude: u64, negative: bool) -> Option<i64> {
    let value = i128::from(magnitude);
    i64::try_from(if negative { -value } else { value }).ok()
}

fn whole(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 1e30).then_some(value as i128)
}

fn parse_magnitude(digits: &str) -> Option<u64> {
    let lower = digits.to_ascii_lowercase();
    let (base, body) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    let prefixed = body.len() != lower.len();
    if !underscores_fit(body, prefixed) {
        return None;
    }
    let plain = body.replace('_', "");
    if plain.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(&plain, base).ok()
}

/// Underscores stand between digits, or between a prefix and the first digit.
fn underscores_fit(body: &str, prefixed: bool) -> bool {
    let body = if prefixed { body.strip_prefix('_').unwrap_or(body) } else { body };
    !body.starts_with('_') && !body.ends_with('_') && !body.contains("__")
}

fn parse_float(text: &str) -> Option<f64> {
    let (negative, digits) = split_sign(text);
    let lower = digits.to_ascii_lowercase();
    let value = match lower.strip_prefix("0x") {
        Some(hex) => parse_hex_float(hex)?,
        None if lower.contains('_') => return None,
        None if !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') => return None,
        None => lower.parse::<f64>().ok()?,
    };
    if value.is_infinite() {
        return None;
    }
    Some(if negative { -value } else { value })
}

/// Reads `2i` or `1+2i`.
fn parse_complex(text: &str) -> Option<(f64, f64)> {
    let body = text.strip_suffix('i')?;
    if let Some(imaginary) = parse_float(body) {
        return Some((0.0, imaginary));
    }
    let sign = body.rfind(['+', '-']).filter(|at| *at > 0)?;
    Some((parse_float(&body[..sign])?, parse_float(&body[sign..])?))
}

fn parse_hex_float(hex: &str) -> Option<f64> {
    let (mantissa, exponent) = hex.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let value = u64::from_str_radix(&digits, 16).ok()?;
    Some(value as f64 * 2f64.powi(exponent - 4 * fraction.len() as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_go_does() {
        let cases = [
            ("1", Ideal::Int(1)),
            ("-0x1F", Ideal::Int(-31)),
            ("010", Ideal::Int(8)),
            ("0o17", Ideal::Int(15)),
            ("0b101", Ideal::Int(5)),
            ("1_000", Ideal::Int(1000)),
            ("+7", Ideal::Int(7)),
            ("5.0", Ideal::Float(5.0)),
            ("1e3", Ideal::Float(1000.0)),
            (".5", Ideal::Float(0.5)),
            ("0x1p4", Ideal::Float(16.0)),
            ("0xe", Ideal::Int(14)),
            ("18446744073709551615", Ideal::Overflow),
            ("2i", Ideal::Complex(0.0, 2.0)),
            ("1.5-2i", Ideal::Complex(1.5, -2.0)),
        ];
        for (text, want) in cases {
            assert_eq!(Number::parse(text).map(|number| number.ideal()), Ok(want), "{text}");
        }
        assert_eq!(Number::parse("5.0").expect("a number").int, Some(5));
        assert_eq!(Number::character("'a'").expect("a character").int, Some(97));
        for bad in ["1__0", "_1", "0x", "089", "1e", "99999999999999999999", ""] {
            assert!(Number::parse(bad).is_err(), "{bad}");
        }
    }
}
