//! A chart as it was loaded.

use std::sync::Arc;

use super::metadata::Metadata;
use crate::{load::File, values::ValuesFile};

/// A loaded chart with the charts inside it; never changed afterwards, shared by all renders.
#[derive(Debug, Clone)]
pub struct Chart {
    /// `Chart.yaml`, checked.
    pub metadata: Metadata,
    /// Files under `templates/`, in load order.
    pub templates: Vec<File>,
    /// All other files templates can read, `crds/` included.
    pub files: Vec<File>,
    /// `values.yaml`.
    pub values: ValuesFile,
    /// `values.schema.json`.
    pub schema: Option<Arc<[u8]>>,
    /// Charts under `charts/`, by folder or archive name.
    pub dependencies: Vec<Arc<Self>>,
}

impl Chart {
    /// Name in `Chart.yaml`.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Names of declared dependencies that are not under `charts/` (`CheckDependencies` of Helm's
    /// `pkg/action/dependency.go`; versions and aliases do not count).
    pub fn missing_dependencies(&self) -> Vec<&str> {
        let present = |name: &str| self.dependencies.iter().any(|chart| chart.name() == name);
        self.metadata
            .dependencies
            .iter()
            .flatten()
            .map(|dependency| dependency.name.as_str())
            .filter(|name| !present(name))
            .collect()
    }
}
