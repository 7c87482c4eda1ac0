//! The formats of texts that definitions of kinds can name.
//!
//! (Source: `supportedVersionedFormats` in apiextensions-apiserver/pkg/apiserver/validation/formats.go
//! @ v0.31.0 to v0.36.0, kube-openapi/pkg/validation/strfmt @ 70dd3763d340 to 43fb72c5454a with
//! asaskevich/govalidator @ f61b66f89f4a, and k8s.io/utils/net.)
//!
//! Not judged: of `uri` the authority and the path, of `email` all but its `@`, and `k8s-short-name` and
//! `k8s-long-name`, which a server enforces by the version that it promises to be compatible with.

use std::net::{IpAddr, Ipv6Addr};

use zij_helm::functions::regex_matches;

use super::{super::date::Date, durations::is_duration};

/// Tells whether a text surely is not of its format.
type Refusal = fn(&str) -> bool;

const FORMATS: &[(&str, Refusal)] = &[
    ("bsonobjectid", |text| text.len() != 24 || !text.bytes().all(|b| b.is_ascii_hexdigit())),
    ("byte", |text| !is_base64(text)),
    ("cidr", |text| !is_range(text)),
    ("creditcard", |text| !is_card(text)),
    ("date", |text| Date::parse(text).is_none()),
    ("datetime", |text| !is_time(text)),
    ("duration", |text| !is_duration(text)),
    ("email", |text| !text.contains('@')),
    ("hexcolor", |text| !is_color(text)),
    ("hostname", |text| !is_host(text)),
    ("ipv4", |text| !text.contains('.') || sloppy_address(text).is_none()),
    ("ipv6", |text| text.parse::<Ipv6Addr>().is_err()),
    ("isbn", |text| !is_isbn10(text) && !is_isbn13(text)),
    ("isbn10", |text| !is_isbn10(text)),
    ("isbn13", |text| !is_isbn13(text)),
    ("mac", |text| !is_mac(text)),
    ("password", |_| false),
    ("rgbcolor", |text| !is_rgb(text)),
    ("ssn", |text| !is_ssn(text)),
    ("uri", is_no_uri),
    ("uuid", |text| !is_uuid(text, None)),
    ("uuid3", |text| !is_uuid(text, Some('3'))),
    ("uuid4", |text| !is_uuid(text, Some('4'))),
    ("uuid5", |text| !is_uuid(text, Some('5'))),
];

/// The check of a format; the server leaves dashes in names out.
fn format(name: &str) -> Option<Refusal> {
    let name = name.replace('-', "");
    FORMATS.iter().find(|format| format.0 == name).map(|format| format.1)
}

/// Whether every server enforces a format; it overlooks those that it does not know.
pub(super) fn is_known(name: &str) -> bool {
    format(name).is_some()
}

/// Whether a text surely is not of a format.
pub(super) fn refuses(name: &str, text: &str) -> bool {
    format(name).is_some_and(|refuses| refuses(text))
}

/// Base64 of at least one byte, with its padding.
fn is_base64(text: &str) -> bool {
    let body = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    !body.is_empty() && text.len().is_multiple_of(4) && body.bytes().all(is_digit)
}

/// An address as Go read it before 1.17: zeros may stand before numbers.
fn sloppy_address(text: &str) -> Option<IpAddr> {
    let mut plain = String::with_capacity(text.len());
    for part in text.split_inclusive(['.', ':']) {
        let digits = part.trim_end_matches(['.', ':']);
        let short = digits.trim_start_matches('0');
        if short.is_empty() && !digits.is_empty() {
            plain.push('0');
        }
        plain.push_str(short);
        plain.push_str(&part[digits.len()..]);
    }
    plain.parse().ok()
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match sloppy_address(address) {
        Some(IpAddr::V4(_)) => 32,
        Some(IpAddr::V6(_)) => 128,
        None => return false,
    };
    let short = length.trim_start_matches('0');
    !length.is_empty()
        && length.bytes().all(|byte| byte.is_ascii_digit())
        && (short.is_empty() || short.parse::<u8>().is_ok_and(|length| length <= most))
}

fn is_mac(text: &str) -> bool {
    let (separator, width) = match text.as_bytes() {
        [_, _, separator @ (b':' | b'-'), ..] => (*separator, 2),
        [_, _, _, _, b'.', ..] => (b'.', 4),
        _ => return false,
    };
    let groups: Vec<&str> = text.split(char::from(separator)).collect();
    let is_group =
        |group: &&str| group.len() == width && group.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(groups.len() * width, 12 | 16 | 40) && groups.iter().all(is_group)
}

/// Luhn's sum over what is left without all but digits.
fn is_card(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = |range: std::ops::Range<usize>| -> u32 {
        digits.get(range).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let is_issued = match digits.len() {
        13 => number(0..1) == 4,
        14 => matches!(number(0..3), 300..=305 | 360..=369 | 380..=389),
        15 => matches!(number(0..2), 34 | 37) || matches!(number(0..4), 2131 | 1800),
        16 => {
            number(0..1) == 4 || matches!(number(0..2), 35 | 51..=55 | 65) || number(0..4) == 6011
        }
        _ => false,
    };
    let digits = digits.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    is_issued && sum.is_multiple_of(10)
}

/// What Go's `\s` means.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

/// The digits of a book's number.
fn book(text: &str) -> Vec<u8> {
    text.chars().filter(|c| !is_space(*c) && *c != '-').collect::<String>().into_bytes()
}

fn is_isbn10(text: &str) -> bool {
    let digits = book(text);
    let term = |(place, byte): (usize, &u8)| match byte {
        b'0'..=b'9' => Some((place + 1) * usize::from(byte - b'0')),
        b'X' if place == 9 => Some(100),
        _ => None,
    };
    let sum: Option<usize> = digits.iter().enumerate().map(term).sum();
    digits.len() == 10 && sum.is_some_and(|sum| sum.is_multiple_of(11))
}

fn is_isbn13(text: &str) -> bool {
    let digits = book(text);
    let weight = |place: usize| if place.is_multiple_of(2) { 1 } else { 3 };
    let terms = digits.iter().enumerate();
    digits.len() == 13
        && digits.iter().all(u8::is_ascii_digit)
        && terms
            .map(|(place, digit)| weight(place) * u32::from(digit - b'0'))
            .sum::<u32>()
            .is_multiple_of(10)
}

fn is_ssn(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(place, byte)| match place {
            3 | 6 => matches!(byte, b'-' | b' '),
            _ => byte.is_ascii_digit(),
        })
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_rgb(text: &str) -> bool {
    let parts = text.strip_prefix("rgb(").and_then(|text| text.strip_suffix(')'));
    let is_part = |part: &str| {
        let part = part.trim_matches(is_space);
        part.parse::<u8>().is_ok_and(|number| number.to_string() == part)
    };
    parts.is_some_and(|parts| parts.split(',').count() == 3 && parts.split(',').all(is_part))
}

/// Hexadecimal digits in groups, between which a dash may stand.
fn is_uuid(text: &str, version: Option<char>) -> bool {
    let mut digits = String::new();
    let mut rest = text;
    for (place, width) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((group, after)) = rest.split_at_checked(width) else { return false };
        digits.push_str(group);
        rest = after;
    }
    let is_at = |place: usize, allowed: &str| {
        digits[place..=place].chars().all(|c| allowed.contains(c.to_ascii_lowercase()))
    };
    rest.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && version.is_none_or(|version| is_at(12, version.encode_utf8(&mut [0; 4])))
        && (!matches!(version, Some('4' | '5')) || is_at(16, "89ab"))
}

/// A day, a `T` and a time; what follows another `T` is overlooked.
fn is_time(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut parts = text.split('t');
    let (Some(day), Some(time)) = (parts.next(), parts.next()) else { return false };
    let bytes = time.as_bytes();
    let two = |at: usize, most: &str| {
        let digits = time.get(at..at + 2).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        digits.is_some_and(|digits| digits <= most)
    };
    let is_clock = two(0, "23") && two(3, "59") && two(6, "59");
    if Date::parse(day).is_none() || !is_clock || bytes[2] != b':' || bytes[5] != b':' {
        return false;
    }
    let rest = &time[8..];
    let zone = |rest: &str| {
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        let offset = rest.strip_prefix(['+', '-']).and_then(|rest| rest.split_once(':'));
        rest == "z" || offset.is_some_and(|(hours, minutes)| digits(hours) && digits(minutes))
    };
    // Any character may stand where the point should.
    let mut after = rest.chars();
    let is_point = after.next().is_some_and(|point| point != '\n');
    let fraction = after.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    zone(rest) || is_point && fraction.len() < after.as_str().len() && zone(fraction)
}

fn is_letter(c: char) -> bool {
    let is_other = |c: char| regex_matches(r"^\p{L}$", c.encode_utf8(&mut [0; 4])) == Some(true);
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_other(c) }
}

/// A letter, a digit or a symbol.
fn is_sign(c: char) -> bool {
    let is_symbol = |c: char| regex_matches(r"^\p{S}$", c.encode_utf8(&mut [0; 4])) == Some(true);
    c.is_ascii_digit() || is_letter(c) || is_symbol(c)
}

/// One name, or several with a domain of letters at the end.
fn is_host(text: &str) -> bool {
    if text.len() > 255 || text.split('.').any(|part| part.len() > 63) {
        return false;
    }
    let mut rest = text.chars();
    let is_single = rest.next().is_some_and(is_sign) && {
        let rest = rest.as_str();
        rest.strip_prefix('-').unwrap_or(rest).chars().all(is_sign)
    };
    is_single
        || text.rsplit_once('.').is_some_and(|(names, domain)| {
            let is_name = |name: &str| {
                !name.is_empty()
                    && !name.starts_with('-')
                    && !name.ends_with('-')
                    && name.chars().all(|c| c == '-' || is_sign(c))
            };
            domain.chars().nth(1).is_some()
                && domain.chars().all(is_letter)
                && names.split('.').all(is_name)
        })
}

/// What `url.ParseRequestURI` refuses before it looks at the host: nothing, control characters, and
/// what has neither a scheme nor a slash at the beginning.
fn is_no_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    });
    let has_control = text.bytes().any(|byte| byte < b' ' || byte == 0x7f);
    has_control || text != "*" && scheme.is_none() && !text.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A format, texts that are of it and texts that are not.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        (
            "bsonobjectid",
            &["507f1f77bcf86cd799439011"],
            &["", "507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901g"],
        ),
        ("byte", &["YQ==", "YWI=", "YWJj", "+/+/"], &["", "YQ=", "YQ", "Y===", "YQ==YQ==", "YQ-_"]),
        (
            "cidr",
            &["10.0.0.0/8", "010.0.0.1/032", "::/0", "fd00::1/128", "1.2.3.4/00"],
            &[
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0/8",
                "::/129",
                "10.0.0.0/",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
            ],
        ),
        (
            "creditcard",
            &["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"],
            &["", "4111111111111112", "1234"],
        ),
        (
            "date",
            &["2026-02-28", "0000-02-29"],
            &["2026-02-29", "2026-2-1", "2026-01-01T00:00:00Z"],
        ),
        (
            "date-time",
            &[
                "2014-12-15T19:30:20.000Z",
                "2014-12-15t19:30:20+02:00",
                "2014-12-15T19:30:20x5Z",
                "2014-12-15T19:30:20ZTx",
            ],
            &[
                "2014-12-15",
                "2014-12-15 19:30:20Z",
                "2014-12-15T24:30:20Z",
                "2014-12-15T19:30:60Z",
                "2014-12-15T19:30:20",
                "2014-12-15T19:30:20.Z",
                "2014-12-15T19:30Z",
                "T",
            ],
        ),
        ("duration", &["5m"], &["5"]),
        ("email", &["a@b", "A <a@b.c>"], &["a", ""]),
        ("hexcolor", &["#fff", "FFFFFF"], &["#ffff", "#ggg", ""]),
        (
            "hostname",
            &["a", "a-", "A1.example.com", "1.de", "straße.de", "☃.net", "a--b.example"],
            &["", "-a", "a_b", "a-b-c", "a.b", "a.-b.com", "example.c0m", "a..com", "a.com."],
        ),
        (
            "ipv4",
            &["10.0.0.1", "010.000.0.1", "::ffff:1.2.3.4"],
            &["", "10.0.0", "256.0.0.1", "::1", "1.2.3.4.5", "1..2.3"],
        ),
        (
            "ipv6",
            &["::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"],
            &["10.0.0.1", "fe80::1%eth0", ":::", "00001::"],
        ),
        (
            "isbn",
            &["0321751043", "978-0321751041", "0 8044 2957 X"],
            &["0321751044", "978-0321751042", "X", ""],
        ),
        ("isbn10", &["0321751043"], &["978-0321751041", "032175104x"]),
        ("isbn13", &["978-0321751041"], &["0321751043"]),
        (
            "mac",
            &["01:23:45:67:89:ab", "01-23-45-67-89-ab-cd-ef", "0123.4567.89ab"],
            &["", "01:23:45:67:89", "01:23-45:67:89:ab", "0123.4567"],
        ),
        ("password", &["", "x"], &[]),
        (
            "rgbcolor",
            &["rgb(0,10, 255)", "rgb( 1 , 2 , 3 )"],
            &["rgb(256,0,0)", "rgb(01,0,0)", "rgba(1,2,3)", "RGB(1,2,3)"],
        ),
        ("ssn", &["111-11-1111", "111 11-1111"], &["111111111", "111-11-111a"]),
        (
            "uri",
            &["https://a.b/c?d", "/a", "*", "mailto:a@b", "a.b:80"],
            &["", "a", "a/b:c", ":a", "1a:b", "http://a\n"],
        ),
        (
            "uuid",
            &["A8098C1A-f86e-11da-bd1a-00112444be1e", "a8098c1af86e11dabd1a00112444be1e"],
            &["", "a8098c1a-f86e-11da-bd1a-00112444be1", "a8098c1a--f86e-11da-bd1a-00112444be1e"],
        ),
        (
            "uuid3",
            &["bcd02e22-68f0-3046-a512-327cca9def8f"],
            &["bcd02e22-68f0-4046-a512-327cca9def8f"],
        ),
        (
            "uuid4",
            &["025b0d74-00a2-4048-bf57-227c5111bb34"],
            &["025b0d74-00a2-4048-7f57-227c5111bb34"],
        ),
        (
            "uuid5",
            &["886313e1-3b8a-5372-9b90-0c9aee199e5d"],
            &["886313e1-3b8a-4372-9b90-0c9aee199e5d"],
        ),
    ];

    #[test]
    fn texts_are_of_their_formats_as_the_server_says() {
        for (name, good, bad) in CASES {
            for text in *good {
                assert!(!refuses(name, text), "{name} {text}");
            }
            for text in *bad {
                assert!(refuses(name, text), "{name} {text}");
            }
        }
        let told: Vec<String> = CASES.iter().map(|case| case.0.replace('-', "")).collect();
        assert_eq!(told, FORMATS.iter().map(|format| format.0).collect::<Vec<_>>());
        assert!(!is_known("k8s-short-name") && !is_known("semver"));
    }
}
