//! The report: plain public data that the terminal, JSON, the hook and the terminal UI read.
//!
//! It is self-contained (no tree, no repository is needed to show it) and is what the daemon
//! sends over its socket, so it is the one noun of the corridor with a serialised form.

mod rollouts;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::diff::{Hunk, Line, LineKind, Segment};
pub use rollouts::{
    Answer, Duration, FleetRollout, Rollback, RollbackVerdict, Rollout, RolloutVerdict, Stall,
    SyncStep, Trigger, TriggerKind,
};

/// The name of the form that [`Report`] serialises to; a reader refuses any other.
pub const SCHEMA: &str = "zij.report/v1";

/// The matrix between two revisions with everything that its cells show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The revision compared from.
    pub base: RevisionName,
    /// The revision compared to.
    pub head: RevisionName,
    /// The matrix's columns, sorted.
    pub clusters: Vec<Arc<str>>,
    /// The matrix's rows, sorted.
    pub applications: Vec<Arc<str>>,
    /// Every cell that exists at either revision, sorted by application, then cluster.
    pub cells: Vec<Cell>,
    /// How many of them are proved unchanged without rendering them: described equally at both
    /// revisions, and nothing that they read differs.
    #[serde(default)]
    pub untouched: usize,
    /// Distinct changes, each with the cells that share it; most cells first.
    pub groups: Vec<Group>,
    /// Findings, the gravest first.
    pub findings: Vec<Finding>,
    /// Faults of the repository that belong to no cell, such as an unreadable `zij.yaml`.
    pub problems: Vec<Problem>,
    /// Distinct predictions of what workloads go through; cells point at them.
    #[serde(default)]
    pub rollouts: Vec<Rollout>,
    /// Distinct orders in which cells are synced; cells point at them.
    #[serde(default)]
    pub plans: Vec<Vec<SyncStep>>,
    /// Distinct answers to what undoing a cell's change would do; cells point at them.
    #[serde(default)]
    pub rollbacks: Vec<Rollback>,
    /// What pods of all cells go through; absent where none restarts.
    #[serde(default)]
    pub rollout: Option<FleetRollout>,
    /// The sum of all cells.
    pub verdict: Verdict,
    /// Reviewers that the repository's policy asks for, for CI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviewers: Vec<Demand>,
}

/// Reviewers that a change needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// Any one of them.
    pub reviewers: Vec<Arc<str>>,
    /// Why.
    pub because: String,
    /// Where the policy says so.
    pub place: Place,
}

/// An exception from a rule, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Why it is right.
    pub reason: Arc<str>,
    /// The last day on which it holds, such as `2026-12-31`.
    pub expires: String,
    /// What it covers, as it is written: cells, and the object where one is named.
    #[serde(default)]
    pub scope: Arc<str>,
    /// Where it stands.
    pub place: Place,
}

/// A revision as the user named it and as git knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionName {
    /// What was asked for, such as `main` or `HEAD~1`.
    pub name: String,
    /// The commit's id in hexadecimal; absent for the index.
    pub commit: Option<String>,
    /// The tree's id in hexadecimal.
    pub tree: String,
}

/// One application on one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Index into [`Report::applications`].
    pub application: usize,
    /// Index into [`Report::clusters`].
    pub cluster: usize,
    /// What the change does here.
    pub state: CellState,
    /// Why the cell differs; empty where it does not.
    pub causes: Vec<Cause>,
    /// Whether the effective values differ (the story's first row).
    pub values_differ: bool,
    /// Whether the rendered manifests differ (the story's second row).
    pub manifests_differ: bool,
    /// Index into [`Report::groups`] of what changed; absent where nothing did.
    pub group: Option<usize>,
    /// Indices into [`Report::findings`].
    pub findings: Vec<usize>,
    /// Why a side could not be rendered, for [`CellState::Error`] and [`CellState::Unknown`].
    pub problem: Option<Problem>,
    /// Why it is on one side only; absent where it is on both or that is not known.
    pub presence: Option<Presence>,
    /// Indices into [`Report::rollouts`], the worst first.
    #[serde(default)]
    pub rollouts: Vec<usize>,
    /// Index into [`Report::plans`]; absent where all changes are applied at once.
    #[serde(default)]
    pub plan: Option<usize>,
    /// Index into [`Report::rollbacks`]; absent where nothing deploys.
    #[serde(default)]
    pub rollback: Option<usize>,
}

/// Why a cell is on one side only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Presence {
    /// The side that has it.
    pub side: Side,
    /// What appeared, vanished or changed.
    pub message: String,
    /// Where, on head where it exists there.
    pub place: Place,
    /// The cell that is the same thing by another name, as `CLUSTER/APPLICATION`.
    pub renamed: Option<String>,
}

/// The states of a cell, with the same letter everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellState {
    /// `.` Nothing differs.
    Unchanged,
    /// `v` Values differ, manifests do not: nothing deploys.
    ValuesOnly,
    /// `~` Manifests differ, no pod restarts.
    Changed,
    /// `R` Pods restart.
    Rolls,
    /// `+` Only on head.
    Added,
    /// `-` Only on base.
    Removed,
    /// `!` A blocking finding.
    Blocked,
    /// `E` A side cannot be rendered.
    Error,
    /// `?` Cannot be predicted from git alone; the problem says what is missing.
    Unknown,
}

impl CellState {
    /// Every state, in the order of a legend.
    pub const ALL: [Self; 9] = [
        Self::Unchanged,
        Self::ValuesOnly,
        Self::Changed,
        Self::Rolls,
        Self::Added,
        Self::Removed,
        Self::Blocked,
        Self::Error,
        Self::Unknown,
    ];

    /// The state's letter.
    pub fn letter(self) -> char {
        match self {
            Self::Unchanged => '.',
            Self::ValuesOnly => 'v',
            Self::Changed => '~',
            Self::Rolls => 'R',
            Self::Added => '+',
            Self::Removed => '-',
            Self::Blocked => '!',
            Self::Error => 'E',
            Self::Unknown => '?',
        }
    }

    /// The state in words, for legends and sums.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::ValuesOnly => "values only: nothing deploys",
            Self::Changed => "changes, no pod restarts",
            Self::Rolls => "rolls pods",
            Self::Added => "new",
            Self::Removed => "gone",
            Self::Blocked => "blocked",
            Self::Error => "cannot render",
            Self::Unknown => "not predictable",
        }
    }
}

/// Where a cell's difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A values file or an inline value.
    Values,
    /// The chart: templates, defaults, CRDs, files, dependencies.
    Template,
    /// The application itself: added, removed, or its settings.
    Inventory,
    /// The tool versions that the cell is rendered as.
    Profile,
    /// The cluster's Kubernetes version or API list.
    Capabilities,
}

/// One distinct change and the cells in which it is the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Indices into [`Report::cells`].
    pub cells: Vec<usize>,
    /// Differences of the effective values, by path.
    pub values: Vec<ValueChange>,
    /// Differences of the rendered resources, in the order they are applied.
    pub resources: Vec<ResourceChange>,
}

/// One effective value that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueChange {
    /// The path, such as `image.tag` or `ports[0].name`.
    pub path: String,
    /// The value on base; absent where the path is new.
    pub old: Option<ValueSide>,
    /// The value on head; absent where the path is gone.
    pub new: Option<ValueSide>,
}

/// A value and the layer that it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueSide {
    /// The value as one line of YAML.
    pub value: String,
    /// Where it is set; absent when no single layer sets it.
    pub place: Option<Place>,
}

/// One resource that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceChange {
    /// Which resource.
    pub resource: ResourceName,
    /// What happens to it.
    pub action: Action,
    /// The template that renders it, on head where it exists there.
    pub template: Option<Place>,
    /// Fields whose change restarts its pods, such as `spec.template.spec.containers[0].image`;
    /// empty where none restarts.
    pub rolls: Vec<String>,
    /// Every field that differs, by path.
    pub fields: Vec<FieldChange>,
    /// The text diff of its YAML, as the first cell of the group shows it.
    pub hunks: Vec<Hunk>,
}

/// A field of a resource that differs, each side as one line of YAML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The path, such as `spec.replicas` or `metadata.labels["app.kubernetes.io/name"]`.
    pub path: String,
    /// The value on base; absent where the field is new.
    pub old: Option<String>,
    /// The value on head; absent where the field is gone.
    pub new: Option<String>,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Only on head.
    Create,
    /// On both, with a difference.
    Update,
    /// Only on base.
    Delete,
}

/// The name of a resource inside a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceName {
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// The namespace that it is applied to; absent for a cluster-wide kind.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

/// A rule's hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, such as `ZIJ-F001`.
    pub rule: String,
    /// The rule's name, such as `label-value`.
    pub title: String,
    /// What the finding does to the verdict.
    pub severity: Severity,
    /// Index into [`Report::cells`].
    pub cell: usize,
    /// The resource that it is about.
    pub resource: Option<ResourceName>,
    /// The field, where one field is at fault.
    pub path: Option<String>,
    /// What is wrong, with the value at fault.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// The line to edit: the template or values line that made the field.
    pub place: Option<Place>,
    /// The exception that makes it a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The change is rejected.
    Block,
    /// The change needs a second look.
    Warn,
    /// Worth knowing.
    Info,
}

/// A fault that is no rule's hit: something could not be read or rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// On which revision; absent where on both or on neither.
    pub side: Option<Side>,
    /// What is wrong; may have several lines (a template's call chain).
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
    /// What else is known, for those who mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Box<Evidence>>,
}

/// What is known of a chart that cannot be rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is wrong, in plain words; the message has the tool's own.
    pub headline: String,
    /// What to say beside the marked part of the source.
    pub label: String,
    /// The lines around the place.
    pub source: Option<SourceLines>,
    /// The calls that led to the place, the nearest first; of very many only some.
    pub calls: Vec<Call>,
    /// Calls that are left out before the last three.
    pub calls_left_out: usize,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do, the likeliest first.
    pub helps: Vec<String>,
}

/// Lines of a source with the part to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLines {
    /// What they are lines of, where that is not the file itself.
    pub of: Option<String>,
    /// Number of the first line, from 1.
    pub first: u32,
    /// The lines.
    pub lines: Vec<String>,
    /// Number of the line to look at.
    pub line: u32,
    /// Characters before the part to look at.
    pub start: usize,
    /// Characters of that part.
    pub length: usize,
    /// Characters left out at the beginning of each line.
    pub skipped: usize,
}

/// A call on the way to a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Where it stands.
    pub place: Place,
    /// Its text.
    pub expression: String,
}

/// One of the two revisions of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The revision compared from.
    Base,
    /// The revision compared to.
    Head,
}

/// A place in the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the repository's root.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
}

/// The sum of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No finding that blocks or warns.
    Clean,
    /// Findings that warn.
    Warned,
    /// At least one finding that blocks.
    Blocked,
    /// Something could not be evaluated, and nothing blocks.
    Unevaluated,
}
