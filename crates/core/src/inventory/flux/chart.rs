//! Where the chart of a `HelmRelease` lies.
//!
//! (Source: fluxcd/helm-controller, `api/v2`; fluxcd/source-controller, `internal/helm/chart`.)

use std::sync::Arc;

use zij_goyaml::Node;

use super::{
    data::absent,
    item::{Item, Key},
    reader::Scope,
    sources::{Root, inside, oci_version},
};
use crate::{
    inventory::{
        ChartDefaults, DefaultsFile, Remote, SourceAt, UnknownKind,
        object::{at, filled, is_true, text, texts},
        refusal::Refusal,
    },
    source::TreePath,
};

/// How much of a digest becomes part of a version.
const DIGEST: usize = 12;

/// A chart and what stands for its default values.
pub(super) struct Located {
    pub(super) at: SourceAt,
    pub(super) defaults: Option<ChartDefaults>,
    /// The build metadata that the controller gives to its version.
    pub(super) build: Option<Arc<str>>,
}

/// The chart of a release.
pub(super) fn chart(scope: &Scope<'_>, spec: &Node) -> Result<Located, Refusal> {
    match (at(spec, &["chart"]), at(spec, &["chartRef"])) {
        (Some(_), Some(node)) => {
            Err(scope.mistake(node, "either `chart` or `chartRef` must be set, not both"))
        }
        (None, None) => {
            Err(scope.mistake(&scope.item.node, "either `chart` or `chartRef` must be set"))
        }
        (Some(template), None) => {
            let template = at(template, &["spec"]).unwrap_or(template);
            described(scope, scope.item, template)
        }
        (None, Some(reference)) => referred(scope, reference),
    }
}

/// The chart that a chart template or a `HelmChart` describes.
fn described(scope: &Scope<'_>, owner: &Item, spec: &Node) -> Result<Located, Refusal> {
    let Some(reference) = at(spec, &["sourceRef"]) else {
        return Err(scope.mistake(spec, "the chart has no `sourceRef`"));
    };
    if let Some(node) = at(spec, &["valuesFile"]).filter(|_| !owner.is_old()) {
        return Err(scope.mistake(node, "`valuesFile` is no field of this version of the API"));
    }
    let name = filled(spec, &["chart"]).unwrap_or_default();
    // A HelmChart has its source beside it.
    let other = filled(reference, &["namespace"]).filter(|_| owner.kind() != "HelmChart");
    let namespace = other.unwrap_or(owner.namespace());
    let kind = filled(reference, &["kind"]).unwrap_or_default();
    if !matches!(kind, "HelmRepository" | "GitRepository" | "Bucket") {
        let message =
            format!("a chart cannot be taken from a `{kind}`; `chartRef` may name others");
        return Err(scope.mistake(reference, message));
    }
    let key = Key::new(kind, namespace, filled(reference, &["name"]).unwrap_or_default());
    if kind == "HelmRepository" {
        let Some(repository) = scope.object(&key) else {
            let mut unknown = absent(&key, scope.item.place_of(reference));
            unknown.message =
                format!("{key}, which chart `{name}` {} comes from, is not in git", version(spec));
            return Err(Refusal::Unknown(unknown));
        };
        let url = text(&repository.node, &["spec", "url"]).unwrap_or_default();
        let remote = Remote::Chart {
            repository: url.into(),
            name: name.into(),
            version: version(spec).into(),
        };
        let at = scope.reader.lock.resolve(&remote, &scope.item.place_of(spec));
        return Ok(Located { at, defaults: defaults(spec, None), build: None });
    }
    let root = scope.source_by_key(&key, reference)?;
    let at = root.below(&inside(name)).ok_or_else(|| {
        scope.mistake(spec, format!("chart path `{name}` is not in the artifact"))
    })?;
    Ok(Located { at, defaults: defaults(spec, Some(&root)), build: None })
}

fn version(spec: &Node) -> String {
    let version = at(spec, &["version"]).map(crate::inventory::object::shown);
    version.filter(|version| !version.is_empty()).unwrap_or_else(|| "*".to_owned())
}

/// The values files that stand for the chart's own; relative to the source where the chart is one
/// of its folders, to the chart otherwise.
fn defaults(spec: &Node, root: Option<&Root>) -> Option<ChartDefaults> {
    let mut names = texts(spec, &["valuesFiles"]);
    // The field of older versions comes first.
    if let Some(first) = filled(spec, &["valuesFile"])
        && !names.iter().any(|name| &**name == first)
    {
        names.insert(0, first.into());
    }
    if names.is_empty() {
        return None;
    }
    let files = names.into_iter().map(|name| match root {
        Some(root) => {
            let path = inside(&name);
            let at = root.below(&path).unwrap_or(SourceAt::Tree(path));
            DefaultsFile::Source(at)
        }
        None => DefaultsFile::Chart(name),
    });
    let optional = is_true(spec, &["ignoreMissingValuesFiles"]);
    Some(ChartDefaults { files: files.collect(), optional })
}

/// The chart that `spec.chartRef` names.
fn referred(scope: &Scope<'_>, reference: &Node) -> Result<Located, Refusal> {
    let kind = filled(reference, &["kind"]).unwrap_or_default();
    let namespace = filled(reference, &["namespace"]).unwrap_or(scope.item.namespace());
    let key = Key::new(kind, namespace, filled(reference, &["name"]).unwrap_or_default());
    match kind {
        "HelmChart" => match scope.object(&key) {
            Some(chart) => {
                let nothing = Node::from(zij_goyaml::NodeKind::Null);
                described(scope, chart, chart.spec().unwrap_or(&nothing))
            }
            None => Err(Refusal::Unknown(absent(&key, scope.item.place_of(reference)))),
        },
        "OCIRepository" => match scope.object(&key) {
            Some(repository) => oci(scope, repository, reference),
            None => Err(Refusal::Unknown(absent(&key, scope.item.place_of(reference)))),
        },
        "ExternalArtifact" => {
            let root = scope.source_by_key(&key, reference)?;
            let at = root.below(&TreePath::root()).ok_or_else(|| {
                let message = format!("what {key} holds is not understood by this version");
                scope.unknown(UnknownKind::Unsupported, reference, message)
            })?;
            Ok(Located { at, defaults: None, build: None })
        }
        kind => Err(scope.mistake(reference, format!("`{kind}` is no kind of chart"))),
    }
}

/// A chart of a registry: the last part of the URL is its name.
fn oci(scope: &Scope<'_>, repository: &Item, reference: &Node) -> Result<Located, Refusal> {
    let url = text(&repository.node, &["spec", "url"]).unwrap_or_default().trim_end_matches('/');
    let Some((folder, name)) = url.rsplit_once('/').filter(|_| url.starts_with("oci://")) else {
        return Err(scope.mistake(reference, format!("`{url}` is no URL of a registry")));
    };
    let remote = Remote::Chart {
        repository: folder.into(),
        name: name.into(),
        version: oci_version(repository).into(),
    };
    let at = scope.reader.lock.resolve(&remote, &repository.place);
    let manifest = scope.reader.lock.manifest(&remote);
    let build = manifest.as_deref().and_then(short_digest).map(Arc::from);
    Ok(Located { at, defaults: None, build })
}

/// As much of a digest as a version is given. (Source: fluxcd/helm-controller,
/// `internal/controller/helmrelease_controller.go`, `mutateChartWithSourceRevision`.)
fn short_digest(digest: &str) -> Option<&str> {
    digest.split_once(':')?.1.get(..DIGEST)
}
