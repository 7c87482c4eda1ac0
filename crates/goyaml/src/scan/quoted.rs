//! Single- and double-quoted scalars.

use super::cursor::Pieces;
use super::plain::fold;
use super::scanner::Scanner;
use super::token::{ScalarStyle, Token, TokenKind};
use crate::error::Error;

/// What ended a run of text inside quotes.
#[derive(Clone, Copy, PartialEq)]
enum RunEnd {
    BlankOrEnd,
    Quote,
    EscapedBreak,
}

impl<'t> Scanner<'t> {
    pub(super) fn scan_quoted(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        let quote = self.cursor.peek();
        self.cursor.skip();
        let mut pieces = Pieces::new(self.cursor.text, self.cursor.offset());
        loop {
            self.need(4)?;
            if self.cursor.is_document_indicator() {
                return Err(self.error("found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.error("found unexpected end of stream"));
            }
            let run_end = self.quoted_run(quote, &mut pieces)?;
            if self.cursor.peek() == quote {
                break;
            }
            self.need(1)?;
            self.quoted_blanks(run_end == RunEnd::EscapedBreak, &mut pieces);
        }
        let value = pieces.finish(self.cursor.offset());
        self.cursor.skip();
        let single = quote == b'\'';
        let style = if single { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted };
        let kind = TokenKind::Scalar { value, style };
        Ok(Token { kind, start, end: self.cursor.mark })
    }

    fn quoted_run(&mut self, quote: u8, pieces: &mut Pieces<'t>) -> Result<RunEnd, Error> {
        loop {
            self.skip_ordinary(quote);
            self.need(1)?;
            match self.cursor.peek() {
                b'\'' if quote == b'\'' && self.cursor.at(1) == b'\'' => {
                    // The first quote of the pair is kept as the text.
                    self.cursor.skip();
                    pieces.cut(self.cursor.offset());
                    self.cursor.skip();
                    pieces.resume(self.cursor.offset());
                }
                byte if byte == quote => return Ok(RunEnd::Quote),
                b'\\' if quote == b'"' => {
                    pieces.cut(self.cursor.offset());
                    self.cursor.skip();
                    if self.cursor.read_break().is_some() {
                        pieces.resume(self.cursor.offset());
                        return Ok(RunEnd::EscapedBreak);
                    }
                    let char = self.scan_escape()?;
                    pieces.cut_here().push(char);
                    pieces.resume(self.cursor.offset());
                }
                _ => return Ok(RunEnd::BlankOrEnd),
            }
        }
    }

    fn skip_ordinary(&mut self, quote: u8) {
        let rest = self.cursor.rest();
        let mut length = 0;
        while let Some(byte) = rest.get(length) {
            let stops = match byte {
                ..=b' ' => true,
                b'\\' => quote == b'"',
                0xC2 | 0xE2 => self.cursor.is_blankz_at(length),
                byte => *byte == quote,
            };
            if stops {
                break;
            }
            length += 1;
        }
        self.cursor.skip_over(length);
    }

    /// Keeps blanks inside a line and folds line breaks with the blanks around them.
    fn quoted_blanks(&mut self, after_escaped_break: bool, pieces: &mut Pieces<'t>) {
        let before = self.cursor.offset();
        let mut broken = after_escaped_break;
        let mut first = None;
        let mut more = String::new();
        loop {
            if self.cursor.is_blank() {
                self.cursor.skip();
            } else if let Some(char) = self.cursor.read_break() {
                if std::mem::replace(&mut broken, true) {
                    more.push(char);
                } else {
                    first = Some(char);
                }
            } else {
                break;
            }
        }
        if !broken {
            return;
        }
        let joined = pieces.cut(before);
        match first {
            Some(first) => fold(joined, first, &mut more),
            None => joined.push_str(&more),
        }
        pieces.resume(self.cursor.offset());
    }

    /// Reads what follows a backslash.
    fn scan_escape(&mut self) -> Result<char, Error> {
        let char = match self.cursor.peek() {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{B}',
            b'f' => '\u{C}',
            b'r' => '\r',
            b'e' => '\u{1B}',
            b' ' => ' ',
            b'"' => '"',
            b'\'' => '\'',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.scan_code(2),
            b'u' => return self.scan_code(4),
            b'U' => return self.scan_code(8),
            _ => return Err(self.error("found unknown escape character")),
        };
        self.cursor.skip();
        Ok(char)
    }

    fn scan_code(&mut self, digits: usize) -> Result<char, Error> {
        self.cursor.skip();
        self.need(digits)?;
        let code = self.cursor.rest().get(..digits).unwrap_or_default();
        if code.is_empty() || !code.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.error("did not find expected hexdecimal number"));
        }
        let value = code
            .iter()
            .fold(0u32, |value, digit| value << 4 | char::from(*digit).to_digit(16).unwrap_or(0));
        let Some(char) = char::from_u32(value) else {
            return Err(self.error("found invalid Unicode character escape code"));
        };
        self.cursor.skip_over(digits);
        Ok(char)
    }
}
