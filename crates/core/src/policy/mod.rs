//! Rules: what must not reach a cluster, and what needs a second look.

mod evaluate;
mod format;
mod immutable;
mod locate;
mod loss;
mod metadata;
mod names;
mod ports;
mod promises;
mod reverse;
mod rule;
mod selectors;
mod strategy;
mod table;
mod workloads;

pub use evaluate::{Finding, Subject, findings};
pub use locate::Locator;
pub(crate) use loss::is_recreated;
pub use promises::{AVAILABILITY, CONFIG_UNSEEN};
pub use reverse::{Obstacle, obstacles};
pub use rule::{Rule, Severity};
pub use table::{
    CELL_EMPTIED, CLUSTER_EMPTIED, RENDER_BROKEN, RULES, SET_EMPTIED, UNSTABLE_TEMPLATE, reference,
    rule,
};
