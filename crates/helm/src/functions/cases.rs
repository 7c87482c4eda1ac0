//! `camelcase`, `snakecase`, `kebabcase` (huandu/xstrings 1.5 `convert.go`).

use std::sync::LazyLock;

use regex::Regex;
use zij_gotmpl::{Function, Param::String as Text, Value};

use super::{arguments::text, runes};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("camelcase", &[Text], |_, args| Ok(Value::from(pascal(&text(args, 0))))),
    Function::new("snakecase", &[Text], |_, args| Ok(Value::from(joined(&text(args, 0), '_')))),
    Function::new("kebabcase", &[Text], |_, args| Ok(Value::from(joined(&text(args, 0), '-')))),
];

fn is_connector(rune: char) -> bool {
    matches!(rune, '-' | '_') || rune.is_whitespace()
}

/// Letters that have words; Chinese characters stand alone.
fn is_alphabet(rune: char) -> bool {
    rune.is_alphabetic()
        && !matches!(rune, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fcc}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2fa1f}')
}

fn is_punctuation(rune: char) -> bool {
    static PUNCTUATION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{P}$").ok());
    if rune.is_ascii() {
        return rune.is_ascii_punctuation() && !"$+<=>^`|~".contains(rune);
    }
    let mut buffer = [0; 4];
    PUNCTUATION.as_ref().is_some_and(|pattern| pattern.is_match(rune.encode_utf8(&mut buffer)))
}

/// Joins words, each with a capital first; connectors in front stay.
fn pascal(text: &[u8]) -> String {
    let runes: Vec<char> = runes::each(text).collect();
    let leading = runes.iter().take_while(|rune| is_connector(**rune)).count();
    let mut out: String = runes[..leading].iter().collect();
    let Some((&first, rest)) = runes[leading..].split_first() else {
        // The library writes the last of only connectors twice.
        out.extend(runes.last());
        return out;
    };
    let mut in_capitals = first.is_uppercase();
    let mut previous = runes::upper(first);
    for &rune in rest {
        let mut current = rune;
        match (is_connector(current), is_connector(previous)) {
            (true, true) => out.push(previous),
            (_, true) => {
                in_capitals = current.is_uppercase();
                current = runes::upper(current);
            }
            (_, false) => {
                if in_capitals && current.is_uppercase() {
                    current = runes::lower(current);
                } else {
                    in_capitals = false;
                }
                out.push(previous);
            }
        }
        previous = current;
    }
    out.push(previous);
    out
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Word {
    None,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

impl Word {
    fn is_letters_or_number(self) -> bool {
        matches!(self, Self::Alphabet | Self::Number)
    }

    fn joins(self) -> bool {
        !matches!(self, Self::Connector | Self::Punctuation)
    }
}

/// Splits off the next word; [`Word::None`] at the end.
fn next_word<'t>(rest: &mut &'t [char]) -> (Word, &'t [char]) {
    let Some(&first) = rest.first() else { return (Word::None, &[]) };
    let run =
        |of: &dyn Fn(char) -> bool| 1 + rest[1..].iter().take_while(|rune| of(**rune)).count();
    let small = |rune: char| is_alphabet(rune) && !rune.is_uppercase();
    let (word, length) = if is_connector(first) {
        (Word::Connector, run(&is_connector))
    } else if is_punctuation(first) {
        (Word::Punctuation, run(&is_punctuation))
    } else if first.is_uppercase() {
        (Word::Upper, capital_word(rest))
    } else if is_alphabet(first) {
        (Word::Alphabet, run(&small))
    } else if first.is_numeric() {
        (Word::Number, run(&char::is_numeric))
    } else {
        let other = |rune: char| {
            !(is_connector(rune) || is_alphabet(rune) || rune.is_numeric() || is_punctuation(rune))
        };
        (Word::Other, run(&other))
    };
    let (taken, after) = rest.split_at(length);
    *rest = after;
    (word, taken)
}

/// Returns the length of a word that starts with a capital: `HTTPStatus` is `HTTP` and `Status`.
fn capital_word(text: &[char]) -> usize {
    let capitals = text.iter().take_while(|rune| rune.is_uppercase()).count();
    let small =
        text[capitals..].iter().take_while(|r| is_alphabet(**r) && !r.is_uppercase()).count();
    match (capitals, small) {
        (1, small) => 1 + small,
        (_, 0) => capitals,
        _ => capitals - 1,
    }
}

/// Lower-cases words and joins them; a number goes with the word before it unless small letters
/// follow it.
fn joined(text: &[u8], connector: char) -> String {
    let runes: Vec<char> = runes::each(text).collect();
    let mut rest = &runes[..];
    let mut out = String::with_capacity(text.len() + 8);
    let (mut kind, mut word) = next_word(&mut rest);
    while !rest.is_empty() {
        let (previous, last) = (kind, word);
        if previous != Word::Connector {
            push(&mut out, previous, last, connector);
        }
        (kind, word) = next_word(&mut rest);
        match previous {
            Word::Number => {
                (kind, word) = push_run(&mut out, kind, word, &mut rest, connector);
                if kind != Word::None && kind.joins() {
                    out.push(connector);
                }
            }
            Word::Connector => push(&mut out, previous, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if kind.joins() {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = next_word(&mut rest);
                if kind == Word::Alphabet {
                    out.push(connector);
                    push(&mut out, Word::Number, number, connector);
                    (kind, word) = push_run(&mut out, kind, word, &mut rest, connector);
                    if kind != Word::None && kind.joins() {
                        out.push(connector);
                    }
                } else {
                    push(&mut out, Word::Number, number, connector);
                    if kind.joins() {
                        out.push(connector);
                    }
                }
            }
        }
    }
    push(&mut out, kind, word, connector);
    out
}

/// Writes small letters and numbers as long as they follow each other; returns the word after them.
fn push_run<'t>(
    out: &mut String,
    mut kind: Word,
    mut word: &'t [char],
    rest: &mut &'t [char],
    connector: char,
) -> (Word, &'t [char]) {
    while kind.is_letters_or_number() {
        push(out, kind, word, connector);
        (kind, word) = next_word(rest);
    }
    (kind, word)
}

fn push(out: &mut String, kind: Word, word: &[char], connector: char) {
    let shown = |rune: &char| match kind {
        Word::Connector => connector,
        Word::Upper => runes::lower(*rune),
        _ => *rune,
    };
    out.extend(word.iter().map(shown));
}
