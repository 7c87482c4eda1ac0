//! What a change does to every cell.

mod absent;
mod causes;
mod cell;
mod fleet;
mod generators;
mod groups;
mod model;
mod presence;
mod renames;
mod rolls;
mod unstable;

pub use fleet::{Only, Options, Revision, predict};
pub use model::{
    CauseKind, CellPrediction, CellState, Group, Prediction, Presence, ResourceAction,
    ResourceChange, RevisionSide, SideFailure, VerdictKind,
};
