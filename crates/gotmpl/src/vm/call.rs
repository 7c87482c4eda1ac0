//! Fields, methods and functions, with Go's checks of their arguments.

use crate::{
    compiler::{calls, instructions::MethodCall},
    environment::MissingKey,
    error::{Error, ErrorKind},
    function::{Function, Method, Param},
    value::{Elem, Str, Value},
    vm::Machine,
};

/// Why an argument does not fit; constants are named by their expression.
pub(super) enum Mismatch {
    Constant(&'static str),
    Other(String),
}

impl Mismatch {
    pub(super) fn text(self, expression: &str) -> String {
        match self {
            Self::Constant(wanted) => format!("expected {wanted}; found {expression}"),
            Self::Other(text) => text,
        }
    }
}

fn exec(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Exec, text.into())
}

fn method_of(receiver: &Value, name: &[u8]) -> Option<&'static Method> {
    match receiver {
        Value::Map(map) => map.go_type().method(name),
        Value::List(list) => list.go_type().method(name),
        Value::Object(object) => {
            object.methods().iter().find(|method| method.name.as_bytes() == name)
        }
        _ => None,
    }
}

fn static_type(receiver: &Value, interface: bool) -> &'static str {
    if interface || receiver.is_nil() { "interface {}" } else { receiver.type_name() }
}

impl Machine<'_> {
    /// Pushes a field, key or argumentless method of a value.
    pub(super) fn field(
        &mut self,
        receiver: &Value,
        interface: bool,
        name: &Str,
    ) -> Result<(), Error> {
        if let Some(method) = method_of(receiver, name) {
            check_count(method, 0, false)?;
            let value = self.invoke_method(method, receiver, &mut [])?;
            self.push(value, false);
            return Ok(());
        }
        match &receiver {
            Value::Invalid => match self.environment().missing_key() {
                MissingKey::Error => {
                    return Err(exec(format!(
                        "nil data; no entry for key {:?}",
                        name.to_str_lossy()
                    )));
                }
                MissingKey::Zero | MissingKey::Invalid => self.push(Value::Invalid, false),
            },
            Value::Nil => {
                return Err(exec(format!("nil pointer evaluating interface {{}}.{name}")));
            }
            Value::Map(map) => {
                let elem = map.go_type().elem;
                match (map.get(name), self.environment().missing_key()) {
                    (Some(value), _) => self.push(value, elem == Elem::Any),
                    (None, MissingKey::Zero) => self.push(elem.zero(), elem == Elem::Any),
                    (None, MissingKey::Invalid) => self.push(Value::Invalid, false),
                    (None, MissingKey::Error) => {
                        let name = name.to_str_lossy();
                        return Err(exec(format!("map has no entry for key {name:?}")));
                    }
                }
            }
            Value::Object(object) => match object.field(&name.to_str_lossy()) {
                Some(value) => self.push(value, false),
                None => return Err(no_field(receiver, interface, name)),
            },
            _ => return Err(no_field(receiver, interface, name)),
        }
        Ok(())
    }

    /// Prepares a method call with arguments: true if the receiver on top has the method; false
    /// if there was no value, whose every member is no value again.
    pub(super) fn member(&mut self, call: MethodCall, name: &Str) -> Result<bool, Error> {
        let interface = self.interface;
        let receiver = self.pop();
        if let Some(method) = method_of(&receiver, name) {
            check_count(method, usize::from(call.count), call.piped)?;
            self.push(receiver, interface);
            return Ok(true);
        }
        match &receiver {
            Value::Invalid => {
                if call.piped {
                    self.stack.pop();
                }
                self.push(Value::Invalid, false);
                Ok(false)
            }
            Value::Nil => Err(exec(format!("nil pointer evaluating interface {{}}.{name}"))),
            Value::Map(_) => Err(exec(format!("{name} is not a method but has arguments"))),
            Value::Object(object) if object.field(&name.to_str_lossy()).is_some() => {
                Err(exec(format!("{name} has arguments but cannot be invoked as function")))
            }
            _ => Err(no_field(&receiver, interface, name)),
        }
    }

    /// Checks the argument on top; the receiver lies `index + 1` values below it.
    pub(super) fn method_argument(
        &mut self,
        name: &Str,
        index: u16,
        literal: bool,
    ) -> Result<(), Mismatch> {
        let top = self.stack.len().saturating_sub(1);
        let receiver = top.saturating_sub(usize::from(index) + 1);
        let Some(method) = method_of(&self.stack[receiver], name) else { return Ok(()) };
        let fixed = method.params.get(usize::from(index)).copied();
        let param = fixed.or(method.variadic).unwrap_or(Param::Any);
        if literal {
            let value = self.pop();
            let value = convert_literal(value, param)?;
            self.stack.push(value);
            return Ok(());
        }
        self.check(param, 0).map_err(|error| Mismatch::Other(error.detail().to_owned()))
    }

    /// Calls the method: below its arguments lies the receiver, below that the piped argument.
    pub(super) fn call_method(&mut self, call: MethodCall, name: &Str) -> Result<(), Error> {
        let mut args = self.spare.pop().unwrap_or_default();
        let first = self.stack.len().saturating_sub(usize::from(call.count));
        args.extend(self.stack.drain(first..).map(Value::or_nil));
        let receiver = self.pop();
        let Some(method) = method_of(&receiver, name) else {
            return Err(no_field(&receiver, false, name));
        };
        if call.piped {
            let fixed = method.params.get(args.len()).copied();
            self.check(fixed.or(method.variadic).unwrap_or(Param::Any), 0)?;
            args.push(self.pop().or_nil());
        }
        let value = self.invoke_method(method, &receiver, &mut args)?;
        self.recycle(args);
        self.push(value, false);
        Ok(())
    }

    fn invoke_method(
        &mut self,
        method: &'static Method,
        receiver: &Value,
        args: &mut [Value],
    ) -> Result<Value, Error> {
        let result = (method.call)(self, receiver, args);
        result.map_err(|cause| failed(method.name, cause))
    }

    /// Calls a function with the topmost values; a piped one lies lowest and becomes the last.
    pub(super) fn call(
        &mut self,
        function: &'static Function,
        count: u16,
        piped: bool,
    ) -> Result<(), Error> {
        let mut args = self.spare.pop().unwrap_or_default();
        let first = self.stack.len().saturating_sub(usize::from(count));
        if matches!(function.params, [Param::Reflect, ..]) {
            args.extend(self.stack.drain(first..));
        } else {
            args.extend(self.stack.drain(first..).map(Value::or_nil));
        }
        if piped {
            args.rotate_left(1);
        }
        let value =
            (function.call)(self, &mut args).map_err(|cause| failed(function.name, cause))?;
        self.recycle(args);
        if let Value::String(text) = &value {
            self.budget.charge_memory(text.len() as u64)?;
        }
        let value = if value.is_nil() { Value::Invalid } else { value };
        self.push(value, false);
        Ok(())
    }

    fn recycle(&mut self, mut args: Vec<Value>) {
        args.clear();
        self.spare.push(args);
    }

    /// Checks the value `depth` below the top against a parameter's type.
    pub(super) fn check(&mut self, param: Param, depth: usize) -> Result<(), Error> {
        let index = self.stack.len().saturating_sub(depth + 1);
        let value = &self.stack[index];
        if accepts(param, value) {
            return Ok(());
        }
        let wanted = param.name();
        Err(match value {
            Value::Invalid => exec(format!("invalid value; expected {wanted}")),
            Value::Nil => {
                exec(format!("wrong type for value; expected {wanted}; got interface {{}}"))
            }
            other => {
                let given = other.type_name();
                exec(format!("wrong type for value; expected {wanted}; got {given}"))
            }
        })
    }
}

fn failed(name: &str, cause: Error) -> Error {
    Error::new(ErrorKind::Call, format!("error calling {name}: ")).with_cause(cause)
}

fn no_field(receiver: &Value, interface: bool, name: &Str) -> Error {
    let go_type = static_type(receiver, interface);
    exec(format!("can't evaluate field {name} in type {go_type}"))
}

fn check_count(method: &Method, args: usize, piped: bool) -> Result<(), Error> {
    let given = args + usize::from(piped);
    match calls::count_error(method.name, method.params, method.variadic, given, args) {
        Some(text) => Err(exec(text)),
        None => Ok(()),
    }
}

/// Tells whether a value is assignable to a parameter's type.
fn accepts(param: Param, value: &Value) -> bool {
    match (param, value) {
        (Param::Any | Param::Reflect, _)
        | (Param::Bool, Value::Bool(_))
        | (Param::Int, Value::Int(_))
        | (Param::Int64, Value::Int64(_))
        | (Param::Float, Value::Float(_))
        | (Param::String, Value::String(_))
        | (Param::Bytes, Value::Bytes(_)) => true,
        (Param::Map(wanted), Value::Map(map)) => map.go_type().assignable_to(wanted),
        (Param::List(wanted), Value::List(list)) => list.go_type().assignable_to(wanted),
        (Param::Object(wanted), Value::Object(object)) => {
            let given = object.type_name();
            given == wanted || given.strip_prefix('*') == Some(wanted)
        }
        (_, Value::Invalid) => param.can_be_nil(),
        _ => false,
    }
}

fn convert_literal(value: Value, param: Param) -> Result<Value, Mismatch> {
    let whole = match &value {
        Value::Int(number) => Some(*number),
        Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
        _ => None,
    };
    match (param, value) {
        (Param::Any | Param::Reflect, value) => Ok(value),
        (param, Value::Nil) if param.can_be_nil() => Ok(Value::Nil),
        (param, Value::Nil) => {
            Err(Mismatch::Other(format!("cannot assign nil to {}", param.name())))
        }
        (Param::Bool, value @ Value::Bool(_)) | (Param::String, value @ Value::String(_)) => {
            Ok(value)
        }
        (Param::Float, value @ Value::Float(_)) => Ok(value),
        (Param::Float, Value::Int(number)) => Ok(Value::Float(number as f64)),
        (Param::Int, _) => whole.map(Value::Int).ok_or(Mismatch::Constant("integer")),
        (Param::Int64, _) => whole.map(Value::Int64).ok_or(Mismatch::Constant("integer")),
        (Param::Uint32, _) => whole
            .and_then(|number| u64::try_from(number).ok())
            .map(Value::Uint64)
            .ok_or(Mismatch::Constant("unsigned integer")),
        (Param::Bool, _) => Err(Mismatch::Constant("bool")),
        (Param::String, _) => Err(Mismatch::Constant("string")),
        (Param::Float, _) => Err(Mismatch::Constant("float")),
        (Param::Bytes | Param::Map(_) | Param::List(_) | Param::Object(_), value) => {
            let text = format!("can't handle {value:?} for arg of type {}", param.name());
            Err(Mismatch::Other(text))
        }
    }
}
