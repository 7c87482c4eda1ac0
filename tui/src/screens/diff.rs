//! The panes of a cell as documents.

use std::collections::BTreeMap;

use zij_core::report::model::{
    Action, Cell, CellState, Finding, Group, Hunk, Line, LineKind, Place, Problem, ResourceChange,
    ResourceName, Severity, Side, ValueChange, ValueSide,
};

use crate::board::Board;
use crate::document::{DiffLine, Document, Piece, Row, Section};
use crate::screens::cell::Sides;
use crate::text;
use crate::theme::Tone;

/// The differences of the rendered resources.
pub(crate) fn manifests(
    cell: &Cell,
    group: Option<&Group>,
    sides: Sides,
    context: usize,
) -> Document {
    let mut document = Document::default();
    for change in group.iter().flat_map(|group| &group.resources) {
        document.gap();
        resource(&mut document, change);
        // What is only on one side needs no second column.
        let sides = if change.action == Action::Update { sides } else { Sides::Unified };
        for hunk in &change.hunks {
            document.hunks.push(document.rows.len());
            document.line([(Tone::Dim, &hunk_place(hunk))]);
            diff_lines(&mut document, hunk, sides, context);
        }
        if change.hunks.is_empty() {
            fields(&mut document, change);
        }
    }
    if document.rows.is_empty() {
        document.line([(Tone::Dim, no_manifests(cell))]);
    }
    document
}

fn no_manifests(cell: &Cell) -> &'static str {
    match cell.state {
        CellState::ValuesOnly => "The manifests are the same: nothing deploys.",
        CellState::Error | CellState::Unknown => {
            "There are no manifests to compare; see the findings."
        }
        _ => "The manifests are the same.",
    }
}

fn resource(document: &mut Document, change: &ResourceChange) {
    let (mark, name) = (action(change), name(&change.resource));
    document.sections.push(Section {
        row: document.rows.len(),
        mark: Piece::new(mark.0, mark.1),
        name: text::clean(&short_name(&change.resource)),
    });
    document.line([(mark.0, mark.1), (Tone::Text, " "), (Tone::Strong, &name)]);
    if let Some(place) = &change.template {
        document.line([(Tone::Dim, "  from "), (Tone::Dim, &place_text(place))]);
    }
    for field in &change.rolls {
        document.line([
            (Tone::Text, "  "),
            (Tone::State(CellState::Rolls), "R"),
            (Tone::Text, " restarts pods: "),
            (Tone::Strong, field),
        ]);
    }
}

/// The letter that a resource has in lists: as a cell with only this change would have.
fn action(change: &ResourceChange) -> (Tone, &'static str) {
    let state = match change.action {
        Action::Create => CellState::Added,
        Action::Delete => CellState::Removed,
        Action::Update if change.rolls.is_empty() => CellState::Changed,
        Action::Update => CellState::Rolls,
    };
    let letter = match state {
        CellState::Added => "+",
        CellState::Removed => "-",
        CellState::Rolls => "R",
        _ => "~",
    };
    (Tone::State(state), letter)
}

fn name(resource: &ResourceName) -> String {
    let ResourceName { api_version, kind, namespace, name } = resource;
    match namespace {
        Some(namespace) => format!("{kind} {namespace}/{name} ({api_version})"),
        None => format!("{kind} {name} ({api_version})"),
    }
}

/// A resource's kind and name.
pub(crate) fn short_name(resource: &ResourceName) -> String {
    format!("{} {}", resource.kind, resource.name)
}

/// `file:line`.
pub(crate) fn place_text(place: &Place) -> String {
    match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", place.file),
        (Some(line), None) => format!("{}:{line}", place.file),
        (None, _) => place.file.clone(),
    }
}

fn hunk_place(hunk: &Hunk) -> String {
    let count = |other: LineKind| hunk.lines.iter().filter(|line| line.kind != other).count();
    let (old, new) = (count(LineKind::Added), count(LineKind::Removed));
    format!("@@ -{},{old} +{},{new} @@", hunk.old_start, hunk.new_start)
}

fn fields(document: &mut Document, change: &ResourceChange) {
    for field in &change.fields {
        document.line([(Tone::Text, "  "), (Tone::Text, &field.path)]);
        if let Some(old) = &field.old {
            document.line([
                (Tone::Side(LineKind::Removed), "  - "),
                (Tone::Side(LineKind::Removed), old),
            ]);
        }
        if let Some(new) = &field.new {
            document
                .line([(Tone::Side(LineKind::Added), "  + "), (Tone::Side(LineKind::Added), new)]);
        }
    }
}

/// A hunk's line with its numbers on base and head.
struct Numbered<'a> {
    old: usize,
    new: usize,
    line: &'a Line,
}

/// The longest run of unchanged lines in a group's hunks: more context cannot be shown.
pub(crate) fn longest_context(group: &Group) -> usize {
    let hunks = group.resources.iter().flat_map(|change| &change.hunks);
    let runs = hunks.flat_map(|hunk| hunk.lines.chunk_by(|a, b| a.kind == b.kind));
    runs.filter(|run| run[0].kind == LineKind::Context).map(<[Line]>::len).max().unwrap_or(0)
}

fn diff_lines(document: &mut Document, hunk: &Hunk, sides: Sides, context: usize) {
    let lines = numbered(hunk);
    let near = near_changes(&hunk.lines, context);
    let mut index = 0;
    while index < lines.len() {
        let hidden = near[index..].iter().take_while(|near| !**near).count();
        if hidden > 0 {
            document.line([(Tone::Dim, &format!("  ... {}", text::plural(hidden, "line")))]);
            index += hidden;
            continue;
        }
        let shown = near[index..].iter().take_while(|near| **near).count();
        match sides {
            Sides::Unified => unified(document, &lines[index..index + shown]),
            Sides::Split => split(document, &lines[index..index + shown]),
        }
        index += shown;
    }
}

fn numbered(hunk: &Hunk) -> Vec<Numbered<'_>> {
    let (mut old, mut new) = (hunk.old_start, hunk.new_start);
    let number = |line| {
        let numbered = Numbered { old, new, line };
        old = old.saturating_add(usize::from(line.kind != LineKind::Added));
        new = new.saturating_add(usize::from(line.kind != LineKind::Removed));
        numbered
    };
    hunk.lines.iter().map(number).collect()
}

/// Which lines are changes or at most `context` lines away from one.
fn near_changes(lines: &[Line], context: usize) -> Vec<bool> {
    let mut near = vec![false; lines.len()];
    let mut pass = |indices: &mut dyn Iterator<Item = usize>| {
        let mut distance = usize::MAX;
        for index in indices {
            let changed = lines[index].kind != LineKind::Context;
            distance = if changed { 0 } else { distance.saturating_add(1) };
            near[index] |= distance <= context;
        }
    };
    pass(&mut (0..lines.len()));
    pass(&mut (0..lines.len()).rev());
    near
}

fn unified(document: &mut Document, lines: &[Numbered<'_>]) {
    for Numbered { old, new, line } in lines {
        let (old, number) = match line.kind {
            LineKind::Context => (Some(*old), *new),
            LineKind::Removed => (None, *old),
            LineKind::Added => (None, *new),
        };
        document.push(Row::Unified { old, line: diff_line(line, number) });
    }
}

fn split(document: &mut Document, lines: &[Numbered<'_>]) {
    let side = |line: &Numbered<'_>, kind: LineKind| -> DiffLine {
        let number = if kind == LineKind::Removed { line.old } else { line.new };
        diff_line(line.line, number)
    };
    let mut rest = lines;
    while let Some(first) = rest.first() {
        if first.line.kind == LineKind::Context {
            let (old, new) = (side(first, LineKind::Removed), side(first, LineKind::Added));
            document.push(Row::Split(Some(old), Some(new)));
            rest = &rest[1..];
            continue;
        }
        let run = |lines: &[Numbered<'_>], kind: LineKind| {
            lines.iter().take_while(|line| line.line.kind == kind).count()
        };
        let removed = run(rest, LineKind::Removed);
        let added = run(&rest[removed..], LineKind::Added);
        let (old, new) = (&rest[..removed], &rest[removed..removed + added]);
        for index in 0..removed.max(added) {
            document.push(Row::Split(
                old.get(index).map(|line| side(line, LineKind::Removed)),
                new.get(index).map(|line| side(line, LineKind::Added)),
            ));
        }
        rest = &rest[removed + added..];
    }
}

fn diff_line(line: &Line, number: usize) -> DiffLine {
    let tone = |emphasised: bool| {
        if emphasised { Tone::Emphasis(line.kind) } else { Tone::Side(line.kind) }
    };
    let pieces = line.segments.iter();
    let pieces = pieces.map(|segment| Piece::new(tone(segment.emphasised), &segment.text));
    DiffLine { kind: line.kind, number, pieces: pieces.collect() }
}

/// The differences of the effective values.
pub(crate) fn values(cell: &Cell, group: Option<&Group>) -> Document {
    let mut document = Document::default();
    for change in group.iter().flat_map(|group| &group.values) {
        document.gap();
        document.hunks.push(document.rows.len());
        let mark = value_mark(change);
        document.sections.push(Section {
            row: document.rows.len(),
            mark: Piece::new(mark.0, mark.1),
            name: text::clean(&change.path),
        });
        document.line([(mark.0, mark.1), (Tone::Text, " "), (Tone::Strong, &change.path)]);
        value_side(&mut document, LineKind::Removed, change.old.as_ref());
        value_side(&mut document, LineKind::Added, change.new.as_ref());
    }
    if document.rows.is_empty() {
        let text = match cell.state {
            CellState::Error | CellState::Unknown => "There are no values to compare.",
            _ => "The values are the same.",
        };
        document.line([(Tone::Dim, text)]);
    }
    document
}

fn value_mark(change: &ValueChange) -> (Tone, &'static str) {
    match (&change.old, &change.new) {
        (None, _) => (Tone::State(CellState::Added), "+"),
        (_, None) => (Tone::State(CellState::Removed), "-"),
        _ => (Tone::State(CellState::Changed), "~"),
    }
}

fn value_side(document: &mut Document, kind: LineKind, side: Option<&ValueSide>) {
    let Some(side) = side else { return };
    let sign = if kind == LineKind::Removed { "  - " } else { "  + " };
    let place = side.place.as_ref().map(place_text);
    document.line([
        (Tone::Side(kind), sign),
        (Tone::Side(kind), &side.value),
        (Tone::Dim, if place.is_some() { "    " } else { "" }),
        (Tone::Dim, place.as_deref().unwrap_or_default()),
    ]);
}

/// The rules' hits of a cell and why it cannot be rendered.
pub(crate) fn findings(board: &Board, cell: &Cell, columns: usize) -> Document {
    let mut document = Document::default();
    if let Some(fault) = &cell.problem {
        problem(&mut document, fault, columns);
    }
    for finding in board.findings(cell) {
        document.gap();
        self::finding(&mut document, finding, columns);
    }
    if document.rows.is_empty() {
        document.line([(Tone::Dim, "No rule has anything to say.")]);
    }
    document
}

/// The repository's problems and every finding of the report, with the cells that have it.
pub(crate) fn all_findings(board: &Board, columns: usize) -> Document {
    let mut document = Document::default();
    for fault in &board.report.problems {
        document.gap();
        problem(&mut document, fault, columns);
    }
    // What differs only in its cell is said once.
    let mut told: Vec<(&Finding, Vec<usize>)> = Vec::new();
    let mut known = BTreeMap::new();
    for finding in &board.report.findings {
        let what = (&finding.rule, &finding.message, &finding.path);
        let index = *known.entry(what).or_insert(told.len());
        match told.get_mut(index) {
            Some((_, cells)) => cells.push(finding.cell),
            None => told.push((finding, vec![finding.cell])),
        }
    }
    told.truncate(MOST_FINDINGS);
    for (finding, cells) in told {
        document.gap();
        self::finding(&mut document, finding, columns);
        let first = cells.first().and_then(|cell| board.report.cells.get(*cell));
        if let Some((application, cluster)) = first.map(|cell| board.names(cell)) {
            let more = match cells.len() {
                ..=1 => String::new(),
                count => format!("  and {}", text::plural(count - 1, "more cell")),
            };
            document.line([
                (Tone::Dim, "  on   "),
                (Tone::Text, &format!("{application} on {cluster}")),
                (Tone::Dim, &more),
            ]);
        }
    }
    if document.rows.is_empty() {
        document.line([(Tone::Dim, "No rule has anything to say.")]);
    }
    document
}

/// Findings that a list shows; a longer one is not read.
const MOST_FINDINGS: usize = 200;

/// Adds a fault that is no rule's hit.
pub(crate) fn problem(document: &mut Document, problem: &Problem, columns: usize) {
    let side = match problem.side {
        Some(Side::Base) => "base cannot be evaluated",
        Some(Side::Head) => "head cannot be evaluated",
        None => "cannot be evaluated",
    };
    document.line([
        (Tone::State(CellState::Error), "E"),
        (Tone::Strong, " "),
        (Tone::Strong, side),
    ]);
    document.paragraph(Tone::Text, &problem.message, 2, columns);
    if let Some(place) = &problem.place {
        document.line([(Tone::Dim, "  at "), (Tone::Text, &place_text(place))]);
    }
    if let Some(hint) = &problem.hint {
        document.paragraph(Tone::Key, hint, 2, columns);
    }
}

/// Adds a rule's hit.
pub(crate) fn finding(document: &mut Document, finding: &Finding, columns: usize) {
    let (letter, word) = severity(finding.severity);
    let tone = Tone::Severity(finding.severity);
    document.hunks.push(document.rows.len());
    document.sections.push(Section {
        row: document.rows.len(),
        mark: Piece::new(tone, letter),
        name: text::clean(&format!("{} {}", finding.rule, finding.title)),
    });
    document.line([
        (tone, letter),
        (Tone::Text, " "),
        (Tone::Strong, &finding.rule),
        (Tone::Text, " "),
        (Tone::Strong, &finding.title),
        (Tone::Dim, "  "),
        (tone, word),
    ]);
    document.paragraph(Tone::Text, &finding.message, 2, columns);
    if let Some(resource) = &finding.resource {
        let path = finding.path.as_deref().unwrap_or_default();
        let gap = if path.is_empty() { "" } else { "  " };
        document.line([
            (Tone::Dim, "  in   "),
            (Tone::Text, &short_name(resource)),
            (Tone::Dim, gap),
            (Tone::Text, path),
        ]);
    }
    if let Some(place) = &finding.place {
        document.line([(Tone::Dim, "  at   "), (Tone::Text, &place_text(place))]);
    }
    if !finding.fix.is_empty() {
        for (index, line) in
            text::wrap(&text::clean(&finding.fix), columns.saturating_sub(7)).iter().enumerate()
        {
            let label = if index == 0 { "  fix  " } else { "       " };
            document.line([(Tone::Dim, label), (Tone::Key, line)]);
        }
    }
}

fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Block => ("!", "blocks"),
        Severity::Warn => ("w", "warns"),
        Severity::Info => ("i", "for information"),
    }
}
