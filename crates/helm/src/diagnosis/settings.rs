//! Where a value was set, in words.

use zij_gotmpl::Trail;

use super::Sources;
use crate::values::{Origin, origin_of};

/// Parts of names whose values are not repeated in messages.
const SECRETS: [&str; 6] = ["password", "passwd", "secret", "token", "credential", "key"];
/// The longest text of a value that is repeated.
const MAX_SHOWN: usize = 60;

impl Sources<'_> {
    /// The source of a value; `path` leads to it from the values of the release.
    pub(super) fn origin(&self, path: &[String]) -> Option<Origin> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        origin_of(&path, self.layers, self.chart?, self.profile)
    }

    /// A source with its line: `values-prod.yaml:12`, `charts/web/values.yaml:3`, `--set a=1`.
    pub(super) fn shown(&self, origin: &Origin) -> String {
        let folder = self.chart_name.trim_end_matches('/');
        let layer = match origin.is_default {
            true if !folder.is_empty() => format!("{folder}/{}", origin.layer),
            _ => origin.layer.clone(),
        };
        origin.line.map_or_else(|| layer.clone(), |line| format!("{layer}:{line}"))
    }

    /// `set in values-prod.yaml:12`, `set by --set a=1` or `the default of charts/web/values.yaml:3`.
    pub(super) fn setting(&self, origin: &Origin) -> String {
        let shown = self.shown(origin);
        match (origin.is_default, origin.layer.starts_with("--")) {
            (true, _) => format!("the default of {shown}"),
            (false, true) => format!("set by {shown}"),
            (false, false) => format!("set in {shown}"),
        }
    }
}

/// The path of a value from the values of the release: below its subchart, without `Values`.
///
/// `None` for what is no part of the values.
pub(super) fn path_in_values(subchart: &[String], path: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    // A parent's values can be reached from nowhere below, but a subchart's can from above.
    let rest = match first.as_str() {
        "Values" => rest,
        _ => return None,
    };
    Some(subchart.iter().chain(rest).cloned().collect())
}

/// What a value is: `a string ("nginx")`, `the number 3`, `a list`.
pub(super) fn described(trail: &Trail) -> String {
    let held = &trail.held;
    let path = held.path.iter().flatten().chain(trail.fields[..trail.found].iter().last());
    let secret = path.last().is_some_and(|name| {
        let name = name.to_lowercase();
        SECRETS.iter().any(|part| name.contains(part))
    });
    let text = held.text.as_deref().filter(|text| text.chars().count() <= MAX_SHOWN);
    match (kind(&held.go_type), text) {
        ("a string", Some("")) => "an empty string".to_owned(),
        ("a string", Some(text)) if !secret => format!("a string ({text:?})"),
        ("a number", Some(text)) if !secret => format!("the number {text}"),
        ("a boolean", Some(text)) => text.to_owned(),
        ("a table", _) if held.keys.is_empty() => "an empty table".to_owned(),
        (kind, _) => kind.to_owned(),
    }
}

/// A Go type as people name it.
pub(super) fn kind(go_type: &str) -> &str {
    match go_type {
        "string" => "a string",
        "bool" => "a boolean",
        "int" | "int64" | "float64" | "uint8" | "uint32" | "uint64" => "a number",
        "integer" | "unsigned integer" => "a whole number",
        "float" => "a number",
        "<nil>" => "not set",
        "[]uint8" => "bytes",
        other if other.starts_with("[]") => "a list",
        other if other.starts_with("map[") || other.ends_with(".Values") => "a table",
        other => other,
    }
}

/// Names in a row, the first few of many: `` `a`, `b` and 12 more ``.
pub(super) fn names(names: &[String]) -> String {
    const MOST: usize = 12;
    let quoted = |name: &String| format!("`{name}`");
    let shown: Vec<String> = names.iter().take(MOST).map(quoted).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
