//! Counting what a report holds, and naming its cells in few words.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::model::{Cell, CellState, Place, Report, ResourceName, Severity, Verdict};

impl CellState {
    /// Whether something is deployed to the cell.
    pub fn deploys(self) -> bool {
        matches!(self, Self::Changed | Self::Rolls | Self::Added | Self::Removed | Self::Blocked)
    }

    /// Whether nothing is known of the cell.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Error | Self::Unknown)
    }
}

impl Report {
    /// How many cells are in each state; states without a cell are left out.
    pub fn count_by_state(&self) -> BTreeMap<CellState, usize> {
        let mut counts = BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(cell.state).or_insert(0) += 1;
        }
        counts
    }

    /// The application's name of a cell.
    pub fn application_of(&self, cell: &Cell) -> &str {
        self.applications.get(cell.application).map_or("?", |name| name)
    }

    /// The cluster's name of a cell.
    pub fn cluster_of(&self, cell: &Cell) -> &str {
        self.clusters.get(cell.cluster).map_or("?", |name| name)
    }

    /// A cell as commands take it: `prod-eu-1/payments`.
    pub fn cell_name(&self, cell: &Cell) -> String {
        format!("{}/{}", self.cluster_of(cell), self.application_of(cell))
    }

    /// The verdict on one line with the sums that support it.
    pub fn sums(&self) -> String {
        let counts = self.count_by_state();
        let parts: Vec<String> = [
            (CellState::Blocked, "blocked"),
            (CellState::Error, "cannot render"),
            (CellState::Unknown, "not predictable"),
            (CellState::Removed, "gone"),
            (CellState::Added, "new"),
            (CellState::Rolls, "restarting pods"),
            (CellState::Changed, "changed"),
            (CellState::ValuesOnly, "values only"),
            (CellState::Unchanged, "unchanged"),
        ]
        .into_iter()
        .filter_map(|(state, word)| Some(format!("{} {word}", counts.get(&state)?)))
        .collect();
        if parts.is_empty() { "no cells".to_owned() } else { parts.join(", ") }
    }

    /// What supports the verdict, in one line.
    pub fn reason(&self) -> String {
        let found = |severity: Severity| {
            let rules =
                self.findings.iter().filter(|f| f.severity == severity).map(|f| (&f.rule, f.cell));
            let (rules, cells): (Vec<_>, Vec<_>) = rules.unzip();
            let rules = BTreeSet::from_iter(rules).len();
            let cells = BTreeSet::from_iter(cells).len();
            format!("{} broken in {}", counted(rules, "rule"), counted(cells, "cell"))
        };
        let deploys = self.cells.iter().filter(|cell| cell.state.deploys()).count();
        let rolls = self.cells.iter().filter(|cell| cell.state == CellState::Rolls).count();
        let effect = match (deploys, rolls) {
            (0, _) => "nothing would deploy".to_owned(),
            (deploys, 0) => format!("{} would deploy, no pod restarts", counted(deploys, "cell")),
            (deploys, rolls) => {
                format!("{} would deploy, pods restart in {rolls}", counted(deploys, "cell"))
            }
        };
        match self.verdict {
            Verdict::Clean => effect,
            Verdict::Warned => format!("{}; {effect}", found(Severity::Warn)),
            Verdict::Blocked => format!("{}; {effect}", found(Severity::Block)),
            Verdict::Unevaluated => {
                let open = self.cells.iter().filter(|cell| cell.state.is_open()).count();
                if self.cells.is_empty() {
                    "nothing can be predicted, see the problems".to_owned()
                } else if open == 0 {
                    format!("cells may be missing, see the problems above; {effect}")
                } else {
                    format!("{} could not be rendered; elsewhere {effect}", counted(open, "cell"))
                }
            }
        }
    }

    /// Some cells in few words: `payments on prod-eu-1, prod-us-1 and 36 more`.
    pub fn name_cells(&self, cells: &[usize]) -> String {
        let cells = || cells.iter().filter_map(|index| self.cells.get(*index));
        let applications: BTreeSet<&str> = cells().map(|cell| self.application_of(cell)).collect();
        let clusters: BTreeSet<&str> = cells().map(|cell| self.cluster_of(cell)).collect();
        format!("{} on {}", few(&applications, "applications"), few(&clusters, "clusters"))
    }
}

/// Up to three names; of more only their number and the first two.
fn few(names: &BTreeSet<&str>, what: &str) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    match names.as_slice() {
        [first, second, rest @ ..] if rest.len() > 1 => {
            format!("{} {what} ({first}, {second}, …)", names.len())
        }
        names => names.join(", "),
    }
}

impl Verdict {
    /// The verdict in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Warned => "warned",
            Self::Blocked => "blocked",
            Self::Unevaluated => "not evaluated",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        [self.line, self.column].into_iter().flatten().try_for_each(|number| write!(f, ":{number}"))
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// `1 cell`, `2 cells`.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
