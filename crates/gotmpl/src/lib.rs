//! Go's text/template: lexer, parser, compiler, machine and value model.
