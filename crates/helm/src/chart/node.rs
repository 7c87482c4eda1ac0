//! The tree of charts of one render: names are aliases, disabled charts are gone.

use std::sync::Arc;

use zij_gotmpl::DataMap;

use super::{loaded::Chart, metadata::Metadata};

/// A chart in its place in a tree.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) chart: Arc<Chart>,
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) values: DataMap,
    pub(crate) dependencies: Vec<Self>,
}

impl Node {
    /// The tree as it was loaded.
    pub(crate) fn of(chart: &Arc<Chart>) -> Self {
        Self {
            metadata: Arc::new(chart.metadata.clone()),
            values: Arc::clone(&chart.values.data),
            dependencies: chart.dependencies.iter().map(Self::of).collect(),
            chart: Arc::clone(chart),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }
}
