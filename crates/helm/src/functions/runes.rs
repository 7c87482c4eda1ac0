//! Go's view of byte strings as runes: bad bytes are U+FFFD of width one.

use std::char::REPLACEMENT_CHARACTER;

/// Returns the first rune and its width.
pub(super) fn first(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = *bytes.first()?;
    if lead.is_ascii() {
        return Some((char::from(lead), 1));
    }
    let window = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(window) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
    };
    Some(valid.chars().next().map_or((REPLACEMENT_CHARACTER, 1), |rune| (rune, rune.len_utf8())))
}

/// Returns the last rune and its width.
pub(super) fn last(bytes: &[u8]) -> Option<(char, usize)> {
    if bytes.is_empty() {
        return None;
    }
    let whole = (1..=bytes.len().min(4)).find_map(|width| {
        let (rune, found) = first(&bytes[bytes.len() - width..])?;
        (found == width && (rune, found) != (REPLACEMENT_CHARACTER, 1)).then_some((rune, width))
    });
    whole.or(Some((REPLACEMENT_CHARACTER, 1)))
}

/// Iterates over the runes.
pub(super) fn each(mut bytes: &[u8]) -> impl Iterator<Item = char> {
    std::iter::from_fn(move || {
        let (rune, width) = first(bytes)?;
        bytes = &bytes[width..];
        Some(rune)
    })
}

/// Cuts runes off both ends while they match.
pub(super) fn trim(mut bytes: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    while let Some((rune, width)) = first(bytes)
        && cut(rune)
    {
        bytes = &bytes[width..];
    }
    while let Some((rune, width)) = last(bytes)
        && cut(rune)
    {
        bytes = &bytes[..bytes.len() - width];
    }
    bytes
}

/// Go's `unicode.ToUpper`: one rune gives one rune.
pub(super) fn upper(rune: char) -> char {
    let mut mapped = rune.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => rune,
    }
}

/// Go's `unicode.ToLower`: one rune gives one rune.
pub(super) fn lower(rune: char) -> char {
    // The one rune whose full lower case has two characters.
    if rune == '\u{130}' { 'i' } else { rune.to_lowercase().next().unwrap_or(rune) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_are_one_wide_from_both_ends() {
        assert_eq!(first(b"\xc3\xa9x"), Some(('é', 2)));
        assert_eq!(first(b"\xc3"), Some((REPLACEMENT_CHARACTER, 1)));
        assert_eq!(last("xé".as_bytes()), Some(('é', 2)));
        assert_eq!(last(b"x\xa9"), Some((REPLACEMENT_CHARACTER, 1)));
        assert_eq!(last(b"\xe2\x82"), Some((REPLACEMENT_CHARACTER, 1)));
        assert_eq!(each(b"a\xffb").collect::<String>(), "a\u{fffd}b");
    }
}
