//! Rules: what must not reach a cluster, and what needs a second look.

mod amounts;
mod argo;
mod cel;
mod cross;
mod date;
mod evaluate;
mod facts;
mod fields;
mod format;
mod frozen;
mod immutable;
mod kube;
mod locate;
mod loss;
mod metadata;
mod names;
mod pods;
mod ports;
mod promises;
mod releases;
mod retreat;
mod reverse;
mod rule;
mod ruling;
mod schema;
mod secrets;
mod security;
mod selectors;
mod shapes;
mod standards;
mod strategy;
mod table;
mod transitions;
mod versions;
mod workloads;

pub use cross::{ChangedCell, Peer, Peers, Scene};
pub use date::Date;
pub use evaluate::{Finding, Found, How, Kubes, Subject, findings, together};
pub use facts::Facts;
pub use kube::Kube;
pub use locate::Locator;
pub(crate) use loss::is_recreated;
pub use promises::{AVAILABILITY, CONFIG_UNSEEN};
pub use reverse::{Obstacle, obstacles};
pub use rule::{Rule, Severity};
pub use ruling::{Budgets, Demand, Judged, Policy, Restart, Touch, Waiver};
pub use table::{
    CELL_EMPTIED, CLUSTER_EMPTIED, RENDER_BROKEN, SET_EMPTIED, UNSTABLE_TEMPLATE, VERSION_VANISHES,
    reference, rule, rules,
};
