//! Turns syntax trees into instructions: variables become slots, names indices, constant
//! arguments are converted to the parameter's type.
//!
//! Go moves a marker from node to node while it evaluates and reports the last one in errors;
//! `Codegen::at` follows the same moves, so that each instruction knows the node Go would name.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::{
    compiler::{
        ast::{self, At, Branch, Command, Fields, Node, Operand, OperandKind, Pipe, Tree},
        instructions::{Body, Constant, Loop, Op, Tables},
        number::{Ideal, Number},
    },
    error::{Error, ErrorKind},
    function::Param,
};

/// How many of the latest constants are looked through for an equal one.
const NEAR: usize = 4;

/// Bytes of a template that an instruction stands for, or fewer: what is reserved for a file is seldom too little.
const BYTES_OF_OP: usize = 24;

/// Compiles the trees of one file of `length` bytes.
pub(crate) fn compile(
    trees: &[Tree<'_>],
    length: usize,
) -> Result<(Vec<Arc<Body>>, Tables), Error> {
    let mut tables = Tables::default();
    let mut names = HashMap::default();
    let expected = length / BYTES_OF_OP;
    let (mut ops, mut places) = (Vec::with_capacity(expected), Vec::with_capacity(expected));
    let mut bodies = Vec::with_capacity(trees.len());
    for tree in trees {
        let codegen = Codegen {
            tables: &mut tables,
            names: &mut names,
            ops: &mut ops,
            places: &mut places,
            body: Body { name: tree.name.into(), slots: 1, ..Body::default() },
            at: At { id: 0, pos: 0 },
            variables: vec![("$", 0)],
            loops: Vec::new(),
            too_large: false,
        };
        bodies.push(Arc::new(codegen.tree(tree)?));
    }
    Ok((bodies, tables))
}

pub(super) struct Codegen<'c, 'a> {
    pub(super) tables: &'c mut Tables,
    names: &'c mut HashMap<&'a [u8], u32, RandomState>,
    /// The instructions of the body; all bodies of a file are built in the same memory.
    ops: &'c mut Vec<Op>,
    places: &'c mut Vec<At>,
    pub(super) body: Body,
    pub(super) at: At,
    variables: Vec<(&'a str, u16)>,
    loops: Vec<OpenLoop>,
    too_large: bool,
}

/// A loop whose end is not known yet.
struct OpenLoop {
    cursors: u16,
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

/// Where the receiver of a field chain comes from.
pub(super) enum Receiver {
    Dot,
    Variable(u16),
    /// A variable that only another branch declares.
    Undefined(String),
    Stack,
}

/// Whether the value on top may be a nil interface, which a pipeline turns into no value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nilness {
    MayBeNil,
    Settled,
}

impl<'a> Codegen<'_, 'a> {
    fn tree(mut self, tree: &Tree<'a>) -> Result<Body, Error> {
        self.body.blank = ast::is_empty(tree.root);
        self.nodes(tree.root);
        self.emit(Op::Return);
        if self.too_large {
            return Err(Error::new(ErrorKind::Syntax, "template is too large"));
        }
        self.body.ops = self.ops.as_slice().into();
        self.body.places = self.places.as_slice().into();
        self.ops.clear();
        self.places.clear();
        Ok(self.body)
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.places.push(self.at);
        self.ops.len() - 1
    }

    pub(super) fn emit_at(&mut self, at: At, op: Op) {
        self.ops.push(op);
        self.places.push(at);
    }

    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Makes the jump at `index` lead here.
    pub(super) fn land(&mut self, index: usize) {
        let here = self.here();
        match &mut self.ops[index] {
            Op::Jump(target)
            | Op::JumpIfFalse(target)
            | Op::With(target)
            | Op::Range { otherwise: target, .. }
            | Op::ShortCircuit { target, .. }
            | Op::Member { skip: target, .. } => *target = here,
            _ => {}
        }
    }

    pub(super) fn small(&mut self, value: usize) -> u16 {
        u16::try_from(value).unwrap_or_else(|_| {
            self.too_large = true;
            0
        })
    }

    pub(super) fn name(&mut self, name: &'a [u8]) -> u32 {
        *self.names.entry(name).or_insert_with(|| {
            self.tables.names.push(name.into());
            self.tables.names.len() as u32 - 1
        })
    }

    pub(super) fn constant(&mut self, constant: Constant) {
        let known = self.tables.constants.iter().rev().take(NEAR).position(|old| *old == constant);
        let index = match known {
            Some(back) => self.tables.constants.len() - 1 - back,
            None => {
                self.tables.constants.push(constant);
                self.tables.constants.len() - 1
            }
        };
        self.emit(Op::Constant(index as u32));
    }

    pub(super) fn fail(&mut self, text: String) {
        let index = self.tables.failures.len() as u32;
        self.tables.failures.push(text);
        self.emit(Op::Fail(index));
    }

    pub(super) fn param(&mut self, param: Param) -> u16 {
        let known = self.tables.params.iter().position(|old| old.name() == param.name());
        let index = known.unwrap_or_else(|| {
            self.tables.params.push(param);
            self.tables.params.len() - 1
        });
        self.small(index)
    }

    fn declare(&mut self, name: &'a str) -> u16 {
        let slot = self.body.slots;
        match slot.checked_add(1) {
            Some(next) => self.body.slots = next,
            None => self.too_large = true,
        }
        self.variables.push((name, slot));
        slot
    }

    pub(super) fn slot(&self, name: &str) -> Option<u16> {
        self.variables.iter().rev().find(|(known, _)| *known == name).map(|(_, slot)| *slot)
    }

    /// The variable that fields are read from.
    pub(super) fn variable(&self, name: &str) -> Receiver {
        self.slot(name).map_or_else(|| Receiver::Undefined(name.to_owned()), Receiver::Variable)
    }

    fn nodes(&mut self, nodes: &[Node<'a>]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node<'a>) {
        match node {
            Node::Text { start, end, .. } => {
                self.emit(Op::Text { start: *start, end: *end });
            }
            Node::Action(at, pipe) => {
                self.at = *at;
                self.pipe(pipe);
                let op = if pipe.variables.is_empty() { Op::Print } else { Op::Drop };
                self.emit_at(*at, op);
            }
            Node::If(branch) => self.branch(branch, |_| {}, Op::JumpIfFalse(0)),
            Node::With(branch) => self.branch(branch, Self::close_with, Op::With(0)),
            Node::Range(branch) => self.range(branch),
            Node::Template { at, name, pipe } => self.template(*at, name, *pipe),
            Node::Break => self.leave_iteration(|open| &mut open.breaks),
            Node::Continue => self.leave_iteration(|open| &mut open.continues),
        }
    }

    fn branch(&mut self, branch: &Branch<'a>, close: impl FnOnce(&mut Self), test: Op) {
        let mark = self.variables.len();
        self.pipe(branch.pipe);
        let declared = self.variables.len();
        let jump = self.emit(test);
        if matches!(test, Op::With(_))
            && let Some(open) = self.loops.last_mut()
        {
            open.cursors += 1;
        }
        self.nodes(branch.body);
        close(self);
        // What the body declares is not there in the other branch.
        self.variables.truncate(declared);
        self.otherwise(jump, branch);
        self.variables.truncate(mark);
    }

    fn close_with(&mut self) {
        self.emit(Op::PopDots(1));
        if let Some(open) = self.loops.last_mut() {
            open.cursors -= 1;
        }
    }

    /// Compiles the other branch, where `jump` leads.
    fn otherwise(&mut self, jump: usize, branch: &Branch<'a>) {
        match branch.otherwise {
            Some(nodes) => {
                let end = self.emit(Op::Jump(0));
                self.land(jump);
                self.nodes(nodes);
                self.land(end);
            }
            None => self.land(jump),
        }
    }

    fn range(&mut self, branch: &Branch<'a>) {
        let mark = self.variables.len();
        self.pipe(branch.pipe);
        let declared = self.variables.len();
        let slots: Vec<Option<u16>> =
            branch.pipe.variables.iter().map(|name| self.slot(name)).collect();
        let places = match slots[..] {
            [item] => Loop { key: None, item },
            [key, item, ..] => Loop { key, item },
            [] => Loop::default(),
        };
        let loop_index = self.small(self.body.loops.len());
        self.body.loops.push(places);
        let jump = self.emit(Op::Range { loop_index, otherwise: 0 });
        let body = self.here();
        self.loops.push(OpenLoop { cursors: 0, breaks: Vec::new(), continues: Vec::new() });
        self.nodes(branch.body);
        let open = self.loops.pop();
        for index in open.iter().flat_map(|open| &open.continues) {
            self.land(*index);
        }
        self.emit(Op::Next { loop_index, body });
        for index in open.iter().flat_map(|open| &open.breaks) {
            self.land(*index);
        }
        self.emit(Op::EndLoop);
        self.variables.truncate(declared);
        self.otherwise(jump, branch);
        self.variables.truncate(mark);
    }

    fn leave_iteration(&mut self, list: impl FnOnce(&mut OpenLoop) -> &mut Vec<usize>) {
        let cursors = self.loops.last().map_or(0, |open| open.cursors);
        if cursors > 0 {
            self.emit(Op::PopDots(cursors));
        }
        let jump = self.emit(Op::Jump(0));
        if let Some(open) = self.loops.last_mut() {
            list(open).push(jump);
        }
    }

    fn template(&mut self, at: At, name: &'a [u8], pipe: Option<&Pipe<'a>>) {
        self.at = at;
        let name = self.name(name);
        self.emit(Op::TemplateExists(name));
        match pipe {
            Some(pipe) => self.settled_pipe(pipe),
            None => {
                self.emit(Op::Nothing);
            }
        }
        self.emit_at(at, Op::Template(name));
    }

    fn settled_pipe(&mut self, pipe: &Pipe<'a>) {
        if self.pipe(pipe) == Nilness::MayBeNil {
            self.emit(Op::Unwrap);
        }
    }

    pub(super) fn pipe(&mut self, pipe: &Pipe<'a>) -> Nilness {
        self.at = pipe.at;
        let mut nilness = Nilness::Settled;
        for (index, command) in pipe.commands.iter().enumerate() {
            if nilness == Nilness::MayBeNil {
                self.emit(Op::Unwrap);
            }
            nilness = self.command(command, index > 0);
        }
        if pipe.variables.is_empty() {
            return nilness;
        }
        if nilness == Nilness::MayBeNil {
            self.emit(Op::Unwrap);
        }
        for name in pipe.variables {
            let slot = if pipe.assign { self.slot(name) } else { Some(self.declare(name)) };
            match slot {
                Some(slot) => {
                    self.emit(Op::Store(slot));
                }
                None => self.fail(format!("undefined variable: {name}")),
            }
        }
        Nilness::Settled
    }

    fn command(&mut self, command: &Command<'a>, piped: bool) -> Nilness {
        let Some((first, args)) = command.args.split_first() else { return Nilness::Settled };
        let has_args = piped || !args.is_empty();
        let args = has_args.then_some((args, piped));
        match &first.kind {
            OperandKind::Field(fields) => {
                self.at = first.at;
                self.fields(&Receiver::Dot, *fields, args, first.at);
            }
            OperandKind::Chain(inner, fields) => self.chain(first, inner, *fields, args),
            OperandKind::Variable(name, fields) if !fields.is_empty() => {
                self.at = first.at;
                let variable = self.variable(name);
                self.fields(&variable, *fields, args, first.at);
            }
            OperandKind::Identifier(name, function) => {
                self.at = first.at;
                let (args, piped) = args.unwrap_or_default();
                return self.function(name, *function, args, piped, command.at);
            }
            OperandKind::Pipe(pipe) => {
                if has_args {
                    self.fail(format!("can't give argument to non-function {first}"));
                }
                return self.pipe(pipe);
            }
            _ => {
                self.at = first.at;
                if has_args {
                    self.fail(format!("can't give argument to non-function {first}"));
                }
                return self.plain(first);
            }
        }
        Nilness::MayBeNil
    }

    /// Pushes an operand that is no call and has no fields.
    pub(super) fn plain(&mut self, operand: &Operand<'a>) -> Nilness {
        match &operand.kind {
            OperandKind::Dot => {
                self.emit(Op::Dot);
                return Nilness::MayBeNil;
            }
            OperandKind::Variable(name, _) => {
                match self.slot(name) {
                    Some(slot) => {
                        self.emit(Op::Variable(slot));
                    }
                    None => self.fail(format!("undefined variable: {name}")),
                }
                return Nilness::MayBeNil;
            }
            OperandKind::Bool(value) => self.constant(Constant::Bool(*value)),
            OperandKind::Number(number) => self.ideal(number),
            OperandKind::String { text, .. } => self.constant(Constant::String((*text).into())),
            OperandKind::Nil => self.fail("nil is not a command".to_owned()),
            _ => self.fail(format!("can't evaluate command {:?}", operand.to_string())),
        }
        Nilness::Settled
    }

    fn ideal(&mut self, number: &Number<'_>) {
        match number.ideal() {
            Ideal::Int(value) => self.constant(Constant::Int(value)),
            Ideal::Float(value) => self.constant(Constant::Float(value)),
            Ideal::Complex(real, imaginary) => self.constant(Constant::Complex(real, imaginary)),
            Ideal::Overflow => self.fail(format!("{} overflows int", number.text)),
        }
    }

    pub(super) fn chain(
        &mut self,
        chain: &Operand<'a>,
        inner: &Operand<'a>,
        fields: Fields<'a>,
        args: Option<(&[Operand<'a>], bool)>,
    ) {
        self.at = chain.at;
        if matches!(inner.kind, OperandKind::Nil) {
            self.fail(format!("indirection through explicit nil in {chain}"));
        }
        self.operand(inner, Param::Any, Nilness::Settled);
        self.fields(&Receiver::Stack, fields, args, chain.at);
    }

    pub(super) fn fields(
        &mut self,
        receiver: &Receiver,
        fields: Fields<'a>,
        args: Option<(&[Operand<'a>], bool)>,
        call_at: At,
    ) {
        let Some((last, leading)) = fields.split_last() else { return };
        let plain = if args.is_some() { leading } else { fields };
        let rest = match (receiver, plain.split_first()) {
            (Receiver::Dot, Some((first, rest))) => {
                let name = self.name(first.as_bytes());
                self.emit(Op::DotField(name));
                rest
            }
            (Receiver::Variable(slot), Some((first, rest))) => {
                let name = self.name(first.as_bytes());
                self.emit(Op::VariableField { slot: *slot, name });
                rest
            }
            (Receiver::Dot, None) => {
                self.emit(Op::Dot);
                plain
            }
            (Receiver::Variable(slot), None) => {
                self.emit(Op::Variable(*slot));
                plain
            }
            (Receiver::Undefined(name), _) => {
                self.fail(format!("undefined variable: {name}"));
                plain
            }
            (Receiver::Stack, _) => plain,
        };
        for field in rest.iter() {
            let name = self.name(field.as_bytes());
            self.emit(Op::Field(name));
        }
        if let Some((args, piped)) = args {
            self.method(last.as_bytes(), args, piped, call_at);
        }
    }
}
