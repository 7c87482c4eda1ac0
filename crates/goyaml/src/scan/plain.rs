//! Plain scalars.

use super::cursor::Pieces;
use super::scanner::Scanner;
use super::token::{ScalarStyle, Token, TokenKind};
use crate::error::Error;

/// Bytes at which a run of plain text may end.
const fn may_end(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | b':' | b',' | b'?' | b'[' | b']' | b'{' | b'}' | 0xC2 | 0xE2)
}

impl<'t> Scanner<'t> {
    pub(super) fn scan_plain(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        let indent = self.indent + 1;
        let mut pieces = Pieces::new(self.cursor.text, self.cursor.offset());
        let mut end = start;
        // The breaks since the last text: the first one, and those after it.
        let mut first_break = None;
        let mut more_breaks = String::new();
        while !self.cursor.is_document_indicator() && self.cursor.peek() != b'#' {
            self.need(4)?;
            let run = self.plain_run();
            if run > 0 {
                if let Some(first) = first_break.take() {
                    fold(pieces.cut(end.offset as usize), first, &mut more_breaks);
                    pieces.resume(self.cursor.offset());
                }
                self.cursor.skip_over(run);
                self.need(2)?;
                end = self.cursor.mark;
            }
            if !self.cursor.is_blank() && !self.cursor.is_break() {
                break;
            }
            loop {
                if self.cursor.is_blank() {
                    let indenting = first_break.is_some()
                        && i64::from(self.cursor.mark.column) < indent
                        && self.cursor.peek() == b'\t';
                    if indenting {
                        return Err(self.error("found a tab character that violates indentation"));
                    }
                    self.cursor.skip();
                } else if let Some(char) = self.cursor.read_break() {
                    match first_break {
                        None => first_break = Some(char),
                        Some(_) => more_breaks.push(char),
                    }
                } else {
                    break;
                }
            }
            self.need(1)?;
            if self.flow_level == 0 && i64::from(self.cursor.mark.column) < indent {
                break;
            }
        }
        if first_break.is_some() {
            self.simple_key_allowed = true;
        }
        let value = pieces.finish(end.offset as usize);
        Ok(Token { kind: TokenKind::Scalar { value, style: ScalarStyle::Plain }, start, end })
    }

    /// Returns the length of the text up to a blank, a break or an indicator.
    fn plain_run(&self) -> usize {
        let rest = self.cursor.rest();
        let mut length = 0;
        loop {
            match rest[length..].iter().position(|byte| may_end(*byte)) {
                None => return rest.len(),
                Some(more) => length += more,
            }
            let ends = match rest[length] {
                b':' => self.cursor.is_blankz_at(length + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow_level > 0,
                _ => self.cursor.is_blankz_at(length),
            };
            if ends {
                return length;
            }
            length += 1;
        }
    }
}

/// Writes what line breaks inside a flow scalar mean: one becomes a blank, of more the first is
/// dropped. Unicode's own separators stay.
pub(super) fn fold(out: &mut String, first: char, more: &mut String) {
    if first != '\n' {
        out.push(first);
    } else if more.is_empty() {
        out.push(' ');
    }
    out.push_str(more);
    more.clear();
}
