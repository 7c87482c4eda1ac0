//! What a change does to every cell.

mod absent;
mod causes;
mod cell;
pub mod combine;
mod fleet;
mod generators;
mod groups;
mod hidden;
mod model;
mod neighbours;
mod outcome;
mod presence;
mod renames;
mod rollback;
pub mod rollout;
mod unstable;

pub use fleet::{Only, Options, Revision, predict};
pub use hidden::{shown_failure, shown_root_failure};
pub use model::{
    CauseKind, CellPrediction, CellState, Group, Prediction, Presence, ResourceAction,
    ResourceChange, RevisionSide, SideFailure, VerdictKind,
};
pub use rollback::{Rollback, RollbackVerdict};
pub use rollout::{FleetRollout, Rollout, RolloutVerdict, SyncPlan, Trigger, TriggerKind};
