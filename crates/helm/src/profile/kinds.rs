//! Install order of kinds.
//!
//! Source of the rules: Helm's `pkg/release/v1/util/kind_sorter.go`.

/// Known kinds in the order they are installed; others come behind, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KindOrder {
    /// Helm 3: webhook configurations are unknown kinds.
    V3,
    /// Helm 4: webhook configurations are the last known kinds.
    V4,
}

const KINDS: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

impl KindOrder {
    /// The known kinds in install order.
    pub fn known(self) -> &'static [&'static str] {
        match self {
            Self::V3 => &KINDS[..36],
            Self::V4 => &KINDS,
        }
    }

    /// A key that sorts kinds as Helm does; equal kinds must keep their order.
    pub fn rank(self, kind: &str) -> (usize, &str) {
        match self.known().iter().position(|known| *known == kind) {
            Some(rank) => (rank, ""),
            None => (usize::MAX, kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let mut kinds =
            vec!["Zed", "Ingress", "ValidatingWebhookConfiguration", "", "Namespace", "Alpha"];
        kinds.sort_by_key(|kind| KindOrder::V4.rank(kind));
        assert_eq!(
            kinds,
            ["Namespace", "Ingress", "ValidatingWebhookConfiguration", "", "Alpha", "Zed"]
        );
        kinds.sort_by_key(|kind| KindOrder::V3.rank(kind));
        assert_eq!(
            kinds,
            ["Namespace", "Ingress", "", "Alpha", "ValidatingWebhookConfiguration", "Zed"]
        );
    }
}
