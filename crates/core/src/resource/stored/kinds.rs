//! What is filled in, by kind.

use super::{
    amounts::Amounts,
    fill::{
        Fill::{Bool, Empty, Number, Text},
        Fills, fill, fill_zero, is_unset, items, make, map_at, text,
    },
    pod,
    server::Server,
};
use crate::resource::value::{Data, Map, Value};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Fills in the defaults of an object; `false` where nothing is known of its kind.
pub(super) fn fill_object(server: Server, group: &str, kind: &str, body: &mut Map) -> bool {
    match (group, kind) {
        ("apps" | "batch" | "argoproj.io", _)
        | ("", "Pod" | "ReplicationController" | "PodTemplate") => {
            return workload(server, group, kind, body);
        }
        ("", "Service") => service(server, body),
        ("", "PersistentVolumeClaim") => {
            spec(body, |spec| pod::fill_claim(spec, Amounts::Value));
        }
        ("", "PersistentVolume") => spec(body, volume),
        ("", "Secret") => secret(body),
        ("", "Namespace") => namespace(body),
        ("", "LimitRange") => spec(body, |spec| items(spec, "limits").for_each(limit_range)),
        ("", "ResourceQuota") => {
            spec(body, |spec| {
                if let Some(hard) = map_at(spec, &["hard"]) {
                    Amounts::Value.all(hard);
                }
            });
        }
        ("autoscaling", "HorizontalPodAutoscaler") => spec(body, autoscaler),
        ("networking.k8s.io", "NetworkPolicy") => spec(body, network_policy),
        ("networking.k8s.io", "IngressClass") => spec(body, |spec| {
            if let Some(parameters) = map_at(spec, &["parameters"]) {
                fill(parameters, &[("scope", Text("Cluster"))]);
            }
        }),
        ("storage.k8s.io", "StorageClass") => fill(
            body,
            &[("reclaimPolicy", Text("Delete")), ("volumeBindingMode", Text("Immediate"))],
        ),
        ("scheduling.k8s.io", "PriorityClass") => {
            fill(body, &[("preemptionPolicy", Text("PreemptLowerPriority"))]);
        }
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => binding(body),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => items(body, "webhooks").for_each(|hook| webhook(kind, hook)),
        // No defaults, but what says nothing is left out.
        ("", "ConfigMap" | "ServiceAccount")
        | ("policy", "PodDisruptionBudget")
        | ("networking.k8s.io", "Ingress")
        | (RBAC, "Role" | "ClusterRole") => {}
        _ => return false,
    }
    true
}

fn spec(body: &mut Map, change: impl FnOnce(&mut Map)) {
    if let Some(spec) = map_at(body, &["spec"]) {
        change(spec);
    }
}

/// Kinds that run pods.
fn workload(server: Server, group: &str, kind: &str, body: &mut Map) -> bool {
    let rules = server.pod_rules(kind);
    match (group, kind) {
        ("apps", "Deployment") => spec(body, deployment),
        ("apps", "StatefulSet") => spec(body, |spec| stateful_set(server, spec)),
        ("apps", "DaemonSet") => spec(body, daemon_set),
        ("apps", "ReplicaSet") => spec(body, |spec| fill(spec, &[("replicas", Number("1"))])),
        ("", "ReplicationController") => replication_controller(body),
        ("batch", "Job") => job(server, body),
        ("batch", "CronJob") => {
            spec(body, |spec| {
                fill(spec, CRON_JOB);
                if let Some(template) = map_at(spec, &["jobTemplate", "spec", "template"]) {
                    pod::template(template, rules);
                }
            });
        }
        ("", "Pod") => {
            pod::template(body, rules);
            spec(body, pod::pod_only);
        }
        ("", "PodTemplate") => {}
        // A custom resource with a pod template in the usual place.
        ("argoproj.io", "Rollout") => {}
        _ => return false,
    }
    for keys in [&["spec", "template"][..], &["template"]] {
        if let Some(template) = map_at(body, keys) {
            pod::template(template, rules);
        }
    }
    true
}

const CRON_JOB: Fills = &[
    ("concurrencyPolicy", Text("Allow")),
    ("suspend", Bool(false)),
    ("successfulJobsHistoryLimit", Number("3")),
    ("failedJobsHistoryLimit", Number("1")),
];

fn deployment(spec: &mut Map) {
    fill(
        spec,
        &[
            ("replicas", Number("1")),
            ("revisionHistoryLimit", Number("10")),
            ("progressDeadlineSeconds", Number("600")),
        ],
    );
    let Some(strategy) = make(spec, "strategy") else { return };
    fill(strategy, &[("type", Text("RollingUpdate"))]);
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = make(strategy, "rollingUpdate")
    {
        fill(rolling, &[("maxUnavailable", Text("25%")), ("maxSurge", Text("25%"))]);
    }
}

fn stateful_set(server: Server, spec: &mut Map) {
    fill(
        spec,
        &[
            ("replicas", Number("1")),
            ("revisionHistoryLimit", Number("10")),
            ("podManagementPolicy", Text("OrderedReady")),
        ],
    );
    if let Some(strategy) = make(spec, "updateStrategy") {
        if is_unset(strategy, "type") {
            fill(strategy, &[("type", Text("RollingUpdate")), ("rollingUpdate", Empty)]);
        }
        let rolls = text(strategy, "type") == "RollingUpdate";
        if let Some(rolling) = map_at(strategy, &["rollingUpdate"]).filter(|_| rolls) {
            fill(rolling, &[("partition", Number("0"))]);
        }
    }
    if server.is_since(27)
        && let Some(policy) = make(spec, "persistentVolumeClaimRetentionPolicy")
    {
        fill(policy, &[("whenDeleted", Text("Retain")), ("whenScaled", Text("Retain"))]);
    }
    if let Some(Data::List(claims)) = spec.get_mut("volumeClaimTemplates").map(|v| &mut v.data) {
        for claim in claims {
            *claim = server.claim(claim);
        }
    }
}

fn daemon_set(spec: &mut Map) {
    fill(spec, &[("revisionHistoryLimit", Number("10"))]);
    let Some(strategy) = make(spec, "updateStrategy") else { return };
    fill(strategy, &[("type", Text("RollingUpdate"))]);
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = make(strategy, "rollingUpdate")
    {
        fill(rolling, &[("maxUnavailable", Number("1")), ("maxSurge", Number("0"))]);
    }
}

/// The labels of an object's pod template.
fn template_labels(body: &Map) -> Option<Value> {
    body.get("spec")?.at(&["template", "metadata", "labels"]).cloned()
}

/// Gives an object without labels those of its pods.
fn label_as_pods(body: &mut Map, labels: &Value) {
    if let Some(metadata) = make(body, "metadata")
        && metadata.get("labels").is_none_or(Value::is_empty)
    {
        metadata.insert("labels".into(), labels.clone());
    }
}

fn replication_controller(body: &mut Map) {
    if let Some(labels) = template_labels(body).filter(|labels| !labels.is_empty()) {
        label_as_pods(body, &labels);
        spec(body, |spec| {
            if spec.get("selector").is_none_or(Value::is_empty) {
                spec.insert("selector".into(), labels);
            }
        });
    }
    spec(body, |spec| fill(spec, &[("replicas", Number("1"))]));
}

fn job(server: Server, body: &mut Map) {
    if let Some(labels) = template_labels(body).filter(|labels| !labels.is_empty()) {
        label_as_pods(body, &labels);
    }
    spec(body, |spec| {
        if is_unset(spec, "completions") && is_unset(spec, "parallelism") {
            fill(spec, &[("completions", Number("1"))]);
        }
        let limit = if is_unset(spec, "backoffLimitPerIndex") { "6" } else { "2147483647" };
        if is_unset(spec, "backoffLimit") {
            spec.insert("backoffLimit".into(), Data::Number(limit.into()).into());
        }
        fill(
            spec,
            &[
                ("parallelism", Number("1")),
                ("completionMode", Text("NonIndexed")),
                ("suspend", Bool(false)),
                ("manualSelector", Bool(false)),
            ],
        );
        if server.is_since(29) && is_unset(spec, "podReplacementPolicy") {
            let fails = !is_unset(spec, "podFailurePolicy");
            let policy = if fails { "Failed" } else { "TerminatingOrFailed" };
            spec.insert("podReplacementPolicy".into(), policy.into());
        }
        if let Some(policy) = map_at(spec, &["podFailurePolicy"]) {
            for rule in items(policy, "rules") {
                for condition in items(rule, "onPodConditions") {
                    fill(condition, &[("status", Text("True"))]);
                }
            }
        }
    });
}

fn service(server: Server, body: &mut Map) {
    spec(body, |spec| {
        fill(spec, &[("sessionAffinity", Text("None")), ("type", Text("ClusterIP"))]);
        if text(spec, "sessionAffinity") == "None" {
            spec.remove("sessionAffinityConfig");
        } else if let Some(client) =
            make(spec, "sessionAffinityConfig").and_then(|config| make(config, "clientIP"))
        {
            fill(client, &[("timeoutSeconds", Number("10800"))]);
        }
        for port in items(spec, "ports") {
            fill(port, &[("protocol", Text("TCP"))]);
            let number = port.get("port").cloned();
            let has_target =
                !is_unset(port, "targetPort") && port.get("targetPort").is_some_and(is_not_zero);
            if !has_target {
                port.extend(number.map(|number| ("targetPort".into(), number)));
            }
        }
        traffic(server, spec);
    });
}

fn is_not_zero(value: &Value) -> bool {
    value.as_int() != Some(0)
}

fn traffic(server: Server, spec: &mut Map) {
    let kind = text(spec, "type").to_owned();
    let has_addresses = spec.get("externalIPs").is_some_and(|ips| !ips.is_empty());
    let is_balanced = kind == "LoadBalancer";
    if is_balanced || kind == "NodePort" || (kind == "ClusterIP" && has_addresses) {
        fill(spec, &[("externalTrafficPolicy", Text("Cluster"))]);
    }
    if kind != "ExternalName" && server.is_since(22) {
        fill(spec, &[("internalTrafficPolicy", Text("Cluster"))]);
    }
    if is_balanced && server.is_since(22) {
        fill(spec, &[("allocateLoadBalancerNodePorts", Bool(true))]);
    }
}

fn volume(spec: &mut Map) {
    fill(
        spec,
        &[("persistentVolumeReclaimPolicy", Text("Retain")), ("volumeMode", Text("Filesystem"))],
    );
    if let Some(capacity) = map_at(spec, &["capacity"]) {
        Amounts::Value.all(capacity);
    }
}

/// The server writes `stringData` into `data`; it is kept apart here under the names that it sets.
fn secret(body: &mut Map) {
    fill(body, &[("type", Text("Opaque"))]);
    let Some(Data::Map(texts)) = body.remove("stringData").map(|value| value.data) else { return };
    let Some(data) = make(body, "data") else { return };
    for (key, value) in texts {
        let text = value.as_str().unwrap_or_default();
        data.insert(key, base64(text.as_bytes()).as_str().into());
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..4 {
            if index <= chunk.len() {
                let letter = (group >> (18 - 6 * index)) & 63;
                out.push(char::from(LETTERS[letter as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn namespace(body: &mut Map) {
    let name = body.get("metadata").and_then(|metadata| metadata.get("name")).cloned();
    if let Some(name) = name
        && let Some(labels) = make(body, "metadata").and_then(|metadata| make(metadata, "labels"))
    {
        labels.insert("kubernetes.io/metadata.name".into(), name);
    }
}

/// Copies the entries of a map of amounts that another one lacks.
fn lend(item: &mut Map, from: &str, to: &str) {
    let source = item.get(from).and_then(Value::as_map).cloned().unwrap_or_default();
    if source.is_empty() {
        return;
    }
    let Some(target) = make(item, to) else { return };
    for (name, amount) in source {
        target.entry(name).or_insert(amount);
    }
}

fn limit_range(item: &mut Map) {
    for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        if let Some(amounts) = map_at(item, &[field]) {
            Amounts::Value.all(amounts);
        }
    }
    if text(item, "type") == "Container" {
        lend(item, "max", "default");
        lend(item, "default", "defaultRequest");
        lend(item, "min", "defaultRequest");
    }
}

fn autoscaler(spec: &mut Map) {
    fill(spec, &[("minReplicas", Number("1"))]);
    // `autoscaling/v1` has its one measure in a field of its own.
    let is_v1 = spec.contains_key("targetCPUUtilizationPercentage");
    if !is_v1 && spec.get("metrics").is_none_or(Value::is_empty) {
        let target = map([("type", "Utilization".into()), ("averageUtilization", number("80"))]);
        let resource = map([("name", "cpu".into()), ("target", target)]);
        let metric = map([("type", "Resource".into()), ("resource", resource)]);
        spec.insert("metrics".into(), Data::List(vec![metric]).into());
    }
    let Some(behavior) = map_at(spec, &["behavior"]) else { return };
    for (direction, stabilization) in [("scaleUp", Some("0")), ("scaleDown", None)] {
        let Some(rules) = make(behavior, direction) else { continue };
        fill(rules, &[("selectPolicy", Text("Max"))]);
        if let Some(seconds) = stabilization.filter(|_| is_unset(rules, STABILIZATION)) {
            rules.insert(STABILIZATION.into(), number(seconds));
        }
        if rules.get("policies").is_none_or(Value::is_empty) {
            let mut policies = vec![policy("Percent", "100")];
            if direction == "scaleUp" {
                policies.insert(0, policy("Pods", "4"));
            }
            rules.insert("policies".into(), Data::List(policies).into());
        }
    }
}

const STABILIZATION: &str = "stabilizationWindowSeconds";

fn policy(kind: &str, value: &str) -> Value {
    map([("type", kind.into()), ("value", number(value)), ("periodSeconds", number("15"))])
}

fn number(text: &str) -> Value {
    Data::Number(text.into()).into()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Data::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()).into()
}

fn network_policy(spec: &mut Map) {
    for direction in ["ingress", "egress"] {
        for rule in items(spec, direction) {
            items(rule, "ports").for_each(|port| fill(port, &[("protocol", Text("TCP"))]));
        }
    }
    if spec.get("policyTypes").is_none_or(Value::is_empty) {
        let has_egress = spec.get("egress").is_some_and(|rules| !rules.is_empty());
        let kinds: &[&str] = if has_egress { &["Ingress", "Egress"] } else { &["Ingress"] };
        let kinds = kinds.iter().map(|kind| Value::from(*kind)).collect();
        spec.insert("policyTypes".into(), Data::List(kinds).into());
    }
}

fn binding(body: &mut Map) {
    if let Some(role) = map_at(body, &["roleRef"]) {
        fill(role, &[("apiGroup", Text(RBAC))]);
    }
    for subject in items(body, "subjects") {
        if matches!(text(subject, "kind"), "User" | "Group") {
            fill(subject, &[("apiGroup", Text(RBAC))]);
        }
    }
}

fn webhook(kind: &str, hook: &mut Map) {
    fill(
        hook,
        &[
            ("failurePolicy", Text("Fail")),
            ("matchPolicy", Text("Equivalent")),
            ("namespaceSelector", Empty),
            ("objectSelector", Empty),
        ],
    );
    fill_zero(hook, &[("timeoutSeconds", Number("10"))]);
    if kind == "MutatingWebhookConfiguration" {
        fill(hook, &[("reinvocationPolicy", Text("Never"))]);
    }
    if let Some(service) = map_at(hook, &["clientConfig", "service"]) {
        fill(service, &[("port", Number("443"))]);
    }
    items(hook, "rules").for_each(|rule| fill(rule, &[("scope", Text("*"))]));
}
