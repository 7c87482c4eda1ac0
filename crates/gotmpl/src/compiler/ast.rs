//! The syntax tree, and its text as Go prints it in errors.
//!
//! A tree lives in an arena and borrows its names and texts from the source: it is only built to
//! be turned into instructions, and once more where an error needs it.

use std::{
    fmt::{self, Display},
    iter,
};

use crate::{compiler::number::Number, function::Function};

/// Identifies a node of one parsed file; the same text always gives the same numbers.
pub(crate) type NodeId = u32;

/// Where a node is: its number and the byte offset Go reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) id: NodeId,
    pub(crate) pos: u32,
}

/// One template of a file: the file's own body or a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) root: &'a [Node<'a>],
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'a> {
    Text { start: u32, end: u32, blank: bool },
    Action(At, &'a Pipe<'a>),
    If(&'a Branch<'a>),
    With(&'a Branch<'a>),
    Range(&'a Branch<'a>),
    Template { at: At, name: &'a [u8], pipe: Option<&'a Pipe<'a>> },
    Break,
    Continue,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch<'a> {
    pub(crate) pipe: &'a Pipe<'a>,
    pub(crate) body: &'a [Node<'a>],
    pub(crate) otherwise: Option<&'a [Node<'a>]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pipe<'a> {
    pub(crate) at: At,
    pub(crate) assign: bool,
    pub(crate) variables: &'a [&'a str],
    pub(crate) commands: &'a [Command<'a>],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Command<'a> {
    pub(crate) at: At,
    pub(crate) args: &'a [Operand<'a>],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand<'a> {
    pub(crate) at: At,
    pub(crate) kind: OperandKind<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum OperandKind<'a> {
    Dot,
    Nil,
    Bool(bool),
    Number(&'a Number<'a>),
    String {
        quoted: &'a [u8],
        text: &'a [u8],
    },
    /// A function; `None` where the file is parsed without functions.
    Identifier(&'a str, Option<&'static Function>),
    Field(Fields<'a>),
    Variable(&'a str, Fields<'a>),
    Pipe(&'a Pipe<'a>),
    Chain(&'a Operand<'a>, Fields<'a>),
}

/// Field names as they are written: `.a.b`, or nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'a>(pub(crate) &'a str);

impl<'a> Fields<'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Returns the first name and what follows it.
    pub(crate) fn split_first(self) -> Option<(&'a str, Self)> {
        let names = self.0.get(1..)?;
        let end = names.bytes().position(|byte| byte == b'.').unwrap_or(names.len());
        Some((&names[..end], Self(&names[end..])))
    }

    /// Returns the last name and what stands before it.
    pub(crate) fn split_last(self) -> Option<(&'a str, Self)> {
        let dot = self.0.bytes().rposition(|byte| byte == b'.')?;
        Some((&self.0[dot + 1..], Self(&self.0[..dot])))
    }

    pub(crate) fn iter(mut self) -> impl Iterator<Item = &'a str> {
        iter::from_fn(move || {
            let (first, rest) = self.split_first()?;
            self = rest;
            Some(first)
        })
    }
}

/// Tells whether a body has nothing but white space.
pub(crate) fn is_empty(nodes: &[Node<'_>]) -> bool {
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

impl Display for Pipe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            join(f, self.variables, ", ")?;
            f.write_str(if self.assign { " = " } else { " := " })?;
        }
        join(f, self.commands, " | ")
    }
}

impl Display for Command<'_> {
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

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = match &self.kind {
            OperandKind::Dot => return f.write_str("."),
            OperandKind::Nil => return f.write_str("nil"),
            OperandKind::Bool(value) => return write!(f, "{value}"),
            OperandKind::Number(number) => return f.write_str(number.text),
            OperandKind::String { quoted, .. } => {
                return f.write_str(&String::from_utf8_lossy(quoted));
            }
            OperandKind::Identifier(name, _) => return f.write_str(name),
            OperandKind::Pipe(pipe) => return write!(f, "{pipe}"),
            OperandKind::Field(fields) => fields,
            OperandKind::Variable(name, fields) => {
                f.write_str(name)?;
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
        f.write_str(fields.0)
    }
}
