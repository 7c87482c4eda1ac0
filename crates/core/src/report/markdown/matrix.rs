//! The matrix as a table, as sums of each application, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{escape::prose_text, fit::Piece};
use crate::report::{
    model::{Cell, CellState, Report},
    paper::shortened,
    sums::counted,
};

/// Longest name that is written out.
const NAME: usize = 48;
/// Clusters beyond which a table is no longer read.
const COLUMNS: usize = 24;
/// Applications beyond which a table is no longer read.
const ROWS: usize = 60;
/// Applications whose sums are told.
const SUMS: usize = 300;

/// The forms of the matrix: every cell, sums by application, nothing.
pub(crate) fn piece(report: &Report) -> Piece {
    let differs = |cell: &&Cell| cell.state != CellState::Unchanged || !cell.findings.is_empty();
    let mut rows: BTreeMap<usize, Vec<&Cell>> = BTreeMap::new();
    for cell in report.cells.iter().filter(differs) {
        rows.entry(cell.application).or_default().push(cell);
    }
    if rows.is_empty() {
        return Piece::default();
    }
    let columns: BTreeSet<usize> = rows.values().flatten().map(|cell| cell.cluster).collect();
    let mut forms = Vec::new();
    if columns.len() <= COLUMNS && rows.len() <= ROWS {
        forms.push(table(report, &rows, &columns));
    }
    forms.push(sums(report, &rows));
    Piece { forms }
}

fn name(text: Option<&std::sync::Arc<str>>) -> String {
    prose_text(&shortened(text.map_or("?", |name| name), NAME))
}

fn table(report: &Report, rows: &BTreeMap<usize, Vec<&Cell>>, columns: &BTreeSet<usize>) -> String {
    let mut all: BTreeMap<(usize, usize), &Cell> = BTreeMap::new();
    for cell in report.cells.iter().filter(|cell| rows.contains_key(&cell.application)) {
        all.insert((cell.application, cell.cluster), cell);
    }
    let mut out = String::from("| |");
    for column in columns {
        out.extend([" ", &name(report.clusters.get(*column)), " |"]);
    }
    out.push_str("\n|:--|");
    out.extend(columns.iter().map(|_| ":-:|"));
    out.push('\n');
    for row in rows.keys() {
        out.extend(["| ", &name(report.applications.get(*row)), " |"]);
        for column in columns {
            let mark = all.get(&(*row, *column)).map_or(" ", |cell| mark(cell.state));
            out.extend([" ", mark, " |"]);
        }
        out.push('\n');
    }
    out.push_str(&legend(rows));
    out
}

/// The state's letter so that no Markdown is read into it.
fn mark(state: CellState) -> &'static str {
    match state {
        CellState::Unchanged => "·",
        CellState::ValuesOnly => "v",
        CellState::Changed => "&#126;",
        CellState::Rolls => "**R**",
        CellState::Added => "**&#43;**",
        CellState::Removed => "**&#45;**",
        CellState::Blocked => "**&#33;**",
        CellState::Error => "**E**",
        CellState::Unknown => "**?**",
    }
}

fn legend(rows: &BTreeMap<usize, Vec<&Cell>>) -> String {
    let states: BTreeSet<CellState> = rows.values().flatten().map(|cell| cell.state).collect();
    let states = states.into_iter().filter(|state| *state != CellState::Unchanged);
    let parts: Vec<String> =
        states.map(|state| format!("{} {}", mark(state), state.meaning())).collect();
    if parts.is_empty() { String::new() } else { format!("\n{}\n", parts.join(" · ")) }
}

fn sums(report: &Report, rows: &BTreeMap<usize, Vec<&Cell>>) -> String {
    let states: BTreeSet<CellState> = rows.values().flatten().map(|cell| cell.state).collect();
    let states: Vec<CellState> =
        states.into_iter().filter(|state| *state != CellState::Unchanged).collect();
    let mut out = String::from("| |");
    for state in &states {
        out.extend([" ", state.meaning(), " |"]);
    }
    out.push_str("\n|:--|");
    out.extend(states.iter().map(|_| "--:|"));
    out.push('\n');
    for (row, cells) in rows.iter().take(SUMS) {
        out.extend(["| ", &name(report.applications.get(*row)), " |"]);
        for state in &states {
            let count = cells.iter().filter(|cell| cell.state == *state).count();
            let count = if count == 0 { String::new() } else { count.to_string() };
            out.extend([" ", &count, " |"]);
        }
        out.push('\n');
    }
    if let Some(more) = rows.len().checked_sub(SUMS).filter(|more| *more > 0) {
        out.extend(["\nand ", &counted(more, "more application"), "\n"]);
    }
    out
}
