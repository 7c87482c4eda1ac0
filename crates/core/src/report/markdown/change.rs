//! One change in a collapsed section: whole, with shorter diffs, as a list of fields, as a line.

use std::collections::BTreeSet;

use super::{
    escape::{code, fenced, prose},
    fit::Piece,
};
use crate::report::{
    alike::Alike,
    model::{Action, Hunk, LineKind, Place, Report, ResourceChange, ValueChange, ValueSide},
    paper::shortened,
    sums::counted,
};

/// Lines of one object's diff in each of the forms that show diffs.
const LINES: [usize; 3] = [400, 60, 15];
/// Objects and values of one change that are told.
const OBJECTS: usize = 60;
const VALUES: usize = 60;
/// Columns of one line.
const COLUMNS: usize = 300;

/// How many forms of a change say more than nothing.
pub(crate) const FORMS: usize = LINES.len() + 2;

/// The forms of a change.
pub(crate) fn piece(report: &Report, change: &Alike<'_>, number: usize) -> Piece {
    let title = title(report, change, number);
    let mut forms: Vec<String> =
        LINES.iter().map(|lines| details(&title, &diffs(report, change, *lines))).collect();
    forms.push(details(&title, &fields(change)));
    forms.push(format!("- {title}\n"));
    Piece { forms }
}

fn details(title: &str, body: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n\n{}\n\n</details>\n\n", body.trim_end())
}

/// What stands in the summary: where, why, and how many objects.
fn title(report: &Report, change: &Alike<'_>, number: usize) -> String {
    let mut out = format!("<b>Change {number}</b> ");
    prose(&mut out, &shortened(&report.name_cells(&change.cells), 160));
    let causes: BTreeSet<String> = change
        .cells
        .iter()
        .filter_map(|at| report.cells.get(*at))
        .flat_map(|cell| &cell.causes)
        .map(|cause| format!("{cause:?}").to_lowercase())
        .collect();
    let mut facts = vec![counted(change.cells.len(), "cell")];
    if !causes.is_empty() {
        let causes: Vec<String> = causes.into_iter().collect();
        facts.push(format!("cause: {}", causes.join(", ")));
    }
    let rolling =
        change.shown.resources.iter().filter(|resource| !resource.rolls.is_empty()).count();
    if rolling > 0 {
        facts.push(format!("{} restarting pods", counted(rolling, "workload")));
    }
    out.extend([" (", &facts.join("; "), ")"]);
    out
}

/// Says whose change is shown where each cell has its own values.
fn example(out: &mut String, report: &Report, change: &Alike<'_>) {
    if change.count > 1 {
        let first = change.shown.cells.first().map_or(&[][..], std::slice::from_ref);
        out.push_str("Each cell with its own values; shown is ");
        prose(out, &report.name_cells(first));
        out.push_str(".\n\n");
    }
}

fn diffs(report: &Report, change: &Alike<'_>, lines: usize) -> String {
    let mut out = String::new();
    example(&mut out, report, change);
    values(&mut out, &change.shown.values);
    let resources = &change.shown.resources;
    for resource in resources.iter().take(OBJECTS) {
        object(&mut out, resource);
        if !resource.rolls.is_empty() {
            out.push_str("<br>restarts pods: ");
            code_list(&mut out, &resource.rolls);
            out.push('\n');
        }
        hunks(&mut out, &resource.hunks, lines);
        out.push('\n');
    }
    more(&mut out, resources.len().saturating_sub(OBJECTS), "object");
    out
}

fn fields(change: &Alike<'_>) -> String {
    let mut out = String::new();
    let paths: Vec<&str> = change.shown.values.iter().map(|value| value.path.as_str()).collect();
    if !paths.is_empty() {
        out.push_str("values: ");
        code_list(&mut out, &paths);
        out.push_str("\n\n");
    }
    let resources = &change.shown.resources;
    for resource in resources.iter().take(OBJECTS) {
        out.push_str("- ");
        object(&mut out, resource);
        let paths: Vec<&str> = resource.fields.iter().map(|field| field.path.as_str()).collect();
        if !paths.is_empty() {
            out.push_str("  ");
            code_list(&mut out, &paths);
            out.push('\n');
        }
    }
    more(&mut out, resources.len().saturating_sub(OBJECTS), "object");
    out
}

fn more(out: &mut String, count: usize, what: &str) {
    if count > 0 {
        out.extend(["\nand ", &counted(count, &format!("more {what}")), "\n"]);
    }
}

/// Up to five texts as code.
fn code_list<T: AsRef<str>>(out: &mut String, texts: &[T]) {
    const MOST: usize = 5;
    for (index, text) in texts.iter().take(MOST).enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        code(out, &shortened(text.as_ref(), 160));
    }
    if let Some(rest) = texts.len().checked_sub(MOST).filter(|rest| *rest > 0) {
        out.extend([" and ", &rest.to_string(), " more"]);
    }
}

fn object(out: &mut String, change: &ResourceChange) {
    let word = match change.action {
        Action::Create => "new",
        Action::Update => "changes",
        Action::Delete => "goes",
    };
    code(out, &shortened(&change.resource.to_string(), 200));
    out.extend([" ", word]);
    if let Some(place) = &change.template {
        out.push_str(", from ");
        code(out, &shortened(&place.to_string(), 200));
    }
    out.push('\n');
}

/// Values as a diff, each with the line that sets it.
fn values(out: &mut String, changes: &[ValueChange]) {
    if changes.is_empty() {
        return;
    }
    let mut lines = Vec::new();
    for change in changes.iter().take(VALUES) {
        let line = |sign: char, side: &ValueSide| {
            let place = side.place.as_ref().map(Place::to_string).unwrap_or_default();
            let place = if place.is_empty() { place } else { format!("    # {place}") };
            format!("{sign} {}: {}{place}", change.path, shortened(&side.value, COLUMNS))
        };
        lines.extend(change.old.as_ref().map(|side| line('-', side)));
        lines.extend(change.new.as_ref().map(|side| line('+', side)));
    }
    out.push_str("values\n");
    fenced(out, "diff", lines.iter().map(String::as_str));
    more(out, changes.len().saturating_sub(VALUES), "value");
    out.push('\n');
}

fn hunks(out: &mut String, hunks: &[Hunk], most: usize) {
    let total: usize = hunks.iter().map(|hunk| hunk.lines.len()).sum();
    if total == 0 {
        return;
    }
    let mut lines = Vec::new();
    let mut left = most;
    for hunk in hunks {
        if left == 0 {
            break;
        }
        lines.push(format!("@@ -{} +{} @@", hunk.old_start, hunk.new_start));
        for line in hunk.lines.iter().take(left) {
            let sign = match line.kind {
                LineKind::Context => ' ',
                LineKind::Removed => '-',
                LineKind::Added => '+',
            };
            let text: String = line.segments.iter().map(|segment| segment.text.as_str()).collect();
            lines.push(format!("{sign} {}", shortened(&text, COLUMNS)));
        }
        left = left.saturating_sub(hunk.lines.len());
    }
    fenced(out, "diff", lines.iter().map(String::as_str));
    more(out, total.saturating_sub(most), "line");
}
