//! The report: plain public data that the terminal, JSON, the hook and the terminal UI read.
//!
//! It is self-contained (no tree, no repository is needed to show it) and is what the daemon
//! sends over its socket, so it is the one noun of the corridor with a serialised form.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

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

/// A run of lines of a diff with its context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The first line's number on base, from 1.
    pub old_start: usize,
    /// The first line's number on head, from 1.
    pub new_start: usize,
    /// The lines, without their ends.
    pub lines: Vec<Line>,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which side it is on.
    pub kind: LineKind,
    /// Its text in pieces; what differs inside a changed line is emphasised.
    pub segments: Vec<Segment>,
}

/// The side of a diff that a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// On both.
    Context,
    /// Only on base.
    Removed,
    /// Only on head.
    Added,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The text; untrusted, may hold control characters that a reader must not pass on.
    pub text: String,
    /// Whether this piece is what differs.
    pub emphasised: bool,
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

/// What a change does to the pods of one workload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rollout {
    /// The workload.
    pub resource: ResourceName,
    /// What happens.
    pub verdict: RolloutVerdict,
    /// Whether its running pods are replaced: `yes`, `no` or `unknown`.
    pub answer: Answer,
    /// Why the answer is not known.
    pub why_unknown: Option<String>,
    /// Why it happens, sorted.
    pub triggers: Vec<Trigger>,
    /// Pods wanted; absent where git does not say, as of a DaemonSet.
    pub replicas: Option<u32>,
    /// The fewest available pods at any moment.
    pub lowest: Option<u32>,
    /// Pods that are down at the worst moment.
    pub unavailable: Option<u32>,
    /// The most pods at any moment, terminating ones not counted.
    pub peak: Option<u32>,
    /// How often pods become available, one group after the other.
    pub waves: Option<u32>,
    /// How long it takes, in seconds.
    pub duration: Option<Duration>,
    /// Seconds of a full outage that would lose as much capacity.
    pub outage: Option<u64>,
    /// What if the new version never gets ready.
    pub stall: Option<Stall>,
    /// What had to be assumed.
    pub assumptions: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// What happens to a workload; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RolloutVerdict {
    /// It cannot be applied.
    Blocked,
    /// All pods stop before new ones start.
    RecreatePods,
    /// It is deleted and made anew.
    DeleteCreate,
    /// Only on base: its pods stop.
    Delete,
    /// Pods are replaced a few at a time.
    Roll,
    /// A controller that watches configuration replaces the pods.
    Reload,
    /// Pods are replaced once somebody acts.
    Deferred,
    /// Its configuration changes and no running pod will see it.
    StaleConfig,
    /// Pods are added or removed.
    Scale,
    /// Only on head: pods start.
    Create,
    /// The next run has it.
    NextRunOnly,
    /// Nothing happens to pods.
    None,
}

/// An answer that does not pretend to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Git alone cannot tell.
    Unknown,
}

/// A field whose change replaces pods.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trigger {
    /// What it is.
    pub kind: TriggerKind,
    /// The field, such as `spec.template.spec.containers[name=web].image`.
    pub path: String,
    /// The configuration that has the field; absent where the workload itself does.
    pub of: Option<ResourceName>,
}

/// What a field that replaces pods is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerKind {
    /// The image of a container.
    Image,
    /// A checksum of configuration.
    Checksum,
    /// The name of configuration that is generated from its content.
    GeneratedName,
    /// What a reloading controller or `kubectl rollout restart` writes.
    Restart,
    /// A label or annotation of the pods, such as the chart's version.
    Label,
    /// What each render makes anew.
    MadeAnew,
    /// The content of configuration that is used.
    Config,
    /// Any other field of the pod template.
    Template,
}

/// A span of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// At least.
    pub lower: u64,
    /// As assumed.
    pub expected: u64,
    /// At most; absent where nothing bounds it.
    pub upper: Option<u64>,
}

/// What remains if a new version never gets ready.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stall {
    /// Pods that stay available, where it is known.
    pub available: Option<u32>,
    /// What happens then, and what has to be done.
    pub message: String,
}

/// One step of a sync; the next one waits until what it applied is healthy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SyncStep {
    /// `pre-sync`, `sync` or `post-sync`.
    pub phase: String,
    /// The wave.
    pub wave: i64,
    /// Objects that change in it.
    pub changes: usize,
    /// Hooks that run in it, as `Job/migrate`.
    pub hooks: Vec<String>,
    /// Workloads whose pods it waits for, in the order in which they are applied.
    #[serde(default)]
    pub workloads: Vec<ResourceName>,
    /// Expected seconds until its pods are up.
    pub expected: u64,
}

/// What undoing a cell's change would do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rollback {
    /// The answer.
    pub verdict: RollbackVerdict,
    /// Workloads whose pods restart again.
    pub workloads: usize,
    /// Why it is not clean, the worst first.
    pub reasons: Vec<String>,
    /// What has to be done by hand.
    pub steps: Vec<String>,
    /// What a revert leaves as it is.
    pub not_undone: Vec<String>,
}

/// How a change is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackVerdict {
    /// A revert undoes it, and no pod restarts.
    Clean,
    /// A revert undoes it and restarts pods.
    Rolls,
    /// A revert undoes it together with work by hand.
    Partial,
    /// Nothing undoes it.
    OneWay,
}

/// What pods of all cells go through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetRollout {
    /// Workloads whose pods restart, counted in each cell.
    pub workloads: usize,
    /// Cells with such a workload.
    pub cells: usize,
    /// Clusters with such a cell.
    pub clusters: usize,
    /// Pods that restart, as far as their number is known.
    pub pods: u64,
    /// The cell with the worst rollout, an index into [`Report::cells`].
    pub worst_cell: Option<usize>,
    /// That rollout, an index into [`Report::rollouts`].
    pub worst: Option<usize>,
    /// Expected seconds if all cells are synced at once.
    pub together: u64,
    /// Expected seconds if cells are synced one after the other.
    pub in_turn: u64,
}
