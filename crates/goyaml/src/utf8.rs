//! Invalid UTF-8 as `encoding/json` repairs it.

use std::borrow::Cow;

/// Returns the text with each invalid byte replaced by U+FFFD, as Go does: one replacement a byte,
/// where `String::from_utf8_lossy` writes one for a truncated sequence.
pub fn to_valid_utf8(bytes: &[u8]) -> Cow<'_, str> {
    let mut rest = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(_) => bytes,
    };
    let mut text = String::with_capacity(bytes.len() + 8);
    loop {
        let chunk = rest.utf8_chunks().next();
        let Some(chunk) = chunk else { return Cow::Owned(text) };
        text.push_str(chunk.valid());
        let invalid = chunk.invalid().len();
        (0..invalid).for_each(|_| text.push(char::REPLACEMENT_CHARACTER));
        rest = &rest[chunk.valid().len() + invalid..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_byte_by_byte() {
        let cases: [(&[u8], &str); 4] = [
            (b"plain", "plain"),
            (b"a\xffb", "a\u{fffd}b"),
            (b"\xe2\x82x", "\u{fffd}\u{fffd}x"),
            (b"h\xc3", "h\u{fffd}"),
        ];
        for (bytes, want) in cases {
            assert_eq!(to_valid_utf8(bytes), want);
        }
    }
}
