//! Findings, failures, and why cells come and go.

use super::{
    escape::{code, prose},
    fit::Piece,
};
use crate::report::{
    grouped::FindingGroup,
    model::{Finding, Place, Presence, Problem, Report, Severity, Side},
    paper::shortened,
};

/// Characters of a message that are told.
const MESSAGE: usize = 600;

/// A finding with what to do, as a line, or not at all.
pub(crate) fn finding(report: &Report, group: &FindingGroup<'_>) -> Piece {
    let title = title(report, group.first, &group.cells);
    let line = lined(&title, group.first.place.as_ref());
    let mut full = title + "<br>\n";
    if let Some(resource) = &group.first.resource {
        full.push_str("  ");
        code(&mut full, &shortened(&resource.to_string(), 200));
        if let Some(path) = &group.first.path {
            full.push(' ');
            code(&mut full, &shortened(path, 200));
        }
        full.push_str("<br>\n");
    }
    full.push_str("  ");
    prose(&mut full, &shortened(&group.first.message, MESSAGE));
    place(&mut full, group.first.place.as_ref());
    hint(&mut full, Some(&group.first.fix));
    full.push('\n');
    Piece { forms: vec![full, line] }
}

fn title(report: &Report, finding: &Finding, cells: &[usize]) -> String {
    let sign = match finding.severity {
        Severity::Block => "**blocks**",
        Severity::Warn => "**warns**",
        Severity::Info => "info",
    };
    let mut out = format!("- {sign} {} {}: ", finding.rule, finding.title);
    prose(&mut out, &shortened(&report.name_cells(cells), 160));
    out
}

/// A title as all that is told.
fn lined(title: &str, place: Option<&Place>) -> String {
    let mut out = title.to_owned();
    if let Some(place) = place {
        out.push_str(" at ");
        code(&mut out, &shortened(&place.to_string(), 200));
    }
    out.push('\n');
    out
}

fn place(out: &mut String, place: Option<&Place>) {
    if let Some(place) = place {
        out.push_str("<br>\n  at ");
        code(out, &shortened(&place.to_string(), 200));
    }
}

fn hint(out: &mut String, hint: Option<&str>) {
    if let Some(hint) = hint.filter(|hint| !hint.is_empty()) {
        out.push_str("<br>\n  fix: ");
        prose(out, &shortened(hint, MESSAGE));
    }
}

/// Why some cells cannot be rendered.
pub(crate) fn failure(
    report: &Report,
    problem: &Problem,
    cells: &[usize],
    finding: Option<&Finding>,
) -> Piece {
    let title = match finding {
        Some(finding) => title(report, finding, cells),
        None => {
            let mut out = String::from("- **cannot render** ");
            prose(&mut out, &shortened(&report.name_cells(cells), 160));
            if problem.side == Some(Side::Base) {
                out.push_str(" (on base, so that nothing is known of what changes)");
            }
            out
        }
    };
    let full = format!("{title}<br>\n{}", problem_text(problem));
    Piece { forms: vec![full, lined(&title, problem.place.as_ref())] }
}

/// A fault of the repository as a whole.
pub(crate) fn fault(problem: &Problem) -> Piece {
    let side = if problem.side == Some(Side::Base) { " on base" } else { "" };
    let full = format!("- **problem**{side}<br>\n{}", problem_text(problem));
    Piece { forms: vec![full] }
}

fn problem_text(problem: &Problem) -> String {
    let mut out = String::from("  ");
    let evidence = problem.evidence.as_deref();
    let message = evidence.map_or(&problem.message, |own| &own.headline);
    prose(&mut out, &shortened(message.lines().next().unwrap_or_default(), MESSAGE));
    place(&mut out, problem.place.as_ref());
    let help = evidence.and_then(|own| own.helps.first()).or(problem.hint.as_ref());
    hint(&mut out, help.map(String::as_str));
    out.push('\n');
    out
}

/// Why some cells are on one side only.
pub(crate) fn presence(report: &Report, presence: &Presence, cells: &[usize]) -> Piece {
    let (word, other) = match presence.side {
        Side::Base => ("gone", "renamed to"),
        Side::Head => ("new", "renamed from"),
    };
    let mut line = format!("- **{word}** ");
    prose(&mut line, &shortened(&report.name_cells(cells), 160));
    if let Some(renamed) = &presence.renamed {
        line.extend([", ", other, " "]);
        code(&mut line, &shortened(renamed, 160));
    }
    let mut full = line.clone();
    full.push_str(": ");
    prose(&mut full, &shortened(&presence.message, MESSAGE));
    if !presence.message.contains(&presence.place.file) {
        full.push_str(" at ");
        code(&mut full, &shortened(&presence.place.to_string(), 200));
    }
    line.push('\n');
    full.push('\n');
    Piece { forms: vec![full, line] }
}
