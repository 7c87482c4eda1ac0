//! The rules about changes that the API server would reject.

use crate::policy::{
    frozen, immutable,
    rule::{ALL, Check, Rule, Severity, at_tags},
    selectors, strategy,
};

/// Every rule of this file.
pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ZIJ-U001",
        name: "selector-immutable",
        severity: Severity::Block,
        what: "The selector of a Deployment, DaemonSet or ReplicaSet cannot change.",
        source: at_tags!(
            "pkg/registry/apps/{deployment,daemonset,replicaset}/strategy.go, from 1.34 on pkg/apis/apps/validation/validation.go: ValidateImmutableField"
        ),
        fix: "keep the selector as it is; to change it, make a workload with another name and remove this \
              one later",
        versions: ALL,
        example: "`app.kubernetes.io/version` added to `spec.selector.matchLabels`",
        check: Check::Update(immutable::workload_selector),
    },
    Rule {
        id: "ZIJ-U003",
        name: "selector-mismatch",
        severity: Severity::Block,
        what: "A workload's selector matches the labels of its own pod template and is not empty.",
        source: at_tags!(
            "pkg/apis/apps/validation/validation.go, ValidateDeploymentSpec, ValidateDaemonSetSpec, ValidateStatefulSetSpec, ValidateReplicaSetSpec"
        ),
        fix: "give the pod template the labels that the selector wants",
        versions: ALL,
        example: "a selector with `app: web` over a template with `app: shop`",
        check: Check::Object(selectors::selects_its_pods),
    },
    Rule {
        id: "ZIJ-U004",
        name: "statefulset-immutable",
        severity: Severity::Block,
        what: "Of a StatefulSet only replicas, ordinals, template, updateStrategy, minReadySeconds and \
               persistentVolumeClaimRetentionPolicy can change.",
        source: at_tags!("pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate"),
        fix: "keep the field, or delete the StatefulSet with `--cascade=orphan` before the sync",
        versions: "all; revisionHistoryLimit may change from 1.33 on, is refused up to 1.32, and a warning where the version is not known",
        example: "`storage: 10Gi` raised to `20Gi` in `volumeClaimTemplates`",
        check: Check::VersionedUpdate(immutable::stateful_set),
    },
    Rule {
        id: "ZIJ-U005",
        name: "job-immutable",
        severity: Severity::Block,
        what: "The pod template, selector and completion of a Job cannot change.",
        source: at_tags!(
            "pkg/apis/batch/validation/validation.go, ValidateJobSpecUpdate, validatePodTemplateUpdate, validateCompletions"
        ),
        fix: "give the Job a name that changes with its content, or make it a hook that is recreated",
        versions: "all; of a suspended Job more may change, such as where its pods go, and from 1.35 on what they ask for, so that it is a warning",
        example: "another image in the Job `migrate`, which is no hook",
        check: Check::Update(immutable::job),
    },
    Rule {
        id: "ZIJ-U006",
        name: "claim-immutable",
        severity: Severity::Block,
        what: "A PersistentVolumeClaim can only grow; everything else of its spec is fixed.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate"
        ),
        fix: "keep the field; for another class or a smaller size make a new claim and copy the data",
        versions: "all; from 1.32 on a claim may shrink again while it has not grown yet",
        example: "`storageClassName: standard` changed to `fast`",
        check: Check::Update(immutable::volume_claim),
    },
    Rule {
        id: "ZIJ-U007",
        name: "volume-immutable",
        severity: Severity::Block,
        what: "The source, volumeMode and nodeAffinity of a PersistentVolume cannot change.",
        source: at_tags!("pkg/apis/core/validation/validation.go, ValidatePersistentVolumeUpdate"),
        fix: "make a new volume with another name",
        versions: "all; the feature gate MutablePVNodeAffinity of 1.35, off by default, lets nodeAffinity change",
        example: "`hostPath.path` of a PersistentVolume changed",
        check: Check::Update(immutable::volume),
    },
    Rule {
        id: "ZIJ-U008",
        name: "config-immutable",
        severity: Severity::Block,
        what: "The type of a Secret, and the data of a Secret or ConfigMap with `immutable: true`, cannot \
               change.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidateSecretUpdate, ValidateConfigMapUpdate"
        ),
        fix: "give the new content another name and refer to that",
        versions: ALL,
        example: "another value in a ConfigMap with `immutable: true`",
        check: Check::Update(immutable::frozen_config),
    },
    Rule {
        id: "ZIJ-U010",
        name: "service-immutable",
        severity: Severity::Block,
        what: "The cluster IP, the first IP family and the load balancer class of a Service cannot change.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidateServiceUpdate, validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies, validateLoadBalancerClassField"
        ),
        fix: "keep the field, or make a Service with another name",
        versions: ALL,
        example: "`clusterIP: None` added to a Service that has an address",
        check: Check::Update(immutable::service),
    },
    Rule {
        id: "ZIJ-U011",
        name: "class-immutable",
        severity: Severity::Block,
        what: "What a StorageClass, PriorityClass, IngressClass or RuntimeClass stands for cannot change.",
        source: at_tags!(
            "pkg/apis/{storage,scheduling,networking,node}/validation/validation.go: ValidateStorageClassUpdate, ValidatePriorityClassUpdate, validateIngressClassSpecUpdate, ValidateRuntimeClassUpdate"
        ),
        fix: "make a class with another name",
        versions: ALL,
        example: "`provisioner` of a StorageClass changed",
        check: Check::Update(immutable::fixed_fields),
    },
    Rule {
        id: "ZIJ-U012",
        name: "roleref-immutable",
        severity: Severity::Block,
        what: "The role that a binding grants cannot change.",
        source: at_tags!(
            "pkg/apis/rbac/validation/validation.go, ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate"
        ),
        fix: "make a binding with another name and remove this one",
        versions: ALL,
        example: "a RoleBinding that goes from `view` to `edit`",
        check: Check::Update(immutable::role_ref),
    },
    Rule {
        id: "ZIJ-U013",
        name: "crd-immutable",
        severity: Severity::Block,
        what: "The group, names and scope of a custom resource definition cannot change.",
        source: at_tags!(
            "staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go, validateCustomResourceDefinitionSpecUpdate, ValidateCustomResourceDefinitionStoredVersions"
        ),
        fix: "make a definition with another name and move the objects over",
        versions: ALL,
        example: "`scope: Namespaced` changed to `Cluster`",
        check: Check::Update(immutable::crd),
    },
    Rule {
        id: "ZIJ-U019",
        name: "rollout-strategy",
        severity: Severity::Block,
        what: "The numbers of a rollout strategy leave room to replace a pod.",
        source: at_tags!(
            "pkg/apis/apps/validation/validation.go, ValidateDeploymentStrategy, ValidateDeploymentSpec, ValidateDaemonSetUpdateStrategy, ValidateStatefulSetSpec"
        ),
        fix: "let maxSurge or maxUnavailable be at least 1",
        versions: ALL,
        example: "`maxSurge: 0` with `maxUnavailable: 0`",
        check: Check::Object(strategy::strategies),
    },
    Rule {
        id: "ZIJ-U017",
        name: "pod-immutable",
        severity: Severity::Block,
        what: "Of a Pod only images, tolerations, deadlines and resources can change.",
        source: at_tags!("pkg/apis/core/validation/validation.go, ValidatePodUpdate"),
        fix: "give the Pod another name, or let a workload make it",
        versions: ALL,
        example: "another `command` in a Pod that stands in git",
        check: Check::Update(frozen::pod),
    },
    Rule {
        id: "ZIJ-U018",
        name: "field-immutable",
        severity: Severity::Block,
        what: "Fields of EndpointSlices, ResourceQuotas, CSIDrivers, VolumeAttributesClasses and ControllerRevisions that are fixed do not change.",
        source: at_tags!(
            "pkg/apis/{discovery,storage,apps,coordination}/validation/validation.go; pkg/apis/core/validation/validation.go, ValidateResourceQuotaUpdate"
        ),
        fix: "make an object with another name",
        versions: ALL,
        example: "`addressType: IPv4` changed to `IPv6`",
        check: Check::Update(frozen::others),
    },
    Rule {
        id: "ZIJ-U020",
        name: "api-moved",
        severity: Severity::Info,
        what: "An object that moves to another API group stays the same object.",
        source: "Kubernetes, Deprecated API Migration Guide",
        fix: "nothing has to be done",
        versions: ALL,
        example: "`extensions/v1beta1` of an Ingress changed to `networking.k8s.io/v1`",
        check: Check::Update(frozen::moved),
    },
];
