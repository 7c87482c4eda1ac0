use proptest::prelude::*;

use super::Server;
use crate::resource::value::{Data, Value};

fn value(yaml: &str) -> Value {
    let nodes = zij_goyaml::parse_all(yaml.as_bytes(), &zij_goyaml::Limits::default()).unwrap();
    Value::from(&nodes[0])
}

/// Whether two manifests of a kind are one stored object, on a server of a version.
fn is_same(kube: &str, group: &str, kind: &str, one: &str, other: &str) -> bool {
    let server = Server::of(Some(kube));
    server.object(group, kind, &value(one)) == server.object(group, kind, &value(other))
}

#[test]
fn versions_are_read_as_people_write_them() {
    for (text, want) in [
        ("1.35", Some(35)),
        ("v1.35.2", Some(35)),
        ("1.28.9-gke.1000", Some(28)),
        ("1.27+", Some(27)),
        ("2.0", None),
        ("latest", None),
        ("", None),
    ] {
        assert_eq!(Server::of(Some(text)).minor(), want, "{text}");
    }
    assert!(Server::of(None).is_since(99) && !Server::of(Some("1.27")).is_since(28));
}

/// Specs that the server stores alike, by kind.
const SAME: &[(&str, &str, &str, &str)] = &[
    (
        "apps",
        "Deployment",
        "{}",
        "{replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, paused: false, minReadySeconds: 0}",
    ),
    (
        "apps",
        "Deployment",
        "{}",
        "{strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}}",
    ),
    (
        "apps",
        "Deployment",
        "{strategy: {type: Recreate}}",
        "{strategy: {type: Recreate, rollingUpdate: null}}",
    ),
    (
        "apps",
        "StatefulSet",
        "{}",
        "{podManagementPolicy: OrderedReady, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}, persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}}",
    ),
    (
        "apps",
        "StatefulSet",
        "{volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: 1Gi}}}}]}",
        "{volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d, creationTimestamp: null}, spec: {volumeMode: Filesystem, resources: {requests: {storage: 1024Mi}}}, status: {}}]}",
    ),
    (
        "apps",
        "DaemonSet",
        "{}",
        "{updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}, revisionHistoryLimit: 10}",
    ),
    (
        "batch",
        "Job",
        "{}",
        "{completions: 1, parallelism: 1, backoffLimit: 6, completionMode: NonIndexed, suspend: false, podReplacementPolicy: TerminatingOrFailed}",
    ),
    (
        "batch",
        "CronJob",
        "{}",
        "{concurrencyPolicy: Allow, suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1}",
    ),
    (
        "",
        "Service",
        "{ports: [{port: 80}]}",
        "{type: ClusterIP, sessionAffinity: None, internalTrafficPolicy: Cluster, ports: [{port: 80, targetPort: 80, protocol: TCP}]}",
    ),
    (
        "",
        "Service",
        "{type: LoadBalancer}",
        "{type: LoadBalancer, externalTrafficPolicy: Cluster, allocateLoadBalancerNodePorts: true}",
    ),
    (
        "",
        "Service",
        "{sessionAffinity: ClientIP}",
        "{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}}",
    ),
    (
        "",
        "PersistentVolumeClaim",
        "{resources: {requests: {storage: 1Gi}}}",
        "{volumeMode: Filesystem, resources: {requests: {storage: '1073741824'}}}",
    ),
    (
        "",
        "PersistentVolume",
        "{}",
        "{persistentVolumeReclaimPolicy: Retain, volumeMode: Filesystem}",
    ),
    (
        "",
        "LimitRange",
        "{limits: [{type: Container, max: {cpu: 1}}]}",
        "{limits: [{type: Container, max: {cpu: 1000m}, default: {cpu: 1}, defaultRequest: {cpu: 1}}]}",
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "{maxReplicas: 3}",
        "{maxReplicas: 3, minReplicas: 1, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}",
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "{behavior: {scaleUp: {selectPolicy: Max}}}",
        "{behavior: {scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 4, periodSeconds: 15}, {type: Percent, value: 100, periodSeconds: 15}]}, scaleDown: {selectPolicy: Max, policies: [{type: Percent, value: 100, periodSeconds: 15}]}}}",
    ),
    (
        "networking.k8s.io",
        "NetworkPolicy",
        "{podSelector: {}, egress: [{}]}",
        "{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]}",
    ),
    (
        "networking.k8s.io",
        "NetworkPolicy",
        "{ingress: [{ports: [{port: 80}]}]}",
        "{ingress: [{ports: [{port: 80, protocol: TCP}]}], policyTypes: [Ingress]}",
    ),
    (
        "policy",
        "PodDisruptionBudget",
        "{minAvailable: 1}",
        "{minAvailable: 1, maxUnavailable: null}",
    ),
];

#[test]
fn a_default_that_is_written_down_is_no_change() {
    for (group, kind, one, other) in SAME {
        let body = |spec: &str| format!("{{metadata: {{name: a}}, spec: {spec}}}");
        assert!(is_same("1.36", group, kind, &body(one), &body(other)), "{kind}: {one} {other}");
    }
}

#[test]
fn objects_without_a_spec_have_defaults_too() {
    for (group, kind, one, other) in [
        (
            "",
            "Secret",
            "{stringData: {a: hunter2, b: x}}",
            "{type: Opaque, data: {a: aHVudGVyMg==, b: eA==}}",
        ),
        (
            "",
            "Namespace",
            "{metadata: {name: a}}",
            "{metadata: {name: a, labels: {kubernetes.io/metadata.name: a}}}",
        ),
        (
            "storage.k8s.io",
            "StorageClass",
            "{}",
            "{reclaimPolicy: Delete, volumeBindingMode: Immediate}",
        ),
        (
            "scheduling.k8s.io",
            "PriorityClass",
            "{value: 1}",
            "{value: 1, globalDefault: false, preemptionPolicy: PreemptLowerPriority}",
        ),
        (
            "rbac.authorization.k8s.io",
            "RoleBinding",
            "{roleRef: {name: a}, subjects: [{kind: User, name: u}]}",
            "{roleRef: {name: a, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: u, apiGroup: rbac.authorization.k8s.io}]}",
        ),
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration",
            "{webhooks: [{name: a}]}",
            "{webhooks: [{name: a, timeoutSeconds: 10, failurePolicy: Fail, matchPolicy: Equivalent, namespaceSelector: {}, objectSelector: {}, reinvocationPolicy: Never}]}",
        ),
        (
            "",
            "ConfigMap",
            "{data: {a: ''}}",
            "{data: {a: null}, binaryData: {}, metadata: {labels: {}}}",
        ),
    ] {
        assert!(is_same("1.36", group, kind, one, other), "{kind}: {one} {other}");
    }
}

#[test]
fn what_means_something_else_is_a_change() {
    for (group, kind, one, other) in [
        ("", "ConfigMap", "{data: {a: ''}}", "{data: {}}"),
        ("", "ConfigMap", "{}", "{immutable: false}"),
        ("", "PersistentVolumeClaim", "{spec: {}}", "{spec: {storageClassName: ''}}"),
        (
            "networking.k8s.io",
            "NetworkPolicy",
            "{spec: {egress: []}}",
            "{spec: {egress: [], policyTypes: [Egress]}}",
        ),
        ("policy", "PodDisruptionBudget", "{spec: {}}", "{spec: {minAvailable: 0}}"),
        ("apps", "Deployment", "{spec: {}}", "{spec: {replicas: 0}}"),
        ("example.com", "Thing", "{spec: {}}", "{spec: {a: null}}"),
    ] {
        assert!(!is_same("1.36", group, kind, one, other), "{kind}: {one} {other}");
    }
}

/// Parts of containers on a version and kind, and whether they are one template.
const CONTAINERS: &[(&str, &str, &str, &str, bool)] = &[
    // Not filled in for templates, so writing it down replaces pods.
    (
        "1.36",
        "Deployment",
        "resources: {limits: {cpu: 1}}",
        "resources: {limits: {cpu: 1}, requests: {cpu: 1}}",
        false,
    ),
    ("1.36", "Pod", "env: [{name: a}]", "env: [{name: a, value: ''}]", true),
    // By value for Deployments, by bytes for the others.
    (
        "1.36",
        "Deployment",
        "resources: {limits: {memory: 1Gi}}",
        "resources: {limits: {memory: 1073741824}}",
        true,
    ),
    (
        "1.36",
        "StatefulSet",
        "resources: {limits: {memory: 1Gi}}",
        "resources: {limits: {memory: 1073741824}}",
        false,
    ),
    (
        "1.36",
        "DaemonSet",
        "resources: {limits: {memory: 1Gi}}",
        "resources: {limits: {memory: 1024Mi}}",
        true,
    ),
    // Pointers.
    (
        "1.36",
        "Deployment",
        "envFrom: [{secretRef: {name: a}}]",
        "envFrom: [{secretRef: {name: a, optional: false}}]",
        false,
    ),
    ("1.36", "Deployment", "stdin: false", "", true),
    ("1.36", "Deployment", "", "securityContext: {}", false),
    (
        "1.36",
        "Deployment",
        "livenessProbe: {tcpSocket: {port: 1}}",
        "livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 0, timeoutSeconds: 1, failureThreshold: 3}",
        true,
    ),
    (
        "1.36",
        "Deployment",
        "readinessProbe: {grpc: {port: 1}}",
        "readinessProbe: {grpc: {port: 1, service: ''}}",
        true,
    ),
    (
        "1.36",
        "Deployment",
        "readinessProbe: {tcpSocket: {port: 80}}",
        "readinessProbe: {tcpSocket: {port: '80'}}",
        false,
    ),
    (
        "1.36",
        "Deployment",
        "env: [{name: a, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]",
        "env: [{name: a, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}}]",
        true,
    ),
    (
        "1.36",
        "Deployment",
        "env: [{name: a, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]",
        "env: [{name: a, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: '0'}}}]",
        true,
    ),
];

#[test]
fn templates_are_compared_as_their_controllers_do() {
    let is_same = |kube: &str, kind: &str, one: &str, other: &str| {
        let server = Server::of(Some(kube));
        let template = |spec: &str| server.template(kind, &value(&format!("{{spec: {spec}}}")));
        template(one) == template(other)
    };
    let of_container = |text: &str| format!("{{containers: [{{name: c, image: 'a:1', {text}}}]}}");
    for (kube, kind, one, other, want) in CONTAINERS {
        let got = is_same(kube, kind, &of_container(one), &of_container(other));
        assert_eq!(got, *want, "{kind} on {kube}: {one} {other}");
    }
    let host = [
        "{hostNetwork: true, containers: [{ports: [{containerPort: 80}]}]}",
        "{hostNetwork: true, containers: [{ports: [{containerPort: 80, hostPort: 80}]}]}",
    ];
    for (kube, kind, want) in
        [("1.27", "DaemonSet", true), ("1.28", "DaemonSet", false), ("1.36", "Pod", true)]
    {
        assert_eq!(is_same(kube, kind, host[0], host[1]), want, "{kind} on {kube}");
    }
    for (one, other, want) in [
        ("{volumes: [{name: a}]}", "{volumes: [{name: a, emptyDir: {}}]}", true),
        (
            "{volumes: [{name: a, secret: {secretName: s}}]}",
            "{volumes: [{name: a, secret: {secretName: s, defaultMode: 420}}]}",
            true,
        ),
        (
            "{volumes: [{name: a, hostPath: {path: /}}]}",
            "{volumes: [{name: a, hostPath: {path: /, type: ''}}]}",
            true,
        ),
        (
            "{volumes: [{name: a, csi: {driver: d}}]}",
            "{volumes: [{name: a, csi: {driver: d, readOnly: false}}]}",
            false,
        ),
        (
            "{volumes: [{name: a, nfs: {path: /}}]}",
            "{volumes: [{name: a, nfs: {path: /, readOnly: false}}]}",
            true,
        ),
        (
            "{serviceAccount: x}",
            "{serviceAccountName: x, restartPolicy: Always, securityContext: {}}",
            true,
        ),
        ("{}", "{affinity: {}}", false),
        ("{}", "{enableServiceLinks: true}", false),
        ("{}", "{terminationGracePeriodSeconds: 0}", false),
        ("{}", "{unheardOf: {}}", false),
    ] {
        assert_eq!(is_same("1.36", "Deployment", one, other), want, "{one} {other}");
    }
}

/// Fields that the tables know, so that random objects meet them.
const KEYS: [&str; 34] = [
    "spec",
    "template",
    "metadata",
    "labels",
    "containers",
    "initContainers",
    "resources",
    "limits",
    "requests",
    "ports",
    "hostPort",
    "containerPort",
    "hostNetwork",
    "volumes",
    "secret",
    "emptyDir",
    "livenessProbe",
    "httpGet",
    "strategy",
    "updateStrategy",
    "rollingUpdate",
    "type",
    "data",
    "stringData",
    "behavior",
    "scaleUp",
    "policies",
    "volumeClaimTemplates",
    "sessionAffinity",
    "selector",
    "csi",
    "readOnly",
    "serviceAccount",
    "image",
];
const KINDS: [(&str, &str); 20] = [
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("", "Service"),
    ("", "PersistentVolumeClaim"),
    ("", "PersistentVolume"),
    ("", "Secret"),
    ("", "ConfigMap"),
    ("", "Namespace"),
    ("", "LimitRange"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("argoproj.io", "Rollout"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
];

fn random_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        (0..3_i32).prop_map(|number| Data::Number(number.to_string().into())),
        prop::sample::select(vec!["", "1Gi", "1000m", "RollingUpdate", "ClientIP", "a:latest"])
            .prop_map(|text| Data::String(text.into())),
    ]
    .prop_map(Value::from);
    leaf.prop_recursive(6, 60, 5, |inner| {
        let key = prop::sample::select(KEYS.to_vec());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Data::List(items).into()),
            prop::collection::btree_map(key.prop_map(Into::into), inner, 0..5)
                .prop_map(|map| Data::Map(map.into_iter().collect()).into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is stored is stored as it is.
    #[test]
    fn storing_twice_is_storing_once(
        body in random_value(),
        (group, kind) in prop::sample::select(KINDS.to_vec()),
        minor in 20_u32..40,
    ) {
        let server = Server::of(Some(&format!("1.{minor}")));
        let once = server.object(group, kind, &body);
        prop_assert_eq!(server.object(group, kind, &once), once);
        let once = server.template(kind, &body);
        prop_assert_eq!(server.template(kind, &once), once);
        let once = server.claim(&body);
        prop_assert_eq!(server.claim(&once), once);
    }
}
