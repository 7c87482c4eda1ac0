//! Patterns of `${v#p}` and `${v%p}`: `*`, `?`, `[a-z]`, and `\` before a character.
//!
//! (Source: fluxcd/pkg, `envsubst/path`, and `trimShortest`, `trimLongest` of `envsubst/funcs.go`.)

use super::expression::Extent;

/// The value without what the pattern matches at its start; whole where nothing matches or the
/// pattern is malformed.
pub(super) fn strip_start(value: &str, pattern: &str, extent: Extent) -> String {
    let value: Vec<char> = value.chars().collect();
    let Some(pattern) = tokens(&pattern.chars().collect::<Vec<_>>()) else {
        return value.into_iter().collect();
    };
    value[matched(&pattern, &value, extent)..].iter().collect()
}

/// The same at its end: the value and the pattern are turned around, as Flux does, whatever that
/// makes of `[` and `\`.
pub(super) fn strip_end(value: &str, pattern: &str, extent: Extent) -> String {
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    reversed(&strip_start(&reversed(value), &reversed(pattern), extent))
}

enum Token {
    Char(char),
    One,
    Many,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

/// How many characters from the start on the pattern matches; 0 where it matches none.
fn matched(pattern: &[Token], value: &[char], extent: Extent) -> usize {
    // `open[i]`: the tokens from `i` on may match what follows.
    let mut open = vec![false; pattern.len() + 1];
    open[0] = true;
    let mut found = 0;
    skip_stars(pattern, &mut open);
    for (at, c) in value.iter().enumerate() {
        let mut next = vec![false; pattern.len() + 1];
        for (index, token) in pattern.iter().enumerate().filter(|(index, _)| open[*index]) {
            match token {
                Token::Char(wanted) if wanted == c => next[index + 1] = true,
                Token::One => next[index + 1] = true,
                Token::Many => next[index] = true,
                Token::Set { negated, ranges } => {
                    let inside = ranges.iter().any(|(low, high)| low <= c && c <= high);
                    next[index + 1] |= inside != *negated;
                }
                Token::Char(_) => {}
            }
        }
        skip_stars(pattern, &mut next);
        open = next;
        if open[pattern.len()] {
            found = at + 1;
            if extent == Extent::Shortest {
                return found;
            }
        }
        if !open.contains(&true) {
            break;
        }
    }
    found
}

/// A star may match nothing.
fn skip_stars(pattern: &[Token], open: &mut [bool]) {
    for (index, token) in pattern.iter().enumerate() {
        if matches!(token, Token::Many) && open[index] {
            open[index + 1] = true;
        }
    }
}

/// The tokens of a pattern; nothing where it is malformed.
fn tokens(pattern: &[char]) -> Option<Vec<Token>> {
    let (mut tokens, mut rest) = (Vec::new(), pattern);
    while let [first, tail @ ..] = rest {
        rest = tail;
        tokens.push(match first {
            '*' => Token::Many,
            '?' => Token::One,
            '[' => {
                let (set, tail) = set(tail)?;
                rest = tail;
                set
            }
            '\\' => {
                let (escaped, tail) = tail.split_first()?;
                rest = tail;
                Token::Char(*escaped)
            }
            other => Token::Char(*other),
        });
    }
    Some(tokens)
}

/// The set behind a `[`, and what follows it.
fn set(text: &[char]) -> Option<(Token, &[char])> {
    let (negated, mut rest) = match text {
        ['^', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut ranges = Vec::new();
    loop {
        if let [']', tail @ ..] = rest
            && !ranges.is_empty()
        {
            return Some((Token::Set { negated, ranges }, tail));
        }
        let (low, tail) = bound(rest)?;
        let (high, tail) = match tail {
            ['-', tail @ ..] => bound(tail)?,
            _ => (low, tail),
        };
        ranges.push((low, high));
        rest = tail;
    }
}

/// A character of a set; something has to follow it.
fn bound(text: &[char]) -> Option<(char, &[char])> {
    let (c, rest) = match text {
        [] | ['-' | ']', ..] | ['\\'] => return None,
        ['\\', c, rest @ ..] | [c, rest @ ..] => (*c, rest),
    };
    (!rest.is_empty()).then_some((c, rest))
}
