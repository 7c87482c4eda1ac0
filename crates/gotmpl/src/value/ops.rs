//! Comparison as Go does it.

use crate::{
    error::Error,
    value::{Value, convert::Walk},
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
