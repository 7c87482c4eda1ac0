//! Violations in the words of santhosh-tekuri/jsonschema v6.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::{
    check::Line,
    formats,
    groups::{Group, GroupKind, groups_of},
    parts,
};

/// A violation with those that caused it.
struct Violation {
    path: String,
    text: String,
    causes: Vec<Self>,
    /// The keyword that gathers its causes, with its place in the schema.
    group: Option<(GroupKind, String)>,
}

impl Violation {
    fn new(path: String, text: String) -> Self {
        Self { path, text, causes: Vec::new(), group: None }
    }

    fn of_group(group: &Group) -> Self {
        let text = match group.kind {
            GroupKind::AllOf => "'allOf' failed",
            _ => "validation failed",
        };
        let key = Some((group.kind, group.keyword.clone()));
        Self { group: key, ..Self::new(group.instance.clone(), text.to_owned()) }
    }
}

/// The whole instance and the whole schema.
#[derive(Clone, Copy)]
struct Whole<'w> {
    values: &'w Value,
    schema: &'w Value,
}

/// The lines of all violations, ordered by place, of a whole instance against a whole schema.
pub(super) fn lines(errors: &[ValidationError<'_>], values: &Value, schema: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    for violation in collect(errors, Whole { values, schema }, "") {
        violation.write(0, &mut lines);
    }
    lines
}

/// The text of lines.
pub(super) fn text(lines: &[Line]) -> String {
    let shown = |line: &Line| {
        format!("{}- at {}: {}\n", "  ".repeat(line.depth), quote(&line.pointer), line.text)
    };
    lines.iter().map(shown).collect()
}

/// Makes violations of errors; properties missing from one object are told together, and what
/// stands below `allOf` or a reference hangs there. `base` is the schema place already told.
fn collect(errors: &[ValidationError<'_>], whole: Whole<'_>, base: &str) -> Vec<Violation> {
    let mut roots: Vec<Violation> = Vec::new();
    let mut missing: Vec<(String, String)> = Vec::new();
    for error in errors {
        let (path, schema) =
            (error.instance_path().to_string(), error.evaluation_path().to_string());
        let mut siblings = &mut roots;
        let told = |group: &&Group| {
            matches!(group.kind, GroupKind::AllOf | GroupKind::Reference)
                && group.keyword.len() > base.len()
        };
        for group in groups_of(&schema, &path).iter().filter(told) {
            let key = Some((group.kind, group.keyword.clone()));
            let at = match siblings.iter().position(|violation| violation.group == key) {
                Some(at) => at,
                None => {
                    siblings.push(Violation::of_group(group));
                    siblings.len() - 1
                }
            };
            siblings = &mut siblings[at].causes;
        }
        let place = (path.clone(), schema.clone());
        match error.kind() {
            Kind::Required { property } if dependent(error, whole).is_some() => {
                let name = quote(property.as_str().unwrap_or_default());
                let owner = dependent(error, whole).unwrap_or_default();
                let tail = format!(" required, if {} exists", quote(&owner));
                let same = |own: &&mut Violation| own.path == path && own.text.ends_with(&tail);
                match siblings.iter_mut().find(same) {
                    Some(own) => {
                        let names = own.text.trim_end_matches(&tail).to_owned();
                        own.text = format!("{names}, {name}{tail}");
                    }
                    None => {
                        siblings.push(Violation::new(path, format!("properties {name}{tail}")));
                    }
                }
            }
            Kind::UnevaluatedProperties { unexpected } => {
                let one =
                    |name| Violation::new(format!("{path}/{name}"), "false schema".to_owned());
                siblings.extend(unexpected.iter().map(one));
            }
            Kind::PropertyNames { error } => {
                let mut causes = collect(std::slice::from_ref(&**error), whole, &schema);
                // The library looks at the name as at a value of its own.
                for cause in &mut causes {
                    cause.path.clear();
                }
                let text = format!("invalid propertyName {}", shown(error.instance()));
                siblings.push(Violation { causes, ..Violation::new(String::new(), text) });
            }
            Kind::Required { property } if missing.contains(&place) => {
                let name = quote(property.as_str().unwrap_or_default());
                let own = siblings.iter_mut().find(|own| own.path == path && is_missing(&own.text));
                if let Some(own) = own {
                    own.text = own.text.replacen("missing property ", "missing properties ", 1);
                    own.text.extend([", ", &name]);
                }
            }
            Kind::Required { .. } => {
                missing.push(place);
                siblings.push(Violation::new(path, plain(error, whole.values)));
            }
            _ => {
                let causes = causes_of(error, whole, &schema);
                siblings
                    .push(Violation { causes, ..Violation::new(path, plain(error, whole.values)) });
            }
        }
    }
    arranged(roots)
}

fn dependent(error: &ValidationError<'_>, whole: Whole<'_>) -> Option<String> {
    parts::dependent_on(whole.schema, error)
}

fn is_missing(text: &str) -> bool {
    text.starts_with("missing propert")
}

/// References with a single cause are left out; the rest is ordered by place.
fn arranged(violations: Vec<Violation>) -> Vec<Violation> {
    let arranged_one = |mut violation: Violation| {
        violation.causes = arranged(violation.causes);
        let reference = matches!(violation.group, Some((GroupKind::Reference, _)));
        match violation.causes.len() {
            1 if reference => violation.causes.remove(0),
            _ => violation,
        }
    };
    let mut violations: Vec<Violation> = violations.into_iter().map(arranged_one).collect();
    violations.sort_by(|a, b| a.path.cmp(&b.path));
    violations
}

impl Violation {
    fn move_below(&mut self, path: &str) {
        self.path.insert_str(0, path);
        for cause in &mut self.causes {
            cause.move_below(path);
        }
    }

    fn write(&self, depth: usize, lines: &mut Vec<Line>) {
        let (pointer, text) = (self.path.clone(), self.text.clone());
        lines.push(Line { pointer, text, depth });
        for cause in &self.causes {
            cause.write(depth + 1, lines);
        }
    }
}

/// For alternatives: each one that failed, its violations grouped when there are several.
fn causes_of(error: &ValidationError<'_>, whole: Whole<'_>, schema: &str) -> Vec<Violation> {
    if let Kind::Contains = error.kind() {
        return item_causes(error, whole);
    }
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return Vec::new();
    };
    let path = error.instance_path().to_string();
    let group = |errors: &Vec<ValidationError<'static>>| {
        let mut causes = collect(errors, whole, schema);
        if causes.len() == 1 {
            return causes.remove(0);
        }
        Violation { causes, ..Violation::new(path.clone(), "validation failed".to_owned()) }
    };
    context.iter().map(group).collect()
}

/// For `contains`: what each item lacks.
fn item_causes(error: &ValidationError<'_>, whole: Whole<'_>) -> Vec<Violation> {
    let path = error.instance_path().to_string();
    let Some(wanted) = parts::validator_at(whole.schema, error.schema_path().as_str()) else {
        return Vec::new();
    };
    let items = error.instance().as_array().map(Vec::as_slice).unwrap_or_default();
    let cause = |(index, item): (usize, &Value)| {
        let errors: Vec<_> = wanted.iter_errors(item).collect();
        let mut causes = collect(&errors, Whole { values: item, ..whole }, "");
        for cause in &mut causes {
            cause.move_below(&format!("{path}/{index}"));
        }
        match causes.len() {
            1 => causes.remove(0),
            _ => {
                let place = format!("{path}/{index}");
                Violation { causes, ..Violation::new(place, "validation failed".to_owned()) }
            }
        }
    };
    items.iter().enumerate().map(cause).collect()
}

/// The text of one violation; `values` is the whole instance.
fn plain(error: &ValidationError<'_>, values: &Value) -> String {
    let got = error.instance();
    match error.kind() {
        Kind::AnyOf { .. } => "'anyOf' failed".to_owned(),
        Kind::OneOfNotValid { .. } => "'oneOf' failed, none matched".to_owned(),
        Kind::OneOfMultipleValid { context } => {
            let matched = context.iter().enumerate().filter(|(_, errors)| errors.is_empty());
            let matched: Vec<String> = matched.map(|(at, _)| at.to_string()).take(2).collect();
            format!("'oneOf' failed, subschemas {} matched", matched.join(", "))
        }
        Kind::Required { property } => {
            format!("missing property {}", quote(property.as_str().unwrap_or_default()))
        }
        Kind::AdditionalProperties { unexpected } => {
            not_allowed(unexpected.iter().map(String::as_str))
        }
        Kind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
            // The error holds only the first of the properties.
            let object = values.pointer(error.instance_path().as_str()).and_then(Value::as_object);
            not_allowed(object.into_iter().flat_map(|map| map.keys().map(String::as_str)))
        }
        Kind::FalseSchema => "false schema".to_owned(),
        Kind::AdditionalItems { limit } => {
            let count = got.as_array().map_or(0, Vec::len).saturating_sub(*limit);
            format!("last {count} additionalItem(s) not allowed")
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
        Kind::Format { format } => {
            let problem = got.as_str().and_then(|text| formats::problem(format, text));
            let problem = problem.map_or_else(String::new, |text| format!(": {text}"));
            format!("{} is not valid {format}{problem}", shown(got))
        }
        Kind::Not { .. } => "'not' failed".to_owned(),
        Kind::Contains => "no items match contains schema".to_owned(),
        Kind::UniqueItems => match parts::equal_items(got) {
            Some((first, second)) => format!("items at {first} and {second} are equal"),
            None => error.to_string(),
        },
        kind => bound(kind, got).unwrap_or_else(|| error.to_string()),
    }
}

fn not_allowed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.map(quote).collect();
    names.sort();
    format!("additional properties {} not allowed", names.join(", "))
}

/// Violations of a limit: what was counted and the limit.
fn bound(kind: &Kind, got: &Value) -> Option<String> {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let (got, want) = match kind {
        Kind::MinLength { limit } | Kind::MaxLength { limit } => {
            (count(got.as_str()?.chars().count() as u64), count(*limit))
        }
        Kind::MinItems { limit } | Kind::MaxItems { limit } => {
            (count(got.as_array()?.len() as u64), count(*limit))
        }
        Kind::MinProperties { limit } | Kind::MaxProperties { limit } => {
            (count(got.as_object()?.len() as u64), count(*limit))
        }
        Kind::Minimum { limit }
        | Kind::Maximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::ExclusiveMaximum { limit } => (float(number(got)), float(number(limit))),
        Kind::MultipleOf { multiple_of } => (float(number(got)), float(*multiple_of)),
        _ => return None,
    };
    Some(format!("{}: got {got}, want {want}", kind.keyword()))
}

/// A whole number as the English printer of `golang.org/x/text` shows it.
fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A float as the same printer shows it: an exponent from a million on and below 0.0001.
fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..6).contains(&power) {
        let raised = |c: char| match c {
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁻',
        };
        let sign = if power < 0 { "-" } else { "" };
        let exponent: String =
            format!("{sign}{:02}", power.unsigned_abs()).chars().map(raised).collect();
        return format!("{digits}×10{exponent}");
    }
    grouped(&value.to_string())
}

/// Puts commas between groups of three digits of the whole part.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.trim_start_matches('-');
    let mut out = if whole.starts_with('-') { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
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

/// The Go library orders types by itself, not by the schema.
fn wanted(kind: &TypeKind) -> String {
    const ORDER: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];
    let names: Vec<String> = match kind {
        TypeKind::Single(kind) => vec![kind.to_string()],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
    };
    let known = ORDER.into_iter().filter(|name| names.iter().any(|own| own == name));
    known.collect::<Vec<_>>().join(" or ")
}

pub(super) fn type_of(value: &Value) -> &'static str {
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
