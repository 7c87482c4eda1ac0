//! Percent escapes, by the part of the URL they stand in.

use zij_gotmpl::value::fmt;

/// A part of a URL.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Path,
    UserPassword,
    Host,
    Zone,
    Fragment,
}

/// Returns text quoted as Go's errors have it.
pub(super) fn quoted(text: &[u8]) -> String {
    let mut out = Vec::new();
    fmt::append_quoted(&mut out, text);
    String::from_utf8_lossy(&out).into_owned()
}

/// Tells whether a byte must be escaped (Go's `shouldEscape`).
fn must_escape(byte: u8, place: Place) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    match place {
        Place::Host | Place::Zone => !b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Place::Path => !b"$&+,/:;=@".contains(&byte),
        Place::UserPassword => !b"$&+,;=".contains(&byte),
        Place::Fragment => !b"$&+,/:;=?@!()*".contains(&byte),
    }
}

/// Escapes what must be.
pub(super) fn escape(text: &[u8], place: Place) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if must_escape(*byte, place) {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        } else {
            out.push(*byte);
        }
    }
    out
}

/// Undoes escapes; the error is Go's text.
pub(super) fn unescape(text: &[u8], place: Place) -> Result<Vec<u8>, String> {
    let invalid_escape = |at: usize| {
        let part = &text[at..text.len().min(at + 3)];
        format!("invalid URL escape {}", quoted(part))
    };
    let in_host = matches!(place, Place::Host | Place::Zone);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte != b'%' {
            if in_host && byte.is_ascii() && must_escape(*byte, place) {
                return Err(format!("invalid character {} in host name", quoted(&[*byte])));
            }
            out.push(*byte);
            at += 1;
            continue;
        }
        let value = hex_byte(&text[at + 1..]).ok_or_else(|| invalid_escape(at))?;
        let is_percent = value == b'%';
        // A host may only escape what is not ASCII; a zone what may not stand there as it is.
        let refused = match place {
            Place::Host => value < 0x80 && !is_percent,
            Place::Zone => !is_percent && value != b' ' && must_escape(value, Place::Host),
            _ => false,
        };
        if refused {
            return Err(invalid_escape(at));
        }
        out.push(value);
        at += 3;
    }
    Ok(out)
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*text.first()?)?, digit(*text.get(1)?)?);
    Some((high * 16 + low) as u8)
}
