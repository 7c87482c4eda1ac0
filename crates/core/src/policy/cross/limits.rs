//! Containers that their namespace does not let in.

use std::sync::Arc;

use super::{CrossHit, Scene, news};
use crate::policy::{
    facts::{Facts, Limits, Size},
    rule::{Hit, Severity},
};

/// X20: containers outside of what a LimitRange of their namespace allows.
///
/// (Source: `mergeContainerResources`, `minConstraint` and `maxConstraint` in
/// plugin/pkg/admission/limitranger/admission.go @ v1.36.3.)
pub(crate) fn outside_limits(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, all| {
        let mut hits = Vec::new();
        for (owner, sizes) in &facts.sizes {
            let ranges = all.iter().flat_map(|facts: &&Facts| &facts.limits);
            let of_namespace = ranges.filter(|(id, _)| id.namespace == owner.namespace);
            for (range, limits) in of_namespace {
                let found = limits
                    .iter()
                    .flat_map(|limits| sizes.iter().filter_map(move |size| outside(limits, size)));
                hits.extend(found.map(|mut hit| {
                    hit.message = format!("{range} refuses the pods of {owner}: {}", hit.message);
                    (owner.clone(), hit)
                }));
            }
        }
        hits
    })
}

/// The first thing that is wrong with a container.
fn outside(limits: &Limits, size: &Size) -> Option<Hit> {
    let Size { path, name, requests, limits: own } = size;
    let at = |list: &str, resource: &Arc<str>| path.key(list).key(resource);
    for (resource, least) in &limits.least {
        let request = requests.get(resource).or_else(|| limits.request.get(resource));
        if request.is_some_and(|request| request < least) {
            let message = format!("container `{name}` asks for less {resource} than its minimum");
            return Some(Hit::new(at("requests", resource), message));
        }
    }
    for (resource, most) in &limits.most {
        let limit = own.get(resource).or_else(|| limits.limit.get(resource));
        if limit.is_some_and(|limit| limit > most) {
            let message = format!("container `{name}` may use more {resource} than its maximum");
            return Some(Hit::new(at("limits", resource), message));
        }
    }
    // A limit that the range puts there may be below what the container asks for.
    requests.iter().find_map(|(resource, request)| {
        let limit = limits.limit.get(resource).filter(|_| !own.contains_key(resource))?;
        (request > limit).then(|| {
            let message = format!(
                "container `{name}` asks for more {resource} than the limit that it is given by default"
            );
            // A webhook may set a limit before.
            Hit::new(at("requests", resource), message).at_most(Severity::Warn)
        })
    })
}
