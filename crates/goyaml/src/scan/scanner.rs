//! The scanner: which token comes next, and where block collections begin and end.

use std::collections::VecDeque;

use super::cursor::{Cursor, Mark};
use super::source::Source;
use super::token::{Token, TokenKind};
use crate::error::Error;

/// Produces the tokens of a text one by one.
pub(crate) struct Scanner<'t> {
    pub(super) cursor: Cursor<'t>,
    broken: Option<&'t Error>,
    tokens: VecDeque<Token<'t>>,
    /// How many tokens were handed out.
    taken: usize,
    pub(super) flow_level: usize,
    /// The column of the open block collection, -1 outside.
    pub(super) indent: i64,
    outer_indents: Vec<i64>,
    pub(super) simple_key_allowed: bool,
    /// For each flow level the place that may turn out to be a key.
    simple_keys: Vec<SimpleKey>,
}

#[derive(Debug, Clone, Copy)]
struct SimpleKey {
    possible: bool,
    required: bool,
    /// The number of the token that may be the key's first.
    token_number: usize,
    /// The number under which goyaml's index knows the key, which makes that token wait.
    awaited: Option<usize>,
    mark: Mark,
}

/// How far the colon may be from the start of a key without `?`.
const LONGEST_SIMPLE_KEY: u32 = 1024;

impl<'t> Scanner<'t> {
    pub(crate) fn new(source: &'t Source<'t>) -> Self {
        Self {
            cursor: Cursor::new(&source.text),
            broken: source.broken.as_ref(),
            tokens: VecDeque::with_capacity(16),
            taken: 0,
            flow_level: 0,
            indent: -1,
            outer_indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey {
                possible: false,
                required: false,
                token_number: 0,
                awaited: None,
                mark: Mark::default(),
            }],
        }
    }

    /// Returns the next token and leaves it in the queue.
    pub(crate) fn peek(&mut self) -> Result<&Token<'t>, Error> {
        self.fetch_more()?;
        Ok(&self.tokens[0])
    }

    /// Removes and returns the next token; after the end of the stream that token stays.
    pub(crate) fn take(&mut self) -> Result<Token<'t>, Error> {
        self.fetch_more()?;
        if self.tokens[0].kind == TokenKind::StreamEnd {
            return Ok(self.tokens[0].clone());
        }
        self.taken += 1;
        self.tokens.pop_front().ok_or_else(|| self.error("did not find expected token"))
    }

    /// Returns the error for a problem right here, with the line that goyaml prints: none on the
    /// first line.
    pub(super) fn error(&self, problem: &str) -> Error {
        let mark = self.cursor.mark;
        Error::at(problem, (mark.line > 0).then_some(mark.line + 1), mark.into())
    }

    /// Makes sure that so many characters can be read; goyaml reads ahead by fixed numbers, which
    /// decides whether it complains about bad bytes or about the YAML before them.
    pub(super) fn need(&self, chars: usize) -> Result<(), Error> {
        let Some(broken) = self.broken else { return Ok(()) };
        let rest = self.cursor.rest().iter().filter(|byte| **byte & 0xC0 != 0x80);
        if rest.take(chars).count() < chars { Err(broken.clone()) } else { Ok(()) }
    }

    fn fetch_more(&mut self) -> Result<(), Error> {
        while self.tokens.is_empty() || self.first_may_be_key()? {
            self.fetch_next()?;
        }
        Ok(())
    }

    /// Whether the first token in the queue may still be preceded by a key token.
    fn first_may_be_key(&mut self) -> Result<bool, Error> {
        let from = self.simple_keys.partition_point(|key| key.token_number < self.taken);
        for at in from..self.simple_keys.len() {
            if self.simple_keys[at].token_number != self.taken {
                break;
            }
            if self.simple_keys[at].awaited.is_some() && self.check_simple_key(at)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a key may still end at the cursor.
    fn check_simple_key(&mut self, at: usize) -> Result<bool, Error> {
        let key = self.simple_keys[at];
        let mark = self.cursor.mark;
        let passed = key.mark.line < mark.line || key.mark.index + LONGEST_SIMPLE_KEY < mark.index;
        if !key.possible || !passed {
            return Ok(key.possible);
        }
        if key.required {
            return Err(self.error("could not find expected ':'"));
        }
        self.simple_keys[at].possible = false;
        Ok(false)
    }

    fn fetch_next(&mut self) -> Result<(), Error> {
        self.need(1)?;
        self.skip_to_token();
        self.need(1)?;
        self.unroll_indent(i64::from(self.cursor.mark.column));
        self.need(4)?;
        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        let byte = self.cursor.peek();
        if self.cursor.mark.column == 0 && byte == b'%' {
            return self.fetch_directive();
        }
        if self.cursor.is_document_indicator() {
            let start = byte == b'-';
            return self.fetch_document_indicator(if start {
                TokenKind::DocumentStart
            } else {
                TokenKind::DocumentEnd
            });
        }
        let flow = self.flow_level > 0;
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_blankz_at(1) => self.fetch_block_entry(),
            b'?' if flow || self.cursor.is_blankz_at(1) => self.fetch_key(),
            b':' if flow || self.cursor.is_blankz_at(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_with(true, Self::scan_anchor),
            b'!' => self.fetch_with(true, Self::scan_tag),
            b'|' | b'>' if !flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_with(true, Self::scan_quoted),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                Err(self.error("found character that cannot start any token"))
            }
            _ => self.fetch_with(true, Self::scan_plain),
        }
    }

    /// Adds a token that may be a key and that no key can follow directly.
    fn fetch_with(
        &mut self,
        may_be_key: bool,
        scan: fn(&mut Self) -> Result<Token<'t>, Error>,
    ) -> Result<(), Error> {
        if may_be_key {
            self.save_simple_key()?;
        }
        self.simple_key_allowed = false;
        let token = scan(self)?;
        self.need(1)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn skip_to_token(&mut self) {
        if self.cursor.offset() == 0 && self.cursor.rest().starts_with(&[0xEF, 0xBB, 0xBF]) {
            self.cursor.skip();
        }
        loop {
            // A tab may not indent what could be a key.
            if self.flow_level > 0 || !self.simple_key_allowed {
                self.cursor.skip_blanks();
            } else {
                self.cursor.skip_spaces();
            }
            self.cursor.skip_comment();
            if self.cursor.read_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn save_simple_key(&mut self) -> Result<(), Error> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark;
        let required = self.flow_level == 0 && self.indent == i64::from(mark.column);
        self.remove_simple_key()?;
        let token_number = self.taken + self.tokens.len();
        let awaited = Some(token_number);
        if let Some(last) = self.simple_keys.last_mut() {
            *last = SimpleKey { possible: true, required, token_number, awaited, mark };
        }
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<(), Error> {
        let Some(last) = self.simple_keys.last_mut() else { return Ok(()) };
        if last.possible && last.required {
            return Err(self.error("could not find expected ':'"));
        }
        last.possible = false;
        Ok(())
    }

    fn push(&mut self, kind: TokenKind<'t>, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.mark });
    }

    /// Adds a token of one character.
    fn push_indicator(&mut self, kind: TokenKind<'t>) {
        let start = self.cursor.mark;
        self.cursor.skip();
        self.push(kind, start);
    }

    /// Opens a block collection at `mark` if that is further in than the open one.
    fn roll_indent(&mut self, mark: Mark, number: Option<usize>, kind: TokenKind<'t>) {
        let column = i64::from(mark.column);
        if self.flow_level > 0 || self.indent >= column {
            return;
        }
        self.outer_indents.push(self.indent);
        self.indent = column;
        let token = Token { kind, start: mark, end: mark };
        match number {
            Some(number) => self.insert(number, token),
            None => self.tokens.push_back(token),
        }
    }

    fn insert(&mut self, number: usize, token: Token<'t>) {
        match number.checked_sub(self.taken) {
            Some(at) if at < self.tokens.len() => self.tokens.insert(at, token),
            // The place was handed out already; goyaml adds the token at the end then.
            _ => self.tokens.push_back(token),
        }
    }

    fn unroll_indent(&mut self, column: i64) {
        while self.flow_level == 0 && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.outer_indents.pop().unwrap_or(-1);
        }
    }

    fn fetch_stream_end(&mut self) -> Result<(), Error> {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Error> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.fetch_with(false, Self::scan_directive)
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind<'t>) -> Result<(), Error> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        self.cursor.skip_over(3);
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'t>) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token_number: self.taken + self.tokens.len(),
            awaited: None,
            mark: self.cursor.mark,
        });
        self.flow_level += 1;
        self.simple_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'t>) -> Result<(), Error> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let inner = self.simple_keys.pop().map(|key| key.token_number);
            if let Some(outer) = self.simple_keys.last_mut() {
                // goyaml drops the index entry of an empty `[]` as if it belonged to its inside.
                outer.awaited = outer.awaited.filter(|number| Some(*number) != inner);
            }
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Error> {
        // In brackets a dash is left to the parser, which knows the context.
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                let problem = "block sequence entries are not allowed in this context";
                return Err(self.error(problem));
            }
            self.roll_indent(self.cursor.mark, None, TokenKind::BlockSequenceStart);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Error> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.error("mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.cursor.mark, None, TokenKind::BlockMappingStart);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Error> {
        let last = self.simple_keys.len() - 1;
        if self.check_simple_key(last)? {
            let SimpleKey { mark, token_number, .. } = self.simple_keys[last];
            self.insert(token_number, Token { kind: TokenKind::Key, start: mark, end: mark });
            self.roll_indent(mark, Some(token_number), TokenKind::BlockMappingStart);
            self.simple_keys[last].possible = false;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.error("mapping values are not allowed in this context"));
                }
                self.roll_indent(self.cursor.mark, None, TokenKind::BlockMappingStart);
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value);
        Ok(())
    }

    fn fetch_block_scalar(&mut self) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let token = self.scan_block_scalar()?;
        self.need(1)?;
        self.tokens.push_back(token);
        Ok(())
    }
}
