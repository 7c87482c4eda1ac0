//! The fleet's nouns: clusters, applications, what renders them, and where each comes from.

mod fleet;
mod gap;
mod origin;
mod post;
mod source;

pub use fleet::{
    Application, ApplicationName, AssumedRoot, Assumptions, CellId, Cluster, ClusterName,
    Inventory, Owner, Problem, ProfileName, RuleMatch, Severity,
};
pub use gap::{Gap, GapScope, Maker};
pub use origin::{Fact, FactKind, Link, LinkKind, Origin, Rule};
pub use post::{
    Applier, ExcludedKinds, IgnoredDifference, Marked, Meta, PostRenderedHooks, PostRenderer,
    PostStep, Substitution, SyncPolicy, Tracking, TrackingMethod,
};
pub use source::{
    Capabilities, ChartDefaults, ChartFlags, ChartRender, DefaultsFile, DirectoryRender,
    Generation, KustomizeEdit, KustomizeRender, LabelMode, Pinned, Remote, Render, SetKind, Source,
    SourceAt, Unknown, UnknownKind, ValuesSource,
};
