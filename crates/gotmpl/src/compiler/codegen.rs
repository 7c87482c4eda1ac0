//! Turns syntax trees into instructions: variables become slots, names indices, constant
//! arguments are converted to the parameter's type.
//!
//! Go moves a marker from node to node while it evaluates and reports the last one in errors;
//! `Codegen::at` follows the same moves, so that each instruction knows the node Go would name.

use std::{collections::HashMap, sync::Arc};

use crate::{
    builtins,
    compiler::{
        ast::{self, At, Branch, Command, Node, Operand, OperandKind, Pipe, Tree},
        instructions::{Body, Constant, Loop, MethodCall, Op, Tables},
        number::{Ideal, Number},
    },
    error::{Error, ErrorKind},
    function::{Function, FunctionSet, Param},
    value::Str,
};

/// Compiles the trees of one file.
pub(crate) fn compile(
    trees: &[Tree],
    functions: &FunctionSet,
) -> Result<(Vec<Arc<Body>>, Tables), Error> {
    let mut tables = Tables::default();
    let mut names = HashMap::new();
    let mut bodies = Vec::with_capacity(trees.len());
    for tree in trees {
        let codegen = Codegen {
            functions,
            tables: &mut tables,
            names: &mut names,
            body: Body { name: tree.name.clone(), slots: 1, ..Body::default() },
            at: At { id: 0, pos: 0 },
            variables: vec![(Str::from_static("$"), 0)],
            loops: Vec::new(),
            too_large: false,
        };
        bodies.push(Arc::new(codegen.tree(tree)?));
    }
    Ok((bodies, tables))
}

struct Codegen<'c> {
    functions: &'c FunctionSet,
    tables: &'c mut Tables,
    names: &'c mut HashMap<Str, u32>,
    body: Body,
    at: At,
    variables: Vec<(Str, u16)>,
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
enum Receiver {
    Dot,
    Variable(Option<u16>),
    Stack,
}

/// Whether the value on top may be a nil interface, which a pipeline turns into no value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nilness {
    MayBeNil,
    Settled,
}

impl Codegen<'_> {
    fn tree(mut self, tree: &Tree) -> Result<Body, Error> {
        self.body.blank = ast::is_empty(&tree.root);
        self.nodes(&tree.root);
        self.emit(Op::Return);
        if self.too_large {
            return Err(Error::new(ErrorKind::Syntax, "template is too large"));
        }
        Ok(self.body)
    }

    fn emit(&mut self, op: Op) -> usize {
        self.body.ops.push(op);
        self.body.places.push(self.at);
        self.body.ops.len() - 1
    }

    fn emit_at(&mut self, at: At, op: Op) {
        self.body.ops.push(op);
        self.body.places.push(at);
    }

    fn here(&self) -> u32 {
        self.body.ops.len() as u32
    }

    /// Makes the jump at `index` lead here.
    fn land(&mut self, index: usize) {
        let here = self.here();
        match &mut self.body.ops[index] {
            Op::Jump(target)
            | Op::JumpIfFalse(target)
            | Op::With(target)
            | Op::Range { otherwise: target, .. }
            | Op::ShortCircuit { target, .. }
            | Op::Member { skip: target, .. } => *target = here,
            _ => {}
        }
    }

    fn small(&mut self, value: usize) -> u16 {
        u16::try_from(value).unwrap_or_else(|_| {
            self.too_large = true;
            0
        })
    }

    fn name(&mut self, name: &Str) -> u32 {
        if let Some(index) = self.names.get(name) {
            return *index;
        }
        let index = self.tables.names.len() as u32;
        self.tables.names.push(name.clone());
        self.names.insert(name.clone(), index);
        index
    }

    fn constant(&mut self, constant: Constant) {
        let known = self.tables.constants.iter().rev().take(16).position(|old| *old == constant);
        let index = match known {
            Some(back) => self.tables.constants.len() - 1 - back,
            None => {
                self.tables.constants.push(constant);
                self.tables.constants.len() - 1
            }
        };
        self.emit(Op::Constant(index as u32));
    }

    fn fail(&mut self, text: String) {
        let index = self.tables.failures.len() as u32;
        self.tables.failures.push(text);
        self.emit(Op::Fail(index));
    }

    fn param(&mut self, param: Param) -> u16 {
        let known = self.tables.params.iter().position(|old| old.name() == param.name());
        let index = known.unwrap_or_else(|| {
            self.tables.params.push(param);
            self.tables.params.len() - 1
        });
        self.small(index)
    }

    fn declare(&mut self, name: &Str) -> u16 {
        let slot = self.body.slots;
        match slot.checked_add(1) {
            Some(next) => self.body.slots = next,
            None => self.too_large = true,
        }
        self.variables.push((name.clone(), slot));
        slot
    }

    fn slot(&self, name: &Str) -> Option<u16> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, slot)| *slot)
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
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
            Node::Template { at, name, pipe } => self.template(*at, name, pipe.as_ref()),
            Node::Break => self.leave_iteration(|open| &mut open.breaks),
            Node::Continue => self.leave_iteration(|open| &mut open.continues),
        }
    }

    fn branch(&mut self, branch: &Branch, close: impl FnOnce(&mut Self), test: Op) {
        let mark = self.variables.len();
        self.pipe(&branch.pipe);
        let jump = self.emit(test);
        if matches!(test, Op::With(_))
            && let Some(open) = self.loops.last_mut()
        {
            open.cursors += 1;
        }
        self.nodes(&branch.body);
        close(self);
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
    fn otherwise(&mut self, jump: usize, branch: &Branch) {
        match &branch.otherwise {
            Some(nodes) => {
                let end = self.emit(Op::Jump(0));
                self.land(jump);
                self.nodes(nodes);
                self.land(end);
            }
            None => self.land(jump),
        }
    }

    fn range(&mut self, branch: &Branch) {
        let mark = self.variables.len();
        self.pipe(&branch.pipe);
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
        self.nodes(&branch.body);
        let open = self.loops.pop();
        for index in open.iter().flat_map(|open| &open.continues) {
            self.land(*index);
        }
        self.emit(Op::Next { loop_index, body });
        for index in open.iter().flat_map(|open| &open.breaks) {
            self.land(*index);
        }
        self.emit(Op::EndLoop);
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

    fn template(&mut self, at: At, name: &Str, pipe: Option<&Pipe>) {
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

    fn settled_pipe(&mut self, pipe: &Pipe) {
        if self.pipe(pipe) == Nilness::MayBeNil {
            self.emit(Op::Unwrap);
        }
    }

    fn pipe(&mut self, pipe: &Pipe) -> Nilness {
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
        for name in &pipe.variables {
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

    fn command(&mut self, command: &Command, piped: bool) -> Nilness {
        let Some((first, args)) = command.args.split_first() else { return Nilness::Settled };
        let has_args = piped || !args.is_empty();
        let args = has_args.then_some((args, piped));
        match &first.kind {
            OperandKind::Field(fields) => {
                self.at = first.at;
                self.fields(&Receiver::Dot, fields, args, first.at);
            }
            OperandKind::Chain(inner, fields) => self.chain(first, inner, fields, args),
            OperandKind::Variable(name, fields) if !fields.is_empty() => {
                self.at = first.at;
                let slot = self.slot(name);
                self.fields(&Receiver::Variable(slot), fields, args, first.at);
            }
            OperandKind::Identifier(name) => {
                self.at = first.at;
                let (args, piped) = args.unwrap_or_default();
                return self.function(name, args, piped, command.at);
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
    fn plain(&mut self, operand: &Operand) -> Nilness {
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
            OperandKind::String { text, .. } => self.constant(Constant::String(text.clone())),
            OperandKind::Nil => self.fail("nil is not a command".to_owned()),
            _ => self.fail(format!("can't evaluate command {:?}", operand.to_string())),
        }
        Nilness::Settled
    }

    fn ideal(&mut self, number: &Number) {
        match number.ideal() {
            Ideal::Int(value) => self.constant(Constant::Int(value)),
            Ideal::Float(value) => self.constant(Constant::Float(value)),
            Ideal::Overflow => self.fail(format!("{} overflows int", number.text)),
        }
    }

    fn chain(
        &mut self,
        chain: &Operand,
        inner: &Operand,
        fields: &[Str],
        args: Option<(&[Operand], bool)>,
    ) {
        self.at = chain.at;
        if matches!(inner.kind, OperandKind::Nil) {
            self.fail(format!("indirection through explicit nil in {chain}"));
        }
        self.operand(inner, Param::Any, Nilness::Settled);
        self.fields(&Receiver::Stack, fields, args, chain.at);
    }

    fn fields(
        &mut self,
        receiver: &Receiver,
        fields: &[Str],
        args: Option<(&[Operand], bool)>,
        call_at: At,
    ) {
        let Some((last, leading)) = fields.split_last() else { return };
        let plain = if args.is_some() { leading } else { fields };
        let rest = match (receiver, plain.split_first()) {
            (Receiver::Dot, Some((first, rest))) => {
                let name = self.name(first);
                self.emit(Op::DotField(name));
                rest
            }
            (Receiver::Variable(Some(slot)), Some((first, rest))) => {
                let name = self.name(first);
                self.emit(Op::VariableField { slot: *slot, name });
                rest
            }
            (Receiver::Dot, None) => {
                self.emit(Op::Dot);
                plain
            }
            (Receiver::Variable(Some(slot)), None) => {
                self.emit(Op::Variable(*slot));
                plain
            }
            (Receiver::Variable(None), _) => {
                self.fail("undefined variable".to_owned());
                plain
            }
            (Receiver::Stack, _) => plain,
        };
        for field in rest {
            let name = self.name(field);
            self.emit(Op::Field(name));
        }
        if let Some((args, piped)) = args {
            self.method(last, args, piped, call_at);
        }
    }

    /// Calls a method with arguments; whether it exists is known when the receiver is.
    fn method(&mut self, name: &Str, args: &[Operand], piped: bool, call_at: At) {
        let name = self.name(name);
        let call = self.body.methods.len() as u32;
        let count = self.small(args.len());
        self.body.methods.push(MethodCall { name, count, piped });
        let member = self.emit(Op::Member { call, skip: 0 });
        for (index, arg) in args.iter().enumerate() {
            let literal = matches!(
                arg.kind,
                OperandKind::Bool(_)
                    | OperandKind::Number(_)
                    | OperandKind::String { .. }
                    | OperandKind::Nil
            );
            if matches!(arg.kind, OperandKind::Nil) {
                self.at = arg.at;
                self.constant(Constant::Nil);
            } else {
                self.operand(arg, Param::Any, Nilness::Settled);
            }
            let index = self.small(index);
            self.emit(Op::MethodArgument { call, index, literal });
        }
        self.emit_at(call_at, Op::CallMethod(call));
        self.land(member);
    }

    fn function(&mut self, name: &Str, args: &[Operand], piped: bool, call_at: At) -> Nilness {
        let Some(function) = name.to_str().and_then(|name| self.functions.get(name)) else {
            self.fail(format!("{:?} is not a defined function", name.to_string()));
            return Nilness::Settled;
        };
        if let Some(text) = wrong_count(function, args.len(), piped) {
            self.fail(text);
            return Nilness::Settled;
        }
        if let Some(jump) = builtins::short_circuit(function) {
            self.short_circuit(Op::ShortCircuit { stop: jump, target: 0 }, args, piped);
            return Nilness::MayBeNil;
        }
        let expression = args.first().filter(|_| builtins::is_call(function) && !piped);
        if let Some(callee) = expression {
            self.constant(Constant::String(callee.to_string().into()));
        }
        for (index, arg) in args.iter().enumerate() {
            self.argument(arg, param_at(function, index));
        }
        if piped {
            let param = param_at(function, args.len());
            if !matches!(param, Param::Any) {
                let (param, depth) = (self.param(param), self.small(args.len()));
                self.emit(Op::CheckBelow { param, depth });
            }
        }
        let known = self.tables.functions.iter().position(|old| std::ptr::eq(*old, function));
        let index = known.unwrap_or_else(|| {
            self.tables.functions.push(function);
            self.tables.functions.len() - 1
        });
        let count = args.len() + usize::from(piped) + usize::from(expression.is_some());
        let (function, count) = (self.small(index), self.small(count));
        self.emit_at(call_at, Op::Call { function, count, piped });
        Nilness::Settled
    }

    /// Compiles `and` and `or`, which evaluate only what they need.
    fn short_circuit(&mut self, jump: Op, args: &[Operand], piped: bool) {
        let mut jumps = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            self.operand(arg, Param::Any, Nilness::MayBeNil);
            if piped || index + 1 < args.len() {
                jumps.push(self.emit(jump));
            }
        }
        if !piped || args.is_empty() {
            for jump in jumps {
                self.land(jump);
            }
            return;
        }
        let end = self.emit(Op::Jump(0));
        for jump in jumps {
            self.land(jump);
        }
        self.emit(Op::Swap);
        self.emit(Op::Drop);
        self.land(end);
    }

    fn argument(&mut self, operand: &Operand, param: Param) {
        match &operand.kind {
            OperandKind::Nil => {
                self.at = operand.at;
                if matches!(param, Param::Reflect) {
                    self.emit(Op::Nothing);
                } else if param.can_be_nil() {
                    self.constant(Constant::Nil);
                } else {
                    self.fail(format!("cannot assign nil to {}", param.name()));
                }
            }
            OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::String { .. } => {
                self.at = operand.at;
                self.literal(operand, param);
            }
            _ => {
                let any = matches!(param, Param::Any | Param::Reflect);
                let wanted = match param {
                    Param::Any => Nilness::MayBeNil,
                    _ => Nilness::Settled,
                };
                self.operand(operand, param, wanted);
                if !any {
                    let param = self.param(param);
                    self.emit(Op::Check(param));
                }
            }
        }
    }

    /// Pushes an argument; a parenthesised pipeline is unwrapped if `wanted` says so.
    fn operand(&mut self, operand: &Operand, param: Param, wanted: Nilness) {
        match &operand.kind {
            OperandKind::Pipe(pipe) => {
                let nilness = self.pipe(pipe);
                if nilness == Nilness::MayBeNil && wanted == Nilness::Settled {
                    self.emit(Op::Unwrap);
                }
            }
            OperandKind::Field(fields) => {
                self.at = operand.at;
                self.fields(&Receiver::Dot, fields, None, operand.at);
            }
            OperandKind::Variable(name, fields) if !fields.is_empty() => {
                self.at = operand.at;
                let slot = self.slot(name);
                self.fields(&Receiver::Variable(slot), fields, None, operand.at);
            }
            OperandKind::Chain(inner, fields) => self.chain(operand, inner, fields, None),
            OperandKind::Identifier(name) => {
                self.at = operand.at;
                self.function(name, &[], false, operand.at);
            }
            OperandKind::Nil => {
                self.at = operand.at;
                if param.can_be_nil() {
                    self.constant(Constant::Nil);
                }
            }
            _ => {
                self.at = operand.at;
                self.plain(operand);
            }
        }
    }

    /// Pushes a constant argument converted to the parameter's type.
    fn literal(&mut self, operand: &Operand, param: Param) {
        let wanted = match (param, &operand.kind) {
            (Param::Any | Param::Reflect, _) => {
                self.plain(operand);
                return;
            }
            (Param::Bool, OperandKind::Bool(value)) => Ok(Constant::Bool(*value)),
            (Param::String, OperandKind::String { text, .. }) => Ok(Constant::String(text.clone())),
            (Param::Int, OperandKind::Number(Number { int: Some(value), .. })) => {
                Ok(Constant::Int(*value))
            }
            (Param::Int64, OperandKind::Number(Number { int: Some(value), .. })) => {
                Ok(Constant::Int64(*value))
            }
            (Param::Uint32, OperandKind::Number(Number { uint: Some(value), .. })) => {
                Ok(Constant::Uint(*value))
            }
            (Param::Float, OperandKind::Number(Number { float: Some(value), .. })) => {
                Ok(Constant::Float(*value))
            }
            (Param::Bool, _) => Err("bool"),
            (Param::String, _) => Err("string"),
            (Param::Int | Param::Int64, _) => Err("integer"),
            (Param::Uint32, _) => Err("unsigned integer"),
            (Param::Float, _) => Err("float"),
            (Param::Bytes | Param::Map(_) | Param::List(_) | Param::Object(_), _) => {
                self.fail(format!("can't handle {operand} for arg of type {}", param.name()));
                return;
            }
        };
        match wanted {
            Ok(constant) => self.constant(constant),
            Err(wanted) => self.fail(format!("expected {wanted}; found {operand}")),
        }
    }
}

/// Returns the type of the argument with this index.
pub(crate) fn param_at(function: &Function, index: usize) -> Param {
    let fixed = function.params.get(index).copied();
    fixed.or(function.variadic).unwrap_or(Param::Any)
}

fn wrong_count(function: &Function, args: usize, piped: bool) -> Option<String> {
    count_error(function.name, function.params, function.variadic, args + usize::from(piped), args)
}

/// Returns the error of a call with a wrong number of arguments; `written` leaves out a piped one.
pub(crate) fn count_error(
    name: &str,
    params: &[Param],
    variadic: Option<Param>,
    given: usize,
    written: usize,
) -> Option<String> {
    let fixed = params.len();
    if variadic.is_some() {
        return (given < fixed).then(|| {
            format!("wrong number of args for {name}: want at least {fixed} got {written}")
        });
    }
    (given != fixed).then(|| format!("wrong number of args for {name}: want {fixed} got {given}"))
}
