//! Go's predefined functions.

use crate::{
    error::Error,
    function::{Function, Param},
    value::{Value, fmt, ops},
    vm::Machine,
};

/// Go's predefined functions.
pub static BUILTINS: &[Function] = &[
    Function::variadic("and", &[Param::Any], Param::Any, last),
    Function::variadic("or", &[Param::Any], Param::Any, last),
    Function::new("not", &[Param::Any], not),
    Function::variadic("eq", &[Param::Any], Param::Any, eq),
    Function::new("ne", &[Param::Any, Param::Any], ne),
    Function::new("lt", &[Param::Any, Param::Any], lt),
    Function::new("le", &[Param::Any, Param::Any], le),
    Function::new("gt", &[Param::Any, Param::Any], gt),
    Function::new("ge", &[Param::Any, Param::Any], ge),
    Function::new("len", &[Param::Reflect], len),
    Function::variadic("index", &[Param::Any], Param::Any, index),
    Function::variadic("slice", &[Param::Any], Param::Any, slice),
    Function::variadic("call", &[Param::Any], Param::Any, call),
    Function::variadic("print", &[], Param::Any, print),
    Function::variadic("printf", &[Param::String], Param::Any, printf),
    Function::variadic("println", &[], Param::Any, println),
    Function::variadic("html", &[], Param::Any, html),
    Function::variadic("js", &[], Param::Any, js),
    Function::variadic("urlquery", &[], Param::Any, urlquery),
];

/// Returns the truth that ends the evaluation early, for `and` and `or`.
pub(crate) fn short_circuit(function: &Function) -> Option<bool> {
    let builtin = BUILTINS.iter().position(|known| std::ptr::eq(known, function));
    match builtin {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    }
}

/// Tells whether this is `call`, whose errors name the expression that is no function.
pub(crate) fn is_call(function: &Function) -> bool {
    BUILTINS.iter().any(|known| std::ptr::eq(known, function)) && function.name == "call"
}

fn last(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    Ok(args.last().cloned().unwrap_or_default())
}

fn not(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    Ok(Value::Bool(!args[0].truthy()))
}

fn eq(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let Some((first, rest)) = args.split_first() else { return Ok(Value::Bool(false)) };
    if rest.is_empty() {
        return Err(Error::function("missing argument for comparison"));
    }
    let dialect = machine.environment().dialect();
    for other in rest {
        if ops::equal_basic(first, other, dialect)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn ne(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let dialect = machine.environment().dialect();
    Ok(Value::Bool(!ops::equal_basic(&args[0], &args[1], dialect)?))
}

fn lt(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let dialect = machine.environment().dialect();
    Ok(Value::Bool(ops::less(&args[0], &args[1], dialect)?))
}

fn less_or_equal(machine: &Machine<'_>, args: &[Value]) -> Result<bool, Error> {
    let dialect = machine.environment().dialect();
    Ok(ops::less(&args[0], &args[1], dialect)? || ops::equal_basic(&args[0], &args[1], dialect)?)
}

fn le(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    Ok(Value::Bool(less_or_equal(machine, args)?))
}

fn gt(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    Ok(Value::Bool(!less_or_equal(machine, args)?))
}

fn ge(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let dialect = machine.environment().dialect();
    Ok(Value::Bool(!ops::less(&args[0], &args[1], dialect)?))
}

/// Returns the type's name once pointers have been followed.
fn followed(value: &Value) -> &'static str {
    value.type_name().trim_start_matches('*')
}

fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::List(list) => Some(list.len()),
        Value::Map(map) => Some(map.len()),
        _ => None,
    }
}

fn len(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    match length_of(&args[0]) {
        Some(length) => Ok(Value::Int(length as i64)),
        None if matches!(args[0], Value::Nil) => Err(Error::function("len of nil pointer")),
        None if matches!(args[0], Value::Invalid) => {
            Err(Error::function("reflect: call of reflect.Value.Type on zero Value"))
        }
        None => Err(Error::function(format!("len of type {}", followed(&args[0])))),
    }
}

/// Reads an index; Go names the type of anything but an integer.
fn position(value: &Value, limit: usize) -> Result<usize, Error> {
    let number = match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint8(number) => i64::from(*number),
        Value::Uint64(number) => *number as i64,
        Value::Nil | Value::Invalid => {
            return Err(Error::function("cannot index slice/array with nil"));
        }
        other => {
            let name = other.type_name();
            return Err(Error::function(format!("cannot index slice/array with type {name}")));
        }
    };
    match usize::try_from(number) {
        Ok(position) if position <= limit => Ok(position),
        _ => Err(Error::function(format!("index out of range: {number}"))),
    }
}

/// Reads the index of an item; Go lets the length itself pass its check and stumbles later.
fn item_position(value: &Value, length: usize, what: &str) -> Result<usize, Error> {
    match position(value, length)? {
        position if position == length => {
            Err(Error::function(format!("reflect: {what} index out of range")))
        }
        position => Ok(position),
    }
}

fn index(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let Some((item, keys)) = args.split_first() else { return Ok(Value::Nil) };
    if item.is_nil() {
        return Err(Error::function("index of untyped nil"));
    }
    let mut item = item.clone();
    for key in keys {
        item = element(&item, key)?;
    }
    Ok(item)
}

fn element(item: &Value, key: &Value) -> Result<Value, Error> {
    match item {
        Value::String(text) => Ok(Value::Uint8(text[item_position(key, text.len(), "string")?])),
        Value::Bytes(bytes) => Ok(Value::Uint8(bytes[item_position(key, bytes.len(), "slice")?])),
        Value::List(list) => Ok(list.as_slice()[item_position(key, list.len(), "slice")?].clone()),
        Value::Map(map) => match key {
            Value::String(key) => Ok(map.get(key).unwrap_or_else(|| map.go_type().elem.zero())),
            Value::Nil | Value::Invalid => {
                Err(Error::function("value is nil; should be of type string"))
            }
            other => {
                let name = other.type_name();
                Err(Error::function(format!("value has type {name}; should be string")))
            }
        },
        Value::Nil | Value::Invalid => Err(Error::function("index of nil pointer")),
        other => Err(Error::function(format!("can't index item of type {}", followed(other)))),
    }
}

fn slice(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let Some((item, keys)) = args.split_first() else { return Ok(Value::Nil) };
    if item.is_nil() {
        return Err(Error::function("slice of untyped nil"));
    }
    if keys.len() > 3 {
        return Err(Error::function(format!("too many slice indexes: {}", keys.len())));
    }
    let length = match item {
        Value::Map(_) => None,
        other => length_of(other),
    };
    let Some(length) = length else {
        return Err(Error::function(format!("can't slice item of type {}", item.type_name())));
    };
    if keys.len() == 3 && matches!(item, Value::String(_)) {
        return Err(Error::function("cannot 3-index slice a string"));
    }
    let mut bounds = [0, length, length];
    for (bound, key) in bounds.iter_mut().zip(keys) {
        *bound = position(key, length)?;
    }
    let [low, high, cap] = bounds;
    if low > high {
        return Err(Error::function(format!("invalid slice index: {low} > {high}")));
    }
    if keys.len() == 3 && high > cap {
        return Err(Error::function(format!("invalid slice index: {high} > {cap}")));
    }
    Ok(match item {
        Value::String(text) => Value::String(text[low..high].into()),
        Value::Bytes(bytes) => Value::Bytes(bytes[low..high].into()),
        Value::List(list) => {
            let items = list.as_slice()[low..high].to_vec();
            Value::List(crate::value::List::with_type(items, list.go_type()))
        }
        other => other.clone(),
    })
}

fn call(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let [expression, callee, ..] = args else { return Err(Error::function("call of nil")) };
    if callee.is_nil() {
        return Err(Error::function("call of nil"));
    }
    let name = callee.type_name();
    if !machine.environment().dialect().call_names_expression() {
        return Err(Error::function(format!("non-function of type {name}")));
    }
    let expression = fmt::display(expression)?;
    Err(Error::function(format!("non-function {expression} of type {name}")))
}

fn print(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    fmt::sprint(args).map(Value::String)
}

fn printf(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    match args.split_first() {
        Some((Value::String(format), rest)) => fmt::sprintf(format, rest).map(Value::String),
        _ => Ok(Value::String(crate::value::Str::EMPTY)),
    }
}

fn println(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    fmt::sprintln(args).map(Value::String)
}

/// Returns the text the escaping functions work on: as an action prints it.
fn printable(args: &mut [Value]) -> Result<crate::value::Str, Error> {
    for arg in &mut *args {
        if arg.is_nil() {
            *arg = Value::from("<no value>");
        }
    }
    fmt::sprint(args)
}

fn html(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let text = printable(args)?;
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter() {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            other => out.push(*other),
        }
    }
    Ok(Value::from(out))
}

fn js(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let text = printable(args)?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (c, width) = crate::compiler::quote::decode(rest);
        match c {
            '\\' => out.extend_from_slice(br"\\"),
            '\'' => out.extend_from_slice(br"\'"),
            '"' => out.extend_from_slice(br#"\""#),
            '<' => out.extend_from_slice(br"\u003C"),
            '>' => out.extend_from_slice(br"\u003E"),
            '&' => out.extend_from_slice(br"\u0026"),
            '=' => out.extend_from_slice(br"\u003D"),
            c if c >= ' ' && (c.is_ascii() || fmt::is_print(c)) => {
                out.extend_from_slice(&rest[..width]);
            }
            c => out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes()),
        }
        rest = &rest[width..];
    }
    Ok(Value::from(out))
}

fn urlquery(_: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
    let text = printable(args)?;
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter() {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            byte if byte.is_ascii_alphanumeric() => out.push(*byte),
            byte => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    Ok(Value::from(out))
}
