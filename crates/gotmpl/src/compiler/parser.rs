//! Builds the syntax trees of a file, with Go's rules and error texts.

mod refusal;

use std::mem;

use self::refusal::unclosed;
use crate::{
    compiler::{
        ast::{self, At, Branch, Command, Node, Operand, OperandKind, Pipe, Tree},
        lexer::{Keyword, Lexer, LoopWords, Token, TokenKind},
        number::Number,
        quote,
    },
    environment::Dialect,
    error::Error,
    evidence::NameKind,
    function::FunctionSet,
    source::Source,
    value::{Str, fmt::quoted},
};

/// How deep parentheses and control actions may nest; parsing and compiling recurse that far.
const MAX_DEPTH: u32 = 150;

/// Parses a file into its own tree and those it defines, in the order they are added.
///
/// Without `functions` every name counts as defined; that is for looking up nodes again.
pub(crate) fn parse(
    source: &Source,
    functions: Option<&FunctionSet>,
    dialect: Dialect,
) -> Result<Vec<Tree>> {
    let hides = |name| functions.is_some_and(|set| set.get(name).is_some());
    let words =
        LoopWords { break_is_function: hides("break"), continue_is_function: hides("continue") };
    let eof = Token { kind: TokenKind::Eof, start: 0, line: 1, text: b"" };
    let parser = Parser {
        source,
        functions,
        dialect,
        lexer: Lexer::new(&source.text, words, dialect),
        tokens: [eof; 3],
        peeked: 0,
        scope: Scope::new(),
        nodes: 0,
        depth: 0,
        action_line: None,
        trees: Vec::new(),
    };
    parser.file()
}

/// What changes when a definition starts: variables and the enclosing loops.
struct Scope {
    variables: Vec<Str>,
    loops: u32,
}

impl Scope {
    fn new() -> Self {
        Self { variables: vec![Str::from_static("$")], loops: 0 }
    }
}

struct Parser<'s> {
    source: &'s Source,
    functions: Option<&'s FunctionSet>,
    dialect: Dialect,
    lexer: Lexer<'s>,
    /// Three tokens of look-ahead; the first is always the latest from the lexer.
    tokens: [Token<'s>; 3],
    peeked: usize,
    scope: Scope,
    nodes: u32,
    depth: u32,
    action_line: Option<u32>,
    trees: Vec<Tree>,
}

/// A node, or one of the two markers that end a list.
enum Item {
    Node(Node),
    End,
    Else,
}

impl Item {
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
    fn next(&mut self) -> Token<'s> {
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

    fn backup2(&mut self, first: Token<'s>) {
        self.tokens[1] = first;
        self.peeked = 2;
    }

    fn backup3(&mut self, first: Token<'s>, second: Token<'s>) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.peeked = 3;
    }

    fn peek(&mut self) -> &Token<'s> {
        if self.peeked == 0 {
            self.peeked = 1;
            self.tokens[0] = self.lexer.next_token();
        }
        &self.tokens[self.peeked - 1]
    }

    fn next_non_space(&mut self) -> Token<'s> {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> &Token<'s> {
        let _token = self.next_non_space();
        self.backup();
        self.peek()
    }

    fn at(&mut self, pos: usize) -> At {
        self.nodes += 1;
        At { id: self.nodes, pos: pos as u32 }
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token<'s>> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    fn descend(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("actions nest deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    fn file(mut self) -> Result<Vec<Tree>> {
        let mut root = Vec::new();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delimiter = self.next();
                if self.next_non_space().kind == TokenKind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.backup2(delimiter);
            }
            match self.text_or_action()? {
                Item::Node(node) => root.push(node),
                marker => return Err(self.error(format!("unexpected {}", marker.marker()))),
            }
        }
        let name = self.source.name.clone();
        self.add(Tree { name, root })?;
        Ok(self.trees)
    }

    /// Adds a tree; a blank one gives way to another of the same name.
    fn add(&mut self, tree: Tree) -> Result<()> {
        let Some(old) = self.trees.iter().position(|old| old.name == tree.name) else {
            self.trees.push(tree);
            return Ok(());
        };
        if ast::is_empty(&self.trees[old].root) {
            self.trees[old] = tree;
        } else if !ast::is_empty(&tree.root) {
            let name = quoted(&tree.name);
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    fn definition(&mut self) -> Result<()> {
        let context = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        self.expect(TokenKind::RightDelim, context)?;
        self.body_of(name, context)
    }

    fn body_of(&mut self, name: Str, context: &str) -> Result<()> {
        let outer = mem::replace(&mut self.scope, Scope::new());
        let word = if context == "block clause" { "block" } else { "define" };
        let line = self.tokens[0].line;
        let (root, end) = self.item_list().map_err(|error| unclosed(error, word, line))?;
        self.scope = outer;
        if !matches!(end, Item::End) {
            return Err(self.error(format!("unexpected {} in {context}", end.marker())));
        }
        self.add(Tree { name, root })
    }

    fn template_name(&mut self, token: &Token<'s>, context: &str) -> Result<Str> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.unquote(token),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn unquote(&self, token: &Token<'_>) -> Result<Str> {
        match quote::unquote(token.text) {
            Some(text) => Ok(text.into()),
            None => Err(self.error("invalid syntax")),
        }
    }

    fn item_list(&mut self) -> Result<(Vec<Node>, Item)> {
        self.descend()?;
        let mut nodes = Vec::new();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                marker => {
                    self.depth -= 1;
                    return Ok((nodes, marker));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text {
                start: token.start as u32,
                end: (token.start + token.text.len()) as u32,
                blank: std::str::from_utf8(token.text).is_ok_and(|text| text.trim().is_empty()),
            })),
            TokenKind::LeftDelim => {
                self.action_line = Some(token.line);
                let item = self.action()?;
                self.action_line = None;
                Ok(item)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
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
            _ => {
                self.backup();
                let at = self.at(token.start);
                Node::Action(at, self.pipeline("command", TokenKind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn loop_word(&mut self, word: &str) -> Result<()> {
        self.expect(TokenKind::RightDelim, word)?;
        if self.scope.loops == 0 {
            return Err(self.error(format!("{word} outside {{{{range}}}}")));
        }
        Ok(())
    }

    fn else_control(&mut self) -> Result<Item> {
        let chained = match self.peek_non_space().kind {
            TokenKind::Keyword(Keyword::If) => true,
            TokenKind::Keyword(Keyword::With) => self.dialect.else_with(),
            _ => false,
        };
        if !chained {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(Item::Else)
    }

    fn control(&mut self, context: &'static str) -> Result<Box<Branch>> {
        let mark = self.scope.variables.len();
        let line = self.tokens[0].line;
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        self.scope.loops += u32::from(context == "range");
        let (body, next) = self.item_list().map_err(|error| unclosed(error, context, line))?;
        self.scope.loops -= u32::from(context == "range");
        let otherwise = match next {
            Item::Else => {
                Some(self.otherwise(context).map_err(|error| unclosed(error, context, line))?)
            }
            _ => None,
        };
        self.scope.variables.truncate(mark);
        Ok(Box::new(Branch { pipe, body, otherwise }))
    }

    fn otherwise(&mut self, context: &'static str) -> Result<Vec<Node>> {
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
            return Ok(vec![if context == "if" { Node::If(branch) } else { Node::With(branch) }]);
        }
        let (nodes, next) = self.item_list()?;
        match next {
            Item::End => Ok(nodes),
            marker => Err(self.error(format!("expected end; found {}", marker.marker()))),
        }
    }

    fn block(&mut self) -> Result<Node> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        self.body_of(name.clone(), context)?;
        let at = self.at(token.start);
        Ok(Node::Template { at, name, pipe: Some(pipe) })
    }

    fn template_action(&mut self) -> Result<Node> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let mut pipe = None;
        if self.next_non_space().kind != TokenKind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(context, TokenKind::RightDelim)?);
        }
        let at = self.at(token.start);
        Ok(Node::Template { at, name, pipe })
    }

    fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe> {
        self.descend()?;
        let start = self.peek_non_space().start;
        let at = self.at(start);
        let mut pipe = Pipe { at, assign: false, variables: Vec::new(), commands: Vec::new() };
        while self.declaration(&mut pipe, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check(&pipe, context)?;
                self.depth -= 1;
                return Ok(pipe);
            }
            match token.kind {
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
                | TokenKind::LeftParen => {
                    self.backup();
                    pipe.commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
    }

    /// Reads `$x :=`, `$x =` or the first half of `$k, $v :=`; true if another must follow.
    fn declaration(&mut self, pipe: &mut Pipe, context: &str) -> Result<bool> {
        let variable = *self.peek_non_space();
        if variable.kind != TokenKind::Variable {
            return Ok(false);
        }
        self.next();
        let after = *self.peek();
        let next = *self.peek_non_space();
        let comma = next.kind == TokenKind::Char && next.text == b",";
        if matches!(next.kind, TokenKind::Assign | TokenKind::Declare) || comma {
            pipe.assign = next.kind == TokenKind::Assign;
            self.next_non_space();
            let name = Str::from(variable.text);
            pipe.variables.push(name.clone());
            self.scope.variables.push(name);
            return if comma { self.second_variable(pipe, context) } else { Ok(false) };
        }
        if after.kind == TokenKind::Space {
            self.backup3(variable, after);
        } else {
            self.backup2(variable);
        }
        Ok(false)
    }

    fn second_variable(&mut self, pipe: &Pipe, context: &str) -> Result<bool> {
        if context != "range" || pipe.variables.len() > 1 {
            return Err(self.error(format!("too many declarations in {context}")));
        }
        match self.peek_non_space().kind {
            TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => Ok(true),
            _ => Err(self.error("range can only initialize variables")),
        }
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Result<()> {
        if pipe.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let constant = pipe.commands.iter().skip(1).position(|command| {
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

    fn command(&mut self) -> Result<Command> {
        let start = self.peek_non_space().start;
        let mut command = Command { at: self.at(start), args: Vec::new() };
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                command.args.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => {}
                TokenKind::RightDelim | TokenKind::RightParen => {
                    self.backup();
                    break;
                }
                TokenKind::Pipe => break,
                _ => return Err(self.unexpected(&token, "operand")),
            }
        }
        if command.args.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(command)
    }

    fn operand(&mut self) -> Result<Option<Operand>> {
        let Some(mut operand) = self.term()? else { return Ok(None) };
        if self.peek().kind != TokenKind::Field {
            return Ok(Some(operand));
        }
        let start = self.peek().start;
        let mut fields = Vec::new();
        while self.peek().kind == TokenKind::Field {
            fields.push(field_name(&self.next()));
        }
        let at = self.at(start);
        let kind = match operand.kind {
            OperandKind::Field(mut first) => {
                first.append(&mut fields);
                OperandKind::Field(first)
            }
            OperandKind::Variable(name, _) => OperandKind::Variable(name, fields),
            OperandKind::Pipe(_) | OperandKind::Identifier(_) | OperandKind::Chain(..) => {
                OperandKind::Chain(Box::new(operand), fields)
            }
            kind => {
                operand.kind = kind;
                let term = quoted(operand.to_string().as_bytes());
                return Err(self.error(format!("unexpected . after term {term}")));
            }
        };
        Ok(Some(Operand { at, kind }))
    }

    fn term(&mut self) -> Result<Option<Operand>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            TokenKind::Identifier => self.function(&token)?,
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Keyword(Keyword::Nil) => OperandKind::Nil,
            TokenKind::Variable => self.variable(&token)?,
            TokenKind::Field => OperandKind::Field(vec![field_name(&token)]),
            TokenKind::Bool => OperandKind::Bool(token.text == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let text = String::from_utf8_lossy(token.text);
                let number = match token.kind {
                    TokenKind::CharConstant => Number::character(&text),
                    _ => Number::parse(&text),
                };
                OperandKind::Number(number.map_err(|message| self.error(message))?)
            }
            TokenKind::LeftParen => {
                OperandKind::Pipe(self.pipeline("parenthesized pipeline", TokenKind::RightParen)?)
            }
            TokenKind::String | TokenKind::RawString => {
                OperandKind::String { quoted: token.text.into(), text: self.unquote(&token)? }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        let at = self.at(token.start);
        Ok(Some(Operand { at, kind }))
    }

    fn function(&self, token: &Token<'_>) -> Result<OperandKind> {
        let name = String::from_utf8_lossy(token.text);
        match self.functions {
            Some(functions) if functions.get(&name).is_none() => {
                let text = format!("function {} not defined", quoted(token.text));
                Err(self.unknown(token, NameKind::Function, text))
            }
            _ => Ok(OperandKind::Identifier(token.text.into())),
        }
    }

    fn variable(&self, token: &Token<'_>) -> Result<OperandKind> {
        if self.scope.variables.iter().any(|name| name.as_bytes() == token.text) {
            return Ok(OperandKind::Variable(token.text.into(), Vec::new()));
        }
        let text = format!("undefined variable {}", quoted(token.text));
        Err(self.unknown(token, NameKind::Variable, text))
    }
}

fn field_name(token: &Token<'_>) -> Str {
    token.text.strip_prefix(b".").unwrap_or(token.text).into()
}
