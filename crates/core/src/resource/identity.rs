//! What makes two manifests the same object.

use std::{fmt, sync::Arc};

/// The name of an object inside a cell, as the API server's storage tells objects apart.
///
/// The version is no part of it: `apps/v1beta1` and `apps/v1` name one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// The API group; empty for the core group.
    pub group: Arc<str>,
    /// Such as `Deployment`.
    pub kind: Arc<str>,
    /// Absent for a cluster-wide kind.
    pub namespace: Option<Arc<str>>,
    /// `metadata.name`.
    pub name: Arc<str>,
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// The group of an `apiVersion`; `apps/v1` is `apps`, `v1` is the empty group.
///
/// Workloads and policies that moved out of `extensions` (and Ingress) are one object in both
/// groups, because the API server stores them once
/// (Source: Kubernetes, "Deprecated API Migration Guide", v1.16 and v1.22).
pub fn group_of(api_version: &str, kind: &str) -> Arc<str> {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    match (group, kind) {
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps".into(),
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io".into(),
        ("extensions", "PodSecurityPolicy") => "policy".into(),
        ("", "Event") => "events.k8s.io".into(),
        _ => group.into(),
    }
}

/// Cluster-wide kinds of Kubernetes itself and of controllers that are widely used, by group.
///
/// (Source: `kubectl api-resources --namespaced=false` of Kubernetes 1.35, and the `scope` of the
/// CRDs named.) A kind that is not listed counts as namespaced unless the cell ships its CRD.
const CLUSTER_WIDE: &[(&str, &[&str])] = &[
    ("", &["Namespace", "Node", "PersistentVolume", "ComponentStatus"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    (
        "authorization.k8s.io",
        &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
    ),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("cert-manager.io", &["ClusterIssuer"]),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterSecretStore"]),
    ("karpenter.sh", &["NodePool", "NodeClaim"]),
    ("karpenter.k8s.aws", &["EC2NodeClass"]),
    ("kyverno.io", &["ClusterPolicy", "ClusterCleanupPolicy"]),
    ("cilium.io", &["CiliumClusterwideNetworkPolicy", "CiliumLoadBalancerIPPool", "CiliumNode"]),
    ("crd.projectcalico.org", &["GlobalNetworkPolicy", "IPPool", "BGPConfiguration", "BGPPeer"]),
];

/// API groups of Kubernetes and Flux whose kinds live in namespaces unless the table above has them.
const NAMESPACED: &[&str] = &[
    "",
    "apps",
    "autoscaling",
    "batch",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "helm.toolkit.fluxcd.io",
    "image.toolkit.fluxcd.io",
    "kustomize.toolkit.fluxcd.io",
    "networking.k8s.io",
    "notification.toolkit.fluxcd.io",
    "policy",
    "rbac.authorization.k8s.io",
    "source.toolkit.fluxcd.io",
];

/// Whether the kinds of a group that are not cluster-wide are known to live in namespaces.
pub(super) fn is_namespaced(group: &str) -> bool {
    NAMESPACED.contains(&group)
}

/// Whether objects of this kind live outside namespaces, as far as the table knows.
pub fn is_cluster_wide(group: &str, kind: &str) -> bool {
    CLUSTER_WIDE.iter().any(|(g, kinds)| *g == group && kinds.contains(&kind))
}
