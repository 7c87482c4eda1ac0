//! Floats as Go's `strconv` and `encoding/json` write them.

use std::fmt::{LowerExp, Write as _};

/// Returns `strconv.FormatFloat(value, 'g', -1, 64)`: what `fmt` prints for `%v` and goyaml for
/// floats (`1e+06`, `0.0001`, `1e-05`, `+Inf`, `NaN`).
pub fn format_float(value: f64) -> String {
    general(value, Decimal::shortest)
}

/// Returns `strconv.FormatFloat(value, 'g', -1, 32)`, with which `sigs.k8s.io/yaml` turns float
/// keys into strings.
pub fn format_float32(value: f64) -> String {
    general(value as f32, Decimal::shortest)
}

/// Returns the number as `encoding/json` writes it: plain from 1e-6 up to 1e21, else with an
/// exponent (`1e+21`, `1e-7`). The value must be finite; `encoding/json` refuses others.
pub fn format_json_float(value: f64) -> String {
    let mut text = String::with_capacity(24);
    write_json_float(&mut text, value);
    text
}

pub(crate) fn write_json_float(out: &mut String, value: f64) {
    if value.is_sign_negative() {
        out.push('-');
    }
    let size = value.abs();
    let decimal = Decimal::shortest(size);
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        out.push_str(&decimal.plain());
    } else {
        decimal.write_scientific(out, 1);
    }
}

/// Lays out shortest digits by Go's 'g' rule: with an exponent when that is below -4 or reaches 6,
/// the precision that Go assumes for shortest digits.
fn general<F: Into<f64> + Copy>(value: F, shortest: fn(F) -> Decimal) -> String {
    let wide: f64 = value.into();
    if wide.is_nan() {
        return "NaN".into();
    }
    if wide.is_infinite() {
        return if wide > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let decimal = shortest(value);
    let mut text = String::with_capacity(24);
    if wide.is_sign_negative() {
        text.push('-');
    }
    if (-4..6).contains(&decimal.exponent) {
        text.push_str(&decimal.plain());
    } else {
        decimal.write_scientific(&mut text, 2);
    }
    text
}

/// A finite number's size as `d.ddd * 10^exponent`.
struct Decimal {
    digits: String,
    exponent: i32,
}

impl Decimal {
    /// The fewest digits that read back as the same number, and of these the closest ones.
    fn shortest<F: LowerExp>(value: F) -> Self {
        let mut decimal = Self::parse(&format!("{value:e}"));
        decimal.round_half_to_even(&value);
        decimal
    }

    fn parse(scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
        Self { digits, exponent: exponent.parse().unwrap_or(0) }
    }

    /// Of two equally close last digits Go takes the even one, Rust the greater.
    fn round_half_to_even<F: LowerExp>(&mut self, value: &F) {
        // With fewer digits than this the neighbours are too far away to tie.
        const FEWEST: usize = 8;
        let length = self.digits.len();
        let odd = self.digits.ends_with(['1', '3', '5', '7', '9']);
        if length < FEWEST || !odd {
            return;
        }
        let exact = Self::parse(&format!("{value:.*e}", length + 30));
        let (head, tail) = exact.digits.split_at(length);
        let tie = tail.starts_with('5') && tail[1..].bytes().all(|digit| digit == b'0');
        // The even digit is the one below: that is how the exact number begins.
        if tie && head < self.digits.as_str() {
            self.digits = head.to_owned();
        }
    }

    fn plain(&self) -> String {
        let digits = &self.digits;
        if self.exponent < 0 {
            let zeros = "0".repeat((-self.exponent - 1) as usize);
            return format!("0.{zeros}{digits}");
        }
        let whole = self.exponent as usize + 1;
        if digits.len() <= whole {
            return format!("{digits}{}", "0".repeat(whole - digits.len()));
        }
        let (integer, fraction) = digits.split_at(whole);
        format!("{integer}.{fraction}")
    }

    fn write_scientific(&self, out: &mut String, exponent_digits: usize) {
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if self.exponent < 0 { '-' } else { '+' };
        let exponent = self.exponent.abs();
        _ = write!(out, "{first}{point}{rest}e{sign}{exponent:0exponent_digits$}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values, then `fmt.Sprint`, `json.Marshal` and `strconv.FormatFloat(value, 'g', -1, 32)`.
    #[test]
    fn formats() {
        let cases = [
            (0.0, "0", "0", "0"),
            (-0.0, "-0", "-0", "-0"),
            (1e6, "1e+06", "1000000", "1e+06"),
            (123_456.0, "123456", "123456", "123456"),
            (0.0001, "0.0001", "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001", "1e-05"),
            (1e-7, "1e-07", "1e-7", "1e-07"),
            (1e21, "1e+21", "1e+21", "1e+21"),
            (1e20, "1e+20", "100000000000000000000", "1e+20"),
            (-2.5e-10, "-2.5e-10", "-2.5e-10", "-2.5e-10"),
            (1_234_567.25, "1.23456725e+06", "1234567.25", "1.2345672e+06"),
            (
                562_949_953_421_312.0 + 0.25,
                "5.629499534213122e+14",
                "562949953421312.2",
                "5.6294995e+14",
            ),
        ];
        for (value, general, json, narrow) in cases {
            assert_eq!(format_float(value), general);
            assert_eq!(format_json_float(value), json);
            assert_eq!(format_float32(value), narrow);
        }
    }
}
