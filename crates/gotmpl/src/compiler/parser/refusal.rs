//! The errors of the parser: Go's text, the place, and what else is known.

use super::Parser;
use crate::{
    compiler::lexer::{Token, TokenKind},
    error::{Error, ErrorKind, Place},
    evidence::{Clue, NameKind},
};

impl Parser<'_> {
    #[cold]
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        self.error_at(self.tokens[0], message.into())
    }

    /// The error of a token; Go names the line of the latest one, which may be further on.
    #[cold]
    fn error_at(&self, token: Token, message: String) -> Error {
        Error::new(ErrorKind::Syntax, message).with_place(Place {
            file: self.source.name.to_string(),
            line: self.lexer.line(self.tokens[0]),
            column: self.source.line_column(token.start).1,
            template: String::new(),
            expression: String::new(),
            text: self.source.text.clone(),
            span: token.range(),
        })
    }

    /// The error of a name that does not exist.
    #[cold]
    pub(super) fn unknown(&self, token: Token, kind: NameKind, message: String) -> Error {
        let mut known: Vec<String> = match (kind, self.functions) {
            (NameKind::Function, Some(functions)) => {
                functions.names().into_iter().map(str::to_owned).collect()
            }
            _ => self.scope.variables.iter().map(ToString::to_string).collect(),
        };
        known.sort_unstable();
        known.dedup();
        let name = String::from_utf8_lossy(self.text(token)).into_owned();
        self.error_at(token, message).with_clue(Clue::Unknown { kind, name, known })
    }

    #[cold]
    pub(super) fn unexpected(&self, token: Token, context: &str) -> Error {
        if token.kind != TokenKind::Error {
            let text = format!("unexpected {} in {context}", token.describe(&self.source.text));
            return self.error_at(token, text);
        }
        let text = self.lexer.message();
        let line = self.action.map(|opening| self.lexer.line(opening));
        match line {
            Some(line) if line != self.lexer.line(token) => {
                let action = if text.ends_with(" action") { "" } else { " in action" };
                self.error(format!("{text}{action} started at {}:{line}", self.source.name))
            }
            _ => self.error(text),
        }
    }

    /// Names the innermost action that the end of the text left open.
    pub(super) fn unclosed(&self, error: Error, word: &'static str, opening: Token) -> Error {
        match error.detail() {
            "unexpected EOF" if error.clue().is_none() => {
                error.with_clue(Clue::Unclosed { word, line: self.lexer.line(opening) })
            }
            _ => error,
        }
    }
}
