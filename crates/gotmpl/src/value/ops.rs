//! Comparison as Go does it.

use std::slice::from_ref;

use crate::{
    environment::Dialect,
    error::Error,
    value::{Value, convert::Walk, fmt},
};

/// Returns Go's `reflect.DeepEqual`: same types, same contents.
///
/// # Errors
/// The values are too deep (they may contain themselves) or too large.
pub fn deep_equal(left: &Value, right: &Value) -> Result<bool, Error> {
    equal(left, right, &mut Walk::new())
}

fn equal(left: &Value, right: &Value, walk: &mut Walk) -> Result<bool, Error> {
    walk.enter()?;
    let same = match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.go_type().name == right.go_type().name
                && left.len() == right.len()
                && (left.same(right) || all_equal(left.iter().zip(right.iter()), walk)?)
        }
        (Value::Map(left), Value::Map(right)) => {
            if left.go_type().name != right.go_type().name || left.len() != right.len() {
                false
            } else if left.same(right) {
                true
            } else {
                let (left, right) = (left.entries(), right.entries());
                left.iter().zip(&right).all(|(left, right)| left.0 == right.0)
                    && all_equal(left.iter().map(|e| &e.1).zip(right.iter().map(|e| &e.1)), walk)?
            }
        }
        (Value::Object(left), Value::Object(right)) => std::rc::Rc::ptr_eq(left, right),
        _ => scalar_equal(left, right),
    };
    walk.leave();
    Ok(same)
}

fn all_equal<'v>(
    pairs: impl Iterator<Item = (&'v Value, &'v Value)>,
    walk: &mut Walk,
) -> Result<bool, Error> {
    for (left, right) in pairs {
        if !equal(left, right, walk)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn scalar_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) | (Value::Int64(left), Value::Int64(right)) => {
            left == right
        }
        (Value::Uint8(left), Value::Uint8(right)) => left == right,
        (Value::Uint64(left), Value::Uint64(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (left, right) => left.is_nil() && right.is_nil(),
    }
}

/// The kinds Go's comparison functions tell apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    String,
    Other,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(_) | Value::Int64(_) => Basic::Int,
        Value::Uint8(_) | Value::Uint64(_) => Basic::Uint,
        Value::Float(_) => Basic::Float,
        Value::String(_) => Basic::String,
        _ => Basic::Other,
    }
}

/// Returns an integer of either sign.
fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) | Value::Int64(number) => Some(i128::from(*number)),
        Value::Uint8(number) => Some(i128::from(*number)),
        Value::Uint64(number) => Some(i128::from(*number)),
        _ => None,
    }
}

fn incompatible(left: &Value, right: &Value, dialect: Dialect) -> Error {
    let text = "incompatible types for comparison";
    if !dialect.typed_comparison_errors() {
        return Error::function(text);
    }
    let (left, right) = (left.type_name(), right.type_name());
    Error::function(format!("{text}: {left} and {right}"))
}

/// Returns what the template function `eq` says of two values.
///
/// # Errors
/// Go's texts: the types cannot be compared.
pub fn equal_basic(left: &Value, right: &Value, dialect: Dialect) -> Result<bool, Error> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => return Ok(left == right),
        (Value::Bool(left), Value::Bool(right)) => return Ok(left == right),
        (Value::Float(left), Value::Float(right)) => return Ok(left == right),
        _ => {}
    }
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Ok(left == right);
    }
    if left.is_nil() || right.is_nil() {
        return Ok(left.is_nil() && right.is_nil());
    }
    if basic(left) != basic(right) {
        return Err(incompatible(left, right, dialect));
    }
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => Ok(std::rc::Rc::ptr_eq(left, right)),
        _ if left.kind() != right.kind() => {
            let (text, other) = (fmt::sprintf(b"%s", from_ref(left))?, fmt::display(right)?);
            let (left, right) = (left.type_name(), right.type_name());
            Err(Error::function(format!("non-comparable types {text}: {left}, {right}: {other}")))
        }
        _ => {
            let text = fmt::sprintf(b"%s", from_ref(right))?;
            Err(Error::function(format!("non-comparable type {text}: {}", right.type_name())))
        }
    }
}

/// Returns what the template function `lt` says of two values.
///
/// # Errors
/// Go's texts: the types have no order or cannot be compared.
pub fn less(left: &Value, right: &Value, dialect: Dialect) -> Result<bool, Error> {
    let unordered = || Err(Error::function("invalid type for comparison"));
    let (left_kind, right_kind) = (basic(left), basic(right));
    if left_kind == Basic::Other || right_kind == Basic::Other {
        return unordered();
    }
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Ok(left < right);
    }
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => Ok(left < right),
        (Value::String(left), Value::String(right)) => Ok(left < right),
        _ if left_kind != right_kind => Err(incompatible(left, right, dialect)),
        _ => unordered(),
    }
}
