//! The rules about versions of the API and the schemas of objects.

use crate::policy::{
    rule::{Check, Rule, Severity},
    versions,
};

/// Every rule of this file.
pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ZIJ-V001",
        name: "api-removed",
        severity: Severity::Block,
        what: "No object has an API version that the cluster no longer serves; a deprecated one is a \
               warning.",
        source: "kubernetes/api v0.36.0, zz_generated.prerelease-lifecycle.go; FairwindsOps/pluto, \
                 versions.yaml",
        fix: "move to the version that the message names",
        versions: "the cluster's, as `kube` in zij.yaml says; where it is not known, a version that \
                   every supported Kubernetes has removed is a warning",
        example: "`policy/v1beta1` of a PodDisruptionBudget on 1.25",
        check: Check::Versioned(versions::removed),
    },
    Rule {
        id: "ZIJ-V006",
        name: "api-too-new",
        severity: Severity::Block,
        what: "No object has an API version that the cluster does not serve yet.",
        source: "kubernetes/api v0.36.0, zz_generated.prerelease-lifecycle.go",
        fix: "write an older version, or upgrade the cluster first",
        versions: "the cluster's; not judged where it is not known",
        example: "`admissionregistration.k8s.io/v1` of a ValidatingAdmissionPolicy on 1.29",
        check: Check::Versioned(versions::too_new),
    },
];
