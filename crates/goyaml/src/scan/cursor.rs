//! A place in a text that moves by characters and lines.

use memchr::memchr2;

use crate::node::Position;

/// A place as libyaml counts it: everything from zero, `index` and `column` in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    pub(crate) offset: u32,
    pub(crate) index: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl From<Mark> for Position {
    fn from(mark: Mark) -> Self {
        Self { line: mark.line + 1, column: mark.column + 1, offset: mark.offset }
    }
}

/// Reads a checked text; past its end it sees NUL, which cannot stand inside.
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) mark: Mark,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, mark: Mark::default() }
    }

    pub(super) fn offset(&self) -> usize {
        self.mark.offset as usize
    }

    pub(super) fn peek(&self) -> u8 {
        self.at(0)
    }

    pub(super) fn at(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.offset() + ahead).copied().unwrap_or(0)
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.offset()..]
    }

    /// Returns the text from `start` up to here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.offset()]
    }

    pub(super) fn is_end(&self) -> bool {
        self.offset() >= self.text.len()
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.peek(), b' ' | b'\t')
    }

    pub(super) fn is_break(&self) -> bool {
        break_length(self.rest()) > 0
    }

    pub(super) fn is_break_or_end(&self) -> bool {
        self.is_end() || self.is_break()
    }

    /// Blank, break or end at `ahead` bytes from here.
    pub(super) fn is_blankz_at(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            b' ' | b'\t' | b'\n' | b'\r' | 0 => true,
            0xC2 | 0xE2 => break_length(&self.rest()[ahead..]) > 0,
            _ => false,
        }
    }

    pub(super) fn is_blankz(&self) -> bool {
        self.is_blankz_at(0)
    }

    /// `---` or `...` at the start of a line.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(self.rest(), [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..])
            && self.is_blankz_at(3)
    }

    /// Moves over one character that is no break.
    pub(super) fn skip(&mut self) {
        let width = char_width(self.peek());
        self.mark.offset += width;
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Moves over `bytes` bytes without breaks.
    pub(super) fn skip_over(&mut self, bytes: usize) {
        let passed = &self.rest()[..bytes];
        let continued = |byte: &&u8| **byte & 0xC0 == 0x80;
        let ascii = passed.is_ascii();
        let chars = if ascii { bytes } else { bytes - passed.iter().filter(continued).count() };
        let chars = chars as u32;
        self.mark.offset += bytes as u32;
        self.mark.index += chars;
        self.mark.column += chars;
    }

    pub(super) fn skip_spaces(&mut self) {
        self.skip_ascii(self.rest().iter().take_while(|byte| **byte == b' ').count());
    }

    fn skip_ascii(&mut self, bytes: usize) {
        let chars = bytes as u32;
        self.mark.offset += chars;
        self.mark.index += chars;
        self.mark.column += chars;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.skip();
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.peek() != b'#' {
            return;
        }
        let rest = self.rest();
        let line = &rest[..memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
        if line.is_ascii() {
            self.skip_ascii(line.len());
        } else {
            // A break can stand in it that is longer than a byte.
            self.skip_over(line_length(rest));
        }
    }

    /// Moves over a line break, if there is one, and returns what it means in a scalar.
    pub(super) fn read_break(&mut self) -> Option<char> {
        let (length, meaning) = match self.rest() {
            [b'\r', b'\n', ..] => (2, '\n'),
            [b'\r' | b'\n', ..] => (1, '\n'),
            [0xC2, 0x85, ..] => (2, '\n'),
            [0xE2, 0x80, 0xA8, ..] => (3, '\u{2028}'),
            [0xE2, 0x80, 0xA9, ..] => (3, '\u{2029}'),
            _ => return None,
        };
        let crlf = length == 2 && self.peek() == b'\r';
        self.mark.offset += length;
        self.mark.index += if crlf { 2 } else { 1 };
        self.mark.line += 1;
        self.mark.column = 0;
        Some(meaning)
    }
}

fn char_width(first: u8) -> u32 {
    match first {
        ..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    }
}

fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r' | b'\n', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// Returns the number of bytes up to the next break or the end.
pub(super) fn line_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let rest = &bytes[length..];
        let candidate = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2));
        let Some(candidate) = candidate else { return bytes.len() };
        length += candidate;
        if break_length(&bytes[length..]) > 0 {
            return length;
        }
        length += 1;
    }
}

/// A scalar put together from parts of the text; it borrows while there is only one part.
pub(super) struct Pieces<'t> {
    text: &'t str,
    start: usize,
    joined: Option<String>,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t str, start: usize) -> Self {
        Self { text, start, joined: None }
    }

    /// Ends the current part at `end` and returns where to add other text.
    pub(super) fn cut(&mut self, end: usize) -> &mut String {
        let joined = self.joined.get_or_insert_default();
        joined.push_str(&self.text[self.start..end]);
        self.start = end;
        joined
    }

    /// Returns where to add text between two parts.
    pub(super) fn cut_here(&mut self) -> &mut String {
        self.joined.get_or_insert_default()
    }

    /// Starts the next part.
    pub(super) fn resume(&mut self, start: usize) {
        self.start = start;
    }

    pub(super) fn finish(mut self, end: usize) -> std::borrow::Cow<'t, str> {
        if self.joined.is_some() {
            self.cut(end);
        }
        match self.joined {
            Some(joined) => joined.into(),
            None => self.text[self.start..end].into(),
        }
    }
}
