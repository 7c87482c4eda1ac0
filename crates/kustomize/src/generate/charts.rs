//! `helmCharts`: the caller renders them.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::file::{Chart, ChartGlobals};
use crate::load::{Loader, join};
use crate::resource::{Resource, read_resources};
use crate::transform::Context;

/// A chart to render.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartRequest<'r> {
    /// The entry of `helmCharts`, its namespace filled in.
    pub chart: &'r Chart,
    /// What holds for all charts of the kustomization.
    pub globals: &'r ChartGlobals,
    /// The directory of the kustomization, relative to the root of the tree.
    pub directory: &'r str,
    /// Where kustomize looks for the chart's own directory, relative to the root of the tree.
    pub chart_directory: String,
    /// The values file that takes the place of the chart's own, where one is named.
    pub values: Option<Arc<[u8]>>,
    /// The values files after it.
    pub additional_values: Vec<Arc<[u8]>>,
}

/// Renders charts for `helmCharts`; without one they are refused, as kustomize does without
/// `--enable-helm`.
pub trait ChartRenderer: Send + Sync {
    /// Returns what `helm template` prints for the chart.
    ///
    /// # Errors
    /// Why it cannot be rendered, as a text for the user.
    fn render(&self, request: &ChartRequest<'_>) -> Result<Vec<u8>, String>;
}

/// Renders an entry of `helmCharts`.
pub(crate) fn render_chart(
    chart: &Chart,
    globals: &ChartGlobals,
    renderer: Option<&dyn ChartRenderer>,
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<Vec<Resource>> {
    let Some(renderer) = renderer else {
        let error = Error::new(ErrorKind::Unsupported, "must specify --enable-helm");
        return Err(error.context(format!("chart {}", chart.name)));
    };
    if chart.name.is_empty() {
        return Err(Error::kustomization("chart name cannot be empty"));
    }
    if !matches!(chart.values_merge.as_str(), "" | "merge" | "override" | "replace") {
        let problem = "valuesMerge must be one of [merge override replace]";
        return Err(Error::kustomization(problem));
    }
    let home = if globals.chart_home.is_empty() { "charts" } else { &globals.chart_home };
    let mut chart_directory = join(loader.root(), home);
    if !chart.version.is_empty() && !chart.repo.is_empty() {
        chart_directory = format!("{chart_directory}/{}-{}", chart.name, chart.version);
    }
    let values = match chart.values_file.as_str() {
        "" => None,
        path => Some(loader.load(path)?.0),
    };
    let more = chart.additional_values_files.iter();
    let additional_values = more.map(|path| {
        let failed = |error: Error| error.context("could not load additionalValuesFile");
        loader.load(path).map(|(bytes, _)| bytes).map_err(failed)
    });
    let request = ChartRequest {
        chart,
        globals,
        directory: loader.root(),
        chart_directory: format!("{chart_directory}/{}", chart.name),
        values,
        additional_values: additional_values.collect::<Result<_>>()?,
    };
    let output = renderer.render(&request).map_err(|problem| {
        Error::new(ErrorKind::Remote, problem).context(format!("chart {}", chart.name))
    })?;
    let mut resources = read_resources(&output, 0, context.profile, &context.limits.yaml)?;
    for resource in &mut resources {
        resource.memory.from_helm = true;
    }
    Ok(resources)
}
