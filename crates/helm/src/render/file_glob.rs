//! Patterns of `.Files.Glob`, as gobwas/glob 0.2.3 reads them with `/` as separator.
//!
//! `*` stops at `/`, `**` does not, `?` is one character but no `/`, `[a-c]`, `[!abc]`, `{a,b}`,
//! `\` takes the next character as is.

/// A pattern as alternatives without braces.
#[derive(Debug)]
pub(super) struct FileGlob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Debug, Clone)]
enum Token {
    Literal(char),
    One,
    Run,
    AnyRun,
    Set { negated: bool, chars: Vec<char> },
    Range { negated: bool, low: char, high: char },
}

/// Most alternatives that nested braces may multiply to.
const MOST_ALTERNATIVES: usize = 4096;

impl FileGlob {
    /// Reads a pattern; a bad one covers everything, as in Helm.
    pub(super) fn parse_or_all(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().collect();
        let mut at = 0;
        match parse_alternatives(&chars, &mut at, 0) {
            Some(alternatives) if at == chars.len() => Self { alternatives },
            _ => Self { alternatives: vec![vec![Token::AnyRun]] },
        }
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        self.alternatives.iter().any(|tokens| covers(tokens, &name))
    }
}

/// Reads until the end or, inside braces, until an unescaped `,` or `}`.
fn parse_alternatives(chars: &[char], at: &mut usize, depth: usize) -> Option<Vec<Vec<Token>>> {
    if depth > 16 {
        return None;
    }
    let mut alternatives: Vec<Vec<Token>> = vec![Vec::new()];
    while let Some(&c) = chars.get(*at) {
        let token = match c {
            ',' | '}' if depth > 0 => break,
            '{' => {
                *at += 1;
                let inner = parse_group(chars, at, depth)?;
                if alternatives.len() * inner.len() > MOST_ALTERNATIVES {
                    return None;
                }
                let joined = |left: &Vec<Token>, right: &Vec<Token>| [&left[..], right].concat();
                alternatives = alternatives
                    .iter()
                    .flat_map(|left| inner.iter().map(move |right| joined(left, right)))
                    .collect();
                continue;
            }
            '*' if chars.get(*at + 1) == Some(&'*') => {
                *at += 2;
                Token::AnyRun
            }
            '[' => {
                *at += 1;
                parse_class(chars, at)?
            }
            '*' | '?' | '\\' => {
                *at += 1;
                match c {
                    '*' => Token::Run,
                    '?' => Token::One,
                    _ => {
                        let Some(escaped) = chars.get(*at) else { break };
                        *at += 1;
                        Token::Literal(*escaped)
                    }
                }
            }
            literal => {
                *at += 1;
                Token::Literal(literal)
            }
        };
        for tokens in &mut alternatives {
            tokens.push(token.clone());
        }
    }
    Some(alternatives)
}

fn parse_group(chars: &[char], at: &mut usize, depth: usize) -> Option<Vec<Vec<Token>>> {
    if chars.get(*at) == Some(&'}') {
        // Nothing is one of no alternatives.
        *at += 1;
        return Some(Vec::new());
    }
    let mut all = Vec::new();
    loop {
        all.extend(parse_alternatives(chars, at, depth + 1)?);
        let end = chars.get(*at);
        *at += 1;
        // Braces that stay open are closed by the end.
        if end != Some(&',') {
            *at = (*at).min(chars.len());
            return Some(all);
        }
    }
}

fn parse_class(chars: &[char], at: &mut usize) -> Option<Token> {
    let negated = chars.get(*at) == Some(&'!');
    *at += usize::from(negated);
    let rest = &chars[*at..];
    if let [low, '-', high, ']', ..] = rest {
        *at += 4;
        return (low <= high).then_some(Token::Range { negated, low: *low, high: *high });
    }
    let mut set = Vec::new();
    loop {
        let c = *chars.get(*at)?;
        *at += 1;
        match c {
            ']' if set.is_empty() => return None,
            ']' => return Some(Token::Set { negated, chars: set }),
            '\\' => {
                set.push(*chars.get(*at)?);
                *at += 1;
            }
            other => set.push(other),
        }
    }
}

/// Matches by dynamic programming over the name, so that no pattern is slow.
fn covers(tokens: &[Token], name: &[char]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; name.len() + 1];
        let mut running = false;
        for at in 0..=name.len() {
            match token {
                Token::Run | Token::AnyRun => {
                    let separator = at > 0 && name[at - 1] == '/';
                    running =
                        (running && (matches!(token, Token::AnyRun) || !separator)) || reached[at];
                    next[at] = running;
                }
                single => next[at] = at > 0 && reached[at - 1] && single.accepts(name[at - 1]),
            }
        }
        reached = next;
    }
    reached[name.len()]
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Literal(own) => *own == c,
            Self::One => c != '/',
            Self::Run | Self::AnyRun => false,
            Self::Set { negated, chars } => chars.contains(&c) != *negated,
            Self::Range { negated, low, high } => (*low..=*high).contains(&c) != *negated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_helm() {
        for (pattern, name, want) in [
            ("files/*", "files/a.txt", true),
            ("files/*", "files/x/a.txt", false),
            ("files/**", "files/x/a.txt", true),
            ("**.yaml", "a/b.yaml", true),
            ("*.{yaml,json}", "a.json", true),
            ("{a,b{c,d}}.txt", "bd.txt", true),
            ("f?le", "file", true),
            ("f?le", "f/le", false),
            ("[a-c].x", "b.x", true),
            ("[!a-c].x", "b.x", false),
            ("[xyz]", "y", true),
            (r"\*", "*", true),
            ("[", "anything/at/all", true),
            ("{a", "anything", false),
            ("{a,b", "b", true),
            ("**/*.conf", "x.conf", false),
            ("", "", true),
        ] {
            assert_eq!(FileGlob::parse_or_all(pattern).matches(name), want, "{pattern} {name}");
        }
    }
}
