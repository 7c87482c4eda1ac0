//! Go string and character literals.

use std::borrow::Cow;

use memchr::memchr;

/// One unquoted unit: a code point, or a raw byte from `\x` and octal escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Char(char),
    Byte(u8),
}

impl Unit {
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Char(c) => u32::from(c),
            Self::Byte(byte) => u32::from(byte),
        }
    }
}

/// Returns the text of a string literal with its quotes; `None` if it is malformed.
pub(crate) fn unquote(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (quote, body) = match literal {
        [quote @ (b'"' | b'`'), body @ .., last] if quote == last => (*quote, body),
        _ => return None,
    };
    if quote == b'`' {
        if memchr(b'\r', body).is_none() {
            return Some(Cow::Borrowed(body));
        }
        return Some(body.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    let plain = |byte: &u8| !matches!(byte, b'\\' | b'"' | b'\n');
    if body.iter().all(plain) && str::from_utf8(body).is_ok() {
        return Some(Cow::Borrowed(body));
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (unit, tail) = unquote_char(rest, b'"')?;
        match unit {
            Unit::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => out.push(byte),
        }
        rest = tail;
    }
    Some(Cow::Owned(out))
}

/// Reads one character or escape; returns it and what follows.
pub(crate) fn unquote_char(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote || first == b'\n' {
        return None;
    }
    if first != b'\\' {
        let (c, width) = decode(text);
        return Some((Unit::Char(c), &text[width..]));
    }
    let (&escape, rest) = rest.split_first()?;
    let simple = |c| Some((Unit::Char(c), rest));
    match escape {
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'f' => simple('\x0c'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0b'),
        b'\\' => simple('\\'),
        b'\'' | b'"' if escape == quote => simple(char::from(quote)),
        b'x' => digits(rest, 2, 16).map(|(value, rest)| (Unit::Byte(value as u8), rest)),
        b'u' => scalar(digits(rest, 4, 16)?),
        b'U' => scalar(digits(rest, 8, 16)?),
        b'0'..=b'7' => {
            let (value, rest) = digits(&text[1..], 3, 8)?;
            Some((Unit::Byte(u8::try_from(value).ok()?), rest))
        }
        _ => None,
    }
}

fn scalar((value, rest): (u32, &[u8])) -> Option<(Unit, &[u8])> {
    Some((Unit::Char(char::from_u32(value)?), rest))
}

fn digits(text: &[u8], count: usize, base: u32) -> Option<(u32, &[u8])> {
    let head = text.get(..count)?;
    let mut value = 0u32;
    for byte in head {
        value = value.checked_mul(base)?.checked_add(char::from(*byte).to_digit(base)?)?;
    }
    Some((value, &text[count..]))
}

/// Decodes the first code point; an invalid byte is U+FFFD of width 1, as in Go.
pub(crate) fn decode(text: &[u8]) -> (char, usize) {
    let Some(&first) = text.first() else { return ('\u{fffd}', 0) };
    if first < 0x80 {
        return (char::from(first), 1);
    }
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map_or(('\u{fffd}', 1), |c| (c, c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquotes_as_go_does() {
        let good: [(&[u8], &[u8]); 6] = [
            (br#""a\tb\"c""#, b"a\tb\"c"),
            (br#""\xc3\u00e9\101""#, b"\xc3\xc3\xa9A"),
            (b"`a\\n\r\n`", b"a\\n\n"),
            (b"\"\"", b""),
            (b"\"\xff\"", "\u{fffd}".as_bytes()),
            (br#""\U0001F600""#, "😀".as_bytes()),
        ];
        for (literal, want) in good {
            assert_eq!(unquote(literal).as_deref(), Some(want), "{literal:?}");
        }
        for bad in [&br#""\q""#[..], br#""\'""#, b"\"", b"x", br#""\400""#, br#""\ud800""#] {
            assert_eq!(unquote(bad), None, "{bad:?}");
        }
    }
}
