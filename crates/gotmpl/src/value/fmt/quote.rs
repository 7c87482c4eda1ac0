//! Quoting as Go's `strconv.Quote` does it.

use crate::compiler::quote::decode;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Tells whether Go's `unicode.IsPrint` holds: letters, marks, numbers, punctuation, symbols and
/// the ASCII space.
#[must_use]
pub fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The standard library escapes exactly the unprintable when a character is not the first.
    let mut buffer = [b'a'; 5];
    let width = c.encode_utf8(&mut buffer[1..]).len();
    let text = std::str::from_utf8(&buffer[..=width]).unwrap_or_default();
    text.escape_debug().nth(1) == Some(c)
}

/// Returns text as Go's `%q` does.
#[must_use]
pub fn quoted(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    append_quoted(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends text as Go's `%q` does (`strconv.Quote`).
pub fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    append_with(out, text, b'"', is_print);
}

/// Appends text as Go's `%+q` does (`strconv.QuoteToASCII`).
pub fn append_quoted_ascii(out: &mut Vec<u8>, text: &[u8]) {
    append_with(out, text, b'"', |c| (' '..='~').contains(&c));
}

/// Appends a code point in single quotes; with `ascii` only ASCII stays as it is.
pub(super) fn append_quoted_char(out: &mut Vec<u8>, c: char, ascii: bool) {
    let mut buffer = [0; 4];
    let text = c.encode_utf8(&mut buffer).as_bytes();
    append_with(out, text, b'\'', |c| if ascii { (' '..='~').contains(&c) } else { is_print(c) });
}

fn append_with(out: &mut Vec<u8>, text: &[u8], quote: u8, keep: impl Fn(char) -> bool) {
    out.push(quote);
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let (c, width) = decode(rest);
        if c == '\u{fffd}' && width == 1 {
            escape_byte(out, first);
        } else if c == char::from(quote) || c == '\\' {
            out.extend_from_slice(&[b'\\', first]);
        } else if keep(c) {
            out.extend_from_slice(&rest[..width]);
        } else {
            escape_char(out, c);
        }
        rest = &rest[width..];
    }
    out.push(quote);
}

fn escape_byte(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(b"\\x");
    out.push(HEX[usize::from(byte >> 4)]);
    out.push(HEX[usize::from(byte & 15)]);
}

fn escape_char(out: &mut Vec<u8>, c: char) {
    let short = match c {
        '\x07' => b'a',
        '\x08' => b'b',
        '\x0c' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x0b' => b'v',
        _ => 0,
    };
    let code = u32::from(c);
    if short != 0 {
        out.extend_from_slice(&[b'\\', short]);
    } else if code < 0x20 || code == 0x7f {
        escape_byte(out, code as u8);
    } else if code < 0x1_0000 {
        out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
    } else {
        out.extend_from_slice(format!("\\U{code:08x}").as_bytes());
    }
}

/// Tells whether text fits between back-quotes.
pub(super) fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        !text
            .chars()
            .any(|c| c == '\u{feff}' || c == '`' || c == '\u{7f}' || (c < ' ' && c != '\t'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        let cases: [(&[u8], &str); 6] = [
            (b"a\"b\\", r#""a\"b\\""#),
            (b"\t\n\x01\x7f", r#""\t\n\x01\x7f""#),
            ("é\u{a0}\u{2028}".as_bytes(), r#""é\u00a0\u2028""#),
            (b"\xff", r#""\xff""#),
            ("e\u{301}😀\u{e000}".as_bytes(), "\"e\u{301}😀\\ue000\""),
            ("'".as_bytes(), "\"'\""),
        ];
        for (text, want) in cases {
            assert_eq!(quoted(text), want);
        }
    }
}
