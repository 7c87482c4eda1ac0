//! Shell patterns as Go's `filepath.Match` reads them on Unix.
//!
//! `*` and `?` stop at `/`, a class (`[a-z]`, `[^a]`) does not, `\` takes the next character as is.

/// A pattern that Go refuses; the text is Go's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The characters that every match begins and ends with, which rule out most names at once.
    head: String,
    tail: String,
    /// What lies between.
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    AnyOne,
    AnyRun,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`BadPattern`] for an unclosed or empty class, a class with a misplaced `-` or a final `\`.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPattern> {
        let mut rest = text.chars().peekable();
        let mut tokens = Vec::new();
        while let Some(c) = rest.next() {
            tokens.push(match c {
                '*' => Token::AnyRun,
                '?' => Token::AnyOne,
                '[' => parse_class(&mut rest)?,
                '\\' => Token::Literal(rest.next().ok_or(BadPattern)?),
                other => Token::Literal(other),
            });
        }
        let literal = |token: &Token| match token {
            Token::Literal(c) => Some(*c),
            _ => None,
        };
        let head: String = tokens.iter().map_while(literal).collect();
        tokens.drain(..head.chars().count());
        let end: Vec<char> = tokens.iter().rev().map_while(literal).collect();
        tokens.truncate(tokens.len() - end.len());
        Ok(Self { head, tail: end.into_iter().rev().collect(), tokens })
    }

    /// Whether the pattern covers the whole name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.head.as_str());
        let rest = rest.and_then(|rest| rest.strip_suffix(self.tail.as_str()));
        rest.is_some_and(|rest| self.matches_between(rest))
    }

    fn matches_between(&self, name: &str) -> bool {
        let next = |at: usize| name[at..].chars().next();
        let (mut token, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match self.tokens.get(token) {
                Some(Token::AnyRun) => {
                    retry = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(one) => {
                    if let Some(c) = next(at).filter(|&c| one.accepts(c)) {
                        token += 1;
                        at += c.len_utf8();
                        continue;
                    }
                }
                None if at == name.len() => return true,
                None => {}
            }
            // The last run swallows one more character; an earlier one cannot help if it fails.
            let swallowed = retry.and_then(|(run, from)| {
                next(from).filter(|&c| c != '/').map(|c| (run, from + c.len_utf8()))
            });
            match swallowed {
                Some((run, from)) => {
                    retry = swallowed;
                    token = run + 1;
                    at = from;
                }
                None => return false,
            }
        }
    }
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Literal(own) => *own == c,
            Self::AnyOne => c != '/',
            Self::AnyRun => false,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&c)) != *negated
            }
        }
    }
}

fn parse_class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Token, BadPattern> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || rest.next_if_eq(&']').is_none() {
        let low = class_char(rest)?;
        let high = match rest.next_if_eq(&'-') {
            Some(_) => class_char(rest)?,
            None => low,
        };
        ranges.push((low, high));
    }
    Ok(Token::Class { negated, ranges })
}

fn class_char(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, BadPattern> {
    match rest.next() {
        None | Some('-' | ']') => Err(BadPattern),
        Some('\\') => rest.next().ok_or(BadPattern),
        Some(c) => Ok(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, want) in [
            ("abc", "abc", Some(true)),
            ("*", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*", "ab/c", Some(false)),
            ("a*/b", "abc/b", Some(true)),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", Some(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Some(true)),
            ("a?b", "a/b", Some(false)),
            ("a[^a]b", "a/b", Some(true)),
            ("a[!a]b", "a!b", Some(true)),
            ("[a-ζ]*", "α", Some(true)),
            ("a\\*", "a*", Some(true)),
            ("[\\]a]", "]", Some(true)),
            (".?*", ".", Some(false)),
            (".?*", ".x", Some(true)),
            ("[]a]", "]", None),
            ("[-]", "-", None),
            ("[a-]", "a", None),
            ("[", "a", None),
            ("a\\", "a", None),
            ("", "", Some(true)),
            ("aba*aba", "aba", Some(false)),
            ("aba*aba", "abaaba", Some(true)),
            ("aba", "abaaba", Some(false)),
            ("?é", "éé", Some(true)),
        ] {
            let got = Pattern::parse(pattern).ok().map(|pattern| pattern.matches(name));
            assert_eq!(got, want, "{pattern} {name}");
        }
    }
}
