//! A report made ready for looking up: the grid, names that are safe to show, and sums.

use std::sync::Arc;

use zij_core::report::model::{Cell, CellState, Finding, Group, Report};

use crate::text;

/// A row's or a column's name.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// As the report has it; what marks and commands refer to.
    pub(crate) raw: Arc<str>,
    /// Safe to show.
    pub(crate) shown: String,
    pub(crate) columns: usize,
    /// Where the first part ends and where the last begins: `prod`, `eu-west`, `01`.
    parts: (usize, usize),
}

impl Name {
    fn new(raw: &Arc<str>) -> Self {
        let shown = text::clean(raw);
        let columns = text::width(&shown);
        let last = shown.trim_end_matches(SEPARATORS).rfind(SEPARATORS);
        let last = last.map_or(0, |position| position + 1);
        let first = shown[..last].find(SEPARATORS).unwrap_or(0);
        Self { raw: Arc::clone(raw), shown, columns, parts: (first, last) }
    }

    /// What the name shares with its neighbours, without the separator.
    pub(crate) fn family(&self) -> &str {
        self.shown[..self.parts.1].trim_end_matches(SEPARATORS)
    }

    /// The first part of the family, `prod` of `prod-eu-west`.
    pub(crate) fn house(&self) -> &str {
        &self.shown[..self.parts.0]
    }

    /// The family without its first part.
    pub(crate) fn branch(&self) -> &str {
        self.family()[self.parts.0..].trim_start_matches(SEPARATORS)
    }

    /// What tells the name from its neighbours.
    pub(crate) fn given(&self) -> &str {
        &self.shown[self.parts.1..]
    }
}

const SEPARATORS: [char; 5] = ['-', '_', '.', ':', '/'];

/// How many cells are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum([u32; CellState::ALL.len()]);

impl Sum {
    pub(crate) fn add(&mut self, state: CellState) {
        self.0[state as usize] += 1;
    }

    pub(crate) fn of(&self, state: CellState) -> usize {
        self.0[state as usize] as usize
    }

    pub(crate) fn changed(&self) -> usize {
        self.0.iter().map(|count| *count as usize).sum::<usize>() - self.of(CellState::Unchanged)
    }

    /// The gravest state that occurs.
    pub(crate) fn worst(&self) -> Option<CellState> {
        GRAVEST.into_iter().find(|state| self.of(*state) > 0)
    }

    /// Sorts graver sums first.
    pub(crate) fn gravity(&self) -> [std::cmp::Reverse<usize>; CellState::ALL.len()] {
        GRAVEST.map(|state| std::cmp::Reverse(self.of(state)))
    }
}

/// The states by what is at stake.
pub(crate) const GRAVEST: [CellState; CellState::ALL.len()] = [
    CellState::Blocked,
    CellState::Error,
    CellState::Unknown,
    CellState::Removed,
    CellState::Rolls,
    CellState::Added,
    CellState::Changed,
    CellState::ValuesOnly,
    CellState::Unchanged,
];

/// A report with its grid.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) report: Arc<Report>,
    pub(crate) applications: Vec<Name>,
    pub(crate) clusters: Vec<Name>,
    /// Each cell's cluster and index, by application and cluster.
    entries: Vec<(usize, usize)>,
    /// Where an application's entries begin; one more than there are applications.
    starts: Vec<usize>,
}

impl Board {
    /// Indexes a report. Cells that point outside of its names are left out.
    pub(crate) fn new(report: Arc<Report>) -> Self {
        let applications: Vec<Name> = report.applications.iter().map(Name::new).collect();
        let clusters: Vec<Name> = report.clusters.iter().map(Name::new).collect();
        let inside =
            |cell: &Cell| cell.application < applications.len() && cell.cluster < clusters.len();
        let mut sorted: Vec<(usize, usize, usize)> = report
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| inside(cell))
            .map(|(index, cell)| (cell.application, cell.cluster, index))
            .collect();
        sorted.sort_unstable();
        let starts = (0..=applications.len())
            .map(|row| sorted.partition_point(|(application, ..)| *application < row))
            .collect();
        let entries = sorted.into_iter().map(|(_, cluster, index)| (cluster, index)).collect();
        Self { report, applications, clusters, entries, starts }
    }

    /// The index of the cell of an application on a cluster.
    pub(crate) fn index(&self, application: usize, cluster: usize) -> Option<usize> {
        let (start, end) = (*self.starts.get(application)?, *self.starts.get(application + 1)?);
        let row = &self.entries[start..end];
        let position = row.binary_search_by_key(&cluster, |(cluster, _)| *cluster).ok()?;
        Some(row[position].1)
    }

    /// Every cell of the grid with its index, by application and cluster.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.entries.iter().map(|(_, index)| (*index, &self.report.cells[*index]))
    }

    pub(crate) fn cell(&self, application: usize, cluster: usize) -> Option<&Cell> {
        self.index(application, cluster).and_then(|index| self.report.cells.get(index))
    }

    /// The names of a cell: application, cluster.
    pub(crate) fn names(&self, cell: &Cell) -> (&str, &str) {
        let application = self.applications.get(cell.application);
        let cluster = self.clusters.get(cell.cluster);
        (application.map_or("", |name| &name.shown), cluster.map_or("", |name| &name.shown))
    }

    pub(crate) fn group(&self, cell: &Cell) -> Option<&Group> {
        cell.group.and_then(|group| self.report.groups.get(group))
    }

    pub(crate) fn findings<'a>(&'a self, cell: &'a Cell) -> impl Iterator<Item = &'a Finding> {
        cell.findings.iter().filter_map(|finding| self.report.findings.get(*finding))
    }
}
