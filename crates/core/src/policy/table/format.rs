//! The rules about objects that the API server would reject.

use crate::policy::{
    amounts, immutable, metadata, names, pods, ports, releases,
    rule::{ALL, Check, Rule, Severity, at_tags},
    secrets, shapes,
};

/// Every rule of this file.
pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ZIJ-F001",
        name: "label-value",
        severity: Severity::Block,
        what: "A label's value has at most 63 characters: letters, digits, `-`, `_`, `.`, with a letter or \
               digit at both ends.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, IsValidLabelValue"
        ),
        fix: "shorten the value, such as with `trunc 63 | trimSuffix \"-\"`",
        versions: ALL,
        example: "the label `helm.sh/chart` of a chart with a long version, cut to 63 characters right after a `-`",
        check: Check::Object(metadata::label_values),
    },
    Rule {
        id: "ZIJ-F002",
        name: "metadata-key",
        severity: Severity::Block,
        what: "The key of a label or annotation is a name of at most 63 characters, after an optional DNS \
               prefix and `/`.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, IsQualifiedName; staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, ValidateAnnotations"
        ),
        fix: "rename the key",
        versions: ALL,
        example: "`my label: x` as a label, or an annotation whose name has 64 characters",
        check: Check::Object(metadata::keys),
    },
    Rule {
        id: "ZIJ-F003",
        name: "annotations",
        severity: Severity::Block,
        what: "Annotations are texts and have at most 262144 bytes together.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, ValidateAnnotationsSize"
        ),
        fix: "quote the value, or keep large data in a ConfigMap",
        versions: ALL,
        example: "`prometheus.io/port: 9090` without quotes",
        check: Check::Object(metadata::annotations),
    },
    Rule {
        id: "ZIJ-F005",
        name: "object-name",
        severity: Severity::Block,
        what: "An object's name follows the grammar of its kind.",
        source: at_tags!(
            "pkg/apis/*/validation/validation.go, the function that each kind gives to ValidateObjectMeta"
        ),
        fix: "shorten or respell the name; `trunc` may leave a `-` at the end that `trimSuffix` takes off",
        versions: "a Service's name may begin with a digit from 1.36 on (gate RelaxedServiceNameValidation: off in 1.34 and 1.35, none before), where only a warning is given",
        example: "a Service named `1st-shop`, or a CronJob with a name of 53 characters",
        check: Check::Versioned(names::object_names),
    },
    Rule {
        id: "ZIJ-F006",
        name: "statefulset-name-length",
        severity: Severity::Block,
        what: "A StatefulSet's name has at most 52 characters, since its pods get it as a label with a hash \
               appended.",
        source: at_tags!(
            "kubernetes/kubernetes#64023: the object is accepted and its pods never start, since `controller-revision-hash` is a label; staging/src/k8s.io/api/apps/v1/types.go"
        ),
        fix: "shorten the name to 52 characters",
        versions: ALL,
        example: "a StatefulSet whose generated name has 55 characters",
        check: Check::Object(names::stateful_set_length),
    },
    Rule {
        id: "ZIJ-F007",
        name: "release-name",
        severity: Severity::Block,
        what: "The name of a Helm release has at most 53 characters: small letters, digits, `-` and `.`.",
        source: "helm/helm pkg/chart/v2/util/validate_name.go, ValidateReleaseName @ v4.2.3, which is \
                 pkg/chartutil/validate_name.go @ v3.17.3; a cell whose release is called so cannot be rendered \
                 (ZIJ-E001)",
        fix: "set a shorter `releaseName`",
        versions: ALL,
        example: "an Application with a chart and a name of 60 characters",
        check: Check::Object(releases::names),
    },
    Rule {
        id: "ZIJ-F008",
        name: "port",
        severity: Severity::Block,
        what: "A container port's name has at most 15 characters, a Service port's 63; numbers are 1 to 65535.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, IsValidPortName, IsValidPortNum; pkg/apis/core/validation/validation.go, validateServicePort"
        ),
        fix: "shorten the name or correct the number",
        versions: ALL,
        example: "a container port named `metrics-endpoint-tls`",
        check: Check::Object(ports::ports),
    },
    Rule {
        id: "ZIJ-F009",
        name: "config-key",
        severity: Severity::Block,
        what: "Keys of ConfigMaps and Secrets are file names and their values texts, of a Secret's `data` in base64.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, IsConfigMapKey"
        ),
        fix: "rename the key, quote the value, or put it into `stringData`",
        versions: ALL,
        example: "`data: {config/app.yaml: ...}`, or `data: {replicas: 3}` without quotes",
        check: Check::Object(names::config_keys),
    },
    Rule {
        id: "ZIJ-F010",
        name: "config-size",
        severity: Severity::Block,
        what: "A ConfigMap or Secret holds at most 1 MiB.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidateConfigMap, ValidateSecret; pkg/apis/core/types.go, MaxSecretSize"
        ),
        fix: "split it, or keep large files elsewhere",
        versions: ALL,
        example: "a dashboard of 1.2 MB in a ConfigMap",
        check: Check::Object(names::config_size),
    },
    Rule {
        id: "ZIJ-F014",
        name: "service-ports",
        severity: Severity::Block,
        what: "A Service has ports, with distinct names and numbers where they are several; nodePort needs type \
               NodePort or LoadBalancer, which need an address.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidateService, from 1.34 on validateService"
        ),
        fix: "name each port and leave out `nodePort` where the type has none",
        versions: ALL,
        example: "`type: ClusterIP` with `nodePort: 30080`",
        check: Check::Object(ports::service_ports),
    },
    Rule {
        id: "ZIJ-F024",
        name: "secret-type",
        severity: Severity::Block,
        what: "A Secret of a type that Kubernetes knows has the keys that its type demands.",
        source: at_tags!("pkg/apis/core/validation/validation.go, ValidateSecret"),
        fix: "add the key, which may be empty for `kubernetes.io/tls`, or take another type",
        versions: ALL,
        example: "`type: kubernetes.io/tls` without `tls.key`",
        check: Check::Object(secrets::typed),
    },
    Rule {
        id: "ZIJ-F015",
        name: "crd-storage-version",
        severity: Severity::Block,
        what: "Exactly one version of a custom resource definition is stored.",
        source: at_tags!(
            "staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go, \"must have exactly one version marked as storage version\""
        ),
        fix: "set `storage: true` on one version and `false` on the others",
        versions: ALL,
        example: "two versions with `storage: true`",
        check: Check::Object(immutable::crd_storage),
    },
    Rule {
        id: "ZIJ-F011",
        name: "quantity",
        severity: Severity::Block,
        what: "A quantity can be read, is not negative, and no request is above its limit.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, ParseQuantity; pkg/apis/core/validation/validation.go, ValidateContainerResourceRequirements (1.31: ValidateResourceRequirements)"
        ),
        fix: "write the amount as `500m` or `1Gi`, and raise the limit to the request",
        versions: ALL,
        example: "`requests: {memory: 2Gi}` with `limits: {memory: 1Gi}`",
        check: Check::Object(amounts::quantities),
    },
    Rule {
        id: "ZIJ-F013",
        name: "autoscaler-bounds",
        severity: Severity::Block,
        what: "A HorizontalPodAutoscaler has a target and `maxReplicas` that are not below `minReplicas`.",
        source: at_tags!(
            "pkg/apis/autoscaling/validation/validation.go, validateHorizontalPodAutoscalerSpec"
        ),
        fix: "raise maxReplicas",
        versions: "all; `minReplicas: 0` needs the feature gate HPAScaleToZero, which is off up to 1.36, and is a warning",
        example: "`minReplicas: 5` with `maxReplicas: 3`",
        check: Check::Object(shapes::autoscaler),
    },
    Rule {
        id: "ZIJ-F016",
        name: "disruption-budget",
        severity: Severity::Block,
        what: "A PodDisruptionBudget has one of `minAvailable` and `maxUnavailable`, as a count or a share.",
        source: at_tags!(
            "pkg/apis/policy/validation/validation.go, ValidatePodDisruptionBudgetSpec"
        ),
        fix: "leave one of them out",
        versions: ALL,
        example: "both `minAvailable: 1` and `maxUnavailable: 1`",
        check: Check::Object(shapes::disruption_budget),
    },
    Rule {
        id: "ZIJ-F017",
        name: "ingress-shape",
        severity: Severity::Block,
        what: "An Ingress names its hosts as DNS names and each path with its type and one backend.",
        source: at_tags!("pkg/apis/networking/validation/validation.go, ValidateIngressSpec"),
        fix: "write the field as the message says",
        versions: ALL,
        example: "a path without `pathType`",
        check: Check::Object(shapes::ingress),
    },
    Rule {
        id: "ZIJ-F018",
        name: "network-policy-shape",
        severity: Severity::Block,
        what: "The peers of a NetworkPolicy are IP ranges or selectors, its ports names or ranges.",
        source: at_tags!("pkg/apis/networking/validation/validation.go, ValidateNetworkPolicySpec"),
        fix: "write the field as the message says",
        versions: ALL,
        example: "`cidr: 10.0.0.0`",
        check: Check::Object(shapes::network_policy),
    },
    Rule {
        id: "ZIJ-F019",
        name: "container",
        severity: Severity::Block,
        what: "Containers have distinct names and an image, and init containers that end have no probes.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, validateContainers, validateInitContainers"
        ),
        fix: "name each container once and give it an image",
        versions: "all; up to 1.33 a StatefulSet is taken and only its pods are refused; `restartPolicy` of a container that is no init container is refused up to 1.33, taken from 1.35 on (gate ContainerRestartRules), and a warning between",
        example: "a sidecar with the name of the main container",
        check: Check::Versioned(pods::containers),
    },
    Rule {
        id: "ZIJ-F020",
        name: "volume",
        severity: Severity::Block,
        what: "Volumes have distinct names, and a container mounts only what is there, each at its own path, and no `subPath` leads out of it.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, ValidateVolumes, ValidateVolumeMounts, ValidateVolumeDevices"
        ),
        fix: "add the volume, or take the mount away",
        versions: "all; up to 1.33 a StatefulSet is taken and only its pods are refused",
        example: "`volumeMounts: [{name: cache, mountPath: /c}]` without a volume `cache`",
        check: Check::Object(pods::volumes),
    },
    Rule {
        id: "ZIJ-F021",
        name: "environment",
        severity: Severity::Block,
        what: "An environment variable has a legal name and one source.",
        source: at_tags!(
            "staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, IsEnvVarName, IsRelaxedEnvVarName; pkg/apis/core/validation/validation.go, ValidateEnv; pkg/features/kube_features.go, RelaxedEnvironmentVariableValidation"
        ),
        fix: "rename the variable, or leave out one source",
        versions: "names beyond letters, digits, `_`, `-` and `.` are taken from 1.34 on, refused up to 1.29, and a warning between",
        example: "`value` and `valueFrom` together",
        check: Check::Versioned(pods::environment),
    },
    Rule {
        id: "ZIJ-F022",
        name: "job-restarts",
        severity: Severity::Block,
        what: "The pods of a Job restart `OnFailure` or `Never`.",
        source: at_tags!("pkg/apis/batch/validation/validation.go, ValidateJobSpec"),
        fix: "set `restartPolicy: Never`",
        versions: ALL,
        example: "a Job without `restartPolicy`",
        check: Check::Object(pods::job_restarts),
    },
    Rule {
        id: "ZIJ-F023",
        name: "probe",
        severity: Severity::Block,
        what: "A probe has exactly one way to probe, and numbers that its kind allows.",
        source: at_tags!(
            "pkg/apis/core/validation/validation.go, validateProbe, validateHandler, validateReadinessProbe"
        ),
        fix: "leave one of `exec`, `httpGet`, `tcpSocket` and `grpc`",
        versions: "all; up to 1.33 a StatefulSet is taken and only its pods are refused",
        example: "a `livenessProbe` with only `periodSeconds`",
        check: Check::Object(pods::probes),
    },
    Rule {
        id: "ZIJ-F025",
        name: "ingress-class",
        severity: Severity::Block,
        what: "The annotation `kubernetes.io/ingress.class` of a new Ingress says what its `ingressClassName` says.",
        source: at_tags!("pkg/apis/networking/validation/validation.go, ValidateIngressCreate"),
        fix: "drop the annotation",
        versions: "all; an Ingress that is there already may be changed so, which is a warning",
        example: "`kubernetes.io/ingress.class: nginx` beside `ingressClassName: traefik`",
        check: Check::Changes(shapes::ingress_class),
    },
];
