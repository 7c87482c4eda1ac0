//! Cuts a template into tokens, as Go's `text/template/parse` does.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3, memmem};

use crate::{compiler::quote::decode, environment::Dialect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    String,
    Text,
    Variable,
    Dot,
    Keyword(Keyword),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: a slice of the text; what an error is about, the lexer knows.
///
/// Go makes a token of white space and one of each field of `.a.b`; here a token tells what
/// stands before it, and fields that follow each other are one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Whether white space stands before it, in an action.
    pub(crate) spaced: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The lines before it that do not count; see [`Lexer::line`].
    uncounted: u32,
}

impl Token {
    /// A token that no text has.
    pub(crate) const NONE: Self =
        Self { kind: TokenKind::Eof, spaced: false, start: 0, end: 0, uncounted: 0 };

    /// Returns where it stands.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the token as Go's parse errors show it.
    pub(crate) fn describe(self, source: &[u8]) -> String {
        let text = &source[self.range()];
        let own = match self.kind {
            TokenKind::Field => &text[..=first_name(&text[1..])],
            _ => text,
        };
        let text = String::from_utf8_lossy(own);
        match self.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Dot | TokenKind::Keyword(_) => format!("<{text}>"),
            _ if own.len() > 10 => {
                let head: String = text.chars().take(10).collect();
                format!("{}...", crate::value::fmt::quoted(head.as_bytes()))
            }
            _ => crate::value::fmt::quoted(own),
        }
    }
}

/// Which words of the language a function of the same name hides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LoopWords {
    pub(crate) break_is_function: bool,
    pub(crate) continue_is_function: bool,
}

pub(crate) struct Lexer<'s> {
    input: &'s [u8],
    /// Finds the next action.
    left: memmem::Finder<'static>,
    start: usize,
    pos: usize,
    uncounted: u32,
    inside: bool,
    spaced: bool,
    parens: u32,
    words: LoopWords,
    dialect: Dialect,
    /// What the latest error token is about.
    message: String,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const TRIM: usize = 2;

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether a byte belongs to names; letters outside ASCII are not told from here.
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        word[byte] = byte == b'_' as usize || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    word
};

/// The length of the first name of `a.b`.
fn first_name(fields: &[u8]) -> usize {
    fields.iter().position(|byte| *byte == b'.').unwrap_or(fields.len())
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric())
}

fn has_left_trim(rest: &[u8]) -> bool {
    matches!(rest, [b'-', space, ..] if is_space(*space))
}

fn has_right_trim(rest: &[u8]) -> bool {
    matches!(rest, [space, b'-', ..] if is_space(*space))
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(input: &'s [u8], words: LoopWords, dialect: Dialect) -> Self {
        Self {
            input,
            left: memmem::Finder::new(LEFT),
            start: 0,
            pos: 0,
            uncounted: 0,
            inside: false,
            spaced: false,
            parens: 0,
            words,
            dialect,
            message: String::new(),
        }
    }

    /// Returns what the error token is about that was given last.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn next_token(&mut self) -> Token {
        if self.inside { self.inside_action() } else { self.text() }
    }

    fn rest(&self) -> &'s [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        (self.pos < self.input.len()).then(|| decode(self.rest()).0)
    }

    fn advance(&mut self) -> Option<char> {
        let (c, width) = decode(self.rest());
        self.pos += width;
        (width > 0).then_some(c)
    }

    /// Returns the line of a token, from 1, as Go counts: older versions forget those of comments.
    pub(crate) fn line(&self, token: Token) -> u32 {
        1 + count_lines(&self.input[..token.start as usize]) - token.uncounted
    }

    fn emit(&mut self, kind: TokenKind) -> Token {
        let (start, end) = (self.start as u32, self.pos as u32);
        self.start = self.pos;
        Token { kind, spaced: self.spaced, start, end, uncounted: self.uncounted }
    }

    /// Reports an error; the input counts as used up afterwards.
    fn error(&mut self, message: impl Into<String>) -> Token {
        let start = self.start as u32;
        self.pos = self.input.len();
        self.start = self.pos;
        self.inside = false;
        self.message = message.into();
        let (spaced, uncounted) = (self.spaced, self.uncounted);
        Token { kind: TokenKind::Error, spaced, start, end: start, uncounted }
    }

    fn skip(&mut self) {
        self.start = self.pos;
    }

    fn text(&mut self) -> Token {
        loop {
            let Some(at) = self.left.find(self.rest()) else {
                self.pos = self.input.len();
                let kind = if self.pos > self.start { TokenKind::Text } else { TokenKind::Eof };
                return self.emit(kind);
            };
            self.pos += at;
            let delimiter = self.pos;
            let kept = if has_left_trim(&self.input[delimiter + LEFT.len()..]) {
                trim_end(&self.input[self.start..delimiter]).len()
            } else {
                delimiter - self.start
            };
            if kept > 0 {
                self.pos = self.start + kept;
                let token = self.emit(TokenKind::Text);
                self.pos = delimiter;
                self.skip();
                return token;
            }
            self.skip();
            if let Some(token) = self.left_delimiter() {
                return token;
            }
        }
    }

    /// Reads `{{` or a whole comment; a comment gives nothing.
    fn left_delimiter(&mut self) -> Option<Token> {
        let after = self.pos + LEFT.len();
        let marker = if has_left_trim(&self.input[after..]) { TRIM } else { 0 };
        self.pos = after;
        if self.input[after + marker..].starts_with(b"/*") {
            self.pos += marker;
            self.skip();
            return self.comment();
        }
        let token = self.emit(TokenKind::LeftDelim);
        self.inside = true;
        self.parens = 0;
        self.pos += marker;
        self.skip();
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        self.pos += 2;
        let Some(length) = memmem::find(self.rest(), b"*/") else {
            return Some(self.error("unclosed comment"));
        };
        self.pos += length + 2;
        let Some(trim) = self.at_right_delimiter() else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        if !self.dialect.counts_comment_lines() {
            self.uncounted += count_lines(&self.input[self.start..self.pos]);
        }
        self.close(trim);
        self.skip();
        None
    }

    /// Tells whether a closing delimiter follows, and whether it trims.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim(rest) && rest[TRIM..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn close(&mut self, trim: bool) {
        self.pos += RIGHT.len();
        if trim {
            self.pos += TRIM;
            self.pos += self.rest().iter().take_while(|byte| is_space(**byte)).count();
        }
    }

    fn right_delimiter(&mut self, trim: bool) -> Token {
        self.inside = false;
        if trim {
            self.pos += TRIM;
            self.skip();
        }
        self.pos += RIGHT.len();
        let token = self.emit(TokenKind::RightDelim);
        if trim {
            self.pos += self.rest().iter().take_while(|byte| is_space(**byte)).count();
            self.skip();
        }
        token
    }

    fn inside_action(&mut self) -> Token {
        self.skip_space();
        if let Some(trim) = self.at_right_delimiter() {
            if self.parens == 0 {
                return self.right_delimiter(trim);
            }
            return self.error("unclosed left paren");
        }
        let Some(c) = self.advance() else { return self.error("unclosed action") };
        match c {
            '=' => self.emit(TokenKind::Assign),
            ':' if self.advance() == Some('=') => self.emit(TokenKind::Declare),
            ':' => self.error("expected :="),
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.quoted(b'"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.quoted(b'\'', TokenKind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(),
            '$' => self.variable(),
            '.' if self.peek().is_some_and(|c| !c.is_ascii_digit()) => self.fields(),
            '.' | '+' | '-' | '0'..='9' => {
                self.pos -= 1;
                self.number()
            }
            '(' => {
                self.parens += 1;
                self.emit(TokenKind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parens -= 1;
                self.emit(TokenKind::RightParen)
            }
            c if is_alphanumeric(c) => self.identifier(),
            ' '..='~' => self.emit(TokenKind::Char),
            c => self.error(format!("unrecognized character in action: {}", unicode(c))),
        }
    }

    /// Moves over white space, except for the last if it is a part of ` -}}`.
    fn skip_space(&mut self) {
        let rest = self.rest();
        let count = rest.iter().take_while(|byte| is_space(**byte)).count();
        self.spaced = count > 0;
        if self.spaced {
            self.pos += count - usize::from(rest[count..].starts_with(b"-}}"));
            self.skip();
        }
    }

    fn identifier(&mut self) -> Token {
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match &self.input[self.start..self.pos] {
            b"true" | b"false" => TokenKind::Bool,
            b"block" => TokenKind::Keyword(Keyword::Block),
            b"break" if !self.words.break_is_function => TokenKind::Keyword(Keyword::Break),
            b"continue" if !self.words.continue_is_function => {
                TokenKind::Keyword(Keyword::Continue)
            }
            b"define" => TokenKind::Keyword(Keyword::Define),
            b"else" => TokenKind::Keyword(Keyword::Else),
            b"end" => TokenKind::Keyword(Keyword::End),
            b"if" => TokenKind::Keyword(Keyword::If),
            b"nil" => TokenKind::Keyword(Keyword::Nil),
            b"range" => TokenKind::Keyword(Keyword::Range),
            b"template" => TokenKind::Keyword(Keyword::Template),
            b"with" => TokenKind::Keyword(Keyword::With),
            _ => TokenKind::Identifier,
        };
        self.emit(kind)
    }

    fn variable(&mut self) -> Token {
        self.word();
        if self.at_terminator() { self.emit(TokenKind::Variable) } else { self.bad_character() }
    }

    /// Reads what follows a dot: nothing, or names with dots between them.
    fn fields(&mut self) -> Token {
        if self.at_terminator() {
            return self.emit(TokenKind::Dot);
        }
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        loop {
            let end = self.pos;
            if !matches!(self.rest(), [b'.', next, ..] if !next.is_ascii_digit()) {
                return self.emit(TokenKind::Field);
            }
            self.pos += 1;
            self.word();
            // What is no name is a token of its own, and perhaps an error.
            if self.pos == end + 1 || !self.at_terminator() {
                self.pos = end;
                return self.emit(TokenKind::Field);
            }
        }
    }

    /// Moves over letters, digits and underscores.
    fn word(&mut self) {
        loop {
            while self.input.get(self.pos).is_some_and(|byte| WORD[usize::from(*byte)]) {
                self.pos += 1;
            }
            let ascii = self.rest().first().is_none_or(u8::is_ascii);
            if ascii || !self.peek().is_some_and(is_alphanumeric) {
                return;
            }
            self.advance();
        }
    }

    fn bad_character(&mut self) -> Token {
        let c = self.peek().map_or_else(|| "U+FFFFFFFFFFFFFFFF".to_owned(), unicode);
        self.error(format!("bad character {c}"))
    }

    /// Tells whether a name may end here, which refuses things like `$x+2`.
    fn at_terminator(&self) -> bool {
        match self.rest() {
            [] | [b'.' | b',' | b'|' | b':' | b')' | b'(' | b' ' | b'\t' | b'\r' | b'\n', ..] => {
                true
            }
            rest => rest.starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, quote: u8, kind: TokenKind, unterminated: &str) -> Token {
        while let Some(length) = memchr3(quote, b'\\', b'\n', self.rest()) {
            let found = self.rest()[length];
            self.pos += length + 1;
            if found == quote {
                return self.emit(kind);
            }
            if found == b'\n' || matches!(self.advance(), None | Some('\n')) {
                break;
            }
        }
        self.error(unterminated)
    }

    fn raw_string(&mut self) -> Token {
        match memchr(b'`', self.rest()) {
            Some(length) => {
                self.pos += length + 1;
                self.emit(TokenKind::RawString)
            }
            None => self.error("unterminated raw quoted string"),
        }
    }

    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            return self.emit(TokenKind::Number);
        }
        if !self.scan_number() || self.input[self.pos - 1] != b'i' {
            return self.bad_number();
        }
        self.emit(TokenKind::Complex)
    }

    fn bad_number(&mut self) -> Token {
        let text = crate::value::fmt::quoted(&self.input[self.start..self.pos]);
        self.error(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let decimal: &[u8] = b"0123456789_";
        let hex: &[u8] = b"0123456789abcdefABCDEF_";
        let mut digits = decimal;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = hex;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent =
            (digits == decimal && self.accept(b"eE")) || (digits == hex && self.accept(b"pP"));
        if exponent {
            self.accept(b"+-");
            self.accept_run(decimal);
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.advance();
            return false;
        }
        true
    }
}

fn count_lines(text: &[u8]) -> u32 {
    memchr_iter(b'\n', text).count() as u32
}

/// Cuts trailing space, tab, CR and LF (not form feed, as `trim_ascii_end` would).
fn trim_end(text: &[u8]) -> &[u8] {
    let spaces = text.iter().rev().take_while(|byte| is_space(**byte)).count();
    &text[..text.len() - spaces]
}

/// Returns a code point as Go's `%#U` does.
fn unicode(c: char) -> String {
    let code = u32::from(c);
    if crate::value::fmt::is_print(c) {
        format!("U+{code:04X} '{c}'")
    } else {
        format!("U+{code:04X}")
    }
}
