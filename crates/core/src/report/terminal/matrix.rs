//! The matrix: applications down, clusters across.

use std::collections::{BTreeMap, BTreeSet};

use super::Rows;
use crate::report::{
    model::{Cell, CellState, Report},
    paper::{Label, Paper, columns, shortened},
    sums::counted,
};

/// Longest name of an application that is written out.
const NAME: usize = 32;
/// Longest name of a cluster that is written downwards.
const HEIGHT: usize = 16;
/// Spaces before a row.
const INDENT: usize = 2;

/// Writes the rows and columns in which something differs, and how many others there are.
pub(crate) fn write(paper: &mut Paper, report: &Report, rows: Rows) {
    let table = Table::new(report, rows);
    if table.rows.is_empty() {
        return;
    }
    paper.end();
    for block in table.blocks(paper.width) {
        table.block(paper, &block);
        paper.end();
    }
    table.left_out(paper);
    table.legend(paper);
}

struct Table<'a> {
    report: &'a Report,
    cells: BTreeMap<(usize, usize), &'a Cell>,
    /// Applications with a cell that differs.
    rows: Vec<usize>,
    /// Clusters with a cell that differs.
    columns: Vec<usize>,
    kind: Rows,
    /// Columns that the rows' names take.
    stub: usize,
}

/// Neighbouring columns that fit beside the rows' names, and how their heads are written.
struct Block {
    columns: Vec<usize>,
    heads: Heads,
}

enum Heads {
    /// Names side by side, each column as wide as given.
    Across(Vec<usize>),
    /// Names downwards, each column as wide as a mark.
    Down,
}

impl<'a> Table<'a> {
    fn new(report: &'a Report, kind: Rows) -> Self {
        let differs =
            |cell: &&Cell| cell.state != CellState::Unchanged || !cell.findings.is_empty();
        let shown: Vec<&Cell> = report.cells.iter().filter(differs).collect();
        let rows: BTreeSet<usize> = shown.iter().map(|cell| cell.application).collect();
        let columns: BTreeSet<usize> = shown.iter().map(|cell| cell.cluster).collect();
        let mut table = Self {
            report,
            cells: report
                .cells
                .iter()
                .map(|cell| ((cell.application, cell.cluster), cell))
                .collect(),
            rows: rows.into_iter().collect(),
            columns: columns.into_iter().collect(),
            kind,
            stub: 0,
        };
        let names = table.rows.iter().map(|row| super::super::paper::columns(&table.name(*row)));
        table.stub = INDENT + names.max().unwrap_or_default() + 2;
        if kind == Rows::ValuesAndManifests {
            table.stub += "manifests".len() + 2;
        }
        table
    }

    fn name(&self, row: usize) -> String {
        shortened(self.report.applications.get(row).map_or("?", |name| name), NAME)
    }

    fn cluster(&self, column: usize) -> &str {
        self.report.clusters.get(column).map_or("?", |name| name)
    }

    /// The widest mark of the matrix.
    fn mark(&self) -> usize {
        match self.kind {
            Rows::State => 1,
            Rows::ValuesAndManifests => "DIFF".len(),
        }
    }

    fn blocks(&self, width: usize) -> Vec<Block> {
        let room = width.saturating_sub(self.stub);
        let wide: Vec<usize> = self
            .columns
            .iter()
            .map(|column| columns(self.cluster(*column)).max(self.mark()))
            .collect();
        let across: usize = wide.iter().map(|width| width + 2).sum();
        if across <= room + 2 || self.columns.len() <= 2 {
            return vec![Block { columns: self.columns.clone(), heads: Heads::Across(wide) }];
        }
        let most = (room / (self.mark() + 1)).max(4);
        let block = |columns: &[usize]| Block { columns: columns.to_vec(), heads: Heads::Down };
        self.columns.chunks(even(self.columns.len(), most)).map(block).collect()
    }

    fn block(&self, paper: &mut Paper, block: &Block) {
        match &block.heads {
            Heads::Across(widths) => {
                paper.spaces(self.stub);
                for (column, width) in block.columns.iter().zip(widths) {
                    paper.padded(Label::Heading, self.cluster(*column), width + 2);
                }
                paper.end();
            }
            Heads::Down => self.heads_down(paper, &block.columns),
        }
        for row in &self.rows {
            match self.kind {
                Rows::State => self.row(paper, block, *row, &[("", state_mark)]),
                Rows::ValuesAndManifests => {
                    let marks: [(&str, Mark); 2] =
                        [("values", values_mark), ("manifests", manifests_mark)];
                    self.row(paper, block, *row, &marks);
                }
            }
        }
    }

    /// Names written from the top down, their last letters above the marks.
    fn heads_down(&self, paper: &mut Paper, shown: &[usize]) {
        let prefix = self.common_prefix();
        if !prefix.is_empty() {
            let text = format!("clusters {prefix}…");
            paper.spaces(self.stub).put(Label::Dim, &text).end();
        }
        let names: Vec<Vec<char>> = shown
            .iter()
            .map(|column| {
                let name = self.cluster(*column);
                shortened(name.strip_prefix(prefix).unwrap_or(name), HEIGHT).chars().collect()
            })
            .collect();
        let height = names.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..height {
            paper.spaces(self.stub);
            for name in &names {
                let letter = (line + name.len()).checked_sub(height).and_then(|at| name.get(at));
                let letter = letter.map(ToString::to_string).unwrap_or_default();
                paper.padded(Label::Heading, &letter, self.mark() + 1);
            }
            paper.end();
        }
    }

    /// The parts that the names of all columns begin with.
    fn common_prefix(&self) -> &str {
        let mut names = self.columns.iter().map(|column| self.cluster(*column));
        let first = names.next().unwrap_or_default();
        let common = names.fold(first.len(), |length, name| {
            let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
            length.min(same)
        });
        let is_end = |(at, c): &(usize, char)| *at < common && matches!(c, '-' | '.' | '_');
        first.char_indices().rfind(is_end).map_or("", |(at, _)| &first[..=at])
    }

    fn row(&self, paper: &mut Paper, block: &Block, row: usize, marks: &[(&str, Mark)]) {
        for (index, (title, mark)) in marks.iter().enumerate() {
            let name = if index == 0 { self.name(row) } else { String::new() };
            let title_width = if title.is_empty() { 0 } else { "manifests".len() + 2 };
            paper.spaces(INDENT).padded(Label::Name, &name, self.stub - INDENT - title_width);
            paper.padded(Label::Dim, title, title_width);
            for (index, column) in block.columns.iter().enumerate() {
                let width = match &block.heads {
                    Heads::Across(widths) => widths.get(index).map_or(1, |width| width + 2),
                    Heads::Down => self.mark() + 1,
                };
                let (text, label) =
                    self.cells.get(&(row, *column)).map_or(("", Label::Plain), |cell| mark(cell));
                let before = match &block.heads {
                    Heads::Across(_) => (width - 2).saturating_sub(columns(text)) / 2,
                    Heads::Down => 0,
                };
                paper.spaces(before).padded(label, text, width - before);
            }
            paper.end();
        }
    }

    fn left_out(&self, paper: &mut Paper) {
        let rows = self.report.applications.len() - self.rows.len();
        let columns = self.report.clusters.len() - self.columns.len();
        let parts: Vec<String> = [(rows, "application"), (columns, "cluster")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, thing)| counted(count, thing))
            .collect();
        if !parts.is_empty() {
            let text = format!("unchanged and not shown: {}", parts.join(", "));
            paper.spaces(INDENT).put(Label::Dim, &text).end();
        }
    }

    /// The states that occur, in the order in which all readers list them.
    fn legend(&self, paper: &mut Paper) {
        if self.kind == Rows::ValuesAndManifests {
            paper.spaces(INDENT).put(
                Label::Dim,
                "values and manifests DIFF: it deploys; only values DIFF: nothing deploys",
            );
            paper.end();
            return;
        }
        let present: BTreeSet<CellState> =
            self.report.cells.iter().map(|cell| cell.state).collect();
        let mut used = INDENT;
        paper.spaces(INDENT);
        for state in CellState::ALL.into_iter().filter(|state| present.contains(state)) {
            let text = format!("{} {}", state.letter(), state.meaning());
            if used > INDENT && used + columns(&text) > paper.width {
                paper.end().spaces(INDENT);
                used = INDENT;
            }
            paper.put(Label::State(state), &state.letter().to_string());
            paper.plain(" ").put(Label::Dim, state.meaning()).spaces(3);
            used += columns(&text) + 3;
        }
        paper.end();
    }
}

/// The size of parts of at most `most` that are about equally large.
fn even(count: usize, most: usize) -> usize {
    count.div_ceil(count.div_ceil(most).max(1)).max(1)
}

type Mark = fn(&Cell) -> (&'static str, Label);

fn state_mark(cell: &Cell) -> (&'static str, Label) {
    let text = match cell.state {
        CellState::Unchanged => ".",
        CellState::ValuesOnly => "v",
        CellState::Changed => "~",
        CellState::Rolls => "R",
        CellState::Added => "+",
        CellState::Removed => "-",
        CellState::Blocked => "!",
        CellState::Error => "E",
        CellState::Unknown => "?",
    };
    (text, Label::State(cell.state))
}

fn diff_mark(cell: &Cell, differs: bool) -> (&'static str, Label) {
    match cell.state {
        CellState::Error | CellState::Unknown | CellState::Added | CellState::Removed => {
            state_mark(cell)
        }
        state if differs => ("DIFF", Label::State(state)),
        _ => (".", Label::State(CellState::Unchanged)),
    }
}

fn values_mark(cell: &Cell) -> (&'static str, Label) {
    diff_mark(cell, cell.values_differ)
}

fn manifests_mark(cell: &Cell) -> (&'static str, Label) {
    diff_mark(cell, cell.manifests_differ)
}
