//! The field specs that kustomize has built in (api/internal/konfig/builtinpluginconsts, Apache-2.0).
//!
//! They are compiled in, not read: a small build would spend most of its time on reading them.
//! Sections and fields are in the order that kustomize sorts them into.

use std::borrow::Cow;

use super::field_specs::{Config, FieldSpec, NameReference};
use crate::resource::Gvk;

/// The configuration of the newest version.
pub(super) static NEWEST: Config = Config {
    name_prefix: Cow::Borrowed(NAME_PREFIX),
    name_suffix: Cow::Borrowed(NAME_SUFFIX),
    namespace: Cow::Borrowed(NAMESPACE),
    common_labels: Cow::Borrowed(COMMON_LABELS),
    labels: Cow::Borrowed(&[]),
    template_labels: Cow::Borrowed(TEMPLATE_LABELS),
    common_annotations: Cow::Borrowed(COMMON_ANNOTATIONS),
    name_reference: Cow::Borrowed(NAME_REFERENCE),
    var_reference: Cow::Borrowed(VAR_REFERENCE),
    images: Cow::Borrowed(IMAGES),
    replicas: Cow::Borrowed(REPLICAS),
    built_in: true,
};

const fn kind(group: &'static str, version: &'static str, kind: &'static str) -> Gvk {
    Gvk { group: Cow::Borrowed(group), version: Cow::Borrowed(version), kind: Cow::Borrowed(kind) }
}

const fn name_of(target: Gvk, referrers: &'static [FieldSpec]) -> NameReference {
    NameReference { target, referrers: Cow::Borrowed(referrers) }
}

/// A field of a kind; what is empty may be any.
const fn field(gvk: Gvk, path: &'static str) -> FieldSpec {
    FieldSpec { gvk, path: Cow::Borrowed(path), create: false }
}

/// A field that is made where it is missing.
const fn created(gvk: Gvk, path: &'static str) -> FieldSpec {
    FieldSpec { gvk, path: Cow::Borrowed(path), create: true }
}

#[rustfmt::skip]
static NAME_PREFIX: &[FieldSpec] = &[
    field(kind("", "", ""), "metadata/name"),
];

#[rustfmt::skip]
static NAME_SUFFIX: &[FieldSpec] = &[
    field(kind("", "", ""), "metadata/name"),
];

#[rustfmt::skip]
static COMMON_LABELS: &[FieldSpec] = &[
    created(kind("", "v1", "Service"), "spec/selector"),
    field(kind("apps", "", "Deployment"), "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels"),
    field(kind("apps", "", "Deployment"), "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels"),
    field(kind("apps", "", "Deployment"), "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels"),
    field(kind("apps", "", "Deployment"), "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels"),
    field(kind("apps", "", "Deployment"), "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels"),
    created(kind("", "", "Deployment"), "spec/selector/matchLabels"),
    created(kind("", "", "Deployment"), "spec/template/metadata/labels"),
    created(kind("apps", "", "StatefulSet"), "spec/selector/matchLabels"),
    field(kind("apps", "", "StatefulSet"), "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels"),
    field(kind("apps", "", "StatefulSet"), "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels"),
    field(kind("apps", "", "StatefulSet"), "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels"),
    field(kind("apps", "", "StatefulSet"), "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels"),
    field(kind("apps", "", "StatefulSet"), "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels"),
    created(kind("apps", "", "StatefulSet"), "spec/template/metadata/labels"),
    created(kind("apps", "", "StatefulSet"), "spec/volumeClaimTemplates[]/metadata/labels"),
    field(kind("batch", "", "CronJob"), "spec/jobTemplate/spec/selector/matchLabels"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/metadata/labels"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/spec/template/metadata/labels"),
    field(kind("policy", "", "PodDisruptionBudget"), "spec/selector/matchLabels"),
    field(kind("batch", "", "Job"), "spec/selector/matchLabels"),
    created(kind("batch", "", "Job"), "spec/template/metadata/labels"),
    field(kind("networking.k8s.io", "", "NetworkPolicy"), "spec/podSelector/matchLabels"),
    field(kind("networking.k8s.io", "", "NetworkPolicy"), "spec/ingress/from/podSelector/matchLabels"),
    field(kind("networking.k8s.io", "", "NetworkPolicy"), "spec/egress/to/podSelector/matchLabels"),
    created(kind("", "v1", "ReplicationController"), "spec/selector"),
    created(kind("", "v1", "ReplicationController"), "spec/template/metadata/labels"),
    created(kind("", "", "DaemonSet"), "spec/selector/matchLabels"),
    created(kind("", "", "DaemonSet"), "spec/template/metadata/labels"),
    created(kind("", "", "ReplicaSet"), "spec/selector/matchLabels"),
    created(kind("", "", "ReplicaSet"), "spec/template/metadata/labels"),
    created(kind("", "", ""), "metadata/labels"),
];

#[rustfmt::skip]
static TEMPLATE_LABELS: &[FieldSpec] = &[
    created(kind("", "", "Deployment"), "spec/template/metadata/labels"),
    created(kind("apps", "", "StatefulSet"), "spec/template/metadata/labels"),
    created(kind("apps", "", "StatefulSet"), "spec/volumeClaimTemplates[]/metadata/labels"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/metadata/labels"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/spec/template/metadata/labels"),
    created(kind("batch", "", "Job"), "spec/template/metadata/labels"),
    created(kind("", "v1", "ReplicationController"), "spec/template/metadata/labels"),
    created(kind("", "", "DaemonSet"), "spec/template/metadata/labels"),
    created(kind("", "", "ReplicaSet"), "spec/template/metadata/labels"),
    created(kind("", "", ""), "metadata/labels"),
];

#[rustfmt::skip]
static COMMON_ANNOTATIONS: &[FieldSpec] = &[
    created(kind("", "", "Deployment"), "spec/template/metadata/annotations"),
    created(kind("", "", "StatefulSet"), "spec/template/metadata/annotations"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/metadata/annotations"),
    created(kind("batch", "", "CronJob"), "spec/jobTemplate/spec/template/metadata/annotations"),
    created(kind("batch", "", "Job"), "spec/template/metadata/annotations"),
    created(kind("", "v1", "ReplicationController"), "spec/template/metadata/annotations"),
    created(kind("", "", "DaemonSet"), "spec/template/metadata/annotations"),
    created(kind("", "", "ReplicaSet"), "spec/template/metadata/annotations"),
    created(kind("", "", ""), "metadata/annotations"),
];

#[rustfmt::skip]
static NAMESPACE: &[FieldSpec] = &[
    created(kind("", "", "Namespace"), "metadata/name"),
    field(kind("apiextensions.k8s.io", "", "CustomResourceDefinition"), "spec/conversion/webhook/clientConfig/service/namespace"),
    created(kind("apiregistration.k8s.io", "", "APIService"), "spec/service/namespace"),
];

#[rustfmt::skip]
static VAR_REFERENCE: &[FieldSpec] = &[
    field(kind("", "", "Service"), "spec/ports/port"),
    field(kind("", "", "Service"), "spec/ports/targetPort"),
    field(kind("", "", "PersistentVolume"), "spec/nfs/server"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/args"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/command"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/env/value"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/args"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/command"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/env/value"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/nfs/server"),
    field(kind("", "", "Deployment"), "spec/template/metadata/annotations"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/args"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/command"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/env/value"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/args"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/command"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/env/value"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "StatefulSet"), "spec/volumeClaimTemplates/spec/nfs/server"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/args"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/command"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/env/value"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/args"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/command"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/env/value"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/volumes/nfs/server"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/args"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/command"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/env/value"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/args"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/command"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/env/value"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/nfs/server"),
    field(kind("", "", "Ingress"), "spec/rules/host"),
    field(kind("", "", "Ingress"), "spec/tls/hosts"),
    field(kind("", "", "Ingress"), "spec/tls/secretName"),
    field(kind("", "", "Job"), "spec/template/spec/containers/args"),
    field(kind("", "", "Job"), "spec/template/spec/containers/command"),
    field(kind("", "", "Job"), "spec/template/spec/containers/env/value"),
    field(kind("", "", "Job"), "spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/args"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/command"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/env/value"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/nfs/server"),
    field(kind("", "", "Pod"), "spec/containers/args"),
    field(kind("", "", "Pod"), "spec/containers/command"),
    field(kind("", "", "Pod"), "spec/containers/env/value"),
    field(kind("", "", "Pod"), "spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "Pod"), "spec/initContainers/args"),
    field(kind("", "", "Pod"), "spec/initContainers/command"),
    field(kind("", "", "Pod"), "spec/initContainers/env/value"),
    field(kind("", "", "Pod"), "spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "Pod"), "spec/volumes/nfs/server"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/args"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/command"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/env/value"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/volumeMounts/mountPath"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/args"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/command"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/env/value"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/volumeMounts/mountPath"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/volumes/nfs/server"),
    field(kind("", "", ""), "metadata/labels"),
    field(kind("", "", ""), "metadata/annotations"),
];

#[rustfmt::skip]
static IMAGES: &[FieldSpec] = &[
    created(kind("", "", ""), "spec/containers[]/image"),
    created(kind("", "", ""), "spec/initContainers[]/image"),
    created(kind("", "", ""), "spec/volumes[]/image/reference"),
    created(kind("", "", ""), "spec/template/spec/containers[]/image"),
    created(kind("", "", ""), "spec/template/spec/initContainers[]/image"),
    created(kind("", "", ""), "spec/template/spec/volumes[]/image/reference"),
];

#[rustfmt::skip]
static REPLICAS: &[FieldSpec] = &[
    created(kind("", "", "Deployment"), "spec/replicas"),
    created(kind("", "", "StatefulSet"), "spec/replicas"),
    created(kind("", "", "ReplicaSet"), "spec/replicas"),
    created(kind("", "", "ReplicationController"), "spec/replicas"),
];

/// The kinds that are referred to, and the fields that hold their names.
static NAME_REFERENCE: &[NameReference] = &[
    name_of(kind("storage.k8s.io", "v1", "StorageClass"), STORAGE_CLASS),
    name_of(kind("", "v1", "ServiceAccount"), SERVICE_ACCOUNT),
    name_of(kind("rbac.authorization.k8s.io", "", "Role"), ROLE),
    name_of(kind("rbac.authorization.k8s.io", "", "ClusterRole"), CLUSTER_ROLE),
    name_of(kind("", "v1", "ConfigMap"), CONFIG_MAP),
    name_of(kind("", "v1", "Secret"), SECRET),
    name_of(kind("", "v1", "Service"), SERVICE),
    name_of(kind("scheduling.k8s.io", "v1", "PriorityClass"), PRIORITY_CLASS),
    name_of(kind("", "v1", "PersistentVolume"), PERSISTENT_VOLUME),
    name_of(kind("", "v1", "PersistentVolumeClaim"), PERSISTENT_VOLUME_CLAIM),
    name_of(kind("", "", "Deployment"), DEPLOYMENT),
    name_of(kind("", "", "StatefulSet"), STATEFUL_SET),
    name_of(
        kind("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy"),
        VALIDATING_ADMISSION_POLICY,
    ),
    name_of(kind("networking.k8s.io/v1", "v1", "IngressClass"), INGRESS_CLASS),
    name_of(kind("", "", "ReplicaSet"), REPLICA_SET),
    name_of(kind("", "", "ReplicationController"), REPLICATION_CONTROLLER),
];

#[rustfmt::skip]
static STORAGE_CLASS: &[FieldSpec] = &[
    field(kind("", "", "PersistentVolume"), "spec/storageClassName"),
    field(kind("", "", "PersistentVolumeClaim"), "spec/storageClassName"),
    field(kind("", "", "StatefulSet"), "spec/volumeClaimTemplates/spec/storageClassName"),
];

#[rustfmt::skip]
static SERVICE_ACCOUNT: &[FieldSpec] = &[
    field(kind("rbac.authorization.k8s.io", "", "RoleBinding"), "subjects"),
    field(kind("rbac.authorization.k8s.io", "", "ClusterRoleBinding"), "subjects"),
    field(kind("", "", "Pod"), "spec/serviceAccountName"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/serviceAccountName"),
    field(kind("", "", "Deployment"), "spec/template/spec/serviceAccountName"),
    field(kind("", "", "ReplicationController"), "spec/template/spec/serviceAccountName"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/serviceAccountName"),
    field(kind("", "", "Job"), "spec/template/spec/serviceAccountName"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/serviceAccountName"),
];

#[rustfmt::skip]
static ROLE: &[FieldSpec] = &[
    field(kind("rbac.authorization.k8s.io", "", "RoleBinding"), "roleRef/name"),
];

#[rustfmt::skip]
static CLUSTER_ROLE: &[FieldSpec] = &[
    field(kind("rbac.authorization.k8s.io", "", "RoleBinding"), "roleRef/name"),
    field(kind("rbac.authorization.k8s.io", "", "ClusterRoleBinding"), "roleRef/name"),
];

#[rustfmt::skip]
static CONFIG_MAP: &[FieldSpec] = &[
    field(kind("", "v1", "Pod"), "spec/volumes/configMap/name"),
    field(kind("", "v1", "Pod"), "spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "v1", "Pod"), "spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "v1", "Pod"), "spec/containers/envFrom/configMapRef/name"),
    field(kind("", "v1", "Pod"), "spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "v1", "Pod"), "spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "PodTemplate"), "template/spec/volumes/configMap/name"),
    field(kind("", "", "PodTemplate"), "template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "Job"), "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/volumes/configMap/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name"),
    field(kind("", "", "Node"), "spec/configSource/configMap"),
    field(kind("", "", "Role"), "rules/resourceNames"),
    field(kind("", "", "ClusterRole"), "rules/resourceNames"),
    field(kind("", "", "Ingress"), r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap"),
];

#[rustfmt::skip]
static SECRET: &[FieldSpec] = &[
    field(kind("", "v1", "Pod"), "spec/volumes/secret/secretName"),
    field(kind("", "v1", "Pod"), "spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "v1", "Pod"), "spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "v1", "Pod"), "spec/containers/envFrom/secretRef/name"),
    field(kind("", "v1", "Pod"), "spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "v1", "Pod"), "spec/imagePullSecrets/name"),
    field(kind("", "v1", "Pod"), "spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "PodTemplate"), "template/spec/volumes/secret/secretName"),
    field(kind("", "", "PodTemplate"), "template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "PodTemplate"), "template/spec/imagePullSecrets/name"),
    field(kind("", "", "PodTemplate"), "template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "ReplicaSet"), "spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "Job"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "Job"), "spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/volumes/secret/secretName"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/imagePullSecrets/name"),
    field(kind("", "", "Ingress"), "spec/tls/secretName"),
    field(kind("", "", "Ingress"), r"metadata/annotations/ingress.kubernetes.io\/auth-secret"),
    field(kind("", "", "Ingress"), r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret"),
    field(kind("", "", "Ingress"), r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret"),
    field(kind("", "", "Ingress"), "spec/tls/secretName"),
    field(kind("", "", "ServiceAccount"), "imagePullSecrets/name"),
    field(kind("", "", "StorageClass"), "parameters/secretName"),
    field(kind("", "", "StorageClass"), "parameters/adminSecretName"),
    field(kind("", "", "StorageClass"), "parameters/userSecretName"),
    field(kind("", "", "StorageClass"), "parameters/secretRef"),
    field(kind("", "", "Role"), "rules/resourceNames"),
    field(kind("", "", "ClusterRole"), "rules/resourceNames"),
    field(kind("serving.knative.dev", "v1", "Service"), "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    field(kind("", "", "PersistentVolume"), "spec/azureFile/secretName"),
];

#[rustfmt::skip]
static SERVICE: &[FieldSpec] = &[
    field(kind("apps", "", "StatefulSet"), "spec/serviceName"),
    field(kind("", "", "Ingress"), "spec/rules/http/paths/backend/serviceName"),
    field(kind("", "", "Ingress"), "spec/backend/serviceName"),
    field(kind("", "", "Ingress"), "spec/rules/http/paths/backend/service/name"),
    field(kind("", "", "Ingress"), "spec/defaultBackend/service/name"),
    field(kind("apiregistration.k8s.io", "", "APIService"), "spec/service/name"),
    field(kind("admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration"), "webhooks/clientConfig/service"),
    field(kind("admissionregistration.k8s.io", "", "MutatingWebhookConfiguration"), "webhooks/clientConfig/service"),
];

#[rustfmt::skip]
static PRIORITY_CLASS: &[FieldSpec] = &[
    field(kind("", "", "Pod"), "spec/priorityClassName"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/priorityClassName"),
    field(kind("", "", "Deployment"), "spec/template/spec/priorityClassName"),
    field(kind("", "", "ReplicationController"), "spec/template/spec/priorityClassName"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/priorityClassName"),
    field(kind("", "", "Job"), "spec/template/spec/priorityClassName"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/priorityClassName"),
];

#[rustfmt::skip]
static PERSISTENT_VOLUME: &[FieldSpec] = &[
    field(kind("", "", "PersistentVolumeClaim"), "spec/volumeName"),
    field(kind("", "", "ClusterRole"), "rules/resourceNames"),
];

#[rustfmt::skip]
static PERSISTENT_VOLUME_CLAIM: &[FieldSpec] = &[
    field(kind("", "", "Pod"), "spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "StatefulSet"), "spec/template/spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "Deployment"), "spec/template/spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "ReplicationController"), "spec/template/spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "CronJob"), "spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "Job"), "spec/template/spec/volumes/persistentVolumeClaim/claimName"),
    field(kind("", "", "DaemonSet"), "spec/template/spec/volumes/persistentVolumeClaim/claimName"),
];

#[rustfmt::skip]
static DEPLOYMENT: &[FieldSpec] = &[
    field(kind("", "", "HorizontalPodAutoscaler"), "spec/scaleTargetRef/name"),
];

#[rustfmt::skip]
static STATEFUL_SET: &[FieldSpec] = &[
    field(kind("", "", "HorizontalPodAutoscaler"), "spec/scaleTargetRef/name"),
];

#[rustfmt::skip]
static VALIDATING_ADMISSION_POLICY: &[FieldSpec] = &[
    field(kind("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding"), "spec/policyName"),
];

#[rustfmt::skip]
static INGRESS_CLASS: &[FieldSpec] = &[
    field(kind("", "", "Ingress"), "spec/ingressClassName"),
];

#[rustfmt::skip]
static REPLICA_SET: &[FieldSpec] = &[
    field(kind("", "", "HorizontalPodAutoscaler"), "spec/scaleTargetRef/name"),
];

#[rustfmt::skip]
static REPLICATION_CONTROLLER: &[FieldSpec] = &[
    field(kind("", "", "HorizontalPodAutoscaler"), "spec/scaleTargetRef/name"),
];
