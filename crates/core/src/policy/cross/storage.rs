//! Volumes and node ports that two generations of pods cannot share.

use super::{CrossHit, Scene, news};
use crate::{
    policy::rule::Hit,
    resource::{FieldPath, ResourceId},
};

/// X16: a rollout that starts new pods while the old ones hold a volume of one node.
pub(crate) fn shared_volume(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, side| {
        let single = |pods: &crate::policy::facts::Pods| {
            pods.claims.iter().find_map(|claim| {
                let id = ResourceId {
                    group: "".into(),
                    kind: "PersistentVolumeClaim".into(),
                    namespace: pods.owner.namespace.clone(),
                    name: claim.clone(),
                };
                scene
                    .in_namespace(side, id.namespace.as_deref())
                    .any(|facts| facts.single_node.contains(&id))
                    .then_some(id)
            })
        };
        let hits = facts.pods.iter().filter(|pods| &*pods.owner.kind == "Deployment");
        hits.filter_map(|pods| {
            let claim = single(pods)?;
            let (key, message) = if pods.replicas.unwrap_or(1) > 1 {
                ("replicas", format!(
                    "the pods of {} share {claim}, which only one node can mount",
                    pods.owner
                ))
            } else if pods.overlaps && pods.surge > 0 {
                ("strategy", format!(
                    "a rollout of {} starts a new pod before the old one lets go of {claim}, which only \
                     one node can mount",
                    pods.owner
                ))
            } else {
                return None;
            };
            Some((pods.owner.clone(), Hit::new(FieldPath::of(&["spec", key]), message)))
        })
        .collect()
    })
}

/// X17: a DaemonSet that starts new pods while the old ones hold a port of the node.
pub(crate) fn host_surge(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    news(scene, |facts, _| {
        let pods = facts
            .pods
            .iter()
            .filter(|pods| &*pods.owner.kind == "DaemonSet" && pods.surge > 0 && pods.is_on_host);
        pods.map(|pods| {
            let path = FieldPath::of(&["spec", "updateStrategy", "rollingUpdate", "maxSurge"]);
            let message = format!(
                "{} starts new pods beside the old ones, which hold a port of the node",
                pods.owner
            );
            (pods.owner.clone(), Hit::new(path, message))
        })
        .collect()
    })
}
