//! The rules about several objects or cells together.

use crate::policy::{
    cross,
    rule::{ALL, Check, Rule, Severity, at_tags},
};

/// Every rule of this file.
pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ZIJ-X001",
        name: "owned-twice",
        severity: Severity::Block,
        what: "No two applications of a cluster have the same object.",
        source: "Argo CD controller/state.go @ v3.5.1, SharedResourceWarning, and FailOnSharedResource; Helm and Flux refuse or overwrite",
        fix: "leave the object to one of them",
        versions: ALL,
        example: "two charts that both make the ClusterRole `reader`",
        check: Check::Cross(cross::owner),
    },
    Rule {
        id: "ZIJ-X002",
        name: "route-collision",
        severity: Severity::Block,
        what: "No two routes take the same host and path.",
        source: "kubernetes/ingress-nginx internal/ingress/controller/controller.go @ controller-v1.15.1, \"is already defined in ingress\", and GetIngressClass in store/store.go; other controllers pick one, which is a warning, and so is an Ingress that has its class from the cluster's default. Classes of different names that one controller serves are not told",
        fix: "give one of them another host or path",
        versions: ALL,
        example: "`shop.example.com/` in two Ingresses",
        check: Check::Cross(cross::route),
    },
    Rule {
        id: "ZIJ-X003",
        name: "node-port-collision",
        severity: Severity::Block,
        what: "No two Services take the same node port or external address.",
        source: at_tags!(
            "pkg/registry/core/service/portallocator/allocator.go, \"provided port is already allocated\""
        ),
        fix: "choose another port",
        versions: ALL,
        example: "`nodePort: 30080` in two Services",
        check: Check::Cross(cross::node_port),
    },
    Rule {
        id: "ZIJ-X018",
        name: "host-port-collision",
        severity: Severity::Warn,
        what: "No two workloads take the same port of a node.",
        source: at_tags!(
            "pkg/scheduler/framework/plugins/nodeports/node_ports.go: such pods do not fit on one node"
        ),
        fix: "choose another port",
        versions: ALL,
        example: "`hostPort: 9100` in two DaemonSets",
        check: Check::Cross(cross::host_port),
    },
    Rule {
        id: "ZIJ-X004",
        name: "namespace-missing",
        severity: Severity::Warn,
        what: "A namespace that objects are put into for the first time is made by someone.",
        source: "pkg/registry: \"namespaces not found\"; Argo CD makes it with `CreateNamespace=true`",
        fix: "add the Namespace, or the sync option",
        versions: ALL,
        example: "an application for the namespace `shop-2`",
        check: Check::Cross(cross::namespace),
    },
    Rule {
        id: "ZIJ-X005",
        name: "reference-unmet",
        severity: Severity::Warn,
        what: "What pods need by name exists: ConfigMaps and their keys, ServiceAccounts, claims; a Secret is a note only.",
        source: at_tags!(
            "pkg/kubelet/kuberuntime/kuberuntime_container.go, CreateContainerConfigError"
        ),
        fix: "add the object, correct the name, or mark it `optional`",
        versions: ALL,
        example: "`configMapRef: {name: app-confg}`",
        check: Check::Cross(cross::unmet),
    },
    Rule {
        id: "ZIJ-X006",
        name: "service-without-pods",
        severity: Severity::Block,
        what: "A Service keeps the pods that it sends to, and the ports that it names.",
        source: "pkg/controller/endpointslice: a Service without matching pods has no endpoints",
        fix: "let the selector match the labels of the pods",
        versions: ALL,
        example: "a label of the pods renamed, but not in the Service",
        check: Check::Cross(cross::dangling),
    },
    Rule {
        id: "ZIJ-X007",
        name: "service-relabelled",
        severity: Severity::Warn,
        what: "The selector of a Service does not change together with the labels of its pods.",
        source: "pods that run keep their labels until they are replaced",
        fix: "change the labels first, and the selector once the pods have rolled",
        versions: ALL,
        example: "`app: web` renamed in both at once",
        check: Check::Cross(cross::relabelled),
    },
    Rule {
        id: "ZIJ-X008",
        name: "budget-without-room",
        severity: Severity::Warn,
        what: "A PodDisruptionBudget leaves a pod to evict, and no pod has two budgets.",
        source: at_tags!(
            "pkg/registry/core/pod/storage/eviction.go, \"This pod has more than one PodDisruptionBudget\""
        ),
        fix: "allow at least one pod to be gone",
        versions: ALL,
        example: "`minAvailable: 1` for one replica",
        check: Check::Cross(cross::budgets),
    },
    Rule {
        id: "ZIJ-X009",
        name: "replicas-fought",
        severity: Severity::Warn,
        what: "A workload with an autoscaler does not say `replicas`.",
        source: "Kubernetes, Horizontal Pod Autoscaling, Migrating Deployments and StatefulSets",
        fix: "leave `replicas` out",
        versions: ALL,
        example: "`replicas: 2` with `autoscaling.enabled: true`",
        check: Check::Cross(cross::replicas_fought),
    },
    Rule {
        id: "ZIJ-X019",
        name: "replicas-dropped",
        severity: Severity::Block,
        what: "`replicas` is not taken out at once for an autoscaler.",
        source: at_tags!(
            "Kubernetes, Horizontal Pod Autoscaling, Migrating Deployments and StatefulSets: a client-side apply sets them to 1; pkg/apis/apps/v1/defaults.go, SetDefaults_Deployment"
        ),
        fix: "take `replicas` out of the last applied configuration first, or apply server-side",
        versions: ALL,
        example: "`autoscaling.enabled: true` for a Deployment with ten pods",
        check: Check::Cross(cross::replicas_dropped),
    },
    Rule {
        id: "ZIJ-X010",
        name: "autoscaler-blind",
        severity: Severity::Warn,
        what: "An autoscaler has what it measures by, alone.",
        source: at_tags!(
            "pkg/controller/podautoscaler/replica_calculator.go, \"missing request for cpu\""
        ),
        fix: "give every container a CPU request",
        versions: ALL,
        example: "a sidecar without requests beside an autoscaled container",
        check: Check::Cross(cross::unscaled),
    },
    Rule {
        id: "ZIJ-X011",
        name: "quota-exceeded",
        severity: Severity::Warn,
        what: "The pods of a namespace fit into its quota, also during a rollout.",
        source: at_tags!(
            "staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go, \"exceeded quota\""
        ),
        fix: "raise the quota or ask for less",
        versions: ALL,
        example: "12 pods of 1 CPU under `requests.cpu: 10`",
        check: Check::Cross(cross::quota),
    },
    Rule {
        id: "ZIJ-X020",
        name: "limit-range",
        severity: Severity::Block,
        what: "Containers, pods and claims stay inside what a LimitRange of their namespace allows, in the same change.",
        source: at_tags!(
            "plugin/pkg/admission/limitranger/admission.go, PodValidateLimitFunc, PersistentVolumeClaimValidateLimitFunc, mergeContainerResources, podRequests, podLimits; pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem"
        ),
        fix: "ask for an amount inside the range, or widen it; the sum of a pod that names resources of its own is not judged",
        versions: ALL,
        example: "`limits: {memory: 4Gi}` in a namespace with `max: {memory: 2Gi}`",
        check: Check::Cross(cross::outside_limits),
    },
    Rule {
        id: "ZIJ-X012",
        name: "webhook-closed",
        severity: Severity::Warn,
        what: "A webhook that fails closed has pods behind it and leaves a way out.",
        source: "Kubernetes, Dynamic Admission Control, Avoiding deadlocks in self-hosted webhooks",
        fix: "exclude its own namespace with `namespaceSelector`, or set `failurePolicy: Ignore`",
        versions: ALL,
        example: "`failurePolicy: Fail` for all pods without a selector",
        check: Check::Cross(cross::admission),
    },
    Rule {
        id: "ZIJ-X013",
        name: "policy-closes",
        severity: Severity::Warn,
        what: "A new NetworkPolicy lets in what Services send to its pods.",
        source: "Kubernetes, Network Policies: a selected pod refuses what no policy allows",
        fix: "allow the port",
        versions: ALL,
        example: "a policy for `app: web` with port 8080 only, and a Service that sends to 9090",
        check: Check::Cross(cross::closed_in),
    },
    Rule {
        id: "ZIJ-X014",
        name: "definition-late",
        severity: Severity::Info,
        what: "An object is not applied in an earlier wave than the definition of its kind.",
        source: "Argo CD, Sync Phases and Waves",
        fix: "put the definition into an earlier wave",
        versions: ALL,
        example: "a custom resource with wave -1 and its definition with wave 0",
        check: Check::Cross(cross::late_definition),
    },
    Rule {
        id: "ZIJ-X015",
        name: "hook-too-early",
        severity: Severity::Warn,
        what: "A hook does not need what only the sync after it brings.",
        source: "Argo CD, Sync Phases and Waves; Helm, Chart Hooks",
        fix: "make the object a hook too, of an earlier wave",
        versions: ALL,
        example: "a `PreSync` Job that mounts a new ConfigMap of the chart",
        check: Check::Cross(cross::early_needs),
    },
    Rule {
        id: "ZIJ-X016",
        name: "volume-shared",
        severity: Severity::Warn,
        what: "Pods that share a volume of one node do not overlap.",
        source: "pkg/volume: Multi-Attach error for volume",
        fix: "set `strategy: {type: Recreate}`, or use a volume that many nodes mount",
        versions: ALL,
        example: "a Deployment with a `ReadWriteOnce` claim and the default strategy",
        check: Check::Cross(cross::shared_volume),
    },
    Rule {
        id: "ZIJ-X017",
        name: "surge-on-host",
        severity: Severity::Warn,
        what: "A DaemonSet with a port of the node does not start new pods beside the old ones.",
        source: at_tags!(
            "pkg/scheduler/framework/plugins/nodeports/node_ports.go: the new pod does not fit beside the old one; pkg/apis/apps/validation/validation.go, ValidateRollingUpdateDaemonSet takes it, so that it is a warning"
        ),
        fix: "use maxUnavailable",
        versions: ALL,
        example: "`maxSurge: 1` with `hostPort: 9100`",
        check: Check::Cross(cross::host_surge),
    },
    Rule {
        id: "ZIJ-D012",
        name: "reference-lost",
        severity: Severity::Block,
        what: "No ConfigMap, Secret, ServiceAccount or claim is deleted while pods need it.",
        source: at_tags!(
            "pkg/kubelet/kuberuntime/kuberuntime_container.go, CreateContainerConfigError"
        ),
        fix: "keep the object until nothing needs it",
        versions: ALL,
        example: "a ConfigMap removed from one application and still mounted in another",
        check: Check::Cross(cross::lost),
    },
    Rule {
        id: "ZIJ-H013",
        name: "pods-refused",
        severity: Severity::Block,
        what: "Pods are not put into a namespace whose Pod Security label refuses them; what is only missing, \
               and may be added by a webhook, is a warning.",
        source: "kubernetes/pod-security-admission policy/check_*.go @ v0.36.2, all controls of `baseline` and \
                 `restricted`",
        fix: "change the pods, or the label of the namespace",
        versions: "those that `enforce-version` names; `latest` is taken for 1.36, and what 1.31 did not refuse \
                   is a warning then; pods with a runtimeClassName are not judged",
        example: "`hostNetwork: true` in a namespace with `pod-security.kubernetes.io/enforce: baseline`",
        check: Check::Cross(cross::refused_pods),
    },
    Rule {
        id: "ZIJ-V002",
        name: "custom-resource",
        severity: Severity::Block,
        what: "A custom resource fits the definition that its cluster has of the kind.",
        source: "apiextensions-apiserver/pkg/apiserver/{schema,validation}, v0.31.0 to v0.36.0, with \
                 kube-openapi/pkg/validation; a field that the definition lacks is a warning. Patterns are \
                 read as Go reads them, formats are those that each of these versions enforces, and rules in CEL \
                 are evaluated where the known part of the language has an answer. Not checked: other rules, the host and path of the format `uri`, all of `email` but its \
                 `@`, `k8s-short-name` and `k8s-long-name`, and fractions in `multipleOf` of whole numbers",
        fix: "correct the field",
        versions: ALL,
        example: "`replicas: \"3\"` where the definition wants a number, or a text that its `pattern` refuses",
        check: Check::Cross(cross::invalid),
    },
    Rule {
        id: "ZIJ-U021",
        name: "custom-immutable",
        severity: Severity::Block,
        what: "A custom resource changes only as the rules on `oldSelf` in its definition allow.",
        source: "`x-kubernetes-validations` of the definition, as apiextensions-apiserver/pkg/apiserver/schema/cel \
                 v0.36.0 evaluates it; a rule that needs more than comparisons, logic, `has`, `size`, tests of \
                 texts and macros is told as not checked, since no crate evaluates it as the server does",
        fix: "keep the field, or make another object",
        versions: ALL,
        example: "`spec.storage.size` of a database whose definition fixes it",
        check: Check::Cross(cross::frozen),
    },
    Rule {
        id: "ZIJ-V003",
        name: "kind-undefined",
        severity: Severity::Warn,
        what: "The kind of a custom resource is defined by an application of its cluster.",
        source: "the API server answers \"no matches for kind\"",
        fix: "deploy the definition first; an operator that is installed by hand is no fault",
        versions: ALL,
        example: "the first ServiceMonitor on a cluster without the operator",
        check: Check::Cross(cross::unknown_kind),
    },
];
