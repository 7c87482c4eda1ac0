//! The rules about versions of the API and the schemas of objects.

use crate::policy::{
    fields,
    rule::{ALL, Check, Rule, Severity},
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
    Rule {
        id: "ZIJ-V007",
        name: "field-unknown",
        severity: Severity::Warn,
        what: "An object of Kubernetes has only fields that its kind has.",
        source: "kubernetes/kubernetes, OpenAPI of 1.31 to 1.37; `kubectl apply` and server-side apply refuse \
                 such a field, Helm and a client-side sync of Argo CD (gitops-engine resource_ops.go @ v3.5.1, \
                 newApplyOptions) let the server drop it",
        fix: "correct the spelling or the indentation, or take the field away",
        versions: "the fields of the cluster's, from 1.31 to 1.37; where it is not known, a field that no version has",
        example: "`imagePullpolicy: Always`, or `resources` beside the container that it is for",
        check: Check::Versioned(fields::unknown),
    },
    Rule {
        id: "ZIJ-V008",
        name: "field-type",
        severity: Severity::Block,
        what: "What stands in a field of Kubernetes' own kinds is of the field's type.",
        source: "kubernetes/kubernetes, OpenAPI @ v1.31 to v1.37: the server cannot decode such an object, \
                 \"cannot unmarshal number into Go struct field EnvVar.value of type string\"",
        fix: "quote a text that looks like a number or a boolean, and take the quotes from numbers",
        versions: ALL,
        example: "`env: [{name: PORT, value: 8080}]`",
        check: Check::Versioned(fields::mistyped),
    },
];
