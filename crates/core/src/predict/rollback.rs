//! What undoing a change would do, told before it is made.

use std::collections::BTreeSet;

use super::{Rollout, RolloutVerdict};
use crate::{
    diff::{Change, Changes},
    policy::{Finding, Obstacle, Severity, obstacles},
    resource::{Resource, ResourceId, ResourceSet, Value},
};

/// How expensive it is to undo the change of one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rollback {
    /// The answer.
    pub verdict: RollbackVerdict,
    /// Workloads whose pods are replaced again.
    pub workloads: usize,
    /// Why it is not clean, the worst first.
    pub reasons: Vec<String>,
    /// What has to be done by hand.
    pub steps: Vec<String>,
    /// What a revert leaves as it is.
    pub not_undone: Vec<String>,
}

/// How a change is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollbackVerdict {
    /// A revert undoes it, and no pod restarts.
    #[default]
    Clean,
    /// A revert undoes it and replaces pods.
    Rolls,
    /// A revert undoes it together with work by hand.
    Partial,
    /// Nothing undoes it.
    OneWay,
}

/// What undoing the changes of a cell would do.
///
/// (Source: rules of updates and deletions, run from head back to base.)
pub(crate) fn rollback(
    new: &ResourceSet,
    changes: &Changes<'_>,
    findings: &[Finding],
    rollouts: &[Rollout],
) -> Rollback {
    let back = changes.reversed();
    // What cannot be applied need not be undone.
    let refused: BTreeSet<&ResourceId> = findings
        .iter()
        .filter(|finding| {
            finding.severity == Severity::Block && finding.rule.id.starts_with("ZIJ-U")
        })
        .filter_map(|finding| Some(&finding.subject.as_ref()?.id))
        .collect();
    let mut result = Rollback::default();
    for obstacle in obstacles(&back).iter().filter(|obstacle| !refused.contains(obstacle.id)) {
        result.obstacle(obstacle);
    }
    for change in &changes.resources {
        result.lost(change);
        match change {
            Change::Update { old, new, .. } => result.one_way_fields(old, new),
            Change::Create(_) | Change::Delete(_) => {}
        }
    }
    result.hooks(new, changes);
    result.broken_sets(rollouts);
    result.workloads = rollouts.iter().filter(|rollout| rolls_back(rollout)).count();
    if result.workloads > 0 {
        result.raise(RollbackVerdict::Rolls);
    }
    for list in [&mut result.reasons, &mut result.steps, &mut result.not_undone] {
        let mut seen = BTreeSet::new();
        list.retain(|line| seen.insert(line.clone()));
    }
    result
}

/// Whether pods are replaced again on the way back.
fn rolls_back(rollout: &Rollout) -> bool {
    rollout.restarts() && rollout.verdict != RolloutVerdict::Blocked
}

impl Rollback {
    fn raise(&mut self, verdict: RollbackVerdict) {
        self.verdict = self.verdict.max(verdict);
    }

    fn one_way(&mut self, reason: String) {
        self.raise(RollbackVerdict::OneWay);
        // The worst reasons come first.
        self.reasons.insert(0, reason);
    }

    fn partial(&mut self, reason: String, step: String) {
        self.raise(RollbackVerdict::Partial);
        self.reasons.push(reason);
        self.steps.push(step);
    }

    /// A rule against the way back.
    fn obstacle(&mut self, obstacle: &Obstacle<'_>) {
        let Obstacle { rule, id, message, severity } = obstacle;
        let is_block = *severity == Severity::Block;
        if rule.id.starts_with("ZIJ-U") {
            match is_block {
                true => self.one_way(format!("{id}: {message}")),
                false => self.partial(
                    format!("{id}: {message}"),
                    format!("check that the API server accepts the old {id}"),
                ),
            }
            return;
        }
        match (&*id.kind, is_block) {
            // Made by the change: what has been written since goes with it.
            ("PersistentVolumeClaim" | "PersistentVolume" | "VolumeSnapshot", _) => self.partial(
                format!("a revert deletes {id} and what has been written to it"),
                format!("copy the data of {id}, or annotate it with `helm.sh/resource-policy: keep` first"),
            ),
            ("Namespace", _) => self.partial(
                format!("a revert deletes {id} and every object in it"),
                format!("move what is in {id} first"),
            ),
            ("CustomResourceDefinition", _) => self.partial(
                format!("a revert deletes {id} and every object of its kind"),
                format!("delete or keep the objects of {id} first"),
            ),
            ("StatefulSet", true) => self.partial(
                format!("a revert deletes {id} with its claims"),
                format!("copy the data of {id} first"),
            ),
            ("Service", _) if rule.id == "ZIJ-D010" => {
                self.not_undone.push(format!("the external address of {id} changes"));
            }
            _ => {}
        }
    }

    /// What is deleted and cannot come back with a revert.
    fn lost(&mut self, change: &Change<'_>) {
        let Change::Delete(old) = change else { return };
        let id = &old.id;
        let forward = Changes { resources: vec![change.clone()] };
        let is_lost = obstacles(&forward).iter().any(|hit| hit.severity == Severity::Block);
        match &*id.kind {
            "PersistentVolumeClaim" | "PersistentVolume" | "VolumeSnapshot" if is_lost => {
                self.one_way(format!("the data of {id} is gone: a revert makes it anew, empty"));
            }
            "Namespace" if is_lost => {
                self.one_way(format!("what was in {id} besides these manifests is gone"));
            }
            "CustomResourceDefinition" if is_lost => {
                self.one_way(format!("every object of {id} is gone"));
            }
            "StatefulSet" if is_lost => {
                self.one_way(format!("the claims of {id} are gone with their data"));
            }
            "Service" if is_lost => {
                self.not_undone
                    .push(format!("the external address of {id}: a revert gets another one"));
            }
            _ => {}
        }
    }

    /// Fields that cannot go back although no rule of updates refuses it.
    fn one_way_fields(&mut self, old: &Resource, new: &Resource) {
        let at = |resource: &Resource, keys: &[&str]| resource.stable().at(keys).cloned();
        match &*new.id.kind {
            "PersistentVolumeClaim" => {
                let keys = ["spec", "volumeAttributesClassName"];
                if at(old, &keys).is_none() && at(new, &keys).is_some() {
                    self.one_way(format!(
                        "{}: volumeAttributesClassName cannot be taken away again",
                        new.id
                    ));
                }
            }
            "CustomResourceDefinition" => {
                let (was, is) = (stored_version(old), stored_version(new));
                if let (Some(was), Some(is)) = (was, is)
                    && was != is
                {
                    self.one_way(format!(
                        "{}: objects are stored as {is} from now on, and the old definition stores {was}",
                        new.id
                    ));
                }
            }
            "HorizontalPodAutoscaler" => {}
            "Deployment" | "StatefulSet" => {
                let keys = ["spec", "replicas"];
                if let (Some(count), None) = (at(old, &keys), at(new, &keys)) {
                    self.not_undone.push(format!(
                        "a revert sets {} back to {count} pods, whatever an autoscaler has made of it",
                        new.id
                    ));
                }
            }
            _ => {}
        }
    }

    /// Hooks that are new or changed have run, and a revert does not run them backwards.
    fn hooks(&mut self, new: &ResourceSet, changes: &Changes<'_>) {
        for change in &changes.resources {
            let resource = change.resource();
            let is_there = new.resources.contains_key(&resource.id);
            if !is_there || !runs_once(resource) {
                continue;
            }
            self.partial(
                format!("{} has run by then", resource.id),
                format!("undo by hand what {} does, such as a migration", resource.id),
            );
        }
    }

    fn broken_sets(&mut self, rollouts: &[Rollout]) {
        for rollout in rollouts.iter().filter(|rollout| rollout.restarts()) {
            let id = &rollout.subject.id;
            let (Some(count), "StatefulSet") = (rollout.replicas.filter(|n| *n > 0), &*id.kind)
            else {
                continue;
            };
            let namespace =
                id.namespace.as_ref().map(|name| format!(" -n {name}")).unwrap_or_default();
            self.not_undone.push(format!(
                "if {id} does not start, after the revert: kubectl delete pod {}-{}{namespace}",
                id.name,
                count - 1
            ));
        }
    }
}

/// Whether an object is a hook or Job that has run once it is applied.
fn runs_once(resource: &Resource) -> bool {
    let argo = resource.body.at(&["metadata", "annotations", "argocd.argoproj.io/hook"]);
    let is_hook = argo.is_some()
        || resource.hook.as_ref().is_some_and(|hook| {
            let on = ["pre-install", "pre-upgrade", "post-install", "post-upgrade"];
            hook.events.iter().any(|event| on.contains(&&**event))
        });
    let is_job = &*resource.id.group == "batch" && &*resource.id.kind == "Job";
    (is_hook && matches!(&*resource.id.kind, "Job" | "Pod")) || (is_job && resource.hook.is_none())
}

fn stored_version(crd: &Resource) -> Option<String> {
    let versions = crd.body.at(&["spec", "versions"])?.items();
    let stored = versions.iter().find(|v| v.get("storage").is_some_and(Value::is_true))?;
    Some(stored.text_at(&["name"])?.to_owned())
}
