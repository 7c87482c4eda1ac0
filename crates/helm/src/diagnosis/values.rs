//! Values that violate schemas, and YAML that cannot be read.

use super::{Diagnosis, Sources, Violation, diagnose::did_you_mean};
use crate::error::{Error, Stage};

/// The most violations that are told one by one.
const MOST: usize = 20;

/// How the validator begins to say that a part of a schema is elsewhere.
const UNFETCHED: &str = "Resource '";

pub(super) fn violations(
    found: &[Violation],
    plain: Diagnosis,
    sources: &Sources<'_>,
) -> Diagnosis {
    let notes = found.iter().take(MOST).map(|violation| told(violation, sources));
    let mut notes: Vec<String> = notes.collect();
    if found.len() > MOST {
        notes.push(format!("{} more", found.len() - MOST));
    }
    let unusable = found.iter().any(|violation| violation.text.starts_with(UNFETCHED));
    let headline = match found.iter().filter(|violation| violation.depth == 0).count() {
        _ if unusable => "the chart's schema cannot be used".to_owned(),
        1 => "a value does not fit the chart's schema".to_owned(),
        count => format!("{count} values do not fit the chart's schema"),
    };
    let skip = "--skip-schema-validation renders without the check";
    let helps = if sources.takes_flags { vec![skip.to_owned()] } else { Vec::new() };
    Diagnosis { headline, notes, helps, ..plain }
}

fn told(violation: &Violation, sources: &Sources<'_>) -> String {
    let path: Vec<String> = violation.subchart.iter().chain(&violation.path).cloned().collect();
    let indent = "  ".repeat(violation.depth);
    let mut path_set = path.clone();
    let mut hint = String::new();
    if let Some((name, known)) = &violation.unknown {
        path_set.push(name.clone());
        hint = did_you_mean(name, known.iter().map(String::as_str));
    }
    let origin = sources.origin(&path_set).filter(|_| !path_set.is_empty());
    let origin = origin.map_or(String::new(), |origin| format!(" ({})", sources.shown(&origin)));
    if let Some(rest) = violation.text.strip_prefix(UNFETCHED) {
        let url = rest.split('\'').next().unwrap_or_default();
        return format!("the schema refers to {url}, and zij fetches nothing while it renders");
    }
    format!("{indent}`.Values{}`{origin}: {}{hint}", dotted(&path), violation.text)
}

/// The values of a subchart that are no table.
pub(super) fn not_a_table(charts: &[String], plain: Diagnosis, sources: &Sources<'_>) -> Diagnosis {
    let (name, path) = (charts.last().map_or("", String::as_str), charts.join("."));
    let origin = sources.origin(charts);
    Diagnosis {
        headline: format!("`{path}` must be a table: it holds the values of the chart `{name}`"),
        notes: origin.iter().map(|origin| format!("it is {}", sources.setting(origin))).collect(),
        helps: vec![format!(
            "a switch for the chart is named by `condition` in Chart.yaml, often `{path}.enabled`"
        )],
        ..plain
    }
}

/// The keys with a dot before each.
pub(super) fn dotted(path: &[String]) -> String {
    path.iter().flat_map(|key| [".", key]).collect()
}

/// A YAML text that cannot be read: a values file, a file of the chart or a rendered document.
pub(super) fn unreadable(error: &Error, problem: &str, plain: Diagnosis) -> Diagnosis {
    let file = plain.place.as_ref().map_or("", |place| &place.file).to_owned();
    let manifest = error.stage() == Stage::Manifest;
    let wrong_type = problem.starts_with("cannot unmarshal ");
    let headline = match (manifest, wrong_type) {
        (true, true) => format!("{file} renders a document that is no Kubernetes object"),
        (true, false) => format!("{file} renders a document that is no YAML"),
        (false, true) => format!("{file} does not hold what it should"),
        (false, false) => format!("{file} is no YAML"),
    };
    let excerpt = plain.place.as_ref().and_then(|place| place.excerpt.as_ref());
    let line = excerpt.map_or(String::new(), |excerpt| excerpt.text().to_owned());
    // Without lines to mark there is nothing that a label could stand beside.
    let (headline, label) = match excerpt {
        Some(_) => (headline, in_words(problem)),
        None => (format!("{headline}: {}", in_words(problem)), String::new()),
    };
    Diagnosis {
        headline,
        label,
        lines_of: manifest.then_some("the rendered document"),
        helps: hints(problem, &line, manifest),
        ..plain
    }
}

/// The reader's words; those about Go's types in plain words.
fn in_words(problem: &str) -> String {
    let rest = problem.strip_prefix("cannot unmarshal ");
    let parts = rest.and_then(|rest| {
        let (found, rest) = rest.split_once(" into Go ")?;
        let (into, wanted) = rest.rsplit_once(" of type ")?;
        let field = into.strip_prefix("struct field ").and_then(|field| field.split_once('.'));
        Some((found, field.map(|(_, field)| field), wanted))
    });
    let Some((found, field, wanted)) = parts else { return problem.to_owned() };
    let wanted = match wanted {
        "string" => "a string",
        "bool" => "true or false",
        other if other.starts_with("[]") => "a list",
        _ => "a table",
    };
    let found = match found {
        "object" => "a table",
        "array" => "a list",
        "bool" => "a boolean",
        "string" => "a string",
        "number" => "a number",
        other => other,
    };
    match field {
        Some(field) => format!("`{field}` must be {wanted}, but is {found}"),
        None => format!("this must be {wanted}, but is {found}"),
    }
}

/// Whether a number or boolean stands where a text is wanted.
fn wrong_scalar(problem: &str) -> bool {
    let scalars = ["cannot unmarshal number", "cannot unmarshal bool"];
    problem.ends_with("string") && scalars.iter().any(|words| problem.starts_with(words))
}

fn hints(problem: &str, line: &str, manifest: bool) -> Vec<String> {
    let indent = &line[..line.len() - line.trim_start().len()];
    let mut hints = Vec::new();
    let mut hint = |text: &str| hints.push(text.to_owned());
    if indent.contains('\t') {
        hint("YAML must be indented with blanks, not with tabs");
    } else if problem.contains("mapping values are not allowed") {
        hint("a text with `: ` in it must be quoted; or this line is indented too far");
    } else if problem.contains("did not find expected key")
        || problem.contains("did not find expected '-' indicator")
        || problem.contains("could not find expected ':'")
    {
        hint("look for a line around here whose indentation does not match its neighbours");
        if manifest {
            hint("a value with several lines needs `nindent` with the depth of its key");
        }
    } else if problem.contains("cannot start any token") {
        hint("a text that begins with this character must be quoted");
    } else if problem.contains("invalid map key") && line.contains("{{") {
        hint("a values file is no template: quote the text, and use `tpl` where it is rendered");
    } else if wrong_scalar(problem) && manifest {
        hint("pipe the value through `quote` in the template");
    }
    hints
}
