//! Violations in the words of xeipuuv/gojsonschema 1.2.0 (Helm 3 up to 3.18.4).

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::{
    check::Line,
    groups::{GroupKind, groups_of},
    parts,
};

/// The lines of all violations, ordered by place, of a whole instance against a whole schema.
pub(super) fn lines(errors: &[ValidationError<'_>], values: &Value, schema: &Value) -> Vec<Line> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut told = Vec::new();
    let gathered = |error: &ValidationError<'_>| {
        let place = error.evaluation_path().to_string();
        groups_of(&place, &error.instance_path().to_string())
    };
    for (index, error) in errors.iter().enumerate() {
        for group in gathered(error) {
            let text = match group.kind {
                GroupKind::Then => "Must validate \"then\" as \"if\" was valid",
                GroupKind::Else => "Must validate \"else\" as \"if\" was not valid",
                GroupKind::AllOf | GroupKind::Reference => continue,
            };
            if !told.contains(&group) {
                lines.push((group.instance.clone(), text.to_owned()));
                told.push(group);
            }
        }
        tell(error, values, schema, &mut lines);
        for group in gathered(error) {
            let later = |error| gathered(error).contains(&group);
            if group.kind == GroupKind::AllOf && !errors[index + 1..].iter().any(later) {
                let text = "Must validate all the schemas (allOf)".to_owned();
                lines.push((group.instance.clone(), text));
            }
        }
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines.into_iter().map(|(pointer, text)| Line { pointer, text, depth: 0 }).collect()
}

/// The text of lines.
pub(super) fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("- {}: {}\n", field(&line.pointer), line.text)).collect()
}

fn field(path: &str) -> String {
    match path.trim_start_matches('/') {
        "" => "(root)".to_owned(),
        path => path.replace('/', "."),
    }
}

fn tell(
    error: &ValidationError<'_>,
    values: &Value,
    schema: &Value,
    lines: &mut Vec<(String, String)>,
) {
    let path = error.instance_path().to_string();
    let not_allowed = |name: &str| format!("Additional property {name} is not allowed");
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            lines.extend(unexpected.iter().map(|name| (path.clone(), not_allowed(name))));
        }
        Kind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
            let object = values.pointer(&path).and_then(Value::as_object);
            let names = object.into_iter().flat_map(|map| map.keys());
            lines.extend(names.map(|name| (path.clone(), not_allowed(name))));
        }
        Kind::AnyOf { context } => {
            lines.push((path, "Must validate at least one schema (anyOf)".to_owned()));
            tell_first(context, values, schema, lines);
        }
        Kind::OneOfNotValid { context } => {
            lines.push((path, "Must validate one and only one schema (oneOf)".to_owned()));
            tell_first(context, values, schema, lines);
        }
        Kind::PropertyNames { error } => {
            let name = error.instance();
            lines.push((path.clone(), format!("Property name of {name} does not match")));
            lines.push((path.clone(), plain(error, schema, &field(&path))));
        }
        Kind::Contains => {
            lines.push((path.clone(), plain(error, schema, &field(&path))));
            let wanted = parts::validator_at(schema, error.schema_path().as_str());
            let first = error.instance().as_array().and_then(|items| items.first());
            if let (Some(wanted), Some(item)) = (wanted, first) {
                let mut own = Vec::new();
                wanted.iter_errors(item).for_each(|error| tell(&error, item, schema, &mut own));
                let below = |(at, text)| (format!("{path}/0{at}"), text);
                lines.extend(own.into_iter().map(below));
            }
        }
        _ => lines.push((path.clone(), plain(error, schema, &field(&path)))),
    }
}

/// Of alternatives that all failed, the first one is told too.
fn tell_first(
    context: &[Vec<ValidationError<'static>>],
    values: &Value,
    schema: &Value,
    lines: &mut Vec<(String, String)>,
) {
    for error in context.first().into_iter().flatten() {
        tell(error, values, schema, lines);
    }
}

fn plain(error: &ValidationError<'_>, schema: &Value, field: &str) -> String {
    let field = field.rsplit('.').next().unwrap_or(field);
    match error.kind() {
        Kind::Required { property } if parts::dependent_on(schema, error).is_some() => {
            format!("Has a dependency on {}", property.as_str().unwrap_or_default())
        }
        Kind::Required { property } => {
            format!("{} is required", property.as_str().unwrap_or_default())
        }
        Kind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(kind) => kind.to_string(),
                TypeKind::Multiple(kinds) => {
                    let own = schema.pointer(error.schema_path().as_str());
                    let own = own.and_then(Value::as_array).map(|names| {
                        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                    });
                    let known = || kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>();
                    format!("[{}]", own.unwrap_or_else(known).join(","))
                }
            };
            format!("Invalid type. Expected: {wanted}, given: {}", type_of(error.instance()))
        }
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let shown: Vec<String> = options.iter().map(ToString::to_string).collect();
            format!("{field} must be one of the following: {}", shown.join(", "))
        }
        Kind::Constant { expected_value } => format!("{field} does not match: {expected_value}"),
        Kind::Pattern { pattern } => format!("Does not match pattern '{pattern}'"),
        Kind::Format { format } => format!("Does not match format '{format}'"),
        Kind::Minimum { limit } => format!("Must be greater than or equal to {limit}"),
        Kind::Maximum { limit } => format!("Must be less than or equal to {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("Must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("Must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("Must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => {
            format!("String length must be greater than or equal to {limit}")
        }
        Kind::MaxLength { limit } => format!("String length must be less than or equal to {limit}"),
        Kind::MinItems { limit } => format!("Array must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("Array must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("Must have at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("Must have at most {limit} properties"),
        Kind::OneOfMultipleValid { .. } => {
            "Must validate one and only one schema (oneOf)".to_owned()
        }
        Kind::Not { .. } => "Must not validate the schema (not)".to_owned(),
        Kind::Contains => "At least one of the items must match".to_owned(),
        Kind::UniqueItems => match parts::equal_items(error.instance()) {
            Some((first, second)) => format!("array items[{first},{second}] must be unique"),
            None => error.to_string(),
        },
        Kind::FalseSchema => "False always fails validation".to_owned(),
        _ => error.to_string(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
