//! The nouns of a rollout.

use crate::{policy::Subject, resource::FieldPath};

/// What a change does to the pods of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The workload.
    pub subject: Subject,
    /// What happens.
    pub verdict: RolloutVerdict,
    /// Whether its pods are replaced.
    pub answer: Answer,
    /// Why, sorted.
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
    /// How long it takes.
    pub duration: Option<Duration>,
    /// Seconds in which all pods together would lack as much as they lack meanwhile.
    pub outage: Option<u64>,
    /// What if the new version never gets ready.
    pub stall: Option<Stall>,
    /// What had to be assumed.
    pub assumptions: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// What happens to a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RolloutVerdict {
    /// It cannot be applied.
    Blocked,
    /// All pods stop before new ones start.
    RecreatePods,
    /// It is deleted and made anew.
    DeleteCreate,
    /// Only on base.
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
    /// Only on head.
    Create,
    /// The next run has it.
    NextRunOnly,
    /// Nothing happens to pods.
    None,
}

/// An answer that does not pretend to know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be known from git, for this reason.
    Unknown(String),
}

/// A field whose change replaces pods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trigger {
    /// What it is.
    pub kind: TriggerKind,
    /// The field, from the root of the workload or of the configuration that it uses.
    pub path: FieldPath,
    /// The configuration, where the field is one of it.
    pub of: Option<Subject>,
}

/// What a field that replaces pods is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Any other field of the template.
    Template,
}

/// A span of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// At least.
    pub lower: u64,
    /// As assumed.
    pub expected: u64,
    /// At most, where something bounds it.
    pub upper: Option<u64>,
}

/// What remains if the new version never gets ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// Pods that stay available, where it is known.
    pub available: Option<u32>,
    /// What happens then, and what has to be done.
    pub message: String,
}

/// In which order a cell's objects are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncPlan {
    /// The steps, the first one first.
    pub steps: Vec<SyncStep>,
}

/// One step of a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStep {
    /// `pre-sync`, `sync` or `post-sync`.
    pub phase: &'static str,
    /// The wave.
    pub wave: i64,
    /// Objects that change in it.
    pub changes: usize,
    /// Hooks that run in it, as `Job/migrate`.
    pub hooks: Vec<String>,
    /// Workloads whose pods it waits for, in the order in which they are applied.
    pub workloads: Vec<Subject>,
    /// How long the pods in it are expected to take; the next step waits for them.
    pub expected: u64,
}
