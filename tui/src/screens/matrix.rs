//! The home screen: which rows and columns are visible, in which order, and the cursor.

use std::collections::BTreeSet;
use std::sync::Arc;

use zij_core::report::model::{Cell, CellState};

use crate::board::{Board, Name, Sum};
use crate::filter::Filter;
use crate::keymap::Command;
use crate::text;

/// Unchanged rows from which on only what changes is shown at first.
const MANY: usize = 10;
/// Rows and columns kept visible around the cursor.
const MARGIN: usize = 2;

/// How rows and columns are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Name,
    Risk,
}

/// The visible part of a board and the cursor in it. Rows are applications and columns are
/// clusters unless transposed.
#[derive(Debug, Default)]
pub(crate) struct Matrix {
    pub(crate) rows: Axis,
    pub(crate) columns: Axis,
    /// The cells that the filter leaves out, by their index in the report; empty without one.
    left_out: Vec<bool>,
    /// The sum of the visible cells.
    pub(crate) total: Sum,
    pub(crate) only_changed: bool,
    pub(crate) transposed: bool,
    pub(crate) order: Order,
    pub(crate) filter: Filter,
    /// Marked cells by the names of application and cluster, so that they outlive a report.
    pub(crate) marks: BTreeSet<(Arc<str>, Arc<str>)>,
}

/// One side of the matrix.
#[derive(Debug, Default)]
pub(crate) struct Axis {
    /// Indices into the board's names.
    pub(crate) names: Vec<usize>,
    /// The sum of each.
    pub(crate) sums: Vec<Sum>,
    /// The cursor.
    pub(crate) at: usize,
    /// The first that is drawn.
    pub(crate) first: usize,
    /// The columns of the longest name, whole and after its family.
    pub(crate) widest: usize,
    pub(crate) widest_given: usize,
    /// The columns that each name must have for every family to be readable above its members;
    /// 0 without families.
    pub(crate) family_pitch: usize,
}

impl Axis {
    fn set(&mut self, names: Vec<usize>, sums: &[Sum], board: &[Name]) {
        let kept = self.names.get(self.at).copied();
        self.sums = names.iter().map(|name| sums[*name]).collect();
        let widths = || names.iter().map(|name| &board[*name]);
        self.widest = widths().map(|name| name.columns).max().unwrap_or(0);
        self.widest_given = widths().map(|name| text::width(name.given())).max().unwrap_or(0);
        let families = names.chunk_by(|a, b| board[*a].family() == board[*b].family());
        self.family_pitch = families
            .map(|run| match board[run[0]].family() {
                "" => 0,
                family => (text::width(family) + 1).div_ceil(run.len()),
            })
            .max()
            .unwrap_or(0);
        self.at = kept
            .and_then(|kept| names.iter().position(|name| *name == kept))
            .unwrap_or(self.at)
            .min(names.len().saturating_sub(1));
        self.names = names;
    }

    fn step(&mut self, by: isize) {
        let last = self.names.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// Scrolls so that the cursor is among `shown` entries.
    fn follow(&mut self, shown: usize) {
        let margin = MARGIN.min(shown.saturating_sub(1) / 2);
        let lowest = (self.at + margin + 1).saturating_sub(shown);
        let highest = self.at.saturating_sub(margin);
        self.first = self.first.clamp(lowest.min(highest), highest);
        self.first = self.first.min(self.names.len().saturating_sub(shown));
    }

    pub(crate) fn changed_digits(&self) -> usize {
        let most = self.sums.iter().map(Sum::changed).max().unwrap_or(0);
        most.to_string().len()
    }
}

impl Matrix {
    /// Takes over a new board: the view's settings stay, the cursor stays on its names.
    pub(crate) fn adopt(&mut self, board: &Board, before: Option<&Board>) {
        let selected = before.and_then(|before| {
            let (application, cluster) = self.selected()?;
            Some((&before.applications[application].raw, &before.clusters[cluster].raw))
        });
        let find = |names: &[Name], raw: &str| names.iter().position(|name| &*name.raw == raw);
        let kept = selected.map(|(application, cluster)| {
            (find(&board.applications, application), find(&board.clusters, cluster))
        });
        if before.is_none() {
            self.only_changed = unchanged_rows(board).is_some_and(|rows| rows >= MANY);
        }
        self.marks.retain(|(application, cluster)| {
            find(&board.applications, application).is_some()
                && find(&board.clusters, cluster).is_some()
        });
        self.rows.names.clear();
        self.columns.names.clear();
        self.arrange(board);
        if let Some((application, cluster)) = kept {
            self.select(application, cluster);
        }
    }

    /// Works out which rows and columns are visible; the cursor stays on its names if it can.
    pub(crate) fn arrange(&mut self, board: &Board) {
        let (mut applications, mut clusters) = (
            vec![Sum::default(); board.applications.len()],
            vec![Sum::default(); board.clusters.len()],
        );
        self.total = Sum::default();
        let filter = self.filter.on(board);
        self.left_out.clear();
        if !self.filter.is_empty() {
            self.left_out.extend(board.report.cells.iter().map(|cell| !filter.matches(cell)));
        }
        for (index, cell) in board.cells() {
            if self.leaves_out(index) {
                continue;
            }
            applications[cell.application].add(cell.state);
            clusters[cell.cluster].add(cell.state);
            self.total.add(cell.state);
        }
        let visible = |sums: &[Sum]| -> Vec<usize> {
            let shown = |sum: &Sum| {
                if self.only_changed { sum.changed() > 0 } else { sum.worst().is_some() }
            };
            let mut names: Vec<usize> =
                (0..sums.len()).filter(|name| shown(&sums[*name])).collect();
            if self.order == Order::Risk {
                names.sort_by_key(|name| sums[*name].gravity());
            }
            names
        };
        let (rows, columns) = (visible(&applications), visible(&clusters));
        let (rows, columns, row_sums, column_sums, row_names, column_names) = if self.transposed {
            (columns, rows, clusters, applications, &board.clusters, &board.applications)
        } else {
            (rows, columns, applications, clusters, &board.applications, &board.clusters)
        };
        self.rows.set(rows, &row_sums, row_names);
        self.columns.set(columns, &column_sums, column_names);
    }

    /// The application and the cluster under the cursor, as indices of the board.
    pub(crate) fn selected(&self) -> Option<(usize, usize)> {
        self.pair(self.rows.at, self.columns.at)
    }

    /// The application and the cluster of a visible row and column.
    pub(crate) fn pair(&self, row: usize, column: usize) -> Option<(usize, usize)> {
        let (row, column) = (*self.rows.names.get(row)?, *self.columns.names.get(column)?);
        Some(if self.transposed { (column, row) } else { (row, column) })
    }

    /// Where a cell is in reading order; nothing where it is not visible.
    pub(crate) fn rank(&self, (application, cluster): (usize, usize)) -> Option<(usize, usize)> {
        let (row, column) =
            if self.transposed { (cluster, application) } else { (application, cluster) };
        let position = |axis: &Axis, name: usize| axis.names.iter().position(|n| *n == name);
        position(&self.rows, row).zip(position(&self.columns, column))
    }

    /// Puts the cursor back where it was.
    pub(crate) fn return_to(&mut self, selected: Option<(usize, usize)>) {
        if let Some((application, cluster)) = selected {
            self.select(Some(application), Some(cluster));
        }
    }

    /// Puts the cursor on an application and a cluster, as far as they are visible.
    pub(crate) fn select(&mut self, application: Option<usize>, cluster: Option<usize>) {
        let (row, column) =
            if self.transposed { (cluster, application) } else { (application, cluster) };
        for (axis, wanted) in [(&mut self.rows, row), (&mut self.columns, column)] {
            let position = wanted.and_then(|name| axis.names.iter().position(|n| *n == name));
            axis.at = position.unwrap_or(axis.at).min(axis.names.len().saturating_sub(1));
        }
    }

    /// Moves the cursor; says whether the command was a movement.
    pub(crate) fn travel(&mut self, command: Command, geometry: Geometry) -> bool {
        let signed = |count: usize| isize::try_from(count.max(1)).unwrap_or(isize::MAX);
        let (lines, columns) = (signed(geometry.rows), signed(geometry.columns));
        match command {
            Command::Up => self.rows.step(-1),
            Command::Down => self.rows.step(1),
            Command::PageUp => self.rows.step(-lines),
            Command::PageDown => self.rows.step(lines),
            Command::HalfUp => self.rows.step(-(lines / 2).max(1)),
            Command::HalfDown => self.rows.step((lines / 2).max(1)),
            Command::First => self.rows.step(isize::MIN),
            Command::Last => self.rows.step(isize::MAX),
            Command::Left => self.columns.step(-1),
            Command::Right => self.columns.step(1),
            Command::PageLeft => self.columns.step(-columns),
            Command::PageRight => self.columns.step(columns),
            Command::FirstColumn => self.columns.step(isize::MIN),
            Command::LastColumn => self.columns.step(isize::MAX),
            _ => return false,
        }
        true
    }

    pub(crate) fn transpose(&mut self, board: &Board) {
        let selected = self.selected();
        self.transposed = !self.transposed;
        self.rows.names.clear();
        self.columns.names.clear();
        self.arrange(board);
        self.return_to(selected);
    }

    pub(crate) fn toggle_mark(&mut self, board: &Board) {
        let Some((application, cluster)) = self.selected() else { return };
        if board.cell(application, cluster).is_some() {
            let mark = mark(board, application, cluster);
            if !self.marks.remove(&mark) {
                self.marks.insert(mark);
            }
        }
    }

    /// Marks every visible cell that changes; clears the marks when all of them are marked.
    pub(crate) fn toggle_all_marks(&mut self, board: &Board) {
        let changing: Vec<(usize, usize)> = self.changing(board);
        let marks: BTreeSet<_> = changing
            .iter()
            .map(|(application, cluster)| mark(board, *application, *cluster))
            .collect();
        self.marks = if self.marks == marks { BTreeSet::new() } else { marks };
    }

    /// The visible cells that change, row by row.
    pub(crate) fn changing(&self, board: &Board) -> Vec<(usize, usize)> {
        let pairs = (0..self.rows.names.len())
            .flat_map(|row| (0..self.columns.names.len()).map(move |column| (row, column)));
        pairs
            .filter_map(|(row, column)| self.pair(row, column))
            .filter(|(application, cluster)| {
                let index = board.index(*application, *cluster);
                index.is_some_and(|index| {
                    changes(&board.report.cells[index]) && !self.leaves_out(index)
                })
            })
            .collect()
    }

    /// The cells that the diff walks through: the marked ones, else those that change.
    pub(crate) fn walk(&self, board: &Board) -> Vec<(usize, usize)> {
        if self.marks.is_empty() {
            return self.changing(board);
        }
        let pairs = (0..self.rows.names.len())
            .flat_map(|row| (0..self.columns.names.len()).map(move |column| (row, column)));
        pairs
            .filter_map(|(row, column)| self.pair(row, column))
            .filter(|(application, cluster)| {
                self.marks.contains(&mark(board, *application, *cluster))
            })
            .collect()
    }

    /// Whether the filter leaves out a cell, by its index in the report.
    pub(crate) fn leaves_out(&self, index: usize) -> bool {
        self.left_out.get(index).copied().unwrap_or(false)
    }

    pub(crate) fn is_marked(&self, board: &Board, application: usize, cluster: usize) -> bool {
        !self.marks.is_empty() && self.marks.contains(&mark(board, application, cluster))
    }

    /// Scrolls so that the cursor is visible.
    pub(crate) fn follow(&mut self, geometry: Geometry) {
        self.rows.follow(geometry.rows);
        self.columns.follow(geometry.columns);
    }
}

fn mark(board: &Board, application: usize, cluster: usize) -> (Arc<str>, Arc<str>) {
    (Arc::clone(&board.applications[application].raw), Arc::clone(&board.clusters[cluster].raw))
}

fn changes(cell: &Cell) -> bool {
    cell.state != CellState::Unchanged
}

/// How many applications change nowhere; nothing where no application changes at all.
fn unchanged_rows(board: &Board) -> Option<usize> {
    let mut changed = vec![false; board.applications.len()];
    for (_, cell) in board.cells().filter(|(_, cell)| changes(cell)) {
        changed[cell.application] = true;
    }
    let count = changed.iter().filter(|changed| **changed).count();
    (count > 0).then(|| changed.len() - count)
}

/// How the matrix is laid out on a screen of a size. Update scrolls by it and the view draws by
/// it, so that both agree on what is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    /// Columns of the row names.
    pub(crate) name: u16,
    /// Columns of one cell.
    pub(crate) pitch: u16,
    /// Lines above the column names for what neighbours share: none, the family, or the family
    /// in two parts.
    pub(crate) levels: u16,
    /// Whether lines part header, cells and totals.
    pub(crate) ruled: bool,
    /// Lines about the cell under the cursor.
    pub(crate) detail: u16,
    /// Rows and columns of cells that fit.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// Columns of the sum at the end of a row.
pub(crate) const SUM: u16 = 8;

/// Columns of a cell beyond which a row is hard to follow.
const ROOMY: u16 = 12;

impl Geometry {
    pub(crate) fn of(matrix: &Matrix, (width, height): (u16, u16)) -> Self {
        let short = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
        let name = short(matrix.rows.widest).clamp(12, (width / 3).max(12));
        // Margin and cursor mark, names, a line; then cells; then a line and the sum.
        let room = width.saturating_sub(name + 5 + SUM);
        let whole = short(matrix.columns.widest + 2).max(3);
        let fits = usize::from(whole) * matrix.columns.names.len() <= usize::from(room);
        let pitch = if fits {
            whole
        } else {
            let digits = matrix.columns.changed_digits();
            let narrow = short(matrix.columns.widest_given.max(digits).clamp(2, 10) + 1);
            // Few columns take the room that there is, so that their families can be read.
            let spare = room / short(matrix.columns.names.len()).max(1);
            narrow.max(spare.min(whole).min(ROOMY))
        };
        let levels = match matrix.columns.family_pitch {
            _ if fits => 0,
            0 => 0,
            wanted if wanted > usize::from(pitch) && height >= 20 => 2,
            _ => 1,
        };
        let ruled = height >= 18;
        let detail = match height {
            ..16 => 1,
            16..32 => 2,
            _ => 4,
        };
        // Title, status, header, totals, legend, footer; lines; detail with a line of its own.
        let around = 6 + levels + if ruled { 3 } else { 0 } + detail;
        Self {
            name,
            pitch,
            levels,
            ruled,
            detail,
            rows: usize::from(height.saturating_sub(around)),
            columns: usize::from(room / pitch),
        }
    }
}
