//! The nouns of a prediction.

use std::sync::Arc;

use super::{FleetRollout, Rollback, Rollout, SyncPlan};
use crate::{
    diff::{FieldChange, Hunk, ValueChange},
    inventory::{CellId, Problem},
    policy::{Demand, Finding, Subject},
    render::RenderFailure,
    resource::FieldPath,
    source::Place,
};

/// What a change does to the whole fleet.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Every cell that exists at either revision, sorted by application, then cluster.
    pub cells: Vec<CellPrediction>,
    /// How many of them are proved unchanged without rendering them: they are described equally
    /// at both revisions, and nothing that they read differs.
    pub untouched: usize,
    /// Distinct changes; those that most cells share come first.
    pub groups: Vec<Group>,
    /// Faults of the repository's description: those that only head has, those that only base has,
    /// and those of both.
    pub problems: Vec<(Option<RevisionSide>, Problem)>,
    /// What pods of all cells go through; absent where none is replaced.
    pub rollout: Option<FleetRollout>,
    /// The sum of all cells.
    pub verdict: VerdictKind,
    /// Reviewers that the repository's policy asks for.
    pub demands: Vec<Demand>,
}

/// What a change does to one cell.
#[derive(Clone, Debug)]
pub struct CellPrediction {
    /// Which cell.
    pub id: CellId,
    /// What happens to it.
    pub state: CellState,
    /// Why it differs, sorted; empty where it does not.
    pub causes: Vec<CauseKind>,
    /// Whether the effective values differ.
    pub values_differ: bool,
    /// Whether the objects differ.
    pub manifests_differ: bool,
    /// Index into [`Prediction::groups`]; absent where nothing differs or nothing is known.
    pub group: Option<usize>,
    /// What the rules found, the gravest first.
    pub findings: Vec<Finding>,
    /// Why a side could not be rendered.
    pub failure: Option<SideFailure>,
    /// Why it is on one side only; absent where it is on both or that is not known.
    pub presence: Option<Presence>,
    /// What happens to its workloads, the worst first.
    pub rollouts: Vec<Rollout>,
    /// In which order its changes are applied; absent where that is all at once.
    pub plan: Option<SyncPlan>,
    /// What undoing its change would do; absent where nothing deploys.
    pub rollback: Option<Rollback>,
}

/// Why a cell is on one side only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The side that has it.
    pub side: RevisionSide,
    /// What appeared, vanished or changed, as a lower-case fragment.
    pub message: String,
    /// Where, on head where it exists there.
    pub place: Place,
    /// The cell of the other side that is the same thing by another name.
    pub renamed: Option<CellId>,
}

/// A side of a cell that has no rendering.
#[derive(Clone, Debug)]
pub struct SideFailure {
    /// Which side; head where both failed.
    pub side: RevisionSide,
    /// Why.
    pub failure: Arc<RenderFailure>,
}

/// One of the two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevisionSide {
    /// The one compared from.
    Base,
    /// The one compared to.
    Head,
}

/// What happens to a cell; every reader of a report shows these states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellState {
    /// Nothing differs.
    Unchanged,
    /// Values differ, objects do not.
    ValuesOnly,
    /// Objects differ, no pod restarts.
    Changed,
    /// Pods restart.
    Rolls,
    /// Only on head.
    Added,
    /// Only on base.
    Removed,
    /// A finding blocks.
    Blocked,
    /// A side cannot be rendered.
    Error,
    /// Something outside the repository would be needed.
    Unknown,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// A values layer.
    Values,
    /// The chart, its defaults included.
    Template,
    /// The application's own description.
    Inventory,
    /// The tool versions.
    Profile,
    /// The Kubernetes version or API list.
    Capabilities,
}

/// One distinct change and the cells that share it.
#[derive(Clone, Debug)]
pub struct Group {
    /// Indices into [`Prediction::cells`], sorted.
    pub cells: Vec<usize>,
    /// The values that differ, with the places of the first cell.
    pub values: Vec<ValueChange>,
    /// The objects that differ, in the order they are applied.
    pub resources: Vec<ResourceChange>,
}

/// One object that differs; the content of Secrets is masked.
#[derive(Clone, Debug)]
pub struct ResourceChange {
    /// Which object.
    pub subject: Subject,
    /// What happens to it.
    pub action: ResourceAction,
    /// The template that renders it, on head where it exists there.
    pub template: Place,
    /// Fields whose change restarts its pods.
    pub rolls: Vec<FieldPath>,
    /// The fields that differ; none for a new or deleted object.
    pub fields: Vec<FieldChange>,
    /// The difference of the texts, as the first cell of the group shows it.
    pub hunks: Vec<Hunk>,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceAction {
    /// Only on head.
    Create,
    /// On both.
    Update,
    /// Only on base.
    Delete,
}

/// The sum of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictKind {
    /// No finding blocks or warns.
    Clean,
    /// A finding warns.
    Warned,
    /// A finding blocks.
    Blocked,
    /// Something could not be evaluated, and nothing blocks.
    Unevaluated,
}
