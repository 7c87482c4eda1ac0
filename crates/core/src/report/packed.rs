//! A report as zij keeps it and hands it to other processes of the same build.
//!
//! It is JSON in two lines. Cells in which nothing differs are left out of the report's own line and
//! stand in the first one as runs: one costs a few bytes there.

use serde::{Deserialize, Serialize};

use super::model::{Cell, CellState, Report};

/// Cells that follow each other and in which nothing differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Run(
    /// How many of the report's other cells come before.
    usize,
    /// The application of the first one.
    usize,
    /// How much later in the order the application of each next one is: 0 or 1.
    usize,
    /// Their clusters.
    Vec<usize>,
);

impl Run {
    /// Takes a cell in, where it follows.
    fn extend(&mut self, after: usize, cell: &Cell) -> bool {
        let Self(own, application, step, clusters) = self;
        let Some(ahead) = cell.application.checked_sub(*application) else { return false };
        if clusters.len() == 1 && ahead < 2 {
            *step = ahead;
        }
        let follows = *own == after && ahead == *step * clusters.len();
        if follows {
            clusters.push(cell.cluster);
        }
        follows
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        let Self(_, application, step, clusters) = self;
        let place = move |(at, cluster): (usize, &usize)| {
            Cell::plain(application.saturating_add(step.saturating_mul(at)), *cluster)
        };
        clusters.iter().enumerate().map(place)
    }
}

impl Report {
    /// The report with its packed form.
    pub fn packed(mut self) -> (Vec<u8>, Self) {
        let all = std::mem::take(&mut self.cells);
        let (mut runs, mut rest) = (Vec::<Run>::new(), Vec::new());
        for cell in &all {
            if !cell.is_plain() {
                rest.push(cell.clone());
            } else if !runs.last_mut().is_some_and(|run| run.extend(rest.len(), cell)) {
                runs.push(Run(rest.len(), cell.application, 0, vec![cell.cluster]));
            }
        }
        self.cells = rest;
        // Both are plain data, which always has a form in JSON.
        let mut bytes = serde_json::to_vec(&runs).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend(serde_json::to_vec(&self).unwrap_or_default());
        self.cells = all;
        (bytes, self)
    }

    /// The report of a packed form; `None` where the bytes are none.
    pub fn unpacked(bytes: &[u8]) -> Option<Self> {
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let runs: Vec<Run> = serde_json::from_slice(&bytes[..line]).ok()?;
        let mut report: Self = serde_json::from_slice(&bytes[line + 1..]).ok()?;
        let plain: usize = runs.iter().map(|run| run.3.len()).sum();
        let mut cells = Vec::with_capacity(plain + report.cells.len());
        let mut rest = std::mem::take(&mut report.cells).into_iter();
        let mut taken = 0;
        for run in &runs {
            cells.extend(rest.by_ref().take(run.0.checked_sub(taken)?));
            taken = run.0;
            cells.extend(run.cells());
        }
        cells.extend(rest);
        report.cells = cells;
        Some(report)
    }
}

impl Cell {
    /// A cell in which nothing differs.
    fn plain(application: usize, cluster: usize) -> Self {
        Self {
            application,
            cluster,
            state: CellState::Unchanged,
            causes: Vec::new(),
            values_differ: false,
            manifests_differ: false,
            group: None,
            findings: Vec::new(),
            problem: None,
            presence: None,
            rollouts: Vec::new(),
            plan: None,
            rollback: None,
        }
    }

    /// Whether nothing is told of it but where it is.
    fn is_plain(&self) -> bool {
        let Self {
            application: _,
            cluster: _,
            state,
            causes,
            values_differ,
            manifests_differ,
            group,
            findings,
            problem,
            presence,
            rollouts,
            plan,
            rollback,
        } = self;
        *state == CellState::Unchanged
            && causes.is_empty()
            && !values_differ
            && !manifests_differ
            && group.is_none()
            && findings.is_empty()
            && problem.is_none()
            && presence.is_none()
            && rollouts.is_empty()
            && plan.is_none()
            && rollback.is_none()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::{model::SCHEMA, tests::fleet};

    /// A report with cells where `told` says something of them, so many of an application.
    fn report(told: &[Option<bool>], each: usize) -> Report {
        let mut report = fleet();
        report.cells = told
            .iter()
            .enumerate()
            .filter_map(|(at, told)| {
                let mut cell = Cell::plain(at / each, at % 10);
                cell.values_differ = (*told)?;
                Some(cell)
            })
            .collect();
        report
    }

    proptest! {
        #[test]
        fn a_packed_report_comes_back_as_it_was(
            told in prop::collection::vec(prop::option::of(prop::bool::weighted(0.2)), 0..60),
            each in 1..11_usize
        ) {
            let report = report(&told, each);
            let (bytes, same) = report.clone().packed();
            prop_assert_eq!(&same, &report);
            prop_assert_eq!(Report::unpacked(&bytes), Some(report));
        }
    }

    #[test]
    fn a_report_with_all_sorts_of_cells_comes_back_as_it_was() {
        let (bytes, report) = fleet().packed();
        assert_eq!(Report::unpacked(&bytes), Some(report));
    }

    #[test]
    fn a_cell_without_changes_is_a_few_bytes() {
        for each in [1, 10] {
            let (bytes, report) = report(&[Some(false); 1000], each).packed();
            let (empty, _) = Report { cells: Vec::new(), ..report }.packed();
            assert!(bytes.len() < empty.len() + 1000 * 4, "{each}: {}", bytes.len());
        }
    }

    #[test]
    fn what_is_no_packed_report_gives_none() {
        let report = format!("{{\"schema\":\"{SCHEMA}\"}}");
        for bytes in [
            String::new(),
            "[]".to_owned(),
            format!("[]\n{report}"),
            format!("[[0,0,0,[0]],[-1,0,0,[0]]]\n{report}"),
        ] {
            assert_eq!(Report::unpacked(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
