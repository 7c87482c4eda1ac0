//! Spans of time as Go and Scala write them.
//!
//! (Source: `ParseDuration` in kube-openapi/pkg/validation/strfmt/duration.go @ 43fb72c5454a and Go's
//! time/format.go.)

/// The names of a unit; one that begins with the last counts too.
const UNITS: [&[&str]; 8] = [
    &["ns", "nano"],
    &["us", "µs", "micro"],
    &["ms", "milli"],
    &["s", "sec"],
    &["m", "min"],
    &["h", "hr", "hour"],
    &["d", "day"],
    &["w", "wk", "week"],
];
/// So many nanoseconds are too many.
const TOO_MANY: u128 = 1 << 63;

/// Whether a text is a span of time.
pub(super) fn is_duration(text: &str) -> bool {
    nanoseconds(text).is_some() || is_loose(text)
}

/// What Go's `time.ParseDuration` takes.
fn nanoseconds(text: &str) -> Option<u128> {
    let is_negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0;
    let mut is_first = true;
    while is_first || !rest.is_empty() {
        is_first = false;
        let (whole, after) = digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit: u128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        // Digits behind the eighteenth are less than a nanosecond.
        let part = fraction.chars().take(18).zip(1_u32..);
        let part: u128 = part
            .map(|(digit, place)| {
                u128::from(digit.to_digit(10).unwrap_or(0)) * unit * 10_u128.pow(18 - place)
            })
            .sum();
        sum += whole.checked_mul(unit)? + part / 10_u128.pow(18);
        if sum > TOO_MANY {
            return None;
        }
        rest = after;
    }
    (is_negative || sum < TOO_MANY).then_some(sum)
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Counts with names of units, whatever stands between them.
fn is_loose(text: &str) -> bool {
    let mut is_any = false;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (count, after) = digits(&rest[start..]);
        let after = after.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let is_other = |c: char| !c.is_ascii_alphabetic() && c != 'µ';
        let (unit, after) = after.split_at(after.find(is_other).unwrap_or(after.len()));
        rest = after;
        if unit.is_empty() {
            continue;
        }
        if count.parse::<i64>().is_err() {
            return false;
        }
        let unit = unit.to_ascii_lowercase();
        is_any |= UNITS.iter().any(|names| {
            names.contains(&&*unit) || names.last().is_some_and(|last| unit.starts_with(last))
        });
    }
    is_any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_go_and_scala_write_them() {
        for text in [
            "0",
            "-0",
            "1h30m",
            "1.5h",
            ".5s",
            "1.s",
            "-3m",
            "1μs",
            "5 minutes",
            "3 Days",
            "2wk",
            "about 5 hours",
            "9999999999h",
            "2562047h47m16s",
        ] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "",
            "1",
            "-",
            "s",
            "5 months",
            "1.h.",
            "1y",
            "99999999999999999999s",
            "99999999999999999.h",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
