//! Rules for the versions of the Kubernetes API that a cluster serves.

use std::{collections::HashMap, sync::OnceLock};

use super::{
    kube::Kube,
    rule::{Hit, Severity},
};
use crate::resource::{FieldPath, Resource};

/// What Kubernetes says of one version of one kind.
#[derive(Clone, Copy, Debug)]
struct Life {
    introduced: Option<Kube>,
    deprecated: Option<Kube>,
    removed: Option<Kube>,
    replacement: Option<&'static str>,
}

const TABLE: &str = include_str!("data/api-versions.txt");

/// The oldest version that Kubernetes still mends, when this table was written.
const SUPPORTED: Kube = Kube::new(33);

fn lives() -> &'static HashMap<(&'static str, &'static str), Life> {
    static LIVES: OnceLock<HashMap<(&str, &str), Life>> = OnceLock::new();
    LIVES.get_or_init(|| {
        TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(life).collect()
    })
}

fn life(line: &'static str) -> Option<((&'static str, &'static str), Life)> {
    let mut words = line.split(' ');
    let key = (words.next()?, words.next()?);
    let mut version = || words.next().and_then(Kube::parse);
    let (introduced, deprecated, removed) = (version(), version(), version());
    let replacement = words.next().filter(|word| *word != "-");
    Some((key, Life { introduced, deprecated, removed, replacement }))
}

fn of(resource: &Resource) -> Option<Life> {
    lives().get(&(&*resource.api_version, &*resource.id.kind)).copied()
}

fn hit(resource: &Resource, message: String) -> Hit {
    let path = FieldPath::of(&["apiVersion"]);
    match resource.body.get("apiVersion") {
        Some(value) => Hit::on(path, value, message),
        None => Hit::new(path, message),
    }
}

fn advice(life: Life) -> String {
    life.replacement.map_or_else(String::new, |version| format!("; write `{version}`"))
}

/// V1: versions that the cluster no longer serves, or will not.
pub(crate) fn removed(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    let Some(life) = of(resource) else { return Vec::new() };
    let what = format!("`{}` of {}", resource.api_version, resource.id.kind);
    let Some(kube) = kube else {
        let Some(removed) = life.removed.filter(|removed| *removed <= SUPPORTED) else {
            return Vec::new();
        };
        let message = format!(
            "{what} is gone since Kubernetes {removed}; the cluster's version is not known{}",
            advice(life)
        );
        return vec![hit(resource, message).at_most(Severity::Warn)];
    };
    if let Some(removed) = life.removed.filter(|removed| *removed <= kube) {
        let message = format!(
            "{what} is gone since Kubernetes {removed}, the cluster has {kube}{}",
            advice(life)
        );
        return vec![hit(resource, message)];
    }
    let deprecated = life.deprecated.filter(|deprecated| *deprecated <= kube);
    let Some(deprecated) = deprecated else { return Vec::new() };
    let until =
        life.removed.map_or_else(String::new, |removed| format!(" and goes with {removed}"));
    let message =
        format!("{what} is deprecated since Kubernetes {deprecated}{until}{}", advice(life));
    vec![hit(resource, message).at_most(Severity::Warn)]
}

/// V6: versions that the cluster does not serve yet.
pub(crate) fn too_new(resource: &Resource, kube: Option<Kube>) -> Vec<Hit> {
    let life = of(resource);
    let Some((introduced, kube)) = life.and_then(|life| life.introduced).zip(kube) else {
        return Vec::new();
    };
    if introduced <= kube {
        return Vec::new();
    }
    let message = format!(
        "`{}` of {} comes with Kubernetes {introduced}, the cluster has {kube}",
        resource.api_version, resource.id.kind
    );
    vec![hit(resource, message)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lives().len(), rows);
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        for (line, (key, life)) in lines.filter_map(|line| Some((line, life(line)?))) {
            assert_eq!(line.split(' ').count(), 6, "{line}");
            assert!(key.0.rsplit('/').next().is_some_and(|v| v.starts_with('v')), "{line}");
            assert!(life.removed.is_none() || life.removed > life.introduced, "{line}");
        }
    }
}
