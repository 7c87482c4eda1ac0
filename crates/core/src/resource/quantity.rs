//! Kubernetes quantities as numbers.

/// Billionths of a quantity such as `500m`, `1.5Gi` or `1e3`; `None` where the text is none.
///
/// (Source: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go.) Finer parts are cut
/// off, as no API accepts them.
pub fn quantity(text: &str) -> Option<i128> {
    let number_end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(number_end);
    let billionths = decimal(number)?;
    let scale = |factor: i128| billionths.checked_mul(factor);
    let binary = |power: u32| scale(1024_i128.checked_pow(power)?);
    match suffix {
        "n" => Some(billionths / 1_000_000_000),
        "u" => Some(billionths / 1_000_000),
        "m" => Some(billionths / 1000),
        "" => Some(billionths),
        "k" => scale(1000),
        "M" => scale(10_i128.pow(6)),
        "G" => scale(10_i128.pow(9)),
        "T" => scale(10_i128.pow(12)),
        "P" => scale(10_i128.pow(15)),
        "E" => scale(10_i128.pow(18)),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => exponent(billionths, suffix),
    }
}

fn decimal(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let part: String = part.chars().chain("000000000".chars()).take(9).collect();
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(sign * whole.checked_mul(1_000_000_000)?.checked_add(part.parse().ok()?)?)
}

fn exponent(billionths: i128, suffix: &str) -> Option<i128> {
    let power: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let factor = 10_i128.checked_pow(power.unsigned_abs())?;
    if power < 0 { Some(billionths / factor) } else { billionths.checked_mul(factor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_are_equal_however_they_are_written() {
        for (a, b) in [
            ("1", "1000m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("1Gi", "1024Mi"),
            ("1e3", "1k"),
            ("1E", "1000P"),
            ("1.5Gi", "1536Mi"),
            ("-1", "-1000m"),
            ("1500000u", "1.5"),
        ] {
            assert_eq!(quantity(a), quantity(b), "{a} and {b}");
            assert!(quantity(a).is_some(), "{a}");
        }
        assert!(quantity("10Gi") > quantity("10G"));
        for text in
            ["", "Gi", "1 Gi", "1gi", "one", "1.2.3", "--1", "1e999999999", "9999999999999999999Ei"]
        {
            assert_eq!(quantity(text), None, "{text}");
        }
    }
}
