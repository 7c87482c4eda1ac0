//! Webhooks that may stop a cluster.

use super::{CrossHit, Scene, Side, news};
use crate::{
    policy::{
        facts::{Reach, Webhook},
        rule::Hit,
    },
    resource::{FieldPath, ResourceId},
};

/// X12: a webhook that refuses what it cannot judge, for nearly everything or with nobody behind it.
pub(crate) fn admission(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = news(scene, |facts, side| {
        let hooks =
            facts.webhooks.iter().flat_map(|(id, hooks)| hooks.iter().map(move |hook| (id, hook)));
        hooks
            .filter(|(_, hook)| hook.fails_closed)
            .filter_map(|(id, hook)| closed(id, hook, scene, side))
            .collect()
    });
    for (index, cell) in scene.cells() {
        for (id, hooks) in &cell.head.webhooks {
            let had = |name: &str| {
                cell.base
                    .webhooks
                    .get(id)
                    .into_iter()
                    .flatten()
                    .any(|old| &*old.name == name && old.has_bundle)
            };
            let lost = hooks.iter().find(|hook| !hook.has_bundle && had(&hook.name));
            found.extend(lost.map(|hook| {
                let message =
                    format!("webhook `{}` loses its caBundle: no call to it succeeds", hook.name);
                CrossHit::new(index, id, Hit::new(FieldPath::of(&["webhooks"]), message))
            }));
        }
    }
    found
}

fn closed(
    id: &ResourceId,
    hook: &Webhook,
    scene: &Scene<'_, '_>,
    side: Side,
) -> Option<(ResourceId, Hit)> {
    let path = FieldPath::of(&["webhooks"]).key(&hook.name);
    let (namespace, name) = hook.service.as_ref()?;
    let near = || scene.in_namespace(side, Some(namespace));
    let service = near().flat_map(|facts| &facts.selecting).find(|(other, _)| {
        &*other.kind == "Service"
            && other.namespace.as_ref() == Some(namespace)
            && other.name == *name
    });
    if let Some((service, selecting)) = service {
        let mut pods = near()
            .flat_map(|facts| &facts.pods)
            .filter(|pods| {
                pods.owner.namespace == service.namespace
                    && selecting.selector.matches(&pods.labels)
            })
            .peekable();
        let is_known = pods.peek().is_some();
        if is_known && pods.all(|pods| pods.replicas == Some(0)) {
            let message =
                format!("webhook `{}` fails closed, and {service} has no pods", hook.name);
            return Some((id.clone(), Hit::new(path, message)));
        }
    }
    (hook.reach == Reach::Everywhere).then(|| {
        let message = format!(
            "webhook `{}` fails closed for the pods of every namespace, its own included",
            hook.name
        );
        (id.clone(), Hit::new(path, message))
    })
}
