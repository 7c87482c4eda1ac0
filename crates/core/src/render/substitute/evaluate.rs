//! Replaces the expressions of a text.
//!
//! (Source: fluxcd/pkg, `envsubst/template.go`, `envsubst/funcs.go`.)

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    expression::{Expression, Extent, Function, Part, Where, parse},
    strip::{strip_end, strip_start},
};

/// The longest text that expressions may make.
const MAX_OUTPUT: usize = 32 << 20;
/// The longest value and pattern that are matched.
const MAX_MATCHED: usize = 1 << 16;

/// Why a text cannot be substituted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteError {
    /// An expression is not formed as it has to be.
    #[error("bad substitution")]
    BadSubstitution,
    /// An expression has no end, or an operator that is not known.
    #[error("missing closing brace")]
    ClosingBrace,
    /// An expression names no variable.
    #[error("unable to parse variable name")]
    VariableName,
    /// A function has no argument or no end.
    #[error("unable to parse substitution within function")]
    Argument,
    /// A variable is not set, and there is no default.
    #[error("variable not set (strict mode): {0:?}")]
    NotSet(String),
    /// A slice ends before it begins, which makes Flux panic.
    #[error("slice bounds out of range in `{0}`")]
    Slice(String),
    /// Expressions are nested too deep.
    #[error("expressions are nested too deep")]
    TooDeep,
    /// The result, or what a pattern is matched with, is too large.
    #[error("the text becomes too large")]
    TooLarge,
}

/// The values of variables.
#[derive(Clone, Copy, Debug)]
pub struct Variables<'v> {
    /// The values by name.
    pub values: &'v BTreeMap<Arc<str>, Arc<str>>,
    /// Whether a variable that has no value and no default is an error; it is empty otherwise.
    pub strict: bool,
    /// Whether an expression of a variable that has no value stays as it is.
    pub keeps_unknown: bool,
}

/// The text with its expressions replaced: `${v}`, bash's functions on it, and `$${v}` for the
/// text `${v}`.
///
/// # Errors
/// When an expression is malformed, when a variable is not set in strict mode, and beyond limits.
pub fn substitute(text: &str, variables: Variables<'_>) -> Result<String, SubstituteError> {
    let mut out = String::with_capacity(text.len());
    append(&parse(text)?, variables, &mut out)?;
    Ok(out)
}

fn append(
    parts: &[Part],
    variables: Variables<'_>,
    out: &mut String,
) -> Result<(), SubstituteError> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression(expression) => out.push_str(&evaluate(expression, variables)?),
        }
        if out.len() > MAX_OUTPUT {
            return Err(SubstituteError::TooLarge);
        }
    }
    Ok(())
}

fn evaluate(expression: &Expression, variables: Variables<'_>) -> Result<String, SubstituteError> {
    let name = &expression.variable;
    let value = variables.values.get(name.as_str());
    if value.is_none() && variables.keeps_unknown {
        return Ok(expression.text.clone());
    }
    let mut arguments = Vec::with_capacity(expression.arguments.len());
    for part in &expression.arguments {
        let mut text = String::new();
        append(std::slice::from_ref(part), variables, &mut text)?;
        arguments.push(text);
    }
    if value.is_none() && variables.strict && expression.function != Function::Default {
        return Err(SubstituteError::NotSet(name.clone()));
    }
    let value = value.map_or("", |value| value);
    let argument = |index: usize| arguments.get(index).map_or("", String::as_str);
    Ok(match expression.function {
        Function::Value => value.to_owned(),
        Function::Length => value.len().to_string(),
        Function::Default if value.is_empty() => arguments.concat(),
        Function::Default => value.to_owned(),
        Function::UpperFirst => first(value, upper),
        Function::Upper => value.chars().map(upper).collect(),
        Function::LowerFirst => first(value, lower),
        Function::Lower => value.chars().map(lower).collect(),
        Function::Slice => slice(value, &arguments)
            .ok_or_else(|| SubstituteError::Slice(format!("${{{name}:…}}")))?,
        Function::StripStart(extent) => stripped(strip_start, value, argument(0), extent)?,
        Function::StripEnd(extent) => stripped(strip_end, value, argument(0), extent)?,
        // Without a replacement, a match at an end stays.
        Function::Replace(Where::Start | Where::End) if arguments.len() != 2 => value.to_owned(),
        Function::Replace(place) => replaced(place, value, argument(0), argument(1))?,
    })
}

/// The character that Go maps it to: one for one.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn first(value: &str, map: fn(char) -> char) -> String {
    let mut characters = value.chars();
    characters.next().map(map).into_iter().chain(characters).collect()
}

/// The bytes from an offset on; nothing where Flux would fail. A number that cannot be read leaves
/// the value as it is.
fn slice(value: &str, arguments: &[String]) -> Option<String> {
    let number = |index: usize| arguments.get(index).map(|text| text.parse::<i64>());
    let length = value.len() as i64;
    let Some(Ok(from)) = number(0) else { return Some(value.to_owned()) };
    let from = if from < 0 { (length + from).max(0) } else { from };
    let to = match number(1) {
        None => length,
        Some(Err(_)) => return Some(value.to_owned()),
        Some(Ok(count)) => from.saturating_add(count).min(length),
    };
    if to >= length && from >= length {
        return Some(String::new());
    }
    let range = usize::try_from(from).ok()?..usize::try_from(to).ok()?;
    Some(String::from_utf8_lossy(value.as_bytes().get(range)?).into_owned())
}

fn stripped(
    strip: fn(&str, &str, Extent) -> String,
    value: &str,
    pattern: &str,
    extent: Extent,
) -> Result<String, SubstituteError> {
    if value.len().saturating_mul(pattern.len().max(1)) > MAX_OUTPUT || pattern.len() > MAX_MATCHED
    {
        return Err(SubstituteError::TooLarge);
    }
    Ok(strip(value, pattern, extent))
}

fn replaced(
    place: Where,
    value: &str,
    pattern: &str,
    new: &str,
) -> Result<String, SubstituteError> {
    if (value.len() + 1).saturating_mul(new.len()) > MAX_OUTPUT
        && value.len() + value.matches(pattern).count().saturating_mul(new.len()) > MAX_OUTPUT
    {
        return Err(SubstituteError::TooLarge);
    }
    Ok(match place {
        Where::First => value.replacen(pattern, new, 1),
        Where::All => value.replace(pattern, new),
        Where::Start if value.starts_with(pattern) => value.replacen(pattern, new, 1),
        Where::End => match value.strip_suffix(pattern) {
            Some(rest) => format!("{rest}{new}"),
            None => value.to_owned(),
        },
        Where::Start => value.to_owned(),
    })
}

/// The variables that a text mentions.
pub(in crate::render) fn mentioned(text: &str) -> Result<BTreeSet<String>, SubstituteError> {
    let mut names = BTreeSet::new();
    let mut open = parse(text)?;
    while let Some(part) = open.pop() {
        if let Part::Expression(expression) = part {
            names.insert(expression.variable);
            open.extend(expression.arguments);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn variables<'v>(
        values: &'v BTreeMap<Arc<str>, Arc<str>>,
        keeps_unknown: bool,
    ) -> Variables<'v> {
        Variables { values, strict: false, keeps_unknown }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nothing = BTreeMap::new();
        let nested = |depth: usize| format!("{}x{}", "${a:-".repeat(depth), "}".repeat(depth));
        assert_eq!(substitute(&nested(60), variables(&nothing, false)).as_deref(), Ok("x"));
        let deep = substitute(&nested(100_000), variables(&nothing, false));
        assert_eq!(deep, Err(SubstituteError::TooDeep));
    }

    #[test]
    fn results_have_a_limit() {
        let value: Arc<str> = "x".repeat(1 << 16).into();
        let values = BTreeMap::from([("v".into(), value)]);
        let text = "${v//x/${v//x/${v//x/${v}}}}";
        let result = substitute(text, variables(&values, false));
        assert_eq!(result, Err(SubstituteError::TooLarge));
    }

    proptest! {
        #[test]
        fn any_text_is_replaced_or_refused(text in r"(\$\{|[$}:/#%^,\-=\\*a-c \n]){0,40}") {
            let values = BTreeMap::from([("a".into(), "b*c".into())]);
            drop(substitute(&text, variables(&values, false)));
            let nothing = BTreeMap::new();
            if let Ok(kept) = substitute(&text, variables(&nothing, true)) {
                prop_assert!(text.contains("$$") || kept == text, "{text:?} became {kept:?}");
            }
        }
    }
}
