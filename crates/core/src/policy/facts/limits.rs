//! What a namespace allows each container, and what containers ask for.

use std::{collections::BTreeMap, sync::Arc};

use super::{is, items, text};
use crate::{
    policy::{
        amounts::amount,
        workloads::{is_built_in, named_containers},
    },
    resource::{FieldPath, Resource, Value},
};

/// Amounts by resource.
pub(crate) type Amounts = BTreeMap<Arc<str>, i128>;

/// An entry of a LimitRange for containers, with what the server fills in.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) least: Amounts,
    pub(crate) most: Amounts,
    pub(crate) limit: Amounts,
    pub(crate) request: Amounts,
}

/// A container and what it asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Size {
    /// The field `resources` of the container.
    pub(crate) path: FieldPath,
    pub(crate) name: Arc<str>,
    pub(crate) requests: Amounts,
    pub(crate) limits: Amounts,
}

fn amounts(owner: &Value, keys: &[&str]) -> Amounts {
    let map = owner.at(keys).and_then(Value::as_map).into_iter().flatten();
    map.filter_map(|(name, value)| Some((Arc::clone(name), amount(value)?))).collect()
}

/// What a LimitRange says of containers.
///
/// (Source: `SetDefaults_LimitRangeItem` in pkg/apis/core/v1/defaults.go @ v1.36.3.)
pub(super) fn limits(resource: &Resource) -> Option<Vec<Limits>> {
    if !is(resource, "", &["LimitRange"]) {
        return None;
    }
    let items = items(&resource.body, &["spec", "limits"]).iter();
    let of_containers = items.filter(|item| item.text_at(&["type"]) == Some("Container"));
    let limits = of_containers.map(|item| {
        let [least, most] = ["min", "max"].map(|key| amounts(item, &[key]));
        let [mut limit, mut request] =
            ["default", "defaultRequest"].map(|key| amounts(item, &[key]));
        let fill = |into: &mut Amounts, from: &Amounts| {
            for (name, amount) in from {
                into.entry(Arc::clone(name)).or_insert(*amount);
            }
        };
        fill(&mut limit, &most);
        fill(&mut request, &limit);
        fill(&mut request, &least);
        Limits { least, most, limit, request }
    });
    Some(limits.collect())
}

/// What each container of an object's pods asks for; a limit stands in for a request.
pub(super) fn sizes(resource: &Resource) -> Vec<Size> {
    if !is_built_in(resource) {
        return Vec::new();
    }
    let size = |(path, container): (FieldPath, &Value)| {
        let limits = amounts(container, &["resources", "limits"]);
        let mut requests = amounts(container, &["resources", "requests"]);
        for (name, amount) in &limits {
            requests.entry(Arc::clone(name)).or_insert(*amount);
        }
        let name = text(container, &["name"]).unwrap_or_default();
        Size { path: path.key("resources"), name, requests, limits }
    };
    named_containers(resource).into_iter().map(size).collect()
}
