//! Floats as Go's `strconv` and `encoding/json` write them.

use std::fmt::Write as _;

/// Returns `strconv.FormatFloat(value, 'g', -1, 64)`: what `fmt` prints for `%v` and goyaml for
/// floats (`1e+06`, `0.0001`, `1e-05`, `+Inf`, `NaN`).
pub fn format_float(value: f64) -> String {
    general(value, &format!("{:e}", value.abs()))
}

/// Returns `strconv.FormatFloat(value, 'g', -1, 32)`, with which `sigs.k8s.io/yaml` turns float
/// keys into strings.
pub fn format_float32(value: f64) -> String {
    let narrow = value as f32;
    general(value, &format!("{:e}", narrow.abs()))
}

/// Returns the number as `encoding/json` writes it: plain from 1e-6 up to 1e21, else with an
/// exponent (`1e+21`, `1e-7`). The value must be finite; `encoding/json` refuses others.
pub fn format_json_float(value: f64) -> String {
    let mut text = String::with_capacity(24);
    write_json_float(&mut text, value);
    text
}

pub(crate) fn write_json_float(out: &mut String, value: f64) {
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        // Rust writes the shortest digits that round-trip, without an exponent, as Go's 'f' does.
        _ = write!(out, "{value}");
        return;
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(mantissa);
    out.push('e');
    if !exponent.starts_with('-') {
        out.push('+');
    }
    out.push_str(exponent);
}

/// Lays out shortest scientific digits (`1.25e6`) by Go's 'g' rule: with an exponent when that is
/// below -4 or reaches 6, the precision that Go assumes for shortest digits.
fn general(value: f64, scientific: &str) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if scientific == "inf" {
        return if sign.is_empty() { "+Inf".into() } else { "-Inf".into() };
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if (-4..6).contains(&exponent) {
        return format!("{sign}{}", plain(&digits, exponent));
    }
    let point = if digits.len() > 1 { "." } else { "" };
    let (first, rest) = digits.split_at(1);
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs())
}

fn plain(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{digits}{}", "0".repeat(whole - digits.len()));
    }
    let (integer, fraction) = digits.split_at(whole);
    format!("{integer}.{fraction}")
}
