//! Charts of kustomizations on disk.

use std::{path::Path, sync::Arc};

use zij_core::render::{InflationFlags, inflate};
use zij_helm::{
    Chart, Engine, Profile,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
};
use zij_kustomize::{ChartRenderer, ChartRequest};

use super::arguments::HelmArgs;
use crate::{
    clock,
    error::{CommandError, CommandResult},
};

/// Renders the charts that lie in folders below `root`.
pub(super) struct DiskCharts {
    engine: Engine,
    folder: DiskFolder,
    flags: InflationFlags,
    seed: Option<String>,
}

impl DiskCharts {
    pub(super) fn new(args: &HelmArgs, root: &Path) -> CommandResult<Self> {
        let profile = Profile::find(&args.helm_engine)
            .map_err(|error| CommandError::usage(error.to_string()))?;
        Ok(Self {
            engine: Engine::new(profile),
            folder: DiskFolder::new(root),
            flags: InflationFlags {
                kube_version: args.helm_kube_version.clone(),
                api_versions: args.helm_api_versions.clone(),
                seconds: clock::since_epoch().as_secs(),
            },
            seed: args.seed.clone(),
        })
    }
}

impl ChartRenderer for DiskCharts {
    fn render(&self, request: &ChartRequest<'_>) -> Result<Vec<u8>, String> {
        let (profile, limits) = (self.engine.profile(), LoadLimits::default());
        let chart = Chart::load(&self.folder, request.directory, profile, &limits)
            .map_err(|error| error.to_string())?;
        let surroundings =
            || self.seed.as_deref().map_or_else(clock::real_surroundings, Surroundings::seeded);
        inflate(&self.engine, &Arc::new(chart), request, &self.flags, surroundings)
            .map(|rendered| rendered.to_text())
            .map_err(|error| error.to_string())
    }
}
