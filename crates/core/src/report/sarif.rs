//! Findings as SARIF 2.1.0, for the code scanning of forges.
//!
//! The form is that of the OASIS standard of 2020 (`sarif-schema-2.1.0.json`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    grouped::{FindingGroup, failures, grouped},
    model::{Finding, Place, Problem, Report, Severity, Side, Verdict},
    printable::printable,
};
use crate::policy::{self, Rule, rules};

/// The report's findings with the rules that they break; `version` is this program's.
///
/// Findings of many cells at one line are one result that names the cells. Places are relative to the
/// repository's root. A result keeps its fingerprint when lines move.
pub fn write(report: &Report, version: &str) -> String {
    let groups = grouped(report);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "zij",
                "semanticVersion": version,
                "rules": rules().map(rule).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": "zij/" },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.verdict != Verdict::Unevaluated,
                "toolExecutionNotifications": notifications(report),
            }],
            "results": results(report, &groups),
        }],
    });
    format!("{log:#}\n")
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": { "text": rule.what },
        "fullDescription": { "text": format!("{} Source: {}.", rule.what, rule.source) },
        "help": { "text": rule.fix },
        "defaultConfiguration": { "level": policy_level(rule.severity) },
        "properties": { "precision": "high", "tags": ["kubernetes", "deployment"] },
    })
}

fn policy_level(severity: policy::Severity) -> &'static str {
    match severity {
        policy::Severity::Block => "error",
        policy::Severity::Warn => "warning",
        policy::Severity::Info => "note",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

fn results(report: &Report, groups: &[FindingGroup<'_>]) -> Vec<Value> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    groups
        .iter()
        .map(|group| {
            let print = fingerprint(report, group.first);
            let times = seen.entry(print.clone()).or_default();
            *times += 1;
            result(report, group, &format!("{print}:{times}"))
        })
        .collect()
}

/// What tells a finding from others as long as it is the same one: no line, and no cluster, since
/// which cells it is found in may change.
fn fingerprint(report: &Report, finding: &Finding) -> String {
    let application = report.cells.get(finding.cell).map(|cell| report.application_of(cell));
    let kind = finding.resource.as_ref().map(|resource| resource.kind.as_str());
    let file = finding.place.as_ref().map(|place| place.file.as_str());
    let mut hasher = blake3::Hasher::new();
    for part in [Some(finding.rule.as_str()), application, kind, finding.path.as_deref(), file] {
        let part = part.unwrap_or_default();
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn result(report: &Report, group: &FindingGroup<'_>, fingerprint: &str) -> Value {
    let finding = group.first;
    let cells = report.name_cells(&group.cells);
    let object = finding.resource.as_ref().map(ToString::to_string);
    let about: Vec<&str> =
        [object.as_deref(), finding.path.as_deref()].into_iter().flatten().collect();
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(" ")) };
    let text = format!("{cells}: {}{about}. Fix: {}.", finding.message, finding.fix);
    let names = group.cells.iter().filter_map(|at| report.cells.get(*at)).take(CELLS);
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "kind": "fail",
        "baselineState": if finding.severity == Severity::Info { "unchanged" } else { "new" },
        "message": { "text": message(&text) },
        "locations": [{
            "logicalLocations": names
                .map(|cell| json!({ "fullyQualifiedName": report.cell_name(cell), "kind": "module" }))
                .collect::<Vec<_>>(),
        }],
        "partialFingerprints": { "zijFinding/v1": fingerprint },
    });
    if let Some(index) = rules().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(place) = place_of(report, finding) {
        result["locations"][0]["physicalLocation"] = location(&place);
    }
    result
}

/// Cells of one finding that are named.
const CELLS: usize = 100;

/// A text as a reader may show it; a bracket before a parenthesis would make a link (SARIF 3.11.6).
fn message(text: &str) -> String {
    printable(&text.replace(['\n', '\t'], " ")).replace("](", "] (")
}

/// The finding's place, or the template of its object: without one a forge shows no alert.
fn place_of(report: &Report, finding: &Finding) -> Option<Place> {
    let template = || {
        let group = report.groups.get(report.cells.get(finding.cell)?.group?)?;
        let is_meant = |name| finding.resource.as_ref().is_none_or(|own| own == name);
        group.resources.iter().find(|change| is_meant(&change.resource))?.template.clone()
    };
    finding.place.clone().or_else(template)
}

fn location(place: &Place) -> Value {
    let mut location = json!({
        "artifactLocation": { "uri": uri(&place.file), "uriBaseId": "%SRCROOT%" },
    });
    if let Some(line) = place.line.filter(|line| *line > 0) {
        location["region"] = json!({ "startLine": line });
        if let Some(column) = place.column.filter(|column| *column > 0) {
            location["region"]["startColumn"] = json!(column);
        }
    }
    location
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/+@,=!".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    out
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).map_or('0', |c| c.to_ascii_uppercase())
}

/// What could not be evaluated.
fn notifications(report: &Report) -> Vec<Value> {
    let faults = report.problems.iter().map(|problem| (problem, String::new()));
    let cells = failures(report).into_iter();
    let cells = cells.map(|(problem, cells)| (problem, format!("{}: ", report.name_cells(&cells))));
    faults.chain(cells).map(|(problem, of)| notification(problem, &of)).collect()
}

fn notification(problem: &Problem, of: &str) -> Value {
    let side = if problem.side == Some(Side::Base) { "on base: " } else { "" };
    let text = format!("{of}{side}{}", problem.message);
    let mut notification = json!({
        "level": "error",
        "message": { "text": message(&text) },
    });
    if let Some(place) = &problem.place {
        notification["locations"] = json!([{ "physicalLocation": location(place) }]);
    }
    notification
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        for (path, want) in [
            ("charts/web/templates/a_b.yaml", "charts/web/templates/a_b.yaml"),
            ("a b/ü#1?.yaml", "a%20b/%C3%BC%231%3F.yaml"),
            ("c:/x%41", "c%3A/x%2541"),
        ] {
            assert_eq!(uri(path), want);
        }
    }
}
