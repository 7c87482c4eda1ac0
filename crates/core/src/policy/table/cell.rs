//! The rules about cells as a whole.

use crate::policy::{
    promises::{AVAILABILITY, CONFIG_UNSEEN},
    rule::{ALL, Check, Rule, Severity},
};

/// Every rule of this file.
pub(super) static RULES: &[&Rule] = &[
    &RENDER_BROKEN,
    &WAIVER_EXPIRED,
    &APPLY_SIZE,
    &VERSION_VANISHES,
    &BUDGET_EXCEEDED,
    &CELL_EMPTIED,
    &CLUSTER_EMPTIED,
    &SET_EMPTIED,
    &UNSTABLE_TEMPLATE,
    &CONFIG_UNSEEN,
    &AVAILABILITY,
    &DUPLICATE,
];

/// Objects that are gone because the version of the cluster or of a tool is another one.
pub static VERSION_VANISHES: Rule = Rule {
    id: "ZIJ-V004",
    name: "version-vanishes",
    severity: Severity::Warn,
    what: "Another version of the cluster or of a tool does not make objects vanish.",
    source: "templates ask `.Capabilities`, and leave out what they think is not served",
    fix: "compare `kube` and `apis` in zij.yaml with `kubectl version` and `kubectl api-versions`",
    versions: ALL,
    example: "`apis` without `monitoring.coreos.com/v1`, so that no ServiceMonitor is rendered",
    check: Check::Cell,
};

/// An object that is too large for a client-side apply.
pub(crate) static APPLY_SIZE: Rule = Rule {
    id: "ZIJ-F004",
    name: "apply-size",
    severity: Severity::Warn,
    what: "An object that Argo CD applies client-side has at most 262144 bytes.",
    source: "argoproj/argo-cd#820: `metadata.annotations: Too long`",
    fix: "set `ServerSideApply=true` for it",
    versions: ALL,
    example: "the definitions of the prometheus-operator",
    check: Check::Cell,
};

/// A waiver that no longer holds.
pub(crate) static WAIVER_EXPIRED: Rule = Rule {
    id: "ZIJ-P001",
    name: "waiver-expired",
    severity: Severity::Warn,
    what: "A waiver that a finding needs has not ended.",
    source: "`policy.waivers` of zij.yaml",
    fix: "mend what was waived, or ask for a new waiver",
    versions: ALL,
    example: "a waiver with `expires: 2026-06-30` on the first of July",
    check: Check::Cell,
};

/// More cells than one change may touch.
pub(crate) static BUDGET_EXCEEDED: Rule = Rule {
    id: "ZIJ-P002",
    name: "budget-exceeded",
    severity: Severity::Block,
    what: "A change stays inside the budgets of its repository.",
    source: "`policy.budgets` of zij.yaml",
    fix: "split the change, or raise the budget in a change of its own",
    versions: ALL,
    example: "40 cells under `budgets: {cells: 20}`",
    check: Check::Cell,
};

/// A cell that renders on base and cannot on head.
pub static RENDER_BROKEN: Rule = Rule {
    id: "ZIJ-E001",
    name: "render-broken",
    severity: Severity::Block,
    what: "A cell that renders on base must render on head.",
    source: "the rendering tool itself fails and nothing can be synced",
    fix: "mend the template or the values at the given line",
    versions: ALL,
    example: "a template that calls `required` on a value that the change removed",
    check: Check::Cell,
};

/// A cell that keeps its place but has nothing left in it.
pub static CELL_EMPTIED: Rule = Rule {
    id: "ZIJ-D006",
    name: "cell-emptied",
    severity: Severity::Block,
    what: "A cell that has objects on base must not render none on head.",
    source: "Argo CD skips such an automatic sync unless `allowEmpty` is set (controller/appcontroller.go @ \
             v3.5.1, \"auto-sync will wipe out all resources\"); a sync by hand and other tools delete everything",
    fix: "look for a mistyped values path or an `enabled: false`; remove the application itself if \
          it is meant to go",
    versions: ALL,
    example: "`enabled: false` in the values of an application",
    check: Check::Cell,
};

/// All cells of a cluster gone at once.
pub static CLUSTER_EMPTIED: Rule = Rule {
    id: "ZIJ-D005",
    name: "cluster-emptied",
    severity: Severity::Block,
    what: "A change must not remove every application of a cluster.",
    source: "argoproj/argo-cd#12958: renaming a cluster entry deleted everything on it",
    fix: "if the cluster was renamed, keep its old name or move its applications one by one",
    versions: ALL,
    example: "`clusters/eu` renamed to `clusters/eu-1`",
    check: Check::Cell,
};

/// A set of applications whose generator no longer gives most of them.
pub static SET_EMPTIED: Rule = Rule {
    id: "ZIJ-D007",
    name: "set-emptied",
    severity: Severity::Block,
    what: "A change must not make a set of applications lose half of them.",
    source: "Argo CD deletes an application, and all that it deployed, when its set no longer makes it \
             (applicationset/utils/utils.go @ v3.5.1, the finalizer `resources-finalizer.argocd.argoproj.io`)",
    fix: "move applications in small steps, or set `preserveResourcesOnDeletion` first",
    versions: ALL,
    example: "a generator whose path pattern has a typing error",
    check: Check::Cell,
};

/// A pod template that differs at each render.
pub static UNSTABLE_TEMPLATE: Rule = Rule {
    id: "ZIJ-R001",
    name: "rolls-every-sync",
    severity: Severity::Warn,
    what: "A pod template holds nothing that each render makes anew, such as a random text.",
    source: "controllers replace pods whenever the template differs",
    fix: "set the value, or make it once and keep it in a Secret",
    versions: ALL,
    example: "`password: {{ randAlphaNum 12 }}` in an environment variable",
    check: Check::Cell,
};

/// Documents that are no object, and objects that are there twice.
pub(crate) static DUPLICATE: Rule = Rule {
    id: "ZIJ-F012",
    name: "doubtful-document",
    severity: Severity::Warn,
    what: "Each document is one object with a kind and a name, and each object is rendered once.",
    source: "Argo CD's RepeatedResourceWarning: the last one wins",
    fix: "render the object once, with `kind` and `metadata.name`",
    versions: ALL,
    example: "two templates that both render the ServiceAccount `web`",
    check: Check::Cell,
};
