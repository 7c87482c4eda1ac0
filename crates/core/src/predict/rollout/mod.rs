//! What a change does to running pods: whether they are replaced and why, how few are up at the
//! worst moment, how long it takes, and what if the new version never gets ready.
//!
//! Nothing here is measured: each figure follows from the manifests by stepping the controllers,
//! and what had to be assumed is listed beside it.

mod amount;
mod assess;
mod configs;
mod fleet;
mod model;
mod pace;
mod plan;
mod promise;
mod stateful;
mod steps;
mod triggers;
mod workload;

pub use amount::{Amount, fence_posts};
pub(crate) use assess::{Cell as RolloutCell, rollouts};
pub(crate) use fleet::summary;
pub use fleet::{FleetRollout, Worst};
pub use model::{
    Answer, Duration, Rollout, RolloutVerdict, Stall, SyncPlan, SyncStep, Trigger, TriggerKind,
};
pub(crate) use plan::plan;
pub(crate) use promise::{broken_promises, unseen_configs};
pub use steps::{Controller, Pace, Steps};
