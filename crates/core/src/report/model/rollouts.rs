//! What pods go through, and what undoing it takes.

use serde::{Deserialize, Serialize};

use super::ResourceName;

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
    /// The cell with the worst rollout, an index into [`Report::cells`](super::Report::cells).
    pub worst_cell: Option<usize>,
    /// That rollout, an index into [`Report::rollouts`](super::Report::rollouts).
    pub worst: Option<usize>,
    /// Expected seconds if all cells are synced at once.
    pub together: u64,
    /// Expected seconds if cells are synced one after the other.
    pub in_turn: u64,
}
