//! A quick look at a document of the plain kind that most manifests are.
//!
//! Reading a document to know its `kind` costs a tree of everything below `spec`. This scanner goes
//! by lines and only finds where the entries of the root begin. It knows a small part of YAML, in
//! which nothing can be wrong: block collections, scalars that end in their line, literal and
//! folded blocks, flat lists. At anything else it gives up, and the whole reader decides.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memmem};

use crate::limits::Limits;
use crate::resolve::{Scalar, resolve};

/// An entry of the root mapping, or of a block mapping that is a value there.
#[derive(Debug)]
pub(crate) struct Entry<'t> {
    /// The key, quotes taken off.
    pub(crate) key: &'t str,
    /// The key of the root that it stands below.
    pub(crate) parent: Option<&'t str>,
    /// Its lines, comments behind it included; of an entry with entries, only those before them.
    pub(crate) lines: Range<usize>,
}

/// More levels than this are left to the whole reader.
const MOST_LEVELS: usize = 64;

/// Longer keys are left to the whole reader, which has a limit for them.
const LONGEST_KEY: usize = 512;

/// Finds the root's entries and theirs, in their order, in a text without characters that YAML refuses; `None` unless it is
/// certain that goyaml reads the text, that it is one document, and that its root is a mapping.
pub(crate) fn entries<'t>(text: &'t str, limits: &Limits) -> Option<Vec<Entry<'t>>> {
    let few_nodes = text.len() < limits.nodes && limits.max_depth() > MOST_LEVELS;
    if !few_nodes || has_odd_breaks(text.as_bytes()) {
        return None;
    }
    let mut skimmer = Skimmer {
        text,
        at: 0,
        levels: Vec::new(),
        pending: Pending::Nothing,
        root: None,
        entries: Vec::new(),
    };
    while skimmer.at < text.len() {
        skimmer.line()?;
    }
    if let Some(last) = skimmer.entries.last_mut() {
        last.lines.end = text.len();
    }
    (!skimmer.entries.is_empty()).then_some(skimmer.entries)
}

/// Tabs, line breaks other than `\n`, and byte order marks.
fn has_odd_breaks(bytes: &[u8]) -> bool {
    let odd = |at: usize| matches!(bytes[at..], [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]);
    memchr2(b'\t', b'\r', bytes).is_some()
        || memchr2_iter(0xC2, 0xE2, bytes).any(odd)
        || memmem::find(bytes, "\u{feff}".as_bytes()).is_some()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Mapping,
    Sequence,
}

/// An open block collection and the column of its entries.
#[derive(Clone, Copy, PartialEq)]
struct Level {
    column: usize,
    kind: Kind,
}

/// What the last line left open.
#[derive(Clone, Copy)]
enum Pending {
    Nothing,
    /// A key at the column has no value yet.
    Value(usize),
    /// A dash at the column has nothing behind it yet.
    Item(usize),
}

struct Skimmer<'t> {
    text: &'t str,
    /// Where the next line starts.
    at: usize,
    levels: Vec<Level>,
    pending: Pending,
    /// The key of the root that was read last.
    root: Option<&'t str>,
    entries: Vec<Entry<'t>>,
}

impl<'t> Skimmer<'t> {
    /// Takes the next line without its break.
    fn next_line(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        self.at += length + 1;
        &rest[..length]
    }

    fn line(&mut self) -> Option<()> {
        let start = self.at;
        let line = self.next_line();
        let (indent, rest) = indented(line);
        if rest.is_empty() || rest.starts_with('#') {
            return Some(());
        }
        let own = Level { column: indent, kind: kind_of(rest) };
        if own.kind == Kind::Mapping
            && let Pending::Value(column) | Pending::Item(column) = self.pending
            && indent > column
            && split_key(rest).is_none()
        {
            return self.value(column, rest);
        }
        self.enter(own)?;
        self.entry(indent, rest, start)
    }

    /// Opens or closes collections until the line's own is the innermost.
    fn enter(&mut self, own: Level) -> Option<()> {
        let opens = match self.pending {
            Pending::Nothing => self.levels.is_empty(),
            Pending::Item(column) => own.column > column,
            Pending::Value(column) => {
                own.column > column || own.column == column && own.kind == Kind::Sequence
            }
        };
        if opens {
            return self.open(own);
        }
        while self.levels.last().is_some_and(|top| top.column > own.column) {
            self.levels.pop();
        }
        let behind_list = own.kind == Kind::Mapping
            && matches!(self.levels[..], [.., below, top] if top.column == below.column);
        if behind_list && self.levels.last()?.column == own.column {
            self.levels.pop();
        }
        (*self.levels.last()? == own).then_some(())
    }

    fn open(&mut self, level: Level) -> Option<()> {
        let fits = self.levels.len() < MOST_LEVELS;
        let root_is_mapping = level.kind == Kind::Mapping || !self.levels.is_empty();
        self.levels.push(level);
        (fits && root_is_mapping).then_some(())
    }

    /// Reads `- ` and what stands behind it, or a key and what stands behind it.
    fn entry(&mut self, mut column: usize, mut rest: &'t str, start: usize) -> Option<()> {
        while kind_of(rest) == Kind::Sequence {
            let (spaces, inner) = indented(&rest[1..]);
            if inner.is_empty() || inner.starts_with('#') {
                self.pending = Pending::Item(column);
                return Some(());
            }
            let key_follows = split_key(inner).is_some();
            if !key_follows && kind_of(inner) == Kind::Mapping {
                return self.value(column, inner);
            }
            column += 1 + spaces;
            self.open(Level { column, kind: kind_of(inner) })?;
            rest = inner;
        }
        let (key, value) = split_key(rest)?;
        match self.levels[..] {
            [_] => {
                self.root = Some(key);
                self.add(Entry { key, parent: None, lines: start..start });
            }
            [_, Level { kind: Kind::Mapping, .. }] => {
                self.add(Entry { key, parent: self.root, lines: start..start });
            }
            _ => {}
        }
        let (_, value) = indented(value);
        if value.is_empty() || value.starts_with('#') {
            self.pending = Pending::Value(column);
            return Some(());
        }
        self.value(column, value)
    }

    fn add(&mut self, entry: Entry<'t>) {
        if let Some(last) = self.entries.last_mut() {
            last.lines.end = entry.lines.start;
        }
        self.entries.push(entry);
    }

    /// Reads a scalar or a flat list, which ends its line, inside a collection at the column.
    fn value(&mut self, column: usize, value: &'t str) -> Option<()> {
        self.pending = Pending::Nothing;
        match value.as_bytes()[0] {
            b'|' | b'>' => {
                matches!(value[1..].trim_end_matches(' '), "" | "-" | "+").then_some(())?;
                self.block_scalar(column)
            }
            b'"' | b'\'' => self.quoted(column, value),
            b'[' => only_comment(flat_list(&value[1..])?),
            b'{' => only_comment(value.strip_prefix("{}")?),
            _ => self.plain(column, value),
        }
    }

    fn quoted(&mut self, column: usize, value: &str) -> Option<()> {
        let start = self.at - 1 - value.len();
        let end = start + quoted_length(&self.text[start..])?;
        while self.at <= end {
            let (indent, rest) = indented(self.next_line());
            (rest.is_empty() || indent > column).then_some(())?;
        }
        let rest = &self.text[end..(self.at - 1).min(self.text.len())];
        only_comment(rest)
    }

    fn plain(&mut self, column: usize, value: &str) -> Option<()> {
        let text = comment_start(value).map_or(value, |at| &value[..at]);
        (starts_plain(text) && goes_on_plain(text)).then_some(())?;
        let number = matches!(value.as_bytes()[0], b'0'..=b'9' | b'.' | b'+' | b'-');
        let endless = |text: &str| matches!(resolve(text), Scalar::Float(f) if !f.is_finite());
        (!number || !endless(text.trim_end())).then_some(())?;
        if text.len() < value.len() {
            return Some(());
        }
        while self.at < self.text.len() {
            let start = self.at;
            let (indent, rest) = indented(self.next_line());
            if !rest.is_empty() && (indent <= column || rest.starts_with('#')) {
                self.at = start;
                return Some(());
            }
            (comment_start(rest).is_none() && goes_on_plain(rest)).then_some(())?;
        }
        Some(())
    }

    /// Passes over the lines of a block scalar.
    fn block_scalar(&mut self, column: usize) -> Option<()> {
        let (mut inside, mut widest_blank) = (None, 0);
        while self.at < self.text.len() {
            let start = self.at;
            let (indent, rest) = indented(self.next_line());
            if rest.is_empty() {
                widest_blank = widest_blank.max(indent);
                continue;
            }
            // A blank line before the text that is wider than the text has a say in its indent.
            if inside.is_none() && widest_blank > indent {
                return None;
            }
            if indent < *inside.get_or_insert(indent.max(column + 1)) {
                self.at = start;
                return Some(());
            }
        }
        Some(())
    }
}

/// The number of leading spaces, and the rest; a line of spaces has no rest.
fn indented(line: &str) -> (usize, &str) {
    let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
    (spaces, &line[spaces..])
}

fn kind_of(rest: &str) -> Kind {
    match rest.as_bytes() {
        [b'-'] | [b'-', b' ', ..] => Kind::Sequence,
        _ => Kind::Mapping,
    }
}

/// Splits a line at the colon behind its key.
fn split_key(rest: &str) -> Option<(&str, &str)> {
    let (key, behind) = if rest.starts_with(['"', '\'']) {
        let length = quoted_length(rest)?;
        let key = &rest[1..length - 1];
        (!key.contains(['\\', '\''])).then_some((key, &rest[length..]))?
    } else {
        let length = rest.bytes().position(|byte| !is_key_byte(byte))?;
        let key = &rest[..length];
        is_text_key(key).then_some((key, &rest[length..]))?
    };
    let value = behind.strip_prefix(':')?;
    let ends = value.is_empty() || value.starts_with(' ');
    (ends && key.len() <= LONGEST_KEY).then_some((key, value))
}

/// Whether a plain key of key bytes is a text or something else that stays as it is written.
fn is_text_key(key: &str) -> bool {
    match key.bytes().next() {
        Some(b'0'..=b'9' | b'n' | b'N') => !matches!(resolve(key), Scalar::Null | Scalar::Uint(_)),
        Some(first) => first.is_ascii_alphabetic() || first == b'_',
        None => false,
    }
}

fn is_key_byte(byte: u8) -> bool {
    const KEY: [bool; 256] = {
        let mut key = [false; 256];
        let mut byte = 0;
        while byte < 0x80 {
            let own = byte as u8;
            key[byte] = own.is_ascii_alphanumeric() || matches!(own, b'_' | b'-' | b'.' | b'/');
            byte += 1;
        }
        key
    };
    KEY[usize::from(byte)]
}

/// The length of a quoted scalar with its quotes, if it ends in the text.
fn quoted_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = bytes[0];
    let mut at = 1;
    loop {
        at += memchr2(quote, b'\\', &bytes[at..])?;
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'"' | b'\\' | b'n' | b't' | b'r' | b' ' | b'\n')) if quote == b'"' => {
                at += 2;
            }
            (b'\\', _) if quote == b'"' => return None,
            (b'\\', _) => at += 1,
            (b'\'', Some(b'\'')) => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// Reads a list of scalars up to its bracket, and returns what follows.
fn flat_list(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches(' ');
    if let Some(behind) = rest.strip_prefix(']') {
        return Some(behind);
    }
    loop {
        let length = match rest.as_bytes().first()? {
            b'"' | b'\'' => quoted_length(rest)?,
            first if first.is_ascii_alphanumeric() => {
                rest.bytes().position(|byte| !is_key_byte(byte))?
            }
            _ => return None,
        };
        rest = rest[length..].trim_start_matches(' ');
        match rest.as_bytes().first()? {
            b',' => rest = rest[1..].trim_start_matches(' '),
            b']' => return Some(&rest[1..]),
            _ => return None,
        }
    }
}

/// Whether a plain scalar can start like this.
fn starts_plain(text: &str) -> bool {
    let (first, second) = (text.as_bytes()[0], text.as_bytes().get(1));
    match first {
        b'-' | b':' => second.is_some_and(|second| *second != b' '),
        b'_' | b'/' | b'.' | b'$' | b'(' | b'+' | b'=' | b'^' | b';' | b'~' | b'<' => true,
        _ => first.is_ascii_alphanumeric(),
    }
}

/// Whether no colon ends a plain scalar in the line.
fn goes_on_plain(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr_iter(b':', bytes).all(|at| !matches!(bytes.get(at + 1), None | Some(b' ')))
}

/// Where a blank and `#` start a comment.
fn comment_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr_iter(b'#', bytes).filter_map(|at| at.checked_sub(1)).find(|at| bytes[*at] == b' ')
}

/// Nothing but a comment follows a value.
fn only_comment(rest: &str) -> Option<()> {
    let (spaces, rest) = indented(rest);
    (rest.is_empty() || spaces > 0 && rest.starts_with('#')).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = r#"# note
apiVersion: v1
'kind': List # of one
items:
- a: {}
  b:
    -  - x: 1
         y: "z

            \""
  c: >-

      text
    # end

d:
  []
e: [a, "b"] 
f: two
  lines
g:
"#;

    fn keys(text: &str) -> Option<Vec<&str>> {
        let entries = entries(text, &Limits::default())?.into_iter();
        Some(entries.filter(|entry| entry.parent.is_none()).map(|entry| entry.key).collect())
    }

    #[test]
    fn manifests_of_the_usual_kind_are_skimmed() {
        assert_eq!(keys(USUAL).unwrap(), ["apiVersion", "kind", "items", "d", "e", "f", "g"]);
        let entries = entries(USUAL, &Limits::default()).unwrap();
        assert_eq!(&USUAL[entries[5].lines.clone()], "f: two\n  lines\n");
    }

    #[test]
    fn entries_of_entries_are_told_apart() {
        let text = "m: # c\n  # d\n  a: 1\n  b:\n    x: y\n\nl:\n- c: 1\nn: {}\n";
        let entries = entries(text, &Limits::default()).unwrap();
        let told: Vec<_> = entries.into_iter().map(|e| (e.parent, &text[e.lines])).collect();
        let want = [
            (None, "m: # c\n  # d\n"),
            (Some("m"), "  a: 1\n"),
            (Some("m"), "  b:\n    x: y\n\n"),
            (None, "l:\n- c: 1\n"),
            (None, "n: {}\n"),
        ];
        assert_eq!(told, want);
    }

    #[test]
    fn all_else_is_left_to_the_whole_reader() {
        for text in [
            "",
            "# c\n",
            "- a\n",
            "text\n",
            "{}\n",
            "---\na: 1\n",
            "a: 1\n---\nb: 1\n",
            "a: 1\n...\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !!str b\n",
            "a: \tb\n",
            "a: 1\r\n",
            "a: b: c\n",
            "a: - b\n",
            "a: .inf\n",
            "~: b\n",
            "? a\n",
            "a : b\n",
            "<<: {}\n",
            "a: [b, [c]]\n",
            "a: {b: c}\n",
            "a: |2\n   b\n",
            "a: |\n    \n  b\n",
            "a: \"b\n",
            "a: \"\\x41\"\n",
            "a: \"b\" c\n",
            "a: \"b\nc\"\n",
            "a: b # c\n  d\n",
            "a: b\n  c: d\n",
            "a:\n  b: c\n d: e\n",
            "a: 1\n- b\n",
            "a: @b\n",
            "%a: b\n",
            "a: \u{2028}b\n",
            "a: \u{feff}b\n",
            "18446744073709551615: a\n",
        ] {
            assert_eq!(keys(text), None, "{text:?}");
        }
    }
}
