//! The charts of kustomizations, as kustomize has `helm template` render them.

use std::sync::Arc;

use zij_helm::{
    Capabilities, Chart, Engine, Error, Hooks, Inputs, KubeVersion, Release, RenderOptions,
    Rendered, Stage,
    host::Surroundings,
    values::{ValuesLayer, merge_layers},
};
use zij_kustomize::ChartRequest;

/// What holds for the charts of a build that say nothing else themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InflationFlags {
    /// `--helm-kube-version`.
    pub kube_version: Option<String>,
    /// `--helm-api-versions`.
    pub api_versions: Vec<String>,
    /// The seconds since 1970 that end the names of releases which have none.
    pub seconds: u64,
}

/// Renders a chart of a kustomization; the text is what `helm template` prints.
///
/// # Errors
/// What Helm refuses, in its words, and exceeded limits.
pub fn inflate(
    engine: &Engine,
    chart: &Arc<Chart>,
    request: &ChartRequest<'_>,
    flags: &InflationFlags,
    surroundings: impl Fn() -> Surroundings,
) -> Result<Rendered, Error> {
    let wanted = request.chart;
    let hooks = match (wanted.skip_hooks, wanted.skip_tests) {
        (true, _) => Hooks::None,
        (false, true) => Hooks::WithoutTests,
        (false, false) => Hooks::All,
    };
    let options =
        RenderOptions { include_crds: wanted.include_crds, hooks, ..RenderOptions::default() };
    let layers = layers(engine, request)?;
    let inputs = Inputs {
        chart,
        release: &release(engine, request, flags, &surroundings)?,
        values: &merge_layers(&layers, engine.profile())?,
        capabilities: &capabilities(engine, request, flags)?,
        options: &options,
    };
    engine.render(&inputs, surroundings())
}

/// The values that a request names.
pub(super) fn layers(
    engine: &Engine,
    request: &ChartRequest<'_>,
) -> Result<Vec<ValuesLayer>, Error> {
    let profile = engine.profile();
    let values = request.values.iter();
    values.map(|values| ValuesLayer::file(&*values.name, &values.text, profile)).collect()
}

fn release(
    engine: &Engine,
    request: &ChartRequest<'_>,
    flags: &InflationFlags,
    surroundings: impl Fn() -> Surroundings,
) -> Result<Release, Error> {
    let wanted = request.chart;
    let name = match (wanted.release_name.as_str(), wanted.name_template.as_str()) {
        ("", "") => format!("{}-{}", wanted.name, flags.seconds),
        ("", template) => engine.release_name(template, surroundings())?,
        (name, "") => name.to_owned(),
        _ => {
            let text = "cannot set --name-template and also specify a name";
            return Err(Error::new(Stage::Release, text));
        }
    };
    let namespace = if wanted.namespace.is_empty() { "default" } else { &wanted.namespace };
    Ok(Release::new(name, namespace))
}

fn capabilities(
    engine: &Engine,
    request: &ChartRequest<'_>,
    flags: &InflationFlags,
) -> Result<Capabilities, Error> {
    let (profile, wanted) = (engine.profile(), request.chart);
    let apis = match wanted.api_versions.is_empty() {
        true => &flags.api_versions,
        false => &wanted.api_versions,
    };
    let capabilities = Capabilities::default_for(profile).with_api_versions(apis.iter().cloned());
    let version = Some(&wanted.kube_version).filter(|version| !version.is_empty());
    Ok(match version.or(flags.kube_version.as_ref()) {
        Some(version) => capabilities.with_kube_version(KubeVersion::parse(version, profile)?),
        None => capabilities,
    })
}
