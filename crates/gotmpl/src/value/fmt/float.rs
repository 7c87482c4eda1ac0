//! Floats as Go's `strconv.FormatFloat` writes them.

/// Decimal digits without trailing zeros, and the position of the decimal point in them.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    fn shortest(value: f64) -> Self {
        Self::from_exponent_form(&format!("{:e}", value.abs()))
    }

    fn rounded(value: f64, digits: usize) -> Self {
        Self::from_exponent_form(&format!("{:.*e}", digits.saturating_sub(1), value.abs()))
    }

    fn from_exponent_form(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let point = if digits.is_empty() { 0 } else { exponent + 1 };
        Self { digits, point }
    }
}

/// Appends a float as Go's `%v` does: the shortest digits that read back as the same value, in
/// exponent form when the decimal exponent is below -4 or above 5.
pub fn append_float(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(format_float(value, b'g', None).as_bytes());
}

/// Returns a float in one of Go's formats `b e E f F g G x X`; without a precision the shortest
/// digits that read back as the same value.
#[must_use]
pub fn format_float(value: f64, verb: u8, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return if sign.is_empty() { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    let body = match verb {
        b'e' | b'E' => exponent_form(value, verb, precision),
        b'f' | b'F' => fixed_form(value, precision),
        b'b' => binary_form(value),
        b'x' | b'X' => hex_form(value, verb, precision),
        _ => general_form(value, verb, precision),
    };
    format!("{sign}{body}")
}

fn exponent_form(value: f64, verb: u8, precision: Option<usize>) -> String {
    let (decimal, precision) = match precision {
        Some(precision) => (Decimal::rounded(value, precision + 1), precision),
        None => {
            let decimal = Decimal::shortest(value);
            let precision = decimal.digits.len().saturating_sub(1);
            (decimal, precision)
        }
    };
    write_exponent(&decimal, precision, char::from(verb))
}

fn write_exponent(decimal: &Decimal, precision: usize, letter: char) -> String {
    let mut digits = decimal.digits.iter().map(|digit| char::from(*digit));
    let mut text = String::new();
    text.push(digits.next().unwrap_or('0'));
    if precision > 0 {
        text.push('.');
        text.extend(digits.chain(std::iter::repeat('0')).take(precision));
    }
    let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{text}{letter}{sign}{:02}", exponent.unsigned_abs())
}

fn fixed_form(value: f64, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => format!("{:.precision$}", value.abs()),
        None => format!("{}", value.abs()),
    }
}

fn general_form(value: f64, verb: u8, precision: Option<usize>) -> String {
    let decimal = match precision {
        Some(precision) => Decimal::rounded(value, precision.max(1)),
        None => Decimal::shortest(value),
    };
    let count = decimal.digits.len();
    let whole = usize::try_from(decimal.point).unwrap_or(0);
    let precision = precision.map(|precision| precision.max(1));
    let limit = match precision {
        None => 6,
        Some(precision) if precision > count && count >= whole => count,
        Some(precision) => precision,
    };
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= limit as i32 {
        let precision = precision.map_or(count, |precision| precision.min(count));
        let letter = if verb == b'G' { 'E' } else { 'e' };
        return write_exponent(&decimal, precision.saturating_sub(1), letter);
    }
    write_fixed(&decimal)
}

fn write_fixed(decimal: &Decimal) -> String {
    let mut text = String::new();
    if decimal.point <= 0 {
        text.push('0');
    }
    for index in 0..decimal.point.max(0) as usize {
        text.push(decimal.digits.get(index).map_or('0', |digit| char::from(*digit)));
    }
    let leading = decimal.point.min(0).unsigned_abs() as usize;
    let fraction = decimal.digits.get(decimal.point.max(0) as usize..).unwrap_or_default();
    if !fraction.is_empty() {
        text.push('.');
        text.extend(std::iter::repeat_n('0', leading));
        text.extend(fraction.iter().map(|digit| char::from(*digit)));
    }
    text
}

/// Splits a finite float into an integer mantissa and a power of two.
fn binary_parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

fn binary_form(value: f64) -> String {
    let (mantissa, exponent) = binary_parts(value);
    format!("{mantissa}p{exponent:+}")
}

fn hex_form(value: f64, verb: u8, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = binary_parts(value);
    if mantissa == 0 {
        exponent = -52;
    } else {
        let shift = mantissa.leading_zeros() as i32 - 11;
        mantissa <<= shift;
        exponent -= shift;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        (mantissa, exponent) = round_hex(mantissa, exponent, precision);
    }
    let mut fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    match precision {
        Some(precision) => {
            fraction.truncate(precision);
            fraction.extend(std::iter::repeat_n('0', precision.saturating_sub(fraction.len())));
        }
        None => fraction.truncate(fraction.trim_end_matches('0').len()),
    }
    let point = if fraction.is_empty() { "" } else { "." };
    let exponent = exponent + 52;
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 52, exponent.abs());
    if verb == b'X' { text.to_uppercase() } else { text }
}

/// Rounds a mantissa to so many hexadecimal digits after the point, ties to even.
fn round_hex(mantissa: u64, exponent: i32, precision: usize) -> (u64, i32) {
    let drop = 52 - 4 * precision as u32;
    let (kept, rest, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1 << (drop - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    let rounded = (kept + u64::from(up)) << drop;
    if rounded >> 53 != 0 { (rounded >> 1, exponent + 1) } else { (rounded, exponent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_form_is_that_of_go() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (2.0, "2"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (1.5, "1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e100, "1e+100"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, want) in cases {
            assert_eq!(format_float(value, b'g', None), want);
        }
    }

    #[test]
    fn precision_is_that_of_go() {
        let cases = [
            (3.14259, b'f', 2, "3.14"),
            (2.5, b'f', 0, "2"),
            (1234.5678, b'e', 3, "1.235e+03"),
            (100.0, b'g', 3, "100"),
            (1000.0, b'g', 3, "1e+03"),
            (0.00001234, b'g', 2, "1.2e-05"),
            (0.0, b'e', 2, "0.00e+00"),
            (1.0, b'x', 3, "0x1.000p+00"),
        ];
        for (value, verb, precision, want) in cases {
            assert_eq!(format_float(value, verb, Some(precision)), want);
        }
    }
}
