//! What differs, told once for all cells that share it.

use std::collections::BTreeSet;

use crate::report::{
    alike::{Alike, alike},
    model::{Action, Cause, Hunk, Line, LineKind, Report, ResourceChange, ValueChange, ValueSide},
    paper::{Label, Paper, columns, shortened},
    sums::counted,
};

/// Lines of one object's diff that are shown.
const LINES: usize = 80;
/// Changes that are shown in full; a longer list is for the terminal interface.
const CHANGES: usize = 20;

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    let changes = alike(report);
    for (index, change) in changes.iter().take(CHANGES).enumerate() {
        paper.end();
        title(paper, report, &changes, index);
        values(paper, &change.shown.values);
        let mut was_whole = false;
        for resource in &change.shown.resources {
            let is_whole = resource.action != Action::Update;
            if !(is_whole && was_whole) {
                paper.end();
            }
            write_resource(paper, resource);
            was_whole = is_whole;
        }
    }
    if let Some(rest) = changes.len().checked_sub(CHANGES).filter(|rest| *rest > 0) {
        paper.end();
        let text = format!("{} more in other cells, see `zij tui`", counted(rest, "change"));
        paper.put(Label::Dim, &text).end();
    }
}

/// `Change 1  payments on 3 clusters (…)`, why, and how alike the cells are.
fn title(paper: &mut Paper, report: &Report, changes: &[Alike<'_>], index: usize) {
    let Some(change) = changes.get(index) else { return };
    let number = format!("Change {}", index + 1);
    paper.put(Label::Heading, &number).plain("  ");
    paper.prose(Label::Heading, &report.name_cells(&change.cells), columns(&number) + 2);
    let causes: BTreeSet<String> = change
        .cells
        .iter()
        .filter_map(|at| report.cells.get(*at))
        .flat_map(|cell| &cell.causes)
        .map(|cause| format!("{cause:?}").to_lowercase())
        .collect();
    let others = others(report, changes, index);
    let mut facts = Vec::new();
    match (change.cells.len(), others) {
        (0 | 1, 0) => {}
        (0 | 1, 1) => facts.push("1 other cell changes differently".to_owned()),
        (0 | 1, _) => facts.push(format!("{others} other cells change differently")),
        (same, _) => {
            let word = if change.count > 1 { "alike" } else { "same" };
            let rest = match others {
                0 => String::new(),
                1 => ", 1 differs".to_owned(),
                _ => format!(", {others} differ"),
            };
            facts.push(format!("{word} in {same} cells{rest}"));
        }
    }
    if !causes.is_empty() {
        facts.push(format!("cause: {}", causes.into_iter().collect::<Vec<_>>().join(", ")));
    }
    if !facts.is_empty() {
        paper.spaces(2).put(Label::Dim, &facts.join("; ")).end();
    }
    if change.count > 1 {
        let first = change.shown.cells.first().map_or(&[][..], std::slice::from_ref);
        let text = format!("each with its own values; shown is {}", report.name_cells(first));
        paper.spaces(2).put(Label::Dim, &text).end();
    }
}

/// How many cells of the same applications change in another way; cells that are new or gone
/// are not compared.
fn others(report: &Report, changes: &[Alike<'_>], index: usize) -> usize {
    let compared = |at: &&usize| {
        report.cells.get(**at).filter(|cell| cell.causes.as_slice() != [Cause::Inventory])
    };
    let cells = changes.get(index).map_or(&[][..], |change| &change.cells);
    let applications: BTreeSet<usize> =
        cells.iter().filter_map(|at| Some(compared(&at)?.application)).collect();
    let others = changes.iter().enumerate().filter(|(other, _)| *other != index);
    others
        .flat_map(|(_, change)| &change.cells)
        .filter(|at| compared(at).is_some_and(|cell| applications.contains(&cell.application)))
        .count()
}

fn values(paper: &mut Paper, changes: &[ValueChange]) {
    if changes.is_empty() {
        return;
    }
    paper.end().spaces(2).put(Label::Name, "values").end();
    let path = changes.iter().map(|change| columns(&change.path).min(32)).max().unwrap_or_default();
    let room = paper.width.saturating_sub(path + 9).max(20) / 2;
    let texts: Vec<[Option<String>; 2]> = changes
        .iter()
        .map(|change| {
            let text = |side: &ValueSide| shortened(&side.value, room);
            [change.old.as_ref().map(text), change.new.as_ref().map(text)]
        })
        .collect();
    let both = texts.iter().map(|[old, new]| side_columns(old.as_deref(), new.as_deref()));
    let both = both.filter(|width| *width <= 40).max().unwrap_or_default();
    for (change, [old, new]) in changes.iter().zip(&texts) {
        paper.spaces(4).padded(Label::Plain, &change.path, path + 2);
        sides(paper, old.as_deref(), new.as_deref());
        let used = side_columns(old.as_deref(), new.as_deref());
        let place =
            change.new.as_ref().or(change.old.as_ref()).and_then(|side| side.place.as_ref());
        if let Some(place) = place.map(ToString::to_string) {
            let start = 4 + path + 2 + both.max(used) + 2;
            if start + columns(&place) <= paper.width {
                paper.spaces(both.saturating_sub(used) + 2);
            } else {
                paper.end().spaces(4 + path + 2);
            }
            paper.put(Label::Place, &place);
        }
        paper.end();
    }
}

/// The columns that [`sides`] takes.
fn side_columns(old: Option<&str>, new: Option<&str>) -> usize {
    let sign = if old.is_some() && new.is_some() { " → " } else { "+ " };
    columns(sign) + old.map_or(0, columns) + new.map_or(0, columns)
}

/// `old → new`, or one side with its sign.
fn sides(paper: &mut Paper, old: Option<&str>, new: Option<&str>) {
    match (old, new) {
        (Some(old), Some(new)) => {
            paper.put(Label::Removed, old).plain(" → ").put(Label::Added, new);
        }
        (Some(old), None) => drop(paper.put(Label::Removed, &format!("- {old}"))),
        (None, Some(new)) => drop(paper.put(Label::Added, &format!("+ {new}"))),
        (None, None) => {}
    }
}

fn write_resource(paper: &mut Paper, change: &ResourceChange) {
    let (sign, label) = match change.action {
        Action::Create => ("+", Label::Added),
        Action::Update => ("~", Label::Plain),
        Action::Delete => ("-", Label::Removed),
    };
    paper.spaces(2).put(label, sign).plain(" ");
    paper.put(Label::Name, &change.resource.to_string());
    if let Some(place) = &change.template {
        paper.plain("  ").put(Label::Place, &place.to_string());
    }
    if change.action != Action::Update {
        // A whole object is its own diff; the interface and `zij render` show it.
        let lines: usize = change.hunks.iter().map(|hunk| hunk.lines.len()).sum();
        paper.plain("  ").put(Label::Dim, &counted(lines, "line")).end();
        return;
    }
    paper.end();
    if !change.rolls.is_empty() {
        paper.spaces(4).put(Label::Doubtful, "restarts pods: ");
        let first: Vec<&str> = change.rolls.iter().take(3).map(String::as_str).collect();
        let more = change.rolls.len().saturating_sub(first.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        paper.prose(Label::Plain, &format!("{}{more}", first.join(", ")), 4);
    }
    hunks(paper, &change.hunks);
}

fn hunks(paper: &mut Paper, hunks: &[Hunk]) {
    let total: usize = hunks.iter().map(|hunk| hunk.lines.len()).sum();
    let mut left = LINES;
    for hunk in hunks {
        if left == 0 {
            break;
        }
        let head = format!("@@ -{} +{} @@", hunk.old_start, hunk.new_start);
        paper.spaces(4).put(Label::Dim, &head).end();
        for line in hunk.lines.iter().take(left) {
            write_line(paper, line);
        }
        left = left.saturating_sub(hunk.lines.len());
    }
    if total > LINES {
        let text = format!("… {} more, see `zij tui`", counted(total - LINES, "line"));
        paper.spaces(4).put(Label::Dim, &text).end();
    }
}

fn write_line(paper: &mut Paper, line: &Line) {
    let (sign, label, word) = match line.kind {
        LineKind::Context => (" ", Label::Dim, Label::Dim),
        LineKind::Removed => ("-", Label::Removed, Label::RemovedWord),
        LineKind::Added => ("+", Label::Added, Label::AddedWord),
    };
    paper.spaces(4).put(label, sign).plain(" ");
    for segment in line.segments.iter() {
        paper.put(if segment.emphasised { word } else { label }, &segment.text);
    }
    paper.end();
}
