//! Untrusted text made fit for a terminal: nothing invisible, nothing that moves the cursor.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Returns one line of text that is safe to show. Control characters, bidirectional overrides and
/// characters without a width are written out in ASCII (`^[`, `<U+202E>`), so that a reviewer sees
/// them instead of being fooled by them; decomposed letters (Hangul in names from macOS) are
/// composed, since terminals draw the parts side by side.
pub(crate) fn clean(text: &str) -> String {
    let composed;
    let text = if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text
    } else {
        composed = text.nfc().collect::<String>();
        &composed
    };
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => safe.push_str("    "),
            '\0'..='\x1f' => safe.extend(['^', char::from(character as u8 ^ 0x40)]),
            '\x7f' => safe.push_str("^?"),
            _ if is_hidden(character) => {
                safe.extend(["<U+", &format!("{:04X}", u32::from(character)), ">"]);
            }
            _ => safe.push(character),
        }
    }
    safe
}

/// Whether a character changes how its neighbours are shown without being seen itself.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'                             // C1 controls
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' // soft hyphen, marks, byte order mark
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'                       // separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}'                       // isolates and invisible operators
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The columns that a text takes, measured as the terminal library does.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to a number of columns; a text that is cut ends with `ellipsis`.
pub(crate) fn fit(text: &str, columns: usize, ellipsis: char) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut left = columns.saturating_sub(1);
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if width > left {
            break;
        }
        left -= width;
        cut.push(character);
    }
    if columns > 0 {
        cut.push(ellipsis);
    }
    Cow::Owned(cut)
}

/// The rest of a text after its first columns; half a wide character becomes a space.
pub(crate) fn skip(text: &str, columns: usize) -> String {
    let mut left = columns;
    let mut characters = text.chars();
    while left > 0 {
        let Some(character) = characters.next() else { return String::new() };
        let width = character.width().unwrap_or(0);
        if width > left {
            return format!(" {}", characters.as_str());
        }
        left -= width;
    }
    characters.as_str().to_owned()
}

/// Breaks a text at spaces into lines of at most so many columns; longer words are cut.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > columns {
            let head: String = fit(&word, columns + 1, ' ').trim_end().to_owned();
            word = word.split_off(head.len().min(word.len()));
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// A number that reads well: thousands are parted by a space.
pub(crate) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 finding`, `2 findings`.
pub(crate) fn plural(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        for (text, want) in [
            ("plain", "plain"),
            ("a\x1b[31mb", "a^[[31mb"),
            ("\u{9b}x", "<U+009B>x"),
            ("user\u{202e}nimda", "user<U+202E>nimda"),
            ("a\tb\r\n", "a    b^M^J"),
            ("결제", "결제"),
            ("\u{1100}\u{1167}\u{11af}\u{110c}\u{1166}", "결제"),
        ] {
            assert_eq!(clean(text), want, "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_and_skipped_by_columns() {
        assert_eq!(fit("결제서비스", 5, '~'), "결제~");
        assert_eq!(fit("abc", 3, '~'), "abc");
        assert_eq!(fit("abcd", 0, '~'), "");
        assert_eq!(skip("결제x", 1), " 제x");
        assert_eq!(skip("ab", 5), "");
    }

    #[test]
    fn words_wrap_and_long_words_break() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("0123456789abc", 10), ["0123456789", "abc"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn numbers_and_words_are_written_for_their_readers() {
        assert_eq!((count(1234).as_str(), count(12345).as_str()), ("1234", "12 345"));
    }
}
