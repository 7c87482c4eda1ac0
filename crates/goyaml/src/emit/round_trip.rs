//! What the JSON step inside `sigs.k8s.io/yaml`'s `Marshal` does to values: they are written as
//! JSON, and goyaml v2 reads that JSON as YAML before writing it.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::float::{format_float, write_json_float};
use crate::resolve::{Scalar, resolve};

/// Calls `write` with the text that a finite float has after the round trip.
pub(super) fn float(value: f64, write: impl FnOnce(&str)) {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return write(&(value as i64).to_string());
    }
    let mut json = String::with_capacity(24);
    write_json_float(&mut json, value);
    match resolve(&json) {
        Scalar::Float(float) => write(&format_float(float)),
        _ => write(&json),
    }
}

/// Returns a text after the round trip, or goyaml's complaint about reading it.
pub(super) fn string(value: &str) -> Result<Cow<'_, str>, Error> {
    if !value.bytes().any(|byte| matches!(byte, 0x7F | 0xC2 | 0xEF)) {
        return Ok(Cow::Borrowed(value));
    }
    let refused =
        |char| matches!(char, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
    if value.contains(refused) {
        return Err(Error::yaml(ErrorKind::Syntax, "control characters are not allowed"));
    }
    if value.contains('\u{85}') {
        fold_next_lines(value).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(value))
    }
}

/// goyaml cannot find the colon of a key whose JSON text is longer than this.
const LONGEST_KEY: usize = 1024;

/// Checks that goyaml can read the key back from one line of JSON.
pub(super) fn check_key(key: &str) -> Result<(), Error> {
    // A character takes at most six in JSON, so that most keys need no counting.
    let fits = key.len() < LONGEST_KEY / 6
        || 2 + key.chars().map(json_width).sum::<usize>() <= LONGEST_KEY;
    if fits && !key.contains('\u{85}') {
        return Ok(());
    }
    Err(Error::yaml(ErrorKind::Syntax, "did not find expected ',' or '}'"))
}

fn json_width(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{C}' => 2,
        '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    }
}

/// U+0085 is a line break to goyaml, so a double-quoted text folds at it: blanks around it go, one
/// becomes a blank, more become one line break less than there were.
fn fold_next_lines(value: &str) -> Result<String, Error> {
    let mut folded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((line, after)) = rest.split_once('\u{85}') {
        folded.push_str(line.trim_end_matches(' '));
        rest = after.trim_start_matches(' ');
        let mut more = 0;
        let mut column_zero = rest.len() == after.len();
        while let Some(after) = rest.strip_prefix('\u{85}') {
            more += 1;
            rest = after.trim_start_matches(' ');
            column_zero = rest.len() == after.len();
        }
        if column_zero && is_document_indicator(rest) {
            return Err(Error::yaml(ErrorKind::Syntax, "found unexpected document indicator"));
        }
        folded.push_str(if more == 0 { " " } else { "" });
        (0..more).for_each(|_| folded.push('\n'));
    }
    folded.push_str(rest);
    Ok(folded)
}

fn is_document_indicator(text: &str) -> bool {
    let rest = text.strip_prefix("---").or_else(|| text.strip_prefix("..."));
    rest.is_some_and(|rest| rest.starts_with([' ', '\u{85}']))
}
