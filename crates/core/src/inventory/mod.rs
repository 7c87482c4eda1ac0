//! Which cells exist at a revision, what each renders, and why it exists.

mod argo;
mod build;
mod cells;
mod config;
mod context;
mod detect;
mod expanded;
mod find;
mod flux;
mod model;
mod named;
mod nearest;
mod object;
mod pattern;
mod refusal;
mod remember;
mod repository;
mod shared;
mod starter;
mod survey;
mod vendor;

pub use argo::Memo;
pub use config::{
    ApiEntry, ApplicationRule, ClusterSettings, Config, Layer, Lists, RootKind, RootRule,
};
pub use context::{Context, RootDocument, RootFailure, RootRenderer};
pub use model::{
    Application, ApplicationName, Applier, AssumedRoot, Assumptions, Capabilities, CellId,
    ChartDefaults, ChartFlags, ChartRender, Cluster, ClusterName, DefaultsFile, DirectoryRender,
    ExcludedKinds, Fact, FactKind, Gap, GapScope, Generation, IgnoredDifference, Inventory,
    KustomizeEdit, KustomizeRender, LabelMode, Link, LinkKind, Maker, Marked, Meta, Origin, Owner,
    Pinned, PostRenderedHooks, PostRenderer, PostStep, Problem, ProfileName, Remote, Render, Rule,
    RuleMatch, SetKind, Severity, Source, SourceAt, Substitution, SyncPolicy, Tracking,
    TrackingMethod, Unknown, UnknownKind, ValuesSource,
};
pub use named::{Derived, Named, Names};
pub(crate) use nearest::nearest;
pub use pattern::{Bindings, Pattern, PatternError};
pub use repository::{Checkout, Whereabouts};
pub(crate) use vendor::{DependencySource, dependencies};
pub use vendor::{Lock, Locked, Wanted, content_digest, stale_locks, wanted};

#[cfg(test)]
mod tests;
