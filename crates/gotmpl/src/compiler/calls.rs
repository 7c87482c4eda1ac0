//! Calls: arguments are counted and converted when the function is known, which for functions
//! is now and for methods when the receiver is.

use crate::{
    builtins,
    compiler::{
        ast::{At, Operand, OperandKind},
        codegen::{Codegen, Nilness, Receiver},
        instructions::{Constant, MethodCall, Op},
        number::Number,
    },
    function::{Function, Param},
};

impl<'a> Codegen<'_, 'a> {
    /// Calls a method with arguments; whether it exists is known when the receiver is.
    pub(super) fn method(
        &mut self,
        name: &'a [u8],
        args: &[Operand<'a>],
        piped: bool,
        call_at: At,
    ) {
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

    pub(super) fn function(
        &mut self,
        name: &str,
        function: Option<&'static Function>,
        args: &[Operand<'a>],
        piped: bool,
        call_at: At,
    ) -> Nilness {
        let Some(function) = function else {
            self.fail(format!("{name:?} is not a defined function"));
            return Nilness::Settled;
        };
        if let Some(text) = wrong_count(function, args.len(), piped) {
            self.fail(text);
            return Nilness::Settled;
        }
        if let Some(stop) = builtins::short_circuit(function) {
            let end = self.small(self.body.ends.len());
            self.short_circuit(Op::ShortCircuit { stop, target: 0, end }, args, piped);
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
    fn short_circuit(&mut self, jump: Op, args: &[Operand<'a>], piped: bool) {
        let place = self.body.ends.len();
        self.body.ends.push(self.at);
        let mut jumps = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            self.operand(arg, Param::Any, Nilness::MayBeNil);
            if piped || index + 1 < args.len() {
                jumps.push(self.emit(jump));
            }
        }
        self.body.ends[place] = self.at;
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

    fn argument(&mut self, operand: &Operand<'a>, param: Param) {
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
    pub(super) fn operand(&mut self, operand: &Operand<'a>, param: Param, wanted: Nilness) {
        match &operand.kind {
            OperandKind::Pipe(pipe) => {
                let nilness = self.pipe(pipe);
                if nilness == Nilness::MayBeNil && wanted == Nilness::Settled {
                    self.emit(Op::Unwrap);
                }
            }
            OperandKind::Field(fields) => {
                self.at = operand.at;
                self.fields(&Receiver::Dot, *fields, None, operand.at);
            }
            OperandKind::Variable(name, fields) if !fields.is_empty() => {
                self.at = operand.at;
                let variable = self.variable(name);
                self.fields(&variable, *fields, None, operand.at);
            }
            OperandKind::Chain(inner, fields) => self.chain(operand, inner, *fields, None),
            OperandKind::Identifier(name, function) => {
                self.at = operand.at;
                self.function(name, *function, &[], false, operand.at);
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
    fn literal(&mut self, operand: &Operand<'a>, param: Param) {
        let wanted = match (param, &operand.kind) {
            (Param::Any | Param::Reflect, _) => {
                self.plain(operand);
                return;
            }
            (Param::Bool, OperandKind::Bool(value)) => Ok(Constant::Bool(*value)),
            (Param::String, OperandKind::String { text, .. }) => {
                Ok(Constant::String((*text).into()))
            }
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
