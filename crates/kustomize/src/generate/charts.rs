//! `helmCharts`: the caller renders them (kustomize's `HelmChartInflationGenerator`).

use std::sync::Arc;

use zij_goyaml::Node as Value;

use crate::error::{Error, ErrorKind, Result};
use crate::file::{Chart, ChartGlobals};
use crate::load::{Loader, join};
use crate::node::{from_json, parse_document, to_value};
use crate::patch::merge_values;
use crate::resource::{Resource, read_resources};
use crate::transform::Context;

/// A chart to render.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartRequest<'r> {
    /// The entry of `helmCharts`, its namespace filled in.
    pub chart: &'r Chart,
    /// The chart's own directory, relative to the root of the tree.
    pub directory: &'r str,
    /// The values on top of the chart's own, weakest first.
    pub values: Vec<ChartValues>,
}

/// Values of a chart, as `helm template --values` takes them.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartValues {
    /// The file that they come from, for messages.
    pub name: String,
    /// The text.
    pub text: Arc<[u8]>,
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
        let hint =
            "charts are rendered only with `--enable-helm` (Argo CD: `kustomize.buildOptions`)";
        return Err(error.context(format!("chart {}", chart.name)).hint(hint));
    };
    if chart.name.is_empty() {
        return Err(Error::kustomization("chart name cannot be empty"));
    }
    let mut additional = Vec::with_capacity(chart.additional_values_files.len());
    for path in &chart.additional_values_files {
        let failed = |error: Error| error.context("could not load additionalValuesFile");
        let (text, file) = loader.load(path).map_err(failed)?;
        additional.push(ChartValues { name: loader.reads().name(file).to_string(), text });
    }
    let merge = Merge::parse(&chart.values_merge)?;
    let place = ChartPlace::find(chart, globals, loader)?;
    let mut values = vec![own_values(chart, merge, &place, loader, context)?];
    values.extend(additional);
    let request = ChartRequest { chart, directory: &place.directory, values };
    let output = renderer.render(&request).map_err(|problem| {
        Error::new(ErrorKind::Chart, problem).context(format!("chart {}", chart.name))
    })?;
    let mut resources = read_resources(&output, 0, context.profile, &context.limits.yaml)?;
    for resource in &mut resources {
        resource.memory.from_helm = true;
    }
    Ok(resources)
}

/// How values in place meet those of the file.
#[derive(Clone, Copy)]
enum Merge {
    InPlaceWins,
    FileWins,
    /// Those of the file do not count.
    WithoutFile,
}

impl Merge {
    fn parse(text: &str) -> Result<Self> {
        match text {
            "" | "override" => Ok(Self::InPlaceWins),
            "merge" => Ok(Self::FileWins),
            "replace" => Ok(Self::WithoutFile),
            _ => {
                let problem = "valuesMerge must be one of [merge override replace]";
                Err(Error::kustomization(problem))
            }
        }
    }
}

/// Where a chart is.
struct ChartPlace {
    directory: String,
    /// Whether it is a copy of what kustomize would fetch into the kustomization's own folder.
    is_vendored: bool,
}

impl ChartPlace {
    fn find(chart: &Chart, globals: &ChartGlobals, loader: &Loader<'_>) -> Result<Self> {
        let home = if globals.chart_home.is_empty() { "charts" } else { &globals.chart_home };
        let home = match home.strip_prefix('/') {
            Some(home) => home.to_owned(),
            None => join(loader.root(), home),
        };
        let directory = match (chart.version.as_str(), chart.repo.as_str()) {
            ("", _) | (_, "") => format!("{home}/{}", chart.name),
            (version, _) => format!("{home}/{0}-{version}/{0}", chart.name),
        };
        if let Some(directory) = loader.directory_at(&directory) {
            return Ok(Self { directory, is_vendored: false });
        }
        if chart.repo.is_empty() {
            let problem = "no repo specified for pull, no chart found at ''";
            let shown = loader.folder_name(&directory);
            return Err(Error::file(problem).hint(format!("put the chart into {shown}")));
        }
        match loader.vendored_chart(&chart.repo, &chart.name, &chart.version) {
            Some(directory) => Ok(Self { directory, is_vendored: true }),
            None => {
                let Chart { name, version, repo, .. } = chart;
                let version = if version.is_empty() { "of any version" } else { version };
                let problem =
                    format!("chart {name} {version} from {repo} is not in the repository");
                let shown = loader.folder_name(&directory);
                let hint =
                    format!("`zij vendor` fetches what applications need, or commit it as {shown}");
                Err(Error::new(ErrorKind::Remote, problem).hint(hint))
            }
        }
    }
}

/// The values that take the place of the chart's own: a file, and what stands in place.
fn own_values(
    chart: &Chart,
    merge: Merge,
    place: &ChartPlace,
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<ChartValues> {
    let file = || {
        let own = format!("/{}/values.yaml", place.directory);
        let loaded = match chart.values_file.as_str() {
            "" if place.is_vendored => loader.load_anywhere(&own),
            "" => loader.load(&own),
            path => loader.load(path),
        };
        let (text, number) = loaded?;
        Ok((loader.reads().name(number).to_string(), text, number))
    };
    let Some(inline) = chart.values_inline.as_ref().filter(|inline| !is_empty(inline)) else {
        return file().map(|(name, text, _)| ChartValues { name, text });
    };
    let inline = from_json(inline);
    let merged = match merge {
        Merge::WithoutFile => inline,
        Merge::InPlaceWins | Merge::FileWins => {
            let (name, text, number) = file()?;
            let parsed = parse_document(&text, number, &context.limits.yaml);
            let parsed = parsed.and_then(|parsed| parsed.ok_or_else(|| Error::yaml("EOF")));
            let own = parsed.map_err(|error| {
                error.in_file(&name.into()).context("could not parse values file into rnode")
            })?;
            let (below, above) = match merge {
                Merge::FileWins => (inline, own),
                Merge::InPlaceWins | Merge::WithoutFile => (own, inline),
            };
            merge_values(below, above, &context.schema())?
        }
    };
    let text = zij_goyaml::to_yaml(&to_value(&merged)?)?;
    let name = format!("{}-kustomize-values.yaml", chart.name);
    Ok(ChartValues { name, text: text.into_bytes().into() })
}

fn is_empty(inline: &Value) -> bool {
    inline.as_mapping().is_some_and(zij_goyaml::Mapping::is_empty)
}
