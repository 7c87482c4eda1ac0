//! Reads operands: terms and the fields that follow them.

use std::borrow::Cow;

use super::{Parser, Result};
use crate::{
    compiler::{
        ast::{Fields, Operand, OperandKind},
        lexer::{Keyword, Token, TokenKind},
        number::Number,
    },
    evidence::NameKind,
    value::fmt::quoted,
};

impl<'s> Parser<'s> {
    pub(super) fn operand(&mut self) -> Result<Option<Operand<'s>>> {
        let Some(operand) = self.term()? else { return Ok(None) };
        if let OperandKind::Field(fields) = operand.kind {
            // Go reads the first field alone and makes a chain of it with the others.
            let Some((first, others)) = fields.split_first() else { return Ok(Some(operand)) };
            if others.is_empty() {
                return Ok(Some(operand));
            }
            let at = self.at(operand.at.pos + 1 + first.len() as u32);
            return Ok(Some(Operand { at, ..operand }));
        }
        let token = self.peek();
        if token.kind != TokenKind::Field || token.spaced {
            return Ok(Some(operand));
        }
        self.next();
        let at = self.at(token.start);
        let fields = Fields(self.word(token));
        let kind = match operand.kind {
            OperandKind::Variable(name, _) => OperandKind::Variable(name, fields),
            OperandKind::Pipe(_) | OperandKind::Identifier(..) => {
                OperandKind::Chain(self.arena.alloc(operand), fields)
            }
            _ => {
                let term = quoted(operand.to_string().as_bytes());
                return Err(self.error(format!("unexpected . after term {term}")));
            }
        };
        Ok(Some(Operand { at, kind }))
    }

    fn term(&mut self) -> Result<Option<Operand<'s>>> {
        let token = self.next();
        let kind = match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Keyword(Keyword::Nil) => OperandKind::Nil,
            TokenKind::Variable => self.variable(token)?,
            TokenKind::Field => OperandKind::Field(Fields(self.word(token))),
            TokenKind::Bool => OperandKind::Bool(self.text(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                self.number(token)?
            }
            TokenKind::LeftParen => {
                OperandKind::Pipe(self.pipeline("parenthesized pipeline", TokenKind::RightParen)?)
            }
            TokenKind::String | TokenKind::RawString => {
                OperandKind::String { quoted: self.text(token), text: self.unquote(token)? }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        let at = self.at(token.start);
        Ok(Some(Operand { at, kind }))
    }

    fn number(&self, token: Token) -> Result<OperandKind<'s>> {
        let text = match String::from_utf8_lossy(self.text(token)) {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.arena.alloc_str(&text),
        };
        let number = match token.kind {
            TokenKind::CharConstant => Number::character(text),
            _ => Number::parse(text),
        };
        let number = number.map_err(|message| self.error(message))?;
        Ok(OperandKind::Number(self.arena.alloc(number)))
    }

    fn function(&self, token: Token) -> Result<OperandKind<'s>> {
        let name = self.word(token);
        let function = self.functions.and_then(|functions| functions.get(name));
        if function.is_none() && self.functions.is_some() {
            let text = format!("function {} not defined", quoted(self.text(token)));
            return Err(self.unknown(token, NameKind::Function, text));
        }
        Ok(OperandKind::Identifier(name, function))
    }

    fn variable(&self, token: Token) -> Result<OperandKind<'s>> {
        let name = self.word(token);
        if self.scope.variables.contains(&name) {
            return Ok(OperandKind::Variable(name, Fields::default()));
        }
        let text = format!("undefined variable {}", quoted(self.text(token)));
        Err(self.unknown(token, NameKind::Variable, text))
    }
}
