//! Containers, pods and claims that their namespace does not let in.

use std::{collections::BTreeMap, sync::Arc};

use super::{CrossHit, Scene, Side, news};
use crate::{
    policy::{
        facts::{Amounts, Extent, Limits, Size, Sizes, Turn},
        rule::{Hit, Severity},
    },
    resource::FieldPath,
};

/// X20: what is outside of what a LimitRange of its namespace allows.
///
/// (Source: `mergeContainerResources`, `PodValidateLimitFunc`, `podRequests`, `podLimits` and
/// `PersistentVolumeClaimValidateLimitFunc` in plugin/pkg/admission/limitranger/admission.go
/// @ v1.31 to v1.36.)
pub(crate) fn outside_limits(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = news(scene, |facts, side| {
        let mut hits = Vec::new();
        for (owner, sizes) in &facts.sizes {
            let ranges: Vec<_> = scene
                .in_namespace(side, owner.namespace.as_deref())
                .flat_map(|facts| &facts.limits)
                .filter(|(id, _)| id.namespace == owner.namespace)
                .collect();
            if ranges.is_empty() {
                continue;
            }
            let given = Given::by(ranges.iter().map(|(_, limits)| &limits[..]));
            for (range, limits) in ranges {
                let found = limits.iter().flat_map(|limits| outside(limits, sizes, &given));
                hits.extend(found.map(|(what, mut hit)| {
                    hit.message = format!("{range} refuses {what} of {owner}: {}", hit.message);
                    (owner.clone(), hit)
                }));
            }
        }
        hits
    });
    // A claim is looked at when it is made or changed.
    found.retain(|hit| {
        let sizes = |side| scene.changed[hit.cell].side(side).sizes.get(&hit.subject);
        let claim = |side| sizes(side).filter(|sizes| sizes.containers.is_empty());
        claim(Side::Head).is_none() || claim(Side::Base) != claim(Side::Head)
    });
    found
}

/// What is found in an object by one entry of a LimitRange, and in what of it.
fn outside(limits: &Limits, sizes: &Sizes, given: &Given) -> Vec<(&'static str, Hit)> {
    let of_containers = sizes.containers.iter();
    match limits.extent {
        Extent::Container => of_containers
            .filter_map(|size| {
                let name = format!("container `{}`", size.name);
                let (requests, most) = (given.requests(size), given.limits(size));
                let fault = misfit(limits, &requests, &most);
                let hit =
                    fault.map(|fault| fault.hit(&name, |list, what| size.path.key(list).key(what)));
                Some(("the pods", hit.or_else(|| given.below_request(size, &name))?))
            })
            .collect(),
        Extent::Pod if sizes.has_own || sizes.containers.is_empty() => Vec::new(),
        Extent::Pod => {
            let requests = total(of_containers.clone().map(|size| (size, given.requests(size))));
            let most = total(of_containers.map(|size| (size, given.limits(size))));
            let fault = misfit(limits, &requests, &most);
            let hit = fault.map(|fault| fault.hit("the pod as a whole", |_, _| sizes.pod.clone()));
            hit.map(|hit| ("the pods", hit)).into_iter().collect()
        }
        Extent::Claim => sizes
            .claims
            .iter()
            .filter_map(|size| {
                let name = format!("claim `{}`", size.name);
                // What the server holds against the maximum of a claim is the request.
                let asked = known(&size.requests);
                let fault = misfit(limits, &asked, &asked).filter(|fault| fault.is_certain);
                Some((
                    "the claims",
                    fault?.hit(&name, |_, what| size.path.key("requests").key(what)),
                ))
            })
            .collect(),
    }
}

/// Amounts of which some cannot be told.
type Sums = BTreeMap<Arc<str>, Option<i128>>;

fn known(amounts: &Amounts) -> Sums {
    amounts.iter().map(|(name, amount)| (Arc::clone(name), Some(*amount))).collect()
}

/// What LimitRanges fill in where a container says nothing.
struct Given {
    requests: Sums,
    limits: Sums,
}

impl Given {
    /// Inside a range the last entry counts; which of two ranges is the first to fill in is not known.
    fn by<'a>(ranges: impl Iterator<Item = &'a [Limits]>) -> Self {
        let mut given = Self { requests: Sums::new(), limits: Sums::new() };
        for entries in ranges {
            let entries = entries.iter().filter(|limits| limits.extent == Extent::Container);
            let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
            for entry in entries {
                requests.extend(entry.request.clone());
                limits.extend(entry.limit.clone());
            }
            for (into, from) in [(&mut given.requests, requests), (&mut given.limits, limits)] {
                for (name, amount) in from {
                    let held = into.entry(name).or_insert(Some(amount));
                    *held = held.filter(|held| *held == amount);
                }
            }
        }
        given
    }

    fn requests(&self, size: &Size) -> Sums {
        self.requests.clone().into_iter().chain(known(&size.requests)).collect()
    }

    fn limits(&self, size: &Size) -> Sums {
        self.limits.clone().into_iter().chain(known(&size.limits)).collect()
    }

    /// A limit that the range puts there may be below what the container asks for.
    fn below_request(&self, size: &Size, name: &str) -> Option<Hit> {
        size.requests.iter().find_map(|(resource, request)| {
            let given =
                self.limits.get(resource).filter(|_| !size.limits.contains_key(resource))?;
            given.is_some_and(|limit| *request > limit).then(|| {
                let message = format!(
                    "{name} asks for more {resource} than the limit that it is given by default"
                );
                // A webhook may set a limit before.
                let path = size.path.key("requests").key(resource);
                Hit::new(path, message).at_most(Severity::Warn)
            })
        })
    }
}

/// What a pod needs: the sum of what runs together, at the time when it is the most.
fn total<'a>(containers: impl Iterator<Item = (&'a Size, Sums)>) -> Sums {
    let (mut mains, mut sidecars, mut before) = (Sums::new(), Sums::new(), Sums::new());
    let add = |into: &mut Sums, from: &Sums| {
        for (name, amount) in from {
            let held = into.entry(Arc::clone(name)).or_insert(Some(0));
            *held = held.zip(*amount).map(|(held, amount)| held.saturating_add(amount));
        }
    };
    let raise = |into: &mut Sums, from: &Sums| {
        for (name, amount) in from {
            let held = into.entry(Arc::clone(name)).or_insert(*amount);
            *held = held.zip(*amount).map(|(held, amount)| held.max(amount));
        }
    };
    for (size, amounts) in containers {
        match size.turn {
            Turn::Main => add(&mut mains, &amounts),
            Turn::Sidecar => {
                add(&mut mains, &amounts);
                add(&mut sidecars, &amounts);
                raise(&mut before, &sidecars);
            }
            Turn::Init => {
                let mut together = amounts;
                add(&mut together, &sidecars);
                raise(&mut before, &together);
            }
        }
    }
    raise(&mut mains, &before);
    mains
}

/// What does not fit an entry.
struct Misfit {
    /// `requests` or `limits`, and the resource.
    at: (&'static str, Arc<str>),
    words: String,
    /// Another LimitRange may fill in what is absent.
    is_certain: bool,
}

impl Misfit {
    fn hit(self, name: &str, path: impl Fn(&str, &str) -> FieldPath) -> Hit {
        let hit = Hit::new(path(self.at.0, &self.at.1), format!("{name} {}", self.words));
        if self.is_certain { hit } else { hit.at_most(Severity::Warn) }
    }
}

/// Thousandths, rounded up, as the server compares.
fn milli(amount: i128) -> i128 {
    let whole = amount.div_euclid(1_000_000);
    whole + i128::from(amount.rem_euclid(1_000_000) > 0)
}

/// The first thing that does not fit; amounts that cannot be told fit.
fn misfit(entry: &Limits, requests: &Sums, limits: &Sums) -> Option<Misfit> {
    let fault = |list, resource: &Arc<str>, words: String| {
        Some(Misfit { at: (list, Arc::clone(resource)), words, is_certain: true })
    };
    let absent = |list: &'static str, resource: &Arc<str>, verb: &str| {
        let words = format!("says nothing of {resource}, of which the range {verb}");
        Some(Misfit { at: (list, Arc::clone(resource)), words, is_certain: false })
    };
    let value = |sums: &Sums, resource: &Arc<str>| sums.get(resource).copied().flatten().map(milli);
    for (resource, least) in &entry.least {
        let is_less = |sums| value(sums, resource).is_some_and(|amount| amount < milli(*least));
        if !requests.contains_key(resource) {
            return absent("requests", resource, "wants a minimum");
        }
        if is_less(requests) || is_less(limits) {
            return fault(
                "requests",
                resource,
                format!("asks for less {resource} than its minimum"),
            );
        }
    }
    for (resource, most) in &entry.most {
        let is_more = |sums| value(sums, resource).is_some_and(|amount| amount > milli(*most));
        if !limits.contains_key(resource) {
            return absent("limits", resource, "allows a maximum");
        }
        if is_more(limits) || is_more(requests) {
            return fault("limits", resource, format!("wants more {resource} than its maximum"));
        }
    }
    for (resource, ratio) in &entry.ratio {
        if !requests.contains_key(resource) || !limits.contains_key(resource) {
            return absent("limits", resource, "limits the ratio of limit to request");
        }
        let (request, limit) = (value(requests, resource), value(limits, resource));
        let Some((request, limit)) = request.zip(limit) else { continue };
        let is_more = || limit as f64 / request as f64 * 1000.0 > milli(*ratio) as f64;
        if request == 0 || limit == 0 || is_more() {
            let words = format!("has a limit of {resource} that is too many times its request");
            return fault("limits", resource, words);
        }
    }
    None
}
