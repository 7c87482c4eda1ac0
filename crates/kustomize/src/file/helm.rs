//! Charts as they are asked for.

use zij_goyaml::Node;

use super::decoder::Decoder;
use crate::error::Result;

/// What holds for all charts of a kustomization.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartGlobals {
    /// The folder that holds the charts, relative to the kustomization; `charts` if empty.
    pub chart_home: String,
    /// Helm's own configuration folder.
    pub config_home: String,
}

/// An entry of `helmCharts`.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the fields of kustomize's own type")]
pub struct Chart {
    /// The name of the chart.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The repository that it comes from.
    pub repo: String,
    /// The release; generated when empty.
    pub release_name: String,
    /// The namespace of the release.
    pub namespace: String,
    /// A values file that replaces the chart's own.
    pub values_file: String,
    /// Values files after that one.
    pub additional_values_files: Vec<String>,
    /// Values in place.
    pub values_inline: Option<Node>,
    /// `override`, `replace` or `merge`: how inline values meet the file.
    pub values_merge: String,
    /// Whether the chart's CRDs are part of the output.
    pub include_crds: bool,
    /// Whether hooks are left out.
    pub skip_hooks: bool,
    /// Whether tests are left out.
    pub skip_tests: bool,
    /// API versions that templates see.
    pub api_versions: Vec<String>,
    /// The Kubernetes version that templates see.
    pub kube_version: String,
    /// The template of the release's name.
    pub name_template: String,
}

pub(crate) fn decode_globals(decoder: Decoder, node: &Node) -> Result<ChartGlobals> {
    let decoder = decoder.of("HelmGlobals");
    let mut globals = ChartGlobals::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "charthome" => globals.chart_home = decoder.string(value)?,
            "confighome" => globals.config_home = decoder.string(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(globals)
}

pub(crate) fn decode_chart(decoder: Decoder, node: &Node) -> Result<Chart> {
    let decoder = decoder.of("HelmChart");
    let mut chart = Chart::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => chart.name = decoder.string(value)?,
            "version" => chart.version = decoder.string(value)?,
            "repo" => chart.repo = decoder.string(value)?,
            "releasename" => chart.release_name = decoder.string(value)?,
            "namespace" => chart.namespace = decoder.string(value)?,
            "valuesfile" => chart.values_file = decoder.string(value)?,
            "additionalvaluesfiles" => chart.additional_values_files = decoder.strings(value)?,
            "valuesinline" if value.is_null() => {}
            "valuesinline" => chart.values_inline = Some(value.clone()),
            "valuesmerge" => chart.values_merge = decoder.string(value)?,
            "includecrds" => chart.include_crds = decoder.bool(value)?,
            "skiphooks" => chart.skip_hooks = decoder.bool(value)?,
            "skiptests" => chart.skip_tests = decoder.bool(value)?,
            "apiversions" => chart.api_versions = decoder.strings(value)?,
            "kubeversion" => chart.kube_version = decoder.string(value)?,
            "nametemplate" => chart.name_template = decoder.string(value)?,
            "debug" | "devel" => drop(decoder.bool(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(chart)
}

/// Reads an entry of the old `helmChartInflationGenerator`.
pub(super) fn decode_old_chart(
    decoder: Decoder,
    node: &Node,
    globals: &mut ChartGlobals,
) -> Result<Chart> {
    let decoder = decoder.of("HelmChartArgs");
    let mut chart = Chart::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "chartname" => chart.name = decoder.string(value)?,
            "chartversion" => chart.version = decoder.string(value)?,
            "chartrepourl" => chart.repo = decoder.string(value)?,
            "charthome" => globals.chart_home = decoder.string(value)?,
            "helmhome" => globals.config_home = decoder.string(value)?,
            "values" => chart.values_file = decoder.string(value)?,
            "valueslocal" if value.is_null() => {}
            "valueslocal" => chart.values_inline = Some(value.clone()),
            "valuesmerge" => chart.values_merge = decoder.string(value)?,
            "releasename" => chart.release_name = decoder.string(value)?,
            "chartreponame" | "helmbin" | "releasenamespace" => drop(decoder.string(value)?),
            "extraargs" => drop(decoder.strings(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(chart)
}
