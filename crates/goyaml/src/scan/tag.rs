//! Anchors, aliases, tags and directives.

use super::scanner::Scanner;
use super::token::{Token, TokenKind};
use crate::error::Error;

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_uri(byte: u8) -> bool {
    is_word(byte) || b";/?:@&=+$,.!~*'()[]%".contains(&byte)
}

impl<'t> Scanner<'t> {
    fn skip_word(&mut self) {
        let word = self.cursor.rest().iter().take_while(|byte| is_word(**byte)).count();
        self.cursor.skip_over(word);
    }

    pub(super) fn scan_anchor(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        let alias = self.cursor.peek() == b'*';
        self.cursor.skip();
        let name_start = self.cursor.offset();
        self.skip_word();
        let name = self.cursor.since(name_start);
        let ends = self.cursor.is_blankz() || b"?:,]}%@`".contains(&self.cursor.peek());
        if name.is_empty() || !ends {
            return Err(self.error("did not find expected alphabetic or numeric character"));
        }
        let kind = if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) };
        Ok(Token { kind, start, end: self.cursor.mark })
    }

    pub(super) fn scan_tag(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        let (handle, suffix) = if self.cursor.at(1) == b'<' {
            self.cursor.skip_over(2);
            let suffix = self.scan_uri("")?;
            if self.cursor.peek() != b'>' {
                return Err(self.error("did not find the expected '>'"));
            }
            self.cursor.skip();
            ("", suffix)
        } else {
            self.scan_short_tag()?
        };
        if !self.cursor.is_blankz() {
            return Err(self.error("did not find expected whitespace or line break"));
        }
        Ok(Token { kind: TokenKind::Tag { handle, suffix }, start, end: self.cursor.mark })
    }

    /// `!`, `!suffix` or `!handle!suffix`.
    fn scan_short_tag(&mut self) -> Result<(&'t str, String), Error> {
        let handle = self.scan_handle(false)?;
        if handle.len() > 1 && handle.ends_with('!') {
            return Ok((handle, self.scan_uri("")?));
        }
        let suffix = self.scan_uri(handle)?;
        Ok(if suffix.is_empty() { ("", "!".into()) } else { ("!", suffix) })
    }

    fn scan_handle(&mut self, directive: bool) -> Result<&'t str, Error> {
        if self.cursor.peek() != b'!' {
            return Err(self.error("did not find expected '!'"));
        }
        let start = self.cursor.offset();
        self.cursor.skip();
        self.skip_word();
        if self.cursor.peek() == b'!' {
            self.cursor.skip();
        } else if directive && self.cursor.since(start) != "!" {
            return Err(self.error("did not find expected '!'"));
        }
        Ok(self.cursor.since(start))
    }

    /// Reads a tag's URI, which `head` (with its exclamation mark) was already read of.
    fn scan_uri(&mut self, head: &str) -> Result<String, Error> {
        let mut uri: Vec<u8> = head.bytes().skip(1).collect();
        let start = self.cursor.offset();
        while is_uri(self.cursor.peek()) {
            if self.cursor.peek() == b'%' {
                self.scan_uri_escape(&mut uri)?;
            } else {
                uri.push(self.cursor.peek());
                self.cursor.skip();
            }
        }
        if head.is_empty() && self.cursor.offset() == start {
            return Err(self.error("did not find expected tag URI"));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// Reads the percent escapes of one UTF-8 character.
    fn scan_uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<(), Error> {
        let mut missing = None;
        while missing != Some(0) {
            let octet = match self.cursor.rest() {
                [b'%', high, low, ..] => hex(*high).zip(hex(*low)),
                _ => None,
            };
            let Some((high, low)) = octet else {
                return Err(self.error("did not find URI escaped octet"));
            };
            let octet = high << 4 | low;
            missing = match (missing, octet) {
                (None, ..0x80) => Some(0),
                (None, 0xC0..0xE0) => Some(1),
                (None, 0xE0..0xF0) => Some(2),
                (None, 0xF0..0xF8) => Some(3),
                (None, _) => return Err(self.error("found an incorrect leading UTF-8 octet")),
                (Some(missing), 0x80..0xC0) => Some(missing - 1),
                (Some(_), _) => {
                    return Err(self.error("found an incorrect trailing UTF-8 octet"));
                }
            };
            uri.push(octet);
            self.cursor.skip_over(3);
        }
        Ok(())
    }

    pub(super) fn scan_directive(&mut self) -> Result<Token<'t>, Error> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name_start = self.cursor.offset();
        self.skip_word();
        let name = self.cursor.since(name_start);
        if name.is_empty() {
            return Err(self.error("could not find expected directive name"));
        }
        if !self.cursor.is_blankz() {
            return Err(self.error("found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.scan_version()?,
            "TAG" => self.scan_tag_directive()?,
            _ => return Err(self.error("found unknown directive name")),
        };
        let end = self.cursor.mark;
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_break_or_end() {
            return Err(self.error("did not find expected comment or line break"));
        }
        self.cursor.read_break();
        Ok(Token { kind, start, end })
    }

    fn scan_version(&mut self) -> Result<TokenKind<'t>, Error> {
        self.cursor.skip_blanks();
        let major = self.scan_version_number()?;
        if self.cursor.peek() != b'.' {
            return Err(self.error("did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        let minor = self.scan_version_number()?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    fn scan_version_number(&mut self) -> Result<u8, Error> {
        let start = self.cursor.offset();
        while self.cursor.peek().is_ascii_digit() {
            if self.cursor.since(start).len() == 2 {
                return Err(self.error("found extremely long version number"));
            }
            self.cursor.skip();
        }
        let number = self.cursor.since(start).parse();
        number.map_err(|_| self.error("did not find expected version number"))
    }

    fn scan_tag_directive(&mut self) -> Result<TokenKind<'t>, Error> {
        self.cursor.skip_blanks();
        let handle = self.scan_handle(true)?;
        if !self.cursor.is_blank() {
            return Err(self.error("did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let prefix = self.scan_uri("")?;
        if !self.cursor.is_blankz() {
            return Err(self.error("did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}
