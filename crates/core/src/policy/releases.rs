//! Rules for the names of Helm's releases.

use super::{format, rule::Hit};
use crate::resource::{FieldPath, Resource, Value};

/// F7: names of releases in the objects of Argo CD and Flux.
///
/// (Source: `ValidateReleaseName` in Helm's pkg/chart/v2/util/validate_name.go @ v4.2.3, which
/// `helm template` asks too; the definition of HelmRelease.)
pub(crate) fn names(resource: &Resource) -> Vec<Hit> {
    match (&*resource.id.group, &*resource.id.kind) {
        ("argoproj.io", "Application") => application(resource),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            let path = FieldPath::of(&["spec", "releaseName"]);
            let value = resource.body.at(&["spec", "releaseName"]);
            value.and_then(|value| judged(&path, value)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Without a name of its own, a release is called like its Application.
fn application(resource: &Resource) -> Vec<Hit> {
    let spec = FieldPath::of(&["spec"]);
    let one = resource.body.at(&["spec", "source"]);
    let several = resource.body.at(&["spec", "sources"]).map(Value::items).unwrap_or_default();
    let several = several.iter().enumerate().map(|(at, s)| (spec.key("sources").index(at), s));
    let sources = one.map(|source| (spec.key("source"), source)).into_iter().chain(several);
    let hits = sources.filter_map(|(path, source)| {
        if let Some(name) = source.at(&["helm", "releaseName"]).filter(|v| v.as_str() != Some("")) {
            return judged(&path.key("helm").key("releaseName"), name);
        }
        // Whether the source is a chart is told only by one that names a chart.
        source.get("chart")?;
        let name = resource.body.at(&["metadata", "name"])?;
        judged(&FieldPath::of(&["metadata", "name"]), name)
    });
    hits.collect()
}

fn judged(path: &FieldPath, value: &Value) -> Option<Hit> {
    const MOST: usize = 53;
    let name = value.as_str().filter(|name| !name.contains(['{', '$']))?;
    let fault = if name.len() > MOST {
        format!("has {} characters, the limit is {MOST}", name.len())
    } else {
        format::dns_subdomain(name)?
    };
    Some(Hit::on(path.clone(), value, format!("release name `{name}` {fault}")))
}
