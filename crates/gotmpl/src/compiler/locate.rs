//! Finds a node of a syntax tree again by its number, with what is around it.

use std::fmt;

use crate::compiler::ast::{Branch, Command, Node, NodeId, Operand, OperandKind, Pipe, Tree};

/// A node and its surroundings.
#[derive(Debug, Default)]
pub(crate) struct Location<'t> {
    pub(crate) found: Option<Found<'t>>,
    /// The pipelines around the node, outermost first, each with the index of its command.
    pub(crate) commands: Vec<(&'t Pipe<'t>, usize)>,
    /// The conditions and loops around the node, outermost first.
    pub(crate) branches: Vec<Enclosing<'t>>,
}

/// A node that errors point at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'t> {
    Action(&'t Pipe<'t>),
    Template(&'t [u8], Option<&'t Pipe<'t>>),
    Pipe(&'t Pipe<'t>),
    Command(&'t Command<'t>),
    Operand(&'t Operand<'t>),
}

/// A condition or loop, and on which side of its `else` the node is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enclosing<'t> {
    pub(crate) word: &'static str,
    pub(crate) branch: &'t Branch<'t>,
    pub(crate) otherwise: bool,
}

/// Finds a node by its number.
pub(crate) fn locate<'t>(trees: &[Tree<'t>], id: NodeId) -> Option<Location<'t>> {
    let mut location = Location::default();
    trees.iter().any(|tree| location.in_nodes(tree.root, id)).then_some(location)
}

impl<'t> Location<'t> {
    fn hit(&mut self, found: Found<'t>) -> bool {
        self.found = Some(found);
        true
    }

    fn in_nodes(&mut self, nodes: &'t [Node<'t>], id: NodeId) -> bool {
        nodes.iter().any(|node| self.in_node(node, id))
    }

    fn in_node(&mut self, node: &'t Node<'t>, id: NodeId) -> bool {
        match node {
            Node::Action(at, pipe) if at.id == id => self.hit(Found::Action(pipe)),
            Node::Action(_, pipe) => self.in_pipe(pipe, id),
            Node::If(branch) => self.in_branch("if", branch, id),
            Node::With(branch) => self.in_branch("with", branch, id),
            Node::Range(branch) => self.in_branch("range", branch, id),
            Node::Template { at, name, pipe } if at.id == id => {
                self.hit(Found::Template(name, *pipe))
            }
            Node::Template { pipe, .. } => pipe.is_some_and(|pipe| self.in_pipe(pipe, id)),
            Node::Text { .. } | Node::Break | Node::Continue => false,
        }
    }

    fn in_branch(&mut self, word: &'static str, branch: &'t Branch<'t>, id: NodeId) -> bool {
        if self.in_pipe(branch.pipe, id) {
            return true;
        }
        self.branches.push(Enclosing { word, branch, otherwise: false });
        if self.in_nodes(branch.body, id) {
            return true;
        }
        self.branches.pop();
        self.branches.push(Enclosing { word, branch, otherwise: true });
        if self.in_nodes(branch.otherwise.unwrap_or_default(), id) {
            return true;
        }
        self.branches.pop();
        false
    }

    fn in_pipe(&mut self, pipe: &'t Pipe<'t>, id: NodeId) -> bool {
        if pipe.at.id == id {
            return self.hit(Found::Pipe(pipe));
        }
        for (index, command) in pipe.commands.iter().enumerate() {
            self.commands.push((pipe, index));
            if command.at.id == id {
                return self.hit(Found::Command(command));
            }
            if command.args.iter().any(|operand| self.in_operand(operand, id)) {
                return true;
            }
            self.commands.pop();
        }
        false
    }

    fn in_operand(&mut self, operand: &'t Operand<'t>, id: NodeId) -> bool {
        if operand.at.id == id {
            return self.hit(Found::Operand(operand));
        }
        match &operand.kind {
            OperandKind::Pipe(pipe) => self.in_pipe(pipe, id),
            OperandKind::Chain(inner, _) => self.in_operand(inner, id),
            _ => false,
        }
    }
}

impl fmt::Display for Found<'_> {
    /// Writes the node as Go prints it in errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(pipe) => write!(f, "{{{{{pipe}}}}}"),
            Self::Template(name, pipe) => {
                let name = crate::value::fmt::quoted(name);
                match pipe {
                    Some(pipe) => write!(f, "{{{{template {name} {pipe}}}}}"),
                    None => write!(f, "{{{{template {name}}}}}"),
                }
            }
            Self::Pipe(pipe) => write!(f, "{pipe}"),
            Self::Command(command) => write!(f, "{command}"),
            Self::Operand(operand) => write!(f, "{operand}"),
        }
    }
}
