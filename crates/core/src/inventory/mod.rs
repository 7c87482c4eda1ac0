//! Which cells exist at a revision, what each renders, and why it exists.

mod config;
mod model;

pub use config::{Config, ConfigOrigin};
pub use model::{
    Application, ApplicationName, CellId, ChartSource, Cluster, ClusterName, Inventory, Origin,
    Problem, ProfileName, Rule, RuleMatch, Severity, Source, ValuesSource,
};
