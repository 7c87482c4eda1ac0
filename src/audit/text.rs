//! Text of others, made fit for a record that is kept: escaped, cut, and without credentials.

use std::fmt::Write as _;

/// No text in a record is longer, in characters; the rest is cut and marked.
const LONGEST: usize = 400;

/// How credentials that providers give out begin.
const PREFIXES: [&str; 22] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "AKIA",
    "ASIA",
    "eyJ",
    "k8s-aws-v1.",
    "hvs.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "sk_live_",
    "AGE-SECRET-KEY-",
];

/// Words after which a credential follows.
const KEYS: [&str; 7] =
    ["password", "passwd", "token", "secret", "authorization", "api-key", "apikey"];

/// The text as a record may hold it.
///
/// Characters that end lines, steer terminals, or turn or hide text are written `\u{…}`. What looks
/// like a credential is replaced by a mark that tells its length class.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut expected = false;
    for word in text.split_inclusive(is_separator) {
        let (body, separator) = match word.char_indices().next_back() {
            Some((at, last)) if is_separator(last) => word.split_at(at),
            _ => (word, ""),
        };
        if is_credential(body) || (expected && !body.is_empty() && !is_scheme(body)) {
            cleaned.push_str(mark(body));
            expected = false;
        } else {
            cleaned.push_str(body);
            let announces = matches!(separator, "=" | ":" | " ") && is_key(body);
            expected = announces || is_scheme(body) || (expected && body.is_empty());
        }
        cleaned.push_str(separator);
    }
    escape(&without_user_information(&cleaned))
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "=:,;\"'`()[]{}<>&?".contains(character)
}

fn is_credential(word: &str) -> bool {
    PREFIXES
        .iter()
        .any(|prefix| word.match_indices(prefix).any(|(at, _)| word.len() - at >= prefix.len() + 8))
}

fn is_key(word: &str) -> bool {
    let word = word.trim_start_matches('-').to_ascii_lowercase().replace('_', "-");
    KEYS.iter().any(|key| word == *key || word.ends_with(&format!("-{key}")))
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// What stands for a credential.
fn mark(credential: &str) -> &'static str {
    match credential.len() {
        0..16 => "[redacted: short]",
        16..64 => "[redacted: medium]",
        _ => "[redacted: long]",
    }
}

/// `https://user:password@host` without what stands before the `@`.
fn without_user_information(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        kept.push_str(before);
        let end = after.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(after.len());
        let host = after[..end].rfind('@');
        if host.is_some() {
            kept.push_str("[redacted]");
        }
        rest = &after[host.unwrap_or(0)..];
    }
    kept + rest
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for (number, character) in text.chars().enumerate() {
        if number == LONGEST {
            escaped.push('…');
            break;
        }
        if character.is_control() || is_deceiving(character) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "{}", character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Characters that turn the reading direction, hide, or end a line.
fn is_deceiving(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_holds_of_a_text() {
        for (text, want) in [
            ("set replicas, issue 12", "set replicas, issue 12"),
            (
                "a\r\nb\u{0}\u{1b}[31m\u{2028}\u{202e}c",
                r"a\u{d}\u{a}b\u{0}\u{1b}[31m\u{2028}\u{202e}c",
            ),
            ("see ghp_0123456789abcdefghij0123", "see [redacted: medium]"),
            ("x=ghp_0123456789abcdefghij0123,y", "x=[redacted: medium],y"),
            ("--password hunter2 now", "--password [redacted: short] now"),
            ("db_password: hunter2", "db_password: [redacted: short]"),
            (
                "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
                "Authorization: Bearer [redacted: medium]",
            ),
            ("https://ada:pw@host/x ok", "https://[redacted]@host/x ok"),
            ("token", "token"),
            ("AKIA", "AKIA"),
        ] {
            assert_eq!(clean(text), want);
        }
        assert_eq!(clean(&"é".repeat(500)).chars().count(), LONGEST + 1);
    }
}
