//! Numbers as the API server counts them.
//!
//! (Source: kube-openapi/pkg/validation/validate/{type,values}.go @ 43fb72c5454a; unchanged since
//! 70dd3763d340, which Kubernetes 1.31 has.)

use crate::resource::Value;

/// The relative error within which the server takes a fraction for a whole number.
const CLOSE: f64 = 1e-9;
/// The largest whole number that every reader of JSON agrees upon.
const MOST: f64 = 9_007_199_254_740_991.0;

/// Whether a number counts as an integer.
pub(super) fn is_whole(text: &str) -> bool {
    text.parse::<i64>().is_ok()
        || text.parse::<f64>().is_ok_and(|number| {
            let off = (number - number.round()).abs();
            number.abs() <= MOST && off < CLOSE * number.round().abs()
        })
}

/// Whether a number is a multiple of another; `None` where versions of the server may differ.
pub(super) fn is_multiple(value: &Value, factor: &Value) -> Option<bool> {
    if let (Some(value), Some(factor)) = (value.as_int(), factor.as_int()) {
        return (factor > 0).then(|| value % factor == 0);
    }
    if value.as_int().is_some() {
        // The server cuts the fraction off the factor.
        return None;
    }
    let number = |value: &Value| value.to_string().parse::<f64>().ok();
    let (value, factor) = (number(value)?, number(factor).filter(|factor| *factor > 0.0)?);
    let times = if factor < 1.0 { 1.0 / factor * value } else { value / factor };
    let off = (times - times.round()).abs();
    (times.is_finite() && times.abs() <= MOST)
        .then(|| off == 0.0 || off < 1e-6 * times.abs().max(1.0))
}

/// Whether a number does not fit the format of its type.
pub(super) fn overflows(kind: &str, format: &str, value: &Value) -> bool {
    let text = value.to_string();
    match (kind, format) {
        ("integer", "int32") => value.as_int().is_some_and(|value| i32::try_from(value).is_err()),
        ("number", "float") => text.parse::<f32>().is_ok_and(f32::is_infinite),
        _ => false,
    }
}
