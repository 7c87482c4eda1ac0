//! From text to instructions: lexer, parser, code generation.

pub(crate) mod ast;
pub(crate) mod calls;
pub(crate) mod codegen;
pub(crate) mod instructions;
mod lexer;
pub(crate) mod locate;
mod number;
pub(crate) mod parser;
pub(crate) mod quote;
