//! Text of unknown origin, made safe for a terminal.

use std::borrow::Cow;

/// What stands for a character that is not passed on.
const HIDDEN: char = '\u{fffd}';

/// The text with everything that could steer a terminal or deceive a reader replaced: control
/// characters, and characters that reorder or hide text. A tab becomes a space, for alignment.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let shown = |c| match c {
        '\t' => ' ',
        c if is_plain(c) => c,
        _ => HIDDEN,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn is_plain(c: char) -> bool {
    let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    !c.is_control() && !reorders && !hides && !ends_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        for (text, want) in [
            ("plain, ünïcode 名前 👍🏽", "plain, ünïcode 名前 👍🏽"),
            ("\u{1b}[31mred\u{1b}[0m", "\u{fffd}[31mred\u{fffd}[0m"),
            ("\u{9b}2J", "\u{fffd}2J"),
            ("over\rwritten\u{8}\u{7f}", "over\u{fffd}written\u{fffd}\u{fffd}"),
            ("user\u{202e}nimda\u{2066}", "user\u{fffd}nimda\u{fffd}"),
            ("zero\u{200b}width\u{feff}", "zero\u{fffd}width\u{fffd}"),
            ("a\tb\nc", "a b\u{fffd}c"),
        ] {
            assert_eq!(printable(text), want);
        }
    }
}
