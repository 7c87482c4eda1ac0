//! From bytes to tokens, with libyaml's rules and goyaml's messages.

mod block_scalar;
mod cursor;
mod plain;
mod quoted;
mod scanner;
mod source;
mod tag;
mod token;

pub(crate) use cursor::Mark;
pub(crate) use scanner::Scanner;
pub(crate) use source::Source;
pub use token::ScalarStyle;
pub(crate) use token::{Token, TokenKind};
