//! The syntax tree, and its text as Go prints it in errors.

use std::fmt::{self, Display};

use crate::{compiler::number::Number, value::Str};

/// Identifies a node of one parsed file; the same text always gives the same numbers.
pub(crate) type NodeId = u32;

/// Where a node is: its number and the byte offset Go reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) id: NodeId,
    pub(crate) pos: u32,
}

/// One template of a file: the file's own body or a definition.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Str,
    pub(crate) root: Vec<Node>,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text { start: u32, end: u32, blank: bool },
    Action(At, Pipe),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template { at: At, name: Str, pipe: Option<Pipe> },
    Break,
    Continue,
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) at: At,
    pub(crate) assign: bool,
    pub(crate) variables: Vec<Str>,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) at: At,
    pub(crate) args: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) at: At,
    pub(crate) kind: OperandKind,
}

#[derive(Debug)]
pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    String { quoted: Str, text: Str },
    Identifier(Str),
    Field(Vec<Str>),
    Variable(Str, Vec<Str>),
    Pipe(Pipe),
    Chain(Box<Operand>, Vec<Str>),
}

/// Tells whether a body has nothing but white space.
pub(crate) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Text { blank: true, .. }))
}

fn join<T: Display>(f: &mut fmt::Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            join(f, &self.variables, ", ")?;
            f.write_str(if self.assign { " = " } else { " := " })?;
        }
        join(f, &self.commands, " | ")
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.args.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match &operand.kind {
                OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => write!(f, "{operand}")?,
            }
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = match &self.kind {
            OperandKind::Dot => return f.write_str("."),
            OperandKind::Nil => return f.write_str("nil"),
            OperandKind::Bool(value) => return write!(f, "{value}"),
            OperandKind::Number(number) => return f.write_str(&number.text),
            OperandKind::String { quoted, .. } => return write!(f, "{quoted}"),
            OperandKind::Identifier(name) => return write!(f, "{name}"),
            OperandKind::Pipe(pipe) => return write!(f, "{pipe}"),
            OperandKind::Field(fields) => fields,
            OperandKind::Variable(name, fields) => {
                write!(f, "{name}")?;
                fields
            }
            OperandKind::Chain(inner, fields) => {
                match &inner.kind {
                    OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => write!(f, "{inner}")?,
                }
                fields
            }
        };
        fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}
