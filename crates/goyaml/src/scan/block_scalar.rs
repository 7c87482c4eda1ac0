//! Literal and folded scalars.

use super::cursor::{Mark, line_length};
use super::scanner::Scanner;
use super::token::{ScalarStyle, Token, TokenKind};
use crate::error::Error;

#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

struct Header {
    chomping: Chomping,
    /// The indent that the header asks for, relative to the parent's.
    increment: Option<i64>,
}

impl<'t> Scanner<'t> {
    pub(super) fn scan_block_scalar(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        let literal = self.cursor.peek() == b'|';
        self.cursor.skip();
        let header = self.scan_block_header()?;
        let mut indent = header.increment.map(|increment| self.indent.max(0) + increment);
        let mut value = String::new();
        let mut last_break = None;
        let mut more_breaks = String::new();
        let mut end = self.scan_block_breaks(&mut indent, &mut more_breaks)?;
        let mut blank_line_start = false;
        while indent == Some(i64::from(self.cursor.mark.column)) && !self.cursor.is_end() {
            let blank = self.cursor.is_blank();
            let folds = !literal && !blank_line_start && !blank && last_break == Some('\n');
            match last_break.take() {
                Some(_) if folds && more_breaks.is_empty() => value.push(' '),
                Some(char) if !folds => value.push(char),
                _ => {}
            }
            value.push_str(&more_breaks);
            more_breaks.clear();
            blank_line_start = blank;
            let line = self.cursor.offset();
            self.cursor.skip_over(line_length(self.cursor.rest()));
            value.push_str(self.cursor.since(line));
            last_break = self.cursor.read_break();
            end = self.scan_block_breaks(&mut indent, &mut more_breaks)?;
        }
        if header.chomping != Chomping::Strip {
            value.extend(last_break);
        }
        if header.chomping == Chomping::Keep {
            value.push_str(&more_breaks);
        }
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        let kind = TokenKind::Scalar { value: value.into(), style };
        Ok(Token { kind, start, end })
    }

    fn scan_block_header(&mut self) -> Result<Header, Error> {
        let mut chomping = self.scan_chomping();
        let mut increment = None;
        if self.cursor.peek().is_ascii_digit() {
            if self.cursor.peek() == b'0' {
                return Err(self.error("found an indentation indicator equal to 0"));
            }
            increment = Some(i64::from(self.cursor.peek() - b'0'));
            self.cursor.skip();
            chomping = chomping.or_else(|| self.scan_chomping());
        }
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_break_or_end() {
            return Err(self.error("did not find expected comment or line break"));
        }
        self.cursor.read_break();
        Ok(Header { chomping: chomping.unwrap_or(Chomping::Clip), increment })
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomping)
    }

    /// Reads indentation and empty lines; finds the indent if it is not known yet. Returns the
    /// place after the last break.
    fn scan_block_breaks(
        &mut self,
        indent: &mut Option<i64>,
        breaks: &mut String,
    ) -> Result<Mark, Error> {
        let mut end = self.cursor.mark;
        let mut deepest = 0;
        loop {
            let inside = |column: u32| indent.is_none_or(|indent| i64::from(column) < indent);
            while inside(self.cursor.mark.column) && self.cursor.peek() == b' ' {
                self.cursor.skip();
            }
            deepest = deepest.max(i64::from(self.cursor.mark.column));
            if inside(self.cursor.mark.column) && self.cursor.peek() == b'\t' {
                let problem = "found a tab character where an indentation space is expected";
                return Err(self.error(problem));
            }
            let Some(char) = self.cursor.read_break() else { break };
            breaks.push(char);
            end = self.cursor.mark;
        }
        indent.get_or_insert_with(|| deepest.max(self.indent + 1).max(1));
        Ok(end)
    }
}
