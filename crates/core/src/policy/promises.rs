//! Rules about what running pods go through; hits come from the prediction of rollouts.

use super::rule::{ALL, Check, Rule, Severity};

/// A rollout that leaves fewer pods up than its workload promises, or takes longer.
pub static AVAILABILITY: Rule = Rule {
    id: "ZIJ-S001",
    name: "availability",
    severity: Severity::Warn,
    what: "A rollout keeps the promises of its workload: the annotation `zij.dev/min-available` (pods or \
           per cent), and `zij.dev/max-rollout` (such as `10m`).",
    source: "the workload's own annotations, against the controllers stepped with its settings",
    fix: "lower maxUnavailable, raise replicas or maxSurge, or roll when less is promised",
    versions: ALL,
    example: "`zij.dev/min-available: \"3\"` on a Deployment of 3 replicas with `maxUnavailable: 1`",
    check: Check::Cell,
};

/// Configuration that changes although no running pod will see it.
pub static CONFIG_UNSEEN: Rule = Rule {
    id: "ZIJ-R002",
    name: "config-unseen",
    severity: Severity::Warn,
    what: "Configuration that pods read once, as environment or single file, changes together with their \
           template.",
    source: "kubernetes/kubernetes#50345: environment and subPath mounts are never updated",
    fix: "put a checksum of it into the pod template, such as `checksum/config`, or restart the pods",
    versions: ALL,
    example: "a ConfigMap that is read by `envFrom` and changes alone",
    check: Check::Cell,
};
