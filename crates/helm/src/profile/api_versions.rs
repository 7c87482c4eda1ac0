//! The API versions each Helm build knows.
//!
//! Measured: `{{ .Capabilities.APIVersions }}` under Helm 3.16.1, 3.17.3, 3.18.0, 4.1.4 and 4.2.3. The
//! row of client-go 0.34 is what its `kubernetes/scheme/register.go` adds and leaves out.

/// API groups with their versions in the order of client-go's scheme, as changes to a base table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiGroups {
    changed: &'static [(&'static str, &'static [&'static str])],
}

type Row = (&'static str, &'static [&'static str]);

const BASE: &[Row] = &[
    ("", &["v1"]),
    ("admissionregistration.k8s.io", &["v1", "v1alpha1", "v1beta1"]),
    ("internal.apiserver.k8s.io", &["v1alpha1"]),
    ("apps", &["v1", "v1beta1", "v1beta2"]),
    ("authentication.k8s.io", &["v1", "v1alpha1", "v1beta1"]),
    ("authorization.k8s.io", &["v1", "v1beta1"]),
    ("autoscaling", &["v1", "v2", "v2beta1", "v2beta2"]),
    ("batch", &["v1", "v1beta1"]),
    ("certificates.k8s.io", &["v1", "v1beta1", "v1alpha1"]),
    ("coordination.k8s.io", &["v1alpha2", "v1beta1", "v1"]),
    ("discovery.k8s.io", &["v1", "v1beta1"]),
    ("events.k8s.io", &["v1", "v1beta1"]),
    ("extensions", &["v1beta1"]),
    ("flowcontrol.apiserver.k8s.io", &["v1", "v1beta1", "v1beta2", "v1beta3"]),
    ("networking.k8s.io", &["v1", "v1alpha1", "v1beta1"]),
    ("node.k8s.io", &["v1", "v1alpha1", "v1beta1"]),
    ("policy", &["v1", "v1beta1"]),
    ("rbac.authorization.k8s.io", &["v1", "v1beta1", "v1alpha1"]),
    ("resource.k8s.io", &["v1beta1", "v1alpha3"]),
    ("scheduling.k8s.io", &["v1alpha1", "v1beta1", "v1"]),
    ("storage.k8s.io", &["v1beta1", "v1", "v1alpha1"]),
    ("storagemigration.k8s.io", &["v1alpha1"]),
    ("apiextensions.k8s.io", &["v1beta1", "v1"]),
];

const NETWORKING_34: Row = ("networking.k8s.io", &["v1", "v1beta1"]);
const RESOURCE_34: Row = ("resource.k8s.io", &["v1", "v1beta2", "v1beta1", "v1alpha3"]);
const MIGRATION_35: Row = ("storagemigration.k8s.io", &["v1beta1"]);

impl ApiGroups {
    /// client-go 0.31 (Helm 3.16).
    pub const KUBE_31: Self = Self {
        changed: &[
            ("coordination.k8s.io", &["v1alpha1", "v1beta1", "v1"]),
            ("resource.k8s.io", &["v1alpha3"]),
        ],
    };
    /// client-go 0.32 (Helm 3.17).
    pub const KUBE_32: Self = Self { changed: &[] };
    /// client-go 0.33 (Helm 3.18).
    pub const KUBE_33: Self =
        Self { changed: &[("resource.k8s.io", &["v1beta2", "v1beta1", "v1alpha3"])] };
    /// client-go 0.34 (Helm 3.19 and 4.0).
    pub const KUBE_34: Self = Self { changed: &[NETWORKING_34, RESOURCE_34] };
    /// client-go 0.35 (Helm 4.1).
    pub const KUBE_35: Self = Self { changed: &[NETWORKING_34, RESOURCE_34, MIGRATION_35] };
    /// client-go 0.36 (Helm 4.2).
    pub const KUBE_36: Self = Self {
        changed: &[
            NETWORKING_34,
            RESOURCE_34,
            MIGRATION_35,
            ("autoscaling", &["v1", "v2"]),
            ("scheduling.k8s.io", &["v1alpha2", "v1beta1", "v1"]),
        ],
    };

    /// All versions as `group/version`, the core group's bare.
    pub fn versions(&self) -> Vec<String> {
        let own = |group: &str| self.changed.iter().find(|row| row.0 == group).map(|row| row.1);
        let mut all = Vec::new();
        for (group, versions) in BASE {
            for version in own(group).unwrap_or(versions) {
                all.push(match *group {
                    "" => (*version).to_owned(),
                    group => format!("{group}/{version}"),
                });
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_the_real_builds() {
        for (groups, want) in [
            (ApiGroups::KUBE_31, 55),
            (ApiGroups::KUBE_32, 56),
            (ApiGroups::KUBE_33, 57),
            (ApiGroups::KUBE_34, 57),
            (ApiGroups::KUBE_35, 57),
            (ApiGroups::KUBE_36, 55),
        ] {
            assert_eq!(groups.versions().len(), want);
        }
    }
}
