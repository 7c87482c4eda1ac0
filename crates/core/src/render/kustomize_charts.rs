//! The charts of kustomizations in a tree.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use zij_helm::{diagnosis::Sources, host::Surroundings};
use zij_kustomize::{ChartRenderer, ChartRequest};

use crate::source::{Tree, TreePath};

use super::{
    RenderFailure,
    chart::LoadedChart,
    helm::unless_vendored,
    inflation::{InflationFlags, inflate, layers},
    kustomize::Way,
};

/// Renders the charts that the kustomizations of a tree ask for.
pub(super) struct TreeCharts<'t> {
    tree: &'t dyn Tree,
    way: &'t Way<'t>,
    seen: Mutex<Seen>,
}

/// What came up on the way.
#[derive(Default)]
pub(super) struct Seen {
    /// The charts that were rendered.
    pub(super) charts: BTreeSet<TreePath>,
    /// What renders make anew.
    pub(super) warnings: Vec<String>,
    /// The first chart that cannot be rendered, in our own terms.
    pub(super) failure: Option<RenderFailure>,
}

impl<'t> TreeCharts<'t> {
    pub(super) fn new(tree: &'t dyn Tree, way: &'t Way<'t>) -> Self {
        Self { tree, way, seen: Mutex::default() }
    }

    pub(super) fn into_seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What Argo CD tells kustomize of the cluster.
    fn flags(&self) -> InflationFlags {
        let Way { how, cluster, .. } = self.way;
        let own = how.capabilities.as_ref();
        let kube = own.and_then(|own| own.kube.as_ref()).or(cluster.kube.as_ref());
        let apis = own.and_then(|own| own.apis.as_ref()).unwrap_or(&*cluster.apis);
        InflationFlags {
            kube_version: kube.map(ToString::to_string),
            api_versions: apis.iter().map(ToString::to_string).collect(),
            seconds: 0,
        }
    }

    fn inflate(
        &self,
        request: &ChartRequest<'_>,
        path: &TreePath,
    ) -> Result<Vec<u8>, RenderFailure> {
        let Way { renderer, cluster, .. } = self.way;
        let engine = renderer.engine(cluster).map_err(|failure| (*failure).clone())?;
        let profile = engine.profile();
        renderer.known.copies.check(self.tree, path)?;
        let loaded = LoadedChart::load(self.tree, path, profile, &renderer.known.copies)?;
        // The same for both revisions of a cell, so that random values do not look like changes.
        let seed = format!("{}/{}", request.chart.namespace, request.chart.release_name);
        let surroundings = || Surroundings::seeded(&seed);
        let rendered = inflate(engine, &loaded.chart, request, &self.flags(), surroundings);
        let rendered = rendered.map_err(|error| {
            let layers = layers(engine, request).unwrap_or_default();
            let sources = Sources {
                layers: &layers,
                chart: Some(&loaded.chart),
                chart_name: loaded.places.root(),
                profile,
                takes_flags: false,
            };
            unless_vendored(loaded.places.failure(&error, &sources), &loaded)
        })?;
        let mut seen = self.seen();
        let name = &request.chart.name;
        if request.chart.release_name.is_empty() && request.chart.name_template.is_empty() {
            seen.warnings.push(format!(
                "chart {name} has no releaseName: every build names its objects anew"
            ));
        }
        if !rendered.unstable.is_empty() {
            let functions: BTreeSet<&str> =
                rendered.unstable.iter().map(|unstable| unstable.function).collect();
            let functions = functions.into_iter().collect::<Vec<_>>().join(", ");
            seen.warnings
                .push(format!("chart {name} makes values anew on every build: {functions}"));
        }
        Ok(rendered.to_text())
    }
}

impl ChartRenderer for TreeCharts<'_> {
    fn render(&self, request: &ChartRequest<'_>) -> Result<Vec<u8>, String> {
        let path = TreePath::parse(request.directory).map_err(|error| error.to_string())?;
        self.seen().charts.insert(path.clone());
        self.inflate(request, &path).map_err(|failure| {
            let text = failure.message.clone();
            self.seen().failure.get_or_insert(failure);
            text
        })
    }
}
