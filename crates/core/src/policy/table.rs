//! The rules that exist, with their documentation.
//!
//! An id is for ever: it stands in waivers, in hooks' messages and in people's notes.

use super::{
    immutable, loss, metadata, names, ports,
    promises::{AVAILABILITY, CONFIG_UNSEEN},
    rule::{Check, Rule, Severity},
    selectors, strategy,
};

const SYNTAX: &str = "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go";
const CORE: &str = "pkg/apis/core/validation/validation.go";
const APPS: &str = "pkg/apis/apps/validation/validation.go";

/// A cell that renders on base and cannot on head.
pub static RENDER_BROKEN: Rule = Rule {
    id: "ZIJ-E001",
    name: "render-broken",
    severity: Severity::Block,
    what: "A cell that renders on base must render on head.",
    source: "the rendering tool itself fails and nothing can be synced",
    fix: "mend the template or the values at the given line",
    check: Check::Cell,
};

/// A cell that keeps its place but has nothing left in it.
pub static CELL_EMPTIED: Rule = Rule {
    id: "ZIJ-D006",
    name: "cell-emptied",
    severity: Severity::Block,
    what: "A cell that has objects on base must not render none on head.",
    source: "Argo CD refuses such a sync unless `allowEmpty` is set; other tools delete everything",
    fix: "look for a mistyped values path or an `enabled: false`; remove the application itself if \
          it is meant to go",
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
    check: Check::Cell,
};

/// A set of applications whose generator no longer gives most of them.
pub static SET_EMPTIED: Rule = Rule {
    id: "ZIJ-D007",
    name: "set-emptied",
    severity: Severity::Block,
    what: "A change must not make a set of applications lose half of them.",
    source: "Argo CD deletes an application, and all that it deployed, when its set no longer makes it",
    fix: "move applications in small steps, or set `preserveResourcesOnDeletion` first",
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
    check: Check::Cell,
};

/// Every rule, in the order of their ids within a family.
pub static RULES: &[&Rule] = &[
    &RENDER_BROKEN,
    &LABEL_VALUE,
    &KEY,
    &ANNOTATIONS,
    &OBJECT_NAME,
    &STATEFUL_SET_LENGTH,
    &PORT,
    &CONFIG_KEY,
    &CONFIG_SIZE,
    &DUPLICATE,
    &WORKLOAD_SELECTOR,
    &SELECTS_ITS_PODS,
    &STATEFUL_SET_FIELDS,
    &JOB_FIELDS,
    &VOLUME_CLAIM,
    &VOLUME,
    &FROZEN_CONFIG,
    &SERVICE_ADDRESS,
    &SERVICE_PORTS,
    &FIXED_FIELDS,
    &ROLE_REF,
    &CRD_IDENTITY,
    &CRD_STORAGE,
    &STRATEGY,
    &STORAGE_LOST,
    &NAMESPACE_LOST,
    &DEFINITION_LOST,
    &STATEFUL_SET_LOST,
    &STATEFUL_SET_SHRINKS,
    &CLUSTER_EMPTIED,
    &SET_EMPTIED,
    &CELL_EMPTIED,
    &ORPHAN,
    &BALANCER_LOST,
    &BALANCER_RETYPED,
    &SCALED_TO_ZERO,
    &UNSTABLE_TEMPLATE,
    &CONFIG_UNSEEN,
    &AVAILABILITY,
];

/// The rule with an id, such as `ZIJ-F001`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The rules as a page of the reference, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Rules\n\nEach rule has an id that never changes. `block` rejects a change, `warn` asks for a \
         second look; a rule may do less where a hit is not certain. Only what is new in a change \
         counts: what base has too is never held against it.\n",
    );
    let mut rules = RULES.to_vec();
    rules.sort_by_key(|rule| rule.id);
    for rule in rules {
        let severity = match rule.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Info => "info",
        };
        let Rule { id, name, what, source, fix, .. } = rule;
        page.push_str(
            &[
                "\n## ",
                id,
                " ",
                name,
                "\n\n",
                what,
                "\n\n- Severity: ",
                severity,
                "\n- Fix: ",
                fix,
                "\n- Source: ",
                source,
                "\n",
            ]
            .concat(),
        );
    }
    page
}

static LABEL_VALUE: Rule = Rule {
    id: "ZIJ-F001",
    name: "label-value",
    severity: Severity::Block,
    what: "A label's value has at most 63 characters: letters, digits, `-`, `_`, `.`, with a letter or \
           digit at both ends.",
    source: SYNTAX,
    fix: "shorten the value, such as with `trunc 63 | trimSuffix \"-\"`",
    check: Check::Object(metadata::label_values),
};

static KEY: Rule = Rule {
    id: "ZIJ-F002",
    name: "metadata-key",
    severity: Severity::Block,
    what: "The key of a label or annotation is a name of at most 63 characters, after an optional DNS \
           prefix and `/`.",
    source: SYNTAX,
    fix: "rename the key",
    check: Check::Object(metadata::keys),
};

static ANNOTATIONS: Rule = Rule {
    id: "ZIJ-F003",
    name: "annotations",
    severity: Severity::Block,
    what: "Annotations are texts and have at most 262144 bytes together.",
    source: "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go",
    fix: "quote the value, or keep large data in a ConfigMap",
    check: Check::Object(metadata::annotations),
};

static OBJECT_NAME: Rule = Rule {
    id: "ZIJ-F005",
    name: "object-name",
    severity: Severity::Block,
    what: "An object's name follows the grammar of its kind.",
    source: "pkg/apis/*/validation: NameIsDNSSubdomain, NameIsDNSLabel, NameIsDNS1035Label and others",
    fix: "shorten or respell the name; `trunc` may leave a `-` at the end that `trimSuffix` takes off",
    check: Check::Object(names::object_names),
};

static STATEFUL_SET_LENGTH: Rule = Rule {
    id: "ZIJ-F006",
    name: "statefulset-name-length",
    severity: Severity::Block,
    what: "A StatefulSet's name has at most 52 characters, since its pods get it as a label with a hash \
           appended.",
    source: "kubernetes/kubernetes#64023: the object is accepted and its pods never start",
    fix: "shorten the name to 52 characters",
    check: Check::Object(names::stateful_set_length),
};

static PORT: Rule = Rule {
    id: "ZIJ-F008",
    name: "port",
    severity: Severity::Block,
    what: "A container port's name has at most 15 characters, a Service port's 63; numbers are 1 to 65535.",
    source: SYNTAX,
    fix: "shorten the name or correct the number",
    check: Check::Object(ports::ports),
};

static CONFIG_KEY: Rule = Rule {
    id: "ZIJ-F009",
    name: "config-key",
    severity: Severity::Block,
    what: "Keys of ConfigMaps and Secrets are file names and their values texts.",
    source: SYNTAX,
    fix: "rename the key, or quote the value",
    check: Check::Object(names::config_keys),
};

static CONFIG_SIZE: Rule = Rule {
    id: "ZIJ-F010",
    name: "config-size",
    severity: Severity::Warn,
    what: "A ConfigMap or Secret holds at most 1 MiB.",
    source: CORE,
    fix: "split it, or keep large files elsewhere",
    check: Check::Object(names::config_size),
};

static DUPLICATE: Rule = Rule {
    id: "ZIJ-F012",
    name: "doubtful-document",
    severity: Severity::Warn,
    what: "Each document is one object with a kind and a name, and each object is rendered once.",
    source: "Argo CD's RepeatedResourceWarning: the last one wins",
    fix: "render the object once, with `kind` and `metadata.name`",
    check: Check::Cell,
};

static WORKLOAD_SELECTOR: Rule = Rule {
    id: "ZIJ-U001",
    name: "selector-immutable",
    severity: Severity::Block,
    what: "The selector of a Deployment, DaemonSet or ReplicaSet cannot change.",
    source: "pkg/registry/apps/{deployment,daemonset,replicaset}/strategy.go, ValidateImmutableField",
    fix: "keep the selector as it is; to change it, make a workload with another name and remove this \
          one later",
    check: Check::Update(immutable::workload_selector),
};

static SELECTS_ITS_PODS: Rule = Rule {
    id: "ZIJ-U003",
    name: "selector-mismatch",
    severity: Severity::Block,
    what: "A workload's selector matches the labels of its own pod template and is not empty.",
    source: APPS,
    fix: "give the pod template the labels that the selector wants",
    check: Check::Object(selectors::selects_its_pods),
};

static STATEFUL_SET_FIELDS: Rule = Rule {
    id: "ZIJ-U004",
    name: "statefulset-immutable",
    severity: Severity::Block,
    what: "Of a StatefulSet only replicas, ordinals, template, updateStrategy, minReadySeconds and \
           persistentVolumeClaimRetentionPolicy can change.",
    source: "pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate",
    fix: "keep the field, or delete the StatefulSet with `--cascade=orphan` before the sync",
    check: Check::Update(immutable::stateful_set),
};

static JOB_FIELDS: Rule = Rule {
    id: "ZIJ-U005",
    name: "job-immutable",
    severity: Severity::Block,
    what: "The pod template, selector and completion of a Job cannot change.",
    source: "pkg/apis/batch/validation/validation.go, ValidateJobUpdate",
    fix: "give the Job a name that changes with its content, or make it a hook that is recreated",
    check: Check::Update(immutable::job),
};

static VOLUME_CLAIM: Rule = Rule {
    id: "ZIJ-U006",
    name: "claim-immutable",
    severity: Severity::Block,
    what: "A PersistentVolumeClaim can only grow; everything else of its spec is fixed.",
    source: "pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate",
    fix: "keep the field; for another class or a smaller size make a new claim and copy the data",
    check: Check::Update(immutable::volume_claim),
};

static VOLUME: Rule = Rule {
    id: "ZIJ-U007",
    name: "volume-immutable",
    severity: Severity::Block,
    what: "The source, volumeMode and nodeAffinity of a PersistentVolume cannot change.",
    source: "pkg/apis/core/validation/validation.go, ValidatePersistentVolumeUpdate",
    fix: "make a new volume with another name",
    check: Check::Update(immutable::volume),
};

static FROZEN_CONFIG: Rule = Rule {
    id: "ZIJ-U008",
    name: "config-immutable",
    severity: Severity::Block,
    what: "The type of a Secret, and the data of a Secret or ConfigMap with `immutable: true`, cannot \
           change.",
    source: "pkg/apis/core/validation/validation.go, ValidateSecretUpdate, ValidateConfigMapUpdate",
    fix: "give the new content another name and refer to that",
    check: Check::Update(immutable::frozen_config),
};

static SERVICE_ADDRESS: Rule = Rule {
    id: "ZIJ-U010",
    name: "service-immutable",
    severity: Severity::Block,
    what: "The cluster IP, the first IP family and the load balancer class of a Service cannot change.",
    source: "pkg/apis/core/validation/validation.go, ValidateServiceUpdate",
    fix: "keep the field, or make a Service with another name",
    check: Check::Update(immutable::service),
};

static SERVICE_PORTS: Rule = Rule {
    id: "ZIJ-F014",
    name: "service-ports",
    severity: Severity::Block,
    what: "Several ports of a Service have distinct names and numbers; nodePort needs type NodePort or \
           LoadBalancer.",
    source: "pkg/apis/core/validation/validation.go, ValidateService",
    fix: "name each port and leave out `nodePort` where the type has none",
    check: Check::Object(ports::service_ports),
};

static FIXED_FIELDS: Rule = Rule {
    id: "ZIJ-U011",
    name: "class-immutable",
    severity: Severity::Block,
    what: "What a StorageClass, PriorityClass, IngressClass or RuntimeClass stands for cannot change.",
    source: "pkg/apis/{storage,scheduling,networking,node}/validation/validation.go",
    fix: "make a class with another name",
    check: Check::Update(immutable::fixed_fields),
};

static ROLE_REF: Rule = Rule {
    id: "ZIJ-U012",
    name: "roleref-immutable",
    severity: Severity::Block,
    what: "The role that a binding grants cannot change.",
    source: "pkg/apis/rbac/validation/validation.go, \"cannot change roleRef\"",
    fix: "make a binding with another name and remove this one",
    check: Check::Update(immutable::role_ref),
};

static CRD_IDENTITY: Rule = Rule {
    id: "ZIJ-U013",
    name: "crd-immutable",
    severity: Severity::Block,
    what: "The group, names and scope of a custom resource definition cannot change.",
    source: "staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go",
    fix: "make a definition with another name and move the objects over",
    check: Check::Update(immutable::crd),
};

static CRD_STORAGE: Rule = Rule {
    id: "ZIJ-F015",
    name: "crd-storage-version",
    severity: Severity::Block,
    what: "Exactly one version of a custom resource definition is stored.",
    source: "staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go",
    fix: "set `storage: true` on one version and `false` on the others",
    check: Check::Object(immutable::crd_storage),
};

static STRATEGY: Rule = Rule {
    id: "ZIJ-U019",
    name: "rollout-strategy",
    severity: Severity::Block,
    what: "The numbers of a rollout strategy leave room to replace a pod.",
    source: APPS,
    fix: "let maxSurge or maxUnavailable be at least 1",
    check: Check::Object(strategy::strategies),
};

static STORAGE_LOST: Rule = Rule {
    id: "ZIJ-D001",
    name: "storage-lost",
    severity: Severity::Block,
    what: "No claim, volume or snapshot is deleted.",
    source: "deleting a bound claim deletes its volume where the reclaim policy is Delete",
    fix: "keep the object, or annotate it with `helm.sh/resource-policy: keep` first",
    check: Check::Delete(loss::storage),
};

static NAMESPACE_LOST: Rule = Rule {
    id: "ZIJ-D002",
    name: "namespace-lost",
    severity: Severity::Block,
    what: "No namespace is deleted.",
    source: "the namespace controller deletes every object in it",
    fix: "keep the Namespace until nothing is left in it",
    check: Check::Delete(loss::namespace),
};

static DEFINITION_LOST: Rule = Rule {
    id: "ZIJ-D003",
    name: "crd-lost",
    severity: Severity::Block,
    what: "No custom resource definition is deleted.",
    source: "the API server deletes every object of the kind with it",
    fix: "keep the definition, or annotate it with `helm.sh/resource-policy: keep` first",
    check: Check::Delete(loss::definition),
};

static STATEFUL_SET_LOST: Rule = Rule {
    id: "ZIJ-D004",
    name: "statefulset-lost",
    severity: Severity::Block,
    what: "A StatefulSet is not deleted unnoticed, and not with its claims.",
    source: "pkg/apis/apps/types.go, PersistentVolumeClaimRetentionPolicy",
    fix: "check that its data are no longer needed",
    check: Check::Delete(loss::stateful_set_gone),
};

static STATEFUL_SET_SHRINKS: Rule = Rule {
    id: "ZIJ-D014",
    name: "statefulset-shrinks",
    severity: Severity::Block,
    what: "A StatefulSet is not scaled down unnoticed, and not with its claims.",
    source: "pkg/apis/apps/types.go, PersistentVolumeClaimRetentionPolicy",
    fix: "check that the last pods hold nothing that the others lack",
    check: Check::Update(loss::stateful_set_shrinks),
};

static ORPHAN: Rule = Rule {
    id: "ZIJ-D008",
    name: "orphan",
    severity: Severity::Warn,
    what: "An object that tools are told to keep is not dropped unnoticed.",
    source: "Helm's `resource-policy: keep`, Argo CD's `Prune=false`, Flux's `prune: disabled`",
    fix: "delete it by hand when it is no longer needed",
    check: Check::Delete(loss::orphan),
};

static BALANCER_LOST: Rule = Rule {
    id: "ZIJ-D010",
    name: "address-lost",
    severity: Severity::Block,
    what: "No load balancer is deleted whose external address is not pinned.",
    source: "the cloud provider gives the address back with the Service",
    fix: "pin the address, or move its clients first",
    check: Check::Delete(loss::balancer_gone),
};

static BALANCER_RETYPED: Rule = Rule {
    id: "ZIJ-D011",
    name: "address-given-back",
    severity: Severity::Block,
    what: "No Service stops being a load balancer while its external address is not pinned.",
    source: "the cloud provider gives the address back with the type",
    fix: "pin the address, or move its clients first",
    check: Check::Update(loss::balancer_retyped),
};

static SCALED_TO_ZERO: Rule = Rule {
    id: "ZIJ-H011",
    name: "scale-to-zero",
    severity: Severity::Warn,
    what: "No workload goes to zero pods unnoticed.",
    source: "nothing serves any more",
    fix: "set replicas to at least 1, or accept it",
    check: Check::Update(loss::scaled_to_zero),
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_reference_is_current() {
        let written = include_str!("../../../../docs/reference/rules.md");
        assert_eq!(
            written,
            reference(),
            "docs/reference/rules.md must be what `reference` returns"
        );
    }

    #[test]
    fn ids_and_names_are_unique_and_documented() {
        let mut seen = BTreeSet::new();
        for rule in RULES {
            assert!(rule.id.starts_with("ZIJ-") && rule.id.len() == 8, "{}", rule.id);
            assert!(seen.insert(rule.id) && seen.insert(rule.name), "{} is there twice", rule.id);
            assert!(
                rule.what.ends_with('.') && !rule.fix.ends_with('.') && !rule.source.is_empty()
            );
        }
    }
}
