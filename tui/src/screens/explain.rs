//! What a cell's state comes from, in few words and in many, and how to ask for it elsewhere.

use zij_core::report::model::{Cell, CellState, LineKind, RevisionName, ValueChange};

use crate::app::{Front, State};
use crate::board::Board;
use crate::document::{Document, Piece, Row};
use crate::filter::cause_word;
use crate::screens::{cell::Pane, diff};
use crate::text;
use crate::theme::{Marks, Tone};

/// A cell in a few rows: what happens, then the most telling details.
pub(crate) fn summary(board: &Board, cell: &Cell, marks: &Marks, rows: usize) -> Vec<Vec<Piece>> {
    let mut summary = vec![headline(board, cell)];
    if let Some(problem) = &cell.problem {
        let first = problem.message.lines().next().unwrap_or_default();
        summary.push(vec![
            Piece::new(Tone::State(CellState::Error), "E "),
            Piece::new(Tone::Text, first),
        ]);
    }
    for finding in board.findings(cell).take(rows) {
        summary.push(vec![
            Piece::new(
                Tone::Severity(finding.severity),
                &format!("{} {}", finding.rule, finding.title),
            ),
            Piece::new(Tone::Text, "  "),
            Piece::new(Tone::Text, finding.message.lines().next().unwrap_or_default()),
        ]);
    }
    let group = board.group(cell);
    for change in group.iter().flat_map(|group| &group.values).take(rows) {
        summary.push(value(change, marks));
    }
    for change in group.iter().flat_map(|group| &group.resources).take(rows) {
        let fields = text::plural(change.fields.len(), "field");
        summary.push(vec![
            Piece::new(Tone::Text, &diff::short_name(&change.resource)),
            Piece::new(Tone::Dim, "  "),
            Piece::new(Tone::Dim, &fields),
        ]);
    }
    summary.truncate(rows);
    summary
}

fn headline(board: &Board, cell: &Cell) -> Vec<Piece> {
    let (application, cluster) = board.names(cell);
    let mut pieces = vec![
        Piece::new(Tone::Strong, application),
        Piece::new(Tone::Dim, " on "),
        Piece::new(Tone::Strong, cluster),
        Piece::new(Tone::Text, "  "),
    ];
    pieces.extend(verdict(board, cell));
    pieces
}

/// A cell's state in words, with its causes and how many cells share the change.
pub(crate) fn verdict(board: &Board, cell: &Cell) -> Vec<Piece> {
    let state = Tone::State(cell.state);
    let mut pieces = vec![
        Piece::new(state, &cell.state.letter().to_string()),
        Piece::new(Tone::Text, " "),
        Piece::new(Tone::Text, cell.state.meaning()),
    ];
    if !cell.causes.is_empty() {
        let causes: Vec<&str> = cell.causes.iter().map(|cause| cause_word(*cause)).collect();
        pieces.push(Piece::new(Tone::Dim, &format!("  from {}", causes.join(", "))));
    }
    let shared = board.group(cell).map_or(0, |group| group.cells.len());
    if shared > 1 {
        let others = text::plural(shared - 1, "other cell");
        pieces.push(Piece::new(Tone::Dim, &format!("  same in {others}")));
    }
    pieces
}

fn value(change: &ValueChange, marks: &Marks) -> Vec<Piece> {
    let mut pieces = vec![Piece::new(Tone::Text, &change.path), Piece::new(Tone::Text, "  ")];
    if let Some(old) = &change.old {
        pieces.push(Piece::new(Tone::Side(LineKind::Removed), &old.value));
        pieces.push(Piece::new(Tone::Dim, &format!(" {} ", marks.arrow)));
    }
    match &change.new {
        Some(new) => pieces.push(Piece::new(Tone::Side(LineKind::Added), &new.value)),
        None => pieces.push(Piece::new(Tone::Dim, "unset")),
    }
    if let Some(place) =
        change.new.as_ref().or(change.old.as_ref()).and_then(|side| side.place.as_ref())
    {
        pieces.push(Piece::new(Tone::Dim, &format!("  {}", diff::place_text(place))));
    }
    pieces
}

/// How many values and resources the chain names before it only counts the rest.
const NAMED: usize = 8;

/// The chain from the commit to the verdict of a cell.
pub(crate) fn why(board: &Board, cell: &Cell, marks: &Marks, columns: usize) -> Document {
    let mut document = Document::default();
    let step = |document: &mut Document, label: &str, pieces: Vec<Piece>| {
        let mut row = vec![Piece::new(Tone::Dim, &format!("{label:<10}"))];
        row.extend(pieces);
        document.push(Row::Text(row));
    };
    let (base, head) = (&board.report.base, &board.report.head);
    let commits = format!("{} {} {}", revision(base), marks.arrow, revision(head));
    step(&mut document, "commit", vec![Piece::new(Tone::Text, &commits)]);
    let causes: Vec<&str> = cell.causes.iter().map(|cause| cause_word(*cause)).collect();
    let causes = if causes.is_empty() { "none".to_owned() } else { causes.join(", ") };
    step(&mut document, "cause", vec![Piece::new(Tone::Text, &causes)]);
    if let Some(group) = board.group(cell) {
        for (index, change) in group.values.iter().take(NAMED).enumerate() {
            step(&mut document, if index == 0 { "values" } else { "" }, value(change, marks));
        }
        more(&mut document, group.values.len(), "value");
        for (index, change) in group.resources.iter().take(NAMED).enumerate() {
            let label = if index == 0 { "renders" } else { "" };
            let place = change.template.as_ref().map(diff::place_text).unwrap_or_default();
            let name = Piece::new(Tone::Text, &diff::short_name(&change.resource));
            step(&mut document, label, vec![name, Piece::new(Tone::Dim, &format!("  {place}"))]);
            for field in change.rolls.iter().take(2) {
                let letter = Piece::new(Tone::State(CellState::Rolls), "R ");
                step(&mut document, "", vec![letter, Piece::new(Tone::Text, field)]);
            }
        }
        more(&mut document, group.resources.len(), "resource");
    }
    step(&mut document, "verdict", verdict(board, cell));
    if let Some(problem) = &cell.problem {
        document.gap();
        diff::problem(&mut document, problem, columns);
    }
    for finding in board.findings(cell) {
        document.gap();
        diff::finding(&mut document, finding, columns);
    }
    document
}

fn more(document: &mut Document, count: usize, noun: &str) {
    if let Some(rest) = count.checked_sub(NAMED).filter(|rest| *rest > 0) {
        document.line([(
            Tone::Dim,
            &format!("{:<10}and {}", "", text::plural(rest, &format!("more {noun}"))),
        )]);
    }
}

/// A revision's name with the beginning of its commit.
pub(crate) fn revision(revision: &RevisionName) -> String {
    match &revision.commit {
        Some(commit) => {
            format!("{} ({})", revision.name, commit.chars().take(8).collect::<String>())
        }
        None => revision.name.clone(),
    }
}

/// The command that shows what the screen in front shows.
pub(crate) fn command(state: &State) -> Option<String> {
    let board = state.source.board.as_ref()?;
    let cell = match (&state.cell, state.front) {
        (Some(screen), Front::Cell) => board.cell(screen.cell.0, screen.cell.1),
        _ => None,
    };
    Some(board.report.command(cell))
}

/// What can be copied of the cell in front: a key, what it is, and the text.
pub(crate) fn copies(state: &State) -> Vec<(char, &'static str, String)> {
    let Some(board) = &state.source.board else { return Vec::new() };
    let pair = match (&state.cell, state.front) {
        (Some(screen), Front::Cell) => Some(screen.cell),
        _ => state.matrix.selected(),
    };
    let mut copies = Vec::new();
    if let Some(cell) = pair.and_then(|(application, cluster)| board.cell(application, cluster)) {
        let (application, cluster) = board.names(cell);
        copies.push(('n', "name", format!("{application} on {cluster}")));
        if let Some(group) = board.group(cell) {
            if !group.resources.is_empty() {
                let document = diff::manifests(
                    cell,
                    Some(group),
                    crate::screens::cell::Sides::Unified,
                    usize::MAX,
                );
                copies.push(('p', "patch", plain(&document)));
            }
            if !group.values.is_empty() {
                copies.push(('v', "values", plain(&diff::values(cell, Some(group)))));
            }
        }
        if !cell.findings.is_empty() || cell.problem.is_some() {
            copies.push(('f', "findings", plain(&diff::findings(board, cell, 100))));
        }
    }
    copies.extend(command(state).map(|command| ('c', "command", command)));
    copies
}

/// A document as plain text.
pub(crate) fn plain(document: &Document) -> String {
    let mut text = String::new();
    for row in &document.rows {
        match row {
            Row::Text(pieces) => text.extend(pieces.iter().map(Piece::text)),
            Row::Unified { line, .. } => {
                text.push(match line.kind {
                    LineKind::Context => ' ',
                    LineKind::Removed => '-',
                    LineKind::Added => '+',
                });
                text.extend(line.pieces.iter().map(Piece::text));
            }
            Row::Split(..) => {}
        }
        text.push('\n');
    }
    text
}

/// The name of a pane with how much is in it.
pub(crate) fn pane_title(board: &Board, cell: &Cell, pane: Pane) -> String {
    let group = board.group(cell);
    let (name, count) = match pane {
        Pane::Manifests => ("manifests", group.map_or(0, |group| group.resources.len())),
        Pane::Values => ("values", group.map_or(0, |group| group.values.len())),
        Pane::Findings => ("findings", cell.findings.len() + usize::from(cell.problem.is_some())),
    };
    format!("{name} {}", text::count(count))
}
