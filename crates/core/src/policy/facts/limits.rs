//! What a namespace allows containers, pods and claims, and what they ask for.

use std::{collections::BTreeMap, sync::Arc};

use super::{is, items, text};
use crate::{
    policy::{
        amounts::amount,
        workloads::{is_built_in, named_containers, pod_spec},
    },
    resource::{FieldPath, Resource, Step, Value},
};

/// Amounts by resource.
pub(crate) type Amounts = BTreeMap<Arc<str>, i128>;

/// Of what an entry of a LimitRange speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Container,
    Pod,
    Claim,
}

/// An entry of a LimitRange, with what the server fills in.
#[derive(Debug, PartialEq)]
pub(crate) struct Limits {
    pub(crate) extent: Extent,
    pub(crate) least: Amounts,
    pub(crate) most: Amounts,
    /// How many times its request a limit may be.
    pub(crate) ratio: Amounts,
    pub(crate) limit: Amounts,
    pub(crate) request: Amounts,
}

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Beside all others.
    Main,
    /// Before the main ones, alone but for sidecars that came before it.
    Init,
    /// From its turn among the init containers on.
    Sidecar,
}

/// What a container or a claim asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Size {
    /// The field `resources`.
    pub(crate) path: FieldPath,
    pub(crate) name: Arc<str>,
    pub(crate) turn: Turn,
    pub(crate) requests: Amounts,
    pub(crate) limits: Amounts,
}

/// What an object asks its namespace for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Sizes {
    /// The spec of the pods.
    pub(crate) pod: FieldPath,
    pub(crate) containers: Vec<Size>,
    /// Whether the pod names resources of its own, which some versions take for the sum.
    pub(crate) has_own: bool,
    pub(crate) claims: Vec<Size>,
}

fn amounts(owner: &Value, keys: &[&str]) -> Amounts {
    let map = owner.at(keys).and_then(Value::as_map).into_iter().flatten();
    map.filter_map(|(name, value)| Some((Arc::clone(name), amount(value)?))).collect()
}

/// What a LimitRange says.
///
/// (Source: `SetDefaults_LimitRangeItem` in pkg/apis/core/v1/defaults.go @ v1.36.3.)
pub(super) fn limits(resource: &Resource) -> Option<Vec<Limits>> {
    if !is(resource, "", &["LimitRange"]) {
        return None;
    }
    let entry = |item: &Value| {
        let extent = match item.text_at(&["type"])? {
            "Container" => Extent::Container,
            "Pod" => Extent::Pod,
            "PersistentVolumeClaim" => Extent::Claim,
            _ => return None,
        };
        let [least, most, ratio] =
            ["min", "max", "maxLimitRequestRatio"].map(|key| amounts(item, &[key]));
        let [mut limit, mut request] =
            ["default", "defaultRequest"].map(|key| amounts(item, &[key]));
        let fill = |into: &mut Amounts, from: &Amounts| {
            for (name, amount) in from {
                into.entry(Arc::clone(name)).or_insert(*amount);
            }
        };
        if extent == Extent::Container {
            fill(&mut limit, &most);
            fill(&mut request, &limit);
            fill(&mut request, &least);
        }
        Some(Limits { extent, least, most, ratio, limit, request })
    };
    Some(items(&resource.body, &["spec", "limits"]).iter().filter_map(entry).collect())
}

/// What an object asks for, with its pods and claims.
pub(super) fn sizes(resource: &Resource) -> Option<Sizes> {
    let mut sizes = Sizes { claims: claims(resource), ..Sizes::default() };
    if let Some((path, spec)) = pod_spec(resource).filter(|_| is_built_in(resource)) {
        let containers = named_containers(resource).into_iter();
        sizes.containers = containers.map(|(path, container)| size(&path, container)).collect();
        sizes.pod = path;
        sizes.has_own = spec.get("resources").is_some_and(|own| !own.is_empty());
    }
    (!sizes.containers.is_empty() || !sizes.claims.is_empty()).then_some(sizes)
}

/// A container's size; a limit stands in for a request.
fn size(path: &FieldPath, container: &Value) -> Size {
    let limits = amounts(container, &["resources", "limits"]);
    let mut requests = amounts(container, &["resources", "requests"]);
    for (name, amount) in &limits {
        requests.entry(Arc::clone(name)).or_insert(*amount);
    }
    let is_init = path.steps().iter().any(|step| *step == Step::Key("initContainers".into()));
    let turn = match container.text_at(&["restartPolicy"]) {
        Some("Always") if is_init => Turn::Sidecar,
        _ if is_init => Turn::Init,
        _ => Turn::Main,
    };
    let name = text(container, &["name"]).unwrap_or_default();
    Size { path: path.key("resources"), name, turn, requests, limits }
}

/// The claim that an object is, or those that a StatefulSet makes.
fn claims(resource: &Resource) -> Vec<Size> {
    let claim = |path: FieldPath, claim: &Value, name: Arc<str>| Size {
        path: path.key("resources"),
        name,
        turn: Turn::Main,
        requests: amounts(claim, &["spec", "resources", "requests"]),
        limits: Amounts::new(),
    };
    if is(resource, "", &["PersistentVolumeClaim"]) {
        return vec![claim(FieldPath::of(&["spec"]), &resource.body, resource.id.name.clone())];
    }
    if !is(resource, "apps", &["StatefulSet"]) {
        return Vec::new();
    }
    let keys = ["spec", "volumeClaimTemplates"];
    let templates = items(&resource.body, &keys).iter().enumerate();
    templates
        .map(|(index, template)| {
            let path = FieldPath::of(&keys).index(index).key("spec");
            claim(path, template, text(template, &["metadata", "name"]).unwrap_or_default())
        })
        .collect()
}
