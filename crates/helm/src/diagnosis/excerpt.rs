//! Lines of a source with the part that is meant.

use std::ops::Range;

use zij_goyaml::Position;

/// The most characters of a line that are kept.
const WIDTH: usize = 600;

/// Lines of a file, or of a rendered or evaluated text, and the part of one of them to point at.
///
/// The lines are the source's own: they may hold tabs and control characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// Number of the first line, from 1.
    pub first: u32,
    /// The lines without their ends.
    pub lines: Vec<String>,
    /// Number of the line that is meant.
    pub line: u32,
    /// Characters of the meant line, from 0; empty where only a place is known.
    pub span: Range<usize>,
    /// Characters left out at the beginning of each line, when the meant line is very long.
    pub skipped: usize,
}

impl Excerpt {
    /// The line in which a span of bytes begins; what lies in further lines is left out.
    pub(crate) fn of_span(text: &[u8], span: Range<usize>) -> Self {
        let start = span.start.min(text.len());
        let begin = text[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end =
            start + text[start..].iter().position(|b| *b == b'\n').unwrap_or(text.len() - start);
        let line = text[..begin].iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = |at: usize| String::from_utf8_lossy(&text[begin..at]).chars().count();
        let columns = column(start)..column(span.end.clamp(start, end));
        Self::around(text, line, columns, 0)
    }

    /// The lines around a place in a YAML text.
    pub(crate) fn of_position(text: &[u8], at: Position, context: usize) -> Self {
        let column = (at.column as usize).saturating_sub(1);
        Self::around(text, at.line as usize, column..column, context)
    }

    /// The `context` lines before and behind a line, and the line.
    pub(crate) fn around(text: &[u8], line: usize, span: Range<usize>, context: usize) -> Self {
        let first = line.saturating_sub(context).max(1);
        let count = line + context + 1 - first;
        let skipped = span.start.saturating_sub(WIDTH / 2);
        let shown = |line: &[u8]| {
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
            line.chars().skip(skipped).take(WIDTH).collect()
        };
        let lines: Vec<String> =
            text.split(|byte| *byte == b'\n').skip(first - 1).take(count).map(shown).collect();
        let span = span.start - skipped..(span.end - skipped).min(WIDTH);
        Self { first: first as u32, lines, line: line as u32, span, skipped }
    }

    /// The line that is meant.
    pub fn text(&self) -> &str {
        let index = self.line.saturating_sub(self.first) as usize;
        self.lines.get(index).map_or("", String::as_str)
    }

    /// Column of the meant part in characters, from 1, as editors count.
    pub fn column(&self) -> u32 {
        u32::try_from(self.skipped + self.span.start + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_long_lines_are_cut() {
        let text = "a: 1\nnäme: {{ .x }}\r\nlast".as_bytes();
        let start = text.iter().position(|byte| *byte == b'.').unwrap();
        let excerpt = Excerpt::of_span(text, start..start + 2);
        assert_eq!((excerpt.line, excerpt.column(), excerpt.text()), (2, 10, "näme: {{ .x }}"));
        assert_eq!(excerpt.span, 9..11);

        let long = format!("{}{{{{ .y }}}}", "ü".repeat(5000));
        let at = long.find(".y").unwrap();
        let excerpt = Excerpt::of_span(long.as_bytes(), at..at + 2);
        assert_eq!(excerpt.column(), 5004);
        let chars: Vec<char> = excerpt.text().chars().collect();
        assert_eq!(chars[excerpt.span.clone()], ['.', 'y']);

        assert_eq!(Excerpt::of_span(b"", 3..9).text(), "");
        let end = Excerpt::of_span(b"a\n", 2..2);
        assert_eq!((end.line, end.text()), (2, ""));
        let position = Position { line: 2, column: 3, offset: 0 };
        let around = Excerpt::of_position(b"one\ntwo\nthree\nfour", position, 1);
        assert_eq!((around.first, around.lines.len(), around.text()), (1, 3, "two"));
    }
}
