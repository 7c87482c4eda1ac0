//! Path globs in the dialects that deployment tools use.

/// The most alternatives that braces may stand for together.
const MAX_ALTERNATIVES: usize = 1024;
/// The longest glob in characters; longer ones match nothing.
const MAX_LENGTH: usize = 4096;

/// What a glob's `*` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobStyle {
    /// `*` crosses `/`, and braces are alternatives: gobwas without separators.
    Crossing,
    /// `*` stops at `/`, `**` crosses it wherever it stands, and braces are alternatives: gobwas with
    /// `/` as its separator.
    Separated,
    /// `*` stops at `/`: Go's `path.Match`.
    Parts,
    /// `*` stops at `/`, `**` crosses it, and braces are alternatives: doublestar.
    DoubleStar,
    /// `*` crosses `/`, and a glob without wildcards is a folder too: git's pathspec.
    Pathspec,
}

/// A compiled glob.
#[derive(Clone, Debug)]
pub struct Glob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Char(char),
    /// One character; `/` only where the flag says so.
    One(bool),
    /// Any number of characters; `/` only where the flag says so.
    Many(bool),
    /// Folders, or none: `**/`.
    Folders,
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// A glob of that style; one that is too long matches nothing.
    pub fn new(text: &str, style: GlobStyle) -> Self {
        if text.chars().count() > MAX_LENGTH {
            return Self { alternatives: Vec::new() };
        }
        let braces =
            matches!(style, GlobStyle::Crossing | GlobStyle::Separated | GlobStyle::DoubleStar);
        let texts = if braces { expand(text) } else { vec![text.to_owned()] };
        let mut alternatives: Vec<Vec<Token>> =
            texts.iter().map(|text| tokens(text, style)).collect();
        if style == GlobStyle::Pathspec {
            let mut below = tokens(text.trim_end_matches('/'), style);
            below.extend([Token::Char('/'), Token::Many(true)]);
            alternatives.push(below);
        }
        Self { alternatives }
    }

    /// The globs without braces that one with braces stands for.
    pub fn alternatives(text: &str) -> Vec<String> {
        expand(text)
    }

    /// Whether `text` matches as a whole.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        self.alternatives.iter().any(|tokens| matches(tokens, &text))
    }
}

/// Runs all ways through the tokens at once, so that no text takes long.
fn matches(tokens: &[Token], text: &[char]) -> bool {
    // `open[i]`: the tokens from `i` on may match the rest of the text.
    let mut open = vec![false; tokens.len() + 1];
    open[0] = true;
    skip(tokens, &mut open, true);
    for (at, &c) in text.iter().enumerate() {
        let mut next = vec![false; tokens.len() + 1];
        for (index, token) in tokens.iter().enumerate().filter(|(index, _)| open[*index]) {
            match token {
                Token::Char(wanted) if *wanted == c => next[index + 1] = true,
                Token::One(crosses) if *crosses || c != '/' => next[index + 1] = true,
                Token::Many(crosses) if *crosses || c != '/' => next[index] = true,
                Token::Folders => {
                    next[index] = true;
                    next[index + 1] |= c == '/';
                }
                Token::Set { negated, ranges } => {
                    let is_in = ranges.iter().any(|(from, to)| (from..=to).contains(&&c));
                    next[index + 1] |= is_in != *negated && c != '/';
                }
                Token::Char(_) | Token::One(_) | Token::Many(_) => {}
            }
        }
        skip(tokens, &mut next, text.get(at) == Some(&'/'));
        open = next;
    }
    open[tokens.len()]
}

/// Tokens that may match nothing are passed; `**/` only at the start of a part.
fn skip(tokens: &[Token], open: &mut [bool], at_start: bool) {
    for (index, token) in tokens.iter().enumerate() {
        let may_be_empty = match token {
            Token::Many(_) => true,
            Token::Folders => at_start,
            Token::Char(_) | Token::One(_) | Token::Set { .. } => false,
        };
        if open[index] && may_be_empty {
            open[index + 1] = true;
        }
    }
}

fn tokens(text: &str, style: GlobStyle) -> Vec<Token> {
    let crosses = matches!(style, GlobStyle::Crossing | GlobStyle::Pathspec);
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '*' => {
                let run = chars[at..].iter().take_while(|c| **c == '*').count();
                let starts_part = at < 2 || chars[at - 2] == '/';
                at += run;
                if style == GlobStyle::DoubleStar && run > 0 {
                    if starts_part && chars.get(at) == Some(&'/') {
                        at += 1;
                        tokens.push(Token::Folders);
                        continue;
                    }
                    tokens.push(Token::Many(starts_part && at == chars.len()));
                } else {
                    tokens.push(Token::Many(crosses || style == GlobStyle::Separated && run > 0));
                }
            }
            '?' => tokens.push(Token::One(crosses)),
            '[' => match set(&chars[at..]) {
                Some((token, length)) => {
                    tokens.push(token);
                    at += length;
                }
                None => tokens.push(Token::Char('[')),
            },
            '\\' if at < chars.len() => {
                tokens.push(Token::Char(chars[at]));
                at += 1;
            }
            c => tokens.push(Token::Char(c)),
        }
    }
    tokens
}

/// The set that begins after a `[`, and its length with the `]`.
fn set(chars: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(chars.first(), Some('!' | '^'));
    let mut at = usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        match (chars.get(at)?, chars.get(at + 1), chars.get(at + 2)) {
            (']', ..) if !ranges.is_empty() => {
                return Some((Token::Set { negated, ranges }, at + 1));
            }
            (from, Some('-'), Some(to)) if *to != ']' => {
                ranges.push((*from, *to));
                at += 3;
            }
            (c, ..) => {
                ranges.push((*c, *c));
                at += 1;
            }
        }
    }
}

/// The texts that `{a,b}` stands for; a brace without its partner is a character.
fn expand(text: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        match innermost(&text) {
            Some((start, end)) if done.len() + open.len() < MAX_ALTERNATIVES => {
                for part in text[start + 1..end].split(',') {
                    open.push(format!("{}{part}{}", &text[..start], &text[end + 1..]));
                }
            }
            _ => done.push(text),
        }
    }
    done
}

fn innermost(text: &str) -> Option<(usize, usize)> {
    let end = text.find('}')?;
    Some((text[..end].rfind('{')?, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_their_tools_say() {
        use GlobStyle::{Crossing, DoubleStar, Parts, Pathspec, Separated};
        for (style, glob, yes, no) in [
            (Crossing, "*.yaml", &["a.yaml", "a/b.yaml"][..], &["a.yml"][..]),
            (
                Crossing,
                "{config*,env-usw2/*}.yaml",
                &["config-1.yaml", "env-usw2/x.yaml"],
                &["x.yaml"],
            ),
            (Separated, "h/org/*", &["h/org/a"], &["h/org/a/b", "h/org"]),
            (Separated, "h/o**", &["h/org/a/b", "h/o"], &["x/o"]),
            (Parts, "apps/*", &["apps/a"], &["apps/a/b", "apps"]),
            (Parts, "apps/[ab]?", &["apps/ax"], &["apps/cx", "apps/a"]),
            (Parts, "{a,b}", &["{a,b}"], &["a"]),
            (DoubleStar, "**/x.yaml", &["x.yaml", "a/x.yaml", "a/b/x.yaml"], &["ax.yaml"]),
            (DoubleStar, "a/**", &["a/b", "a/b/c"], &["b"]),
            (DoubleStar, "a/*/x", &["a/b/x"], &["a/b/c/x"]),
            (DoubleStar, "a/**/{x,y}.yaml", &["a/x.yaml", "a/b/c/y.yaml"], &["a/z.yaml"]),
            (
                Pathspec,
                "apps/*/config.json",
                &["apps/a/config.json", "apps/a/b/config.json"],
                &["config.json"],
            ),
            (Pathspec, "apps", &["apps", "apps/x.yaml"], &["appsx"]),
            (Pathspec, "**/config.json", &["a/config.json"], &["b.json"]),
            (Parts, "[", &["["], &["a"]),
        ] {
            let compiled = Glob::new(glob, style);
            for text in yes {
                assert!(compiled.matches(text), "{style:?} {glob} {text}");
            }
            for text in no {
                assert!(!compiled.matches(text), "{style:?} {glob} not {text}");
            }
        }
    }
}
