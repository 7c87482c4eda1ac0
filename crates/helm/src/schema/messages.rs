//! Violations in the words of the library behind the profile.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use crate::profile::SchemaLibrary;

/// A violation with those that caused it.
struct Violation {
    path: String,
    text: String,
    causes: Vec<Self>,
}

/// The lines of all violations, ordered by place.
pub(super) fn text(errors: &[ValidationError<'_>], library: SchemaLibrary) -> String {
    let mut violations = collect(errors);
    violations.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = String::new();
    for violation in &violations {
        match library {
            SchemaLibrary::SanthoshTekuri => violation.write(0, &mut out),
            SchemaLibrary::Gojsonschema => {
                let field = match violation.path.trim_start_matches('/') {
                    "" => "(root)".to_owned(),
                    path => path.replace('/', "."),
                };
                out.extend(["- ", &field, ": ", &violation.text, "\n"]);
            }
        }
    }
    out
}

/// Makes violations of errors; properties missing from one object are told together.
fn collect(errors: &[ValidationError<'_>]) -> Vec<Violation> {
    let mut violations: Vec<Violation> = Vec::new();
    let mut missing: Vec<(String, String, Vec<String>)> = Vec::new();
    for error in errors {
        let path = error.instance_path().to_string();
        if let Kind::Required { property } = error.kind() {
            let schema = error.schema_path().to_string();
            let name = quote(property.as_str().unwrap_or_default());
            match missing.iter_mut().find(|(at, by, _)| *at == path && *by == schema) {
                Some((_, _, names)) => names.push(name),
                None => missing.push((path, schema, vec![name])),
            }
            continue;
        }
        let (text, causes) = told(error);
        violations.push(Violation { path, text, causes });
    }
    for (path, _, names) in missing {
        let noun = if names.len() == 1 { "property" } else { "properties" };
        let text = format!("missing {noun} {}", names.join(", "));
        violations.push(Violation { path, text, causes: Vec::new() });
    }
    violations
}

impl Violation {
    fn write(&self, depth: usize, out: &mut String) {
        out.push_str(&"  ".repeat(depth));
        out.extend(["- at ", &quote(&self.path), ": ", &self.text, "\n"]);
        for cause in &self.causes {
            cause.write(depth + 1, out);
        }
    }
}

/// Each alternative that failed, its violations grouped when there are several.
fn alternatives(path: &str, context: &[Vec<ValidationError<'static>>]) -> Vec<Violation> {
    let group = |errors: &Vec<ValidationError<'static>>| {
        let mut causes = collect(errors);
        if causes.len() == 1 {
            return causes.remove(0);
        }
        Violation { path: path.to_owned(), text: "validation failed".to_owned(), causes }
    };
    context.iter().map(group).collect()
}

fn told(error: &ValidationError<'_>) -> (String, Vec<Violation>) {
    let got = error.instance();
    let path = error.instance_path().to_string();
    let plain = match error.kind() {
        Kind::AnyOf { context } => {
            return ("anyOf failed".to_owned(), alternatives(&path, context));
        }
        Kind::OneOfNotValid { context } => {
            return ("oneOf failed, none matched".to_owned(), alternatives(&path, context));
        }
        Kind::OneOfMultipleValid { context } => {
            let matched: Vec<String> = context
                .iter()
                .enumerate()
                .filter(|(_, errors)| errors.is_empty())
                .map(|(index, _)| index.to_string())
                .take(2)
                .collect();
            format!("oneOf failed, subschemas {} matched", matched.join(", "))
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| quote(name)).collect();
            format!("additional properties {} not allowed", names.join(", "))
        }
        Kind::Type { kind } => format!("got {}, want {}", type_of(got), wanted(kind)),
        Kind::Enum { options } => one_of(options),
        Kind::Constant { expected_value } => match &**expected_value {
            Value::Array(_) | Value::Object(_) => "const failed".to_owned(),
            value => format!("value must be {}", shown(value)),
        },
        Kind::Pattern { pattern } => {
            format!("{} does not match pattern {}", shown(got), quote(pattern))
        }
        Kind::Format { format } => format!("{} is not valid {format}", shown(got)),
        Kind::Not { .. } => "not failed".to_owned(),
        Kind::FalseSchema => "false schema".to_owned(),
        Kind::Contains => "no items match contains schema".to_owned(),
        Kind::PropertyNames { error } => {
            format!("invalid propertyName {}", shown(error.instance()))
        }
        kind => bound(kind, got).unwrap_or_else(|| error.to_string()),
    };
    (plain, Vec::new())
}

/// Violations of a limit: what was counted and the limit.
fn bound(kind: &Kind, got: &Value) -> Option<String> {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let (got, want) = match kind {
        Kind::MinLength { limit } | Kind::MaxLength { limit } => {
            (got.as_str()?.chars().count() as f64, *limit as f64)
        }
        Kind::MinItems { limit } | Kind::MaxItems { limit } => {
            (got.as_array()?.len() as f64, *limit as f64)
        }
        Kind::MinProperties { limit } | Kind::MaxProperties { limit } => {
            (got.as_object()?.len() as f64, *limit as f64)
        }
        Kind::Minimum { limit }
        | Kind::Maximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::ExclusiveMaximum { limit } => (number(got), number(limit)),
        Kind::MultipleOf { multiple_of } => (number(got), *multiple_of),
        _ => return None,
    };
    Some(format!("{}: got {}, want {}", kind.keyword(), grouped(got), grouped(want)))
}

/// Numbers as the English printer of `golang.org/x/text` shows them: thousands in groups.
fn grouped(value: f64) -> String {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.extend([".", fraction]);
    }
    out
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    if options.iter().any(|option| option.is_array() || option.is_object()) {
        return "enum failed".to_owned();
    }
    let shown: Vec<String> = options.iter().map(shown).collect();
    match shown.as_slice() {
        [one] => format!("value must be {one}"),
        _ => format!("value must be one of {}", shown.join(", ")),
    }
}

fn wanted(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => {
            let names: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            names.join(" or ")
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => quote(text),
        Value::Array(_) | Value::Object(_) => "value".to_owned(),
        other => other.to_string(),
    }
}

fn quote(text: &str) -> String {
    let quoted = format!("{text:?}").replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}
