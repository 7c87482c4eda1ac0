//! Builds the syntax trees of a file, with Go's rules and error texts.

mod operand;
mod refusal;

use std::{borrow::Cow, mem};

use bumpalo::Bump;

use crate::{
    compiler::{
        ast::{self, At, Branch, Command, Node, Operand, OperandKind, Pipe, Tree},
        lexer::{Keyword, Lexer, LoopWords, Token, TokenKind},
        quote,
    },
    environment::Dialect,
    error::Error,
    function::FunctionSet,
    source::Source,
    value::fmt::quoted,
};

/// How deep parentheses and control actions may nest; parsing and compiling recurse that far.
const MAX_DEPTH: u32 = 150;

/// Parses a file into its own tree and those it defines, in the order they are added.
///
/// Without `functions` every name counts as defined; that is for looking up nodes again.
pub(crate) fn parse<'a>(
    source: &'a Source,
    arena: &'a Bump,
    functions: Option<&'a FunctionSet>,
    dialect: Dialect,
) -> Result<Vec<Tree<'a>>> {
    let hides = |name| functions.is_some_and(|set| set.get(name).is_some());
    let words =
        LoopWords { break_is_function: hides("break"), continue_is_function: hides("continue") };
    let parser = Parser {
        source,
        bytes: &source.text,
        valid: source.text.to_str(),
        arena,
        functions,
        dialect,
        lexer: Lexer::new(&source.text, words, dialect),
        tokens: [Token::NONE; 2],
        peeked: 0,
        scope: Scope::new(),
        nodes: 0,
        depth: 0,
        action: None,
        open: Open::default(),
        trees: Vec::new(),
    };
    parser.file()
}

/// What changes when a definition starts: variables and the enclosing loops.
struct Scope<'s> {
    variables: Vec<&'s str>,
    loops: u32,
}

impl Scope<'_> {
    fn new() -> Self {
        Self { variables: vec!["$"], loops: 0 }
    }
}

/// The children of the nodes that are not complete yet, innermost last.
#[derive(Default)]
struct Open<'s> {
    nodes: Vec<Node<'s>>,
    commands: Vec<Command<'s>>,
    operands: Vec<Operand<'s>>,
}

struct Parser<'s> {
    source: &'s Source,
    bytes: &'s [u8],
    /// The same, if all of it is UTF-8.
    valid: Option<&'s str>,
    arena: &'s Bump,
    functions: Option<&'s FunctionSet>,
    dialect: Dialect,
    lexer: Lexer<'s>,
    /// Two tokens of look-ahead; the first is always the latest from the lexer.
    tokens: [Token; 2],
    peeked: usize,
    scope: Scope<'s>,
    nodes: u32,
    depth: u32,
    action: Option<Token>,
    open: Open<'s>,
    trees: Vec<Tree<'s>>,
}

/// A node, or one of the two markers that end a list.
enum Item<'s> {
    Node(Node<'s>),
    End,
    Else,
}

impl Item<'_> {
    fn marker(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
            Self::Node(_) => "node",
        }
    }
}

type Result<T> = std::result::Result<T, Error>;

impl<'s> Parser<'s> {
    fn next(&mut self) -> Token {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            self.tokens[0] = self.lexer.next_token();
        }
        self.tokens[self.peeked]
    }

    fn backup(&mut self) {
        self.peeked += 1;
    }

    fn backup2(&mut self, first: Token) {
        self.tokens[1] = first;
        self.peeked = 2;
    }

    fn peek(&mut self) -> Token {
        if self.peeked == 0 {
            self.peeked = 1;
            self.tokens[0] = self.lexer.next_token();
        }
        self.tokens[self.peeked - 1]
    }

    fn text(&self, token: Token) -> &'s [u8] {
        &self.bytes[token.range()]
    }

    /// The text of a name; the lexer takes only what decodes as letters, digits and underscores.
    fn word(&self, token: Token) -> &'s str {
        match self.valid {
            Some(text) => text.get(token.range()).unwrap_or_default(),
            None => str::from_utf8(self.text(token)).unwrap_or_default(),
        }
    }

    fn at(&mut self, pos: u32) -> At {
        self.nodes += 1;
        At { id: self.nodes, pos }
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token> {
        let token = self.next();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    fn descend(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("actions nest deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    /// Moves what was collected since `mark` into the arena.
    fn keep<T: Copy>(arena: &'s Bump, open: &mut Vec<T>, mark: usize) -> &'s [T] {
        let kept = arena.alloc_slice_copy(&open[mark..]);
        open.truncate(mark);
        kept
    }

    fn file(mut self) -> Result<Vec<Tree<'s>>> {
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delimiter = self.next();
                if self.next().kind == TokenKind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.backup2(delimiter);
            }
            match self.text_or_action()? {
                Item::Node(node) => self.open.nodes.push(node),
                marker => return Err(self.error(format!("unexpected {}", marker.marker()))),
            }
        }
        let root = Self::keep(self.arena, &mut self.open.nodes, 0);
        self.add(Tree { name: &self.source.name, root })?;
        Ok(self.trees)
    }

    /// Adds a tree; a blank one gives way to another of the same name.
    fn add(&mut self, tree: Tree<'s>) -> Result<()> {
        let Some(old) = self.trees.iter().position(|old| old.name == tree.name) else {
            self.trees.push(tree);
            return Ok(());
        };
        if ast::is_empty(self.trees[old].root) {
            self.trees[old] = tree;
        } else if !ast::is_empty(tree.root) {
            let name = quoted(tree.name);
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    fn definition(&mut self) -> Result<()> {
        let context = "define clause";
        let token = self.next();
        let name = self.template_name(token, context)?;
        self.expect(TokenKind::RightDelim, context)?;
        self.body_of(name, context)
    }

    fn body_of(&mut self, name: &'s [u8], context: &str) -> Result<()> {
        let outer = mem::replace(&mut self.scope, Scope::new());
        let word = if context == "block clause" { "block" } else { "define" };
        let opening = self.tokens[0];
        let (root, end) = self.item_list().map_err(|error| self.unclosed(error, word, opening))?;
        self.scope = outer;
        if !matches!(end, Item::End) {
            return Err(self.error(format!("unexpected {} in {context}", end.marker())));
        }
        self.add(Tree { name, root })
    }

    fn template_name(&mut self, token: Token, context: &str) -> Result<&'s [u8]> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.unquote(token),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn unquote(&self, token: Token) -> Result<&'s [u8]> {
        match quote::unquote(self.text(token)) {
            Some(Cow::Borrowed(text)) => Ok(text),
            Some(Cow::Owned(text)) => Ok(self.arena.alloc_slice_copy(&text)),
            None => Err(self.error("invalid syntax")),
        }
    }

    fn item_list(&mut self) -> Result<(&'s [Node<'s>], Item<'s>)> {
        self.descend()?;
        let mark = self.open.nodes.len();
        while self.peek().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => self.open.nodes.push(node),
                marker => {
                    self.depth -= 1;
                    let nodes = Self::keep(self.arena, &mut self.open.nodes, mark);
                    return Ok((nodes, marker));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Item<'s>> {
        let token = self.next();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text {
                start: token.start,
                end: token.end,
                blank: is_blank(self.text(token)),
            })),
            TokenKind::LeftDelim => {
                self.action = Some(token);
                let item = self.action()?;
                self.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Result<Item<'s>> {
        let token = self.next();
        let node = match token.kind {
            TokenKind::Keyword(Keyword::Block) => self.block()?,
            TokenKind::Keyword(Keyword::Break) => {
                self.loop_word("{{break}}")?;
                Node::Break
            }
            TokenKind::Keyword(Keyword::Continue) => {
                self.loop_word("{{continue}}")?;
                Node::Continue
            }
            TokenKind::Keyword(Keyword::Else) => return self.else_control(),
            TokenKind::Keyword(Keyword::End) => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::End);
            }
            TokenKind::Keyword(Keyword::If) => Node::If(self.control("if")?),
            TokenKind::Keyword(Keyword::Range) => Node::Range(self.control("range")?),
            TokenKind::Keyword(Keyword::With) => Node::With(self.control("with")?),
            TokenKind::Keyword(Keyword::Template) => self.template_action()?,
            TokenKind::RawString if self.is_only_operand(token) => {
                self.next();
                // Printing it is printing that part of the source.
                Node::Text { start: token.start + 1, end: token.end - 1, blank: false }
            }
            _ => {
                if self.peeked > 0 {
                    self.backup2(token);
                } else {
                    self.backup();
                }
                let at = self.at(token.start);
                Node::Action(at, self.pipeline("command", TokenKind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    /// Whether an action is nothing but a raw string that stands for itself, such as
    /// ``{{`{{`}}``, of which charts of alert rules have thousands.
    fn is_only_operand(&mut self, token: Token) -> bool {
        self.peek().kind == TokenKind::RightDelim && !self.text(token).contains(&b'\r')
    }

    fn loop_word(&mut self, word: &str) -> Result<()> {
        self.expect(TokenKind::RightDelim, word)?;
        if self.scope.loops == 0 {
            return Err(self.error(format!("{word} outside {{{{range}}}}")));
        }
        Ok(())
    }

    fn else_control(&mut self) -> Result<Item<'s>> {
        let chained = match self.peek().kind {
            TokenKind::Keyword(Keyword::If) => true,
            TokenKind::Keyword(Keyword::With) => self.dialect.else_with(),
            _ => false,
        };
        if !chained {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(Item::Else)
    }

    fn control(&mut self, context: &'static str) -> Result<&'s Branch<'s>> {
        let mark = self.scope.variables.len();
        let opening = self.tokens[0];
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        self.scope.loops += u32::from(context == "range");
        let (body, next) =
            self.item_list().map_err(|error| self.unclosed(error, context, opening))?;
        self.scope.loops -= u32::from(context == "range");
        let otherwise = match next {
            Item::Else => Some(
                self.otherwise(context).map_err(|error| self.unclosed(error, context, opening))?,
            ),
            _ => None,
        };
        self.scope.variables.truncate(mark);
        Ok(self.arena.alloc(Branch { pipe, body, otherwise }))
    }

    fn otherwise(&mut self, context: &'static str) -> Result<&'s [Node<'s>]> {
        let chained = match self.peek().kind {
            TokenKind::Keyword(Keyword::If) if context == "if" => true,
            TokenKind::Keyword(Keyword::With) => context == "with",
            _ => false,
        };
        if chained {
            self.descend()?;
            self.next();
            let branch = self.control(context)?;
            self.depth -= 1;
            let node = if context == "if" { Node::If(branch) } else { Node::With(branch) };
            return Ok(self.arena.alloc_slice_copy(&[node]));
        }
        let (nodes, next) = self.item_list()?;
        match next {
            Item::End => Ok(nodes),
            marker => Err(self.error(format!("expected end; found {}", marker.marker()))),
        }
    }

    fn block(&mut self) -> Result<Node<'s>> {
        let context = "block clause";
        let token = self.next();
        let name = self.template_name(token, context)?;
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        self.body_of(name, context)?;
        let at = self.at(token.start);
        Ok(Node::Template { at, name, pipe: Some(pipe) })
    }

    fn template_action(&mut self) -> Result<Node<'s>> {
        let context = "template clause";
        let token = self.next();
        let name = self.template_name(token, context)?;
        let mut pipe = None;
        if self.next().kind != TokenKind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(context, TokenKind::RightDelim)?);
        }
        let at = self.at(token.start);
        Ok(Node::Template { at, name, pipe })
    }

    fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<&'s Pipe<'s>> {
        self.descend()?;
        let start = self.peek().start;
        let at = self.at(start);
        let (assign, variables) = self.declarations(context)?;
        let mark = self.open.commands.len();
        loop {
            let token = self.next();
            if token.kind == end {
                let commands = Self::keep(self.arena, &mut self.open.commands, mark);
                self.check(commands, context)?;
                self.depth -= 1;
                return Ok(self.arena.alloc(Pipe { at, assign, variables, commands }));
            }
            if !starts_command(token.kind) {
                return Err(self.unexpected(token, context));
            }
            self.backup();
            let command = self.command()?;
            self.open.commands.push(command);
        }
    }

    /// Reads `$x :=`, `$x =` or `$k, $v :=`, if there is one: whether it assigns, and to what.
    fn declarations(&mut self, context: &str) -> Result<(bool, &'s [&'s str])> {
        let mut first = None;
        loop {
            let variable = self.peek();
            if variable.kind != TokenKind::Variable {
                break;
            }
            self.next();
            let next = self.peek();
            let comma = next.kind == TokenKind::Char && self.text(next) == b",";
            if !comma && !matches!(next.kind, TokenKind::Assign | TokenKind::Declare) {
                self.backup2(variable);
                break;
            }
            self.next();
            let name = self.word(variable);
            self.scope.variables.push(name);
            if !comma {
                let assign = next.kind == TokenKind::Assign;
                let both = [first.unwrap_or(name), name];
                let names = if first.is_some() { &both[..] } else { &both[1..] };
                return Ok((assign, self.arena.alloc_slice_copy(names)));
            }
            self.second_variable(first.is_some(), context)?;
            first = Some(name);
        }
        // Only `range $k,` without a second variable leaves one behind.
        Ok((false, self.arena.alloc_slice_copy(first.as_slice())))
    }

    fn second_variable(&mut self, is_second: bool, context: &str) -> Result<()> {
        if context != "range" || is_second {
            return Err(self.error(format!("too many declarations in {context}")));
        }
        match self.peek().kind {
            TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => Ok(()),
            _ => Err(self.error("range can only initialize variables")),
        }
    }

    fn check(&self, commands: &[Command<'_>], context: &str) -> Result<()> {
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let constant = commands.iter().skip(1).position(|command| {
            matches!(
                command.args[0].kind,
                OperandKind::Bool(_)
                    | OperandKind::Dot
                    | OperandKind::Nil
                    | OperandKind::Number(_)
                    | OperandKind::String { .. }
            )
        });
        match constant {
            Some(index) => {
                let stage = index + 2;
                Err(self.error(format!("non executable command in pipeline stage {stage}")))
            }
            None => Ok(()),
        }
    }

    fn command(&mut self) -> Result<Command<'s>> {
        let start = self.peek().start;
        let at = self.at(start);
        let mark = self.open.operands.len();
        loop {
            let operand = self.operand()?;
            self.open.operands.extend(operand);
            let token = self.next();
            match token.kind {
                TokenKind::RightDelim | TokenKind::RightParen => {
                    self.backup();
                    break;
                }
                TokenKind::Pipe => break,
                _ if token.spaced && operand.is_some() => self.backup(),
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        let args = Self::keep(self.arena, &mut self.open.operands, mark);
        if args.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(Command { at, args })
    }
}

fn is_blank(text: &[u8]) -> bool {
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => true,
        Some(byte) if byte.is_ascii_graphic() => false,
        Some(_) => str::from_utf8(text).is_ok_and(|text| text.trim().is_empty()),
    }
}

fn starts_command(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::CharConstant
            | TokenKind::Complex
            | TokenKind::Dot
            | TokenKind::Field
            | TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::Keyword(Keyword::Nil)
            | TokenKind::RawString
            | TokenKind::String
            | TokenKind::Variable
            | TokenKind::LeftParen
    )
}
