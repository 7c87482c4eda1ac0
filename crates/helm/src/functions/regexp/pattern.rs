//! Compiled patterns, kept for the next call.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use regex::bytes::{Captures, Regex, RegexBuilder};
use zij_gotmpl::{Str, value::fmt};

use super::{super::runes, translate::translate};

/// How many patterns a thread keeps.
const KEPT: usize = 256;

thread_local! {
    // Patterns stand in templates, so few are seen again and again; each thread has its own, since
    // a shared one would be locked at every search.
    static CACHE: RefCell<HashMap<Str, Compiled>> = RefCell::default();
}

type Compiled = Result<Rc<Pattern>, Rc<str>>;

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
    /// Whether the pattern has any text.
    pub(super) is_empty: bool,
}

/// One match: where each group lies.
pub(super) type Match = Vec<Option<(usize, usize)>>;

/// Compiles a pattern; the error is the text of Go's `regexp.Compile`.
pub(super) fn compile(pattern: &Str) -> Compiled {
    if let Some(compiled) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
        return compiled;
    }
    let compiled = Pattern::new(pattern)
        .map(Rc::new)
        .map_err(|refusal| format!("error parsing regexp: {refusal}").into());
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(pattern.clone(), compiled.clone());
    });
    compiled
}

/// Returns Go's complaint about a text that is no pattern.
pub(crate) fn regex_problem(pattern: &str) -> Option<String> {
    compile(&Str::from(pattern)).err().map(|text| text.to_string())
}

/// Whether a text has a match of a pattern of Go's `regexp`; `None` where Go refuses the pattern,
/// or where it takes too much memory.
pub fn regex_matches(pattern: &str, text: &str) -> Option<bool> {
    compile(&Str::from(pattern)).ok().map(|pattern| pattern.is_match(text.as_bytes()))
}

/// As [`compile`], with the text of `regexp.MustCompile`'s panic.
pub(super) fn must_compile(pattern: &Str) -> Compiled {
    compile(pattern).map_err(|error| {
        let mut quoted = Vec::new();
        match pattern.to_str() {
            Some(text) if can_backquote(text) => quoted.extend([b"`", &pattern[..], b"`"].concat()),
            _ => fmt::append_quoted(&mut quoted, pattern),
        }
        format!("regexp: Compile({}): {error}", String::from_utf8_lossy(&quoted)).into()
    })
}

/// Go's `strconv.CanBackquote`.
fn can_backquote(text: &str) -> bool {
    !text.chars().any(|c| matches!(c, '`' | '\u{7f}' | '\u{feff}') || (c < ' ' && c != '\t'))
}

impl Pattern {
    fn new(pattern: &Str) -> Result<Self, String> {
        let Some(text) = pattern.to_str() else {
            return Err(format!("invalid UTF-8: `{}`", pattern.to_str_lossy()));
        };
        let translation = translate(text)?;
        let regex = RegexBuilder::new(&translation.pattern).nest_limit(4000).build();
        let regex = regex.map_err(|_| format!("expression too large: `{text}`"))?;
        Ok(Self { regex, names: translation.names, is_empty: text.is_empty() })
    }

    /// Tells whether the pattern matches somewhere.
    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    /// Returns the first match.
    pub(super) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.regex.find(text).map(|found| found.as_bytes())
    }

    /// Iterates over matches that do not overlap, as Go's `allMatches`: an empty match right after
    /// another match does not count, and the search goes on by whole runes.
    pub(super) fn matches<'p>(&'p self, text: &'p [u8]) -> impl Iterator<Item = (usize, usize)> {
        let mut walk = Advance::default();
        std::iter::from_fn(move || {
            loop {
                let found = self.regex.find_at(text, walk.next?)?;
                if let Some(range) = walk.step(text, (found.start(), found.end())) {
                    return Some(range);
                }
            }
        })
    }

    /// As [`Pattern::matches`], with the groups.
    pub(super) fn captures<'p>(&'p self, text: &'p [u8]) -> impl Iterator<Item = Match> {
        let mut walk = Advance::default();
        std::iter::from_fn(move || {
            loop {
                let groups = self.regex.captures_at(text, walk.next?)?;
                let whole = groups.get(0)?;
                if walk.step(text, (whole.start(), whole.end())).is_some() {
                    return Some(ranges(&groups));
                }
            }
        })
    }

    /// Appends a replacement with `$1`, `${1}` and `$name` filled in (Go's `Regexp.expand`).
    pub(super) fn expand(&self, out: &mut Vec<u8>, template: &[u8], text: &[u8], found: &Match) {
        let mut rest = template;
        while let Some(dollar) = memchr::memchr(b'$', rest) {
            out.extend_from_slice(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(after) = rest.strip_prefix(b"$") {
                out.push(b'$');
                rest = after;
            } else if let Some((name, after)) = reference(rest) {
                if let Some((start, end)) = self.group(name, found) {
                    out.extend_from_slice(&text[start..end]);
                }
                rest = after;
            } else {
                out.push(b'$');
            }
        }
        out.extend_from_slice(rest);
    }

    fn group(&self, name: &str, found: &Match) -> Option<(usize, usize)> {
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return name.parse::<usize>().ok().and_then(|index| *found.get(index)?);
        }
        let named = |known: &Option<String>| known.as_deref() == Some(name);
        self.names.iter().zip(found).filter(|(known, _)| named(known)).find_map(|(_, range)| *range)
    }
}

fn ranges(groups: &Captures<'_>) -> Match {
    groups.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()
}

/// Where the search for the next match starts.
struct Advance {
    next: Option<usize>,
    last_end: Option<usize>,
}

impl Default for Advance {
    fn default() -> Self {
        Self { next: Some(0), last_end: None }
    }
}

impl Advance {
    /// Moves past a match and returns it if it counts.
    fn step(&mut self, text: &[u8], (start, end): (usize, usize)) -> Option<(usize, usize)> {
        let counts = start < end || self.last_end != Some(end);
        let width = if start < end { 0 } else { runes::first(&text[end..]).map_or(1, |(_, w)| w) };
        self.next = Some(end + width).filter(|next| *next <= text.len());
        self.last_end = Some(end);
        counts.then_some((start, end))
    }
}

/// Reads a group's name after a dollar; returns it and the text after it.
fn reference(text: &[u8]) -> Option<(&str, &[u8])> {
    let braced = text.strip_prefix(b"{");
    let body = braced.unwrap_or(text);
    let mut end = 0;
    while let Some((rune, width)) = runes::first(&body[end..])
        && (rune == '_' || rune.is_alphanumeric())
    {
        end += width;
    }
    let name = std::str::from_utf8(&body[..end]).ok().filter(|name| !name.is_empty())?;
    let after = &body[end..];
    match braced {
        Some(_) => after.strip_prefix(b"}").map(|after| (name, after)),
        None => Some((name, after)),
    }
}
