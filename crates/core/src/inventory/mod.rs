//! Which cells exist at a revision, what each renders, and why it exists.

mod build;
mod cells;
mod config;
mod detect;
mod find;
mod model;
mod nearest;
mod pattern;
mod starter;
mod survey;

pub use config::{ApiEntry, ApplicationRule, ClusterSettings, Config, Layer, Lists};
pub use model::{
    Application, ApplicationName, CellId, ChartSource, Cluster, ClusterName, Inventory, Origin,
    Problem, ProfileName, Rule, RuleMatch, Severity, Source, ValuesSource,
};
pub use pattern::{Bindings, Pattern, PatternError};

#[cfg(test)]
mod tests;
