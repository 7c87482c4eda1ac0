use std::fmt::Write as _;

use super::*;
use crate::{diff::resources, render::Document, source::MemoryTree};

fn set(text: &str) -> ResourceSet {
    let documents = text.split("\n---\n").map(|text| Document {
        template: "charts/web/templates/all.yaml".into(),
        chart_path: "web/templates/all.yaml".into(),
        bytes: text.as_bytes().into(),
        line: None,
        hook: None,
        is_crd: false,
        anew: None,
    });
    ResourceSet::read(&documents.collect::<Vec<_>>(), &"shop".into())
}

fn listed(old: &str, new: &str) -> String {
    let (old, new) = (set(old), set(new));
    let tree = MemoryTree::default();
    let locator = Locator { tree: &tree, values: None };
    let changes = resources(&old, &new);
    let mut out = String::new();
    for finding in findings(&old, &new, &changes, Some(locator), locator, How::default()) {
        let Finding { rule, severity, subject, path, message, .. } =
            finding.placed(Some(locator), locator);
        // Advice would stand beside every object of these tests.
        if rule.severity != Severity::Block
            && rule.id.starts_with("ZIJ-H0")
            && rule.id != "ZIJ-H011"
        {
            continue;
        }
        let subject = subject.map_or(String::new(), |subject| subject.id.to_string());
        let path = path.map_or(String::new(), |path| path.to_string());
        let message = message.split(" (line ").next().unwrap_or_default();
        writeln!(out, "{} {severity:?} {subject} {path}\n    {message}", rule.id).unwrap();
    }
    out
}

/// What is found when an object is new.
fn new(text: &str) -> String {
    listed("", text)
}

fn deployment(name: &str, labels: &str, rest: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n  \
         template:\n    metadata: {{labels: {{a: b, {labels}}}}}\n    spec: {{containers: [{{name: c, image: 'i:1', {rest}}}]}}\n"
    )
}

#[test]
fn a_sound_object_has_no_finding() {
    let long = "x".repeat(63);
    assert_eq!(
        new(&deployment(
            "web",
            &format!("v: {long}"),
            "ports: [{name: a2345678901234b, containerPort: 65535}]"
        )),
        ""
    );
}

#[test]
fn labels_are_checked_everywhere() {
    let long = "x".repeat(64);
    insta::assert_snapshot!(new(&deployment("web", &format!("v: {long}"), "")), @r"
    ZIJ-F001 Block Deployment/web spec.template.metadata.labels.v
        label `v` has 64 characters, the limit is 63: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`
    ");
    insta::assert_snapshot!(
        new("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: 1.10, y: true, 'a b': c, n: null}, annotations: {z: 3}}\n\
             spec: {containers: [{name: c, image: i}], nodeSelector: {disk: '-ssd'}, affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {p: 'q r'}}}]}}}"),
        @r#"
    ZIJ-F001 Block Pod/a metadata.labels.true
        label `true` is a boolean, not a text; quote it: `true`
    ZIJ-F001 Block Pod/a metadata.labels.x
        label `x` is a number, not a text; quote it: `1.1`
    ZIJ-F001 Block Pod/a spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels.p
        label `p` must begin and end with a letter or digit, with only letters, digits, `-`, `_` and `.` between: `q r`
    ZIJ-F001 Block Pod/a spec.nodeSelector.disk
        label `disk` must begin and end with a letter or digit, with only letters, digits, `-`, `_` and `.` between: `-ssd`
    ZIJ-F002 Block Pod/a metadata.labels["a b"]
        label key `a b` must begin and end with a letter or digit, with only letters, digits, `-`, `_` and `.` between
    ZIJ-F003 Block Pod/a metadata.annotations.z
        annotation `z` is a number, not a text; quote it: `3`
    "#
    );
    insta::assert_snapshot!(
        new("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {x: 'y/z'}, ports: [{port: 0}, {port: 1, name: Web, targetPort: a-very-long-target, nodePort: 3}]}"),
        @r"
    ZIJ-F001 Block Service/a spec.selector.x
        label `x` must begin and end with a letter or digit, with only letters, digits, `-`, `_` and `.` between: `y/z`
    ZIJ-F008 Block Service/a spec.ports[0].port
        port `0` is no number from 1 to 65535
    ZIJ-F008 Block Service/a spec.ports[1].name
        port name `Web` must be lower-case letters, digits and `-`, with a letter or digit at both ends
    ZIJ-F008 Block Service/a spec.ports[1].targetPort
        targetPort `a-very-long-target` has 18 characters, the limit is 15
    ZIJ-F014 Block Service/a spec.ports[0].name
        a Service with 2 ports needs a name for each
    ZIJ-F014 Block Service/a spec.ports[1].nodePort
        nodePort 3 is not allowed on a Service of type ClusterIP
    "
    );
    // Another group's schema is its own affair.
    assert_eq!(
        new(
            "apiVersion: example.com/v1\nkind: X\nmetadata: {name: a}\nspec: {metadata: {labels: {x: 'a b'}}}"
        ),
        ""
    );
}

#[test]
fn annotations_have_a_size() {
    let annotated = |size: usize| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, annotations: {{k: {}}}}}",
            "x".repeat(size)
        )
    };
    assert_eq!(new(&annotated(256 * 1024 - 1)), "");
    insta::assert_snapshot!(new(&annotated(256 * 1024)), @r"
    ZIJ-F003 Block ConfigMap/a metadata.annotations
        the annotations have 262145 bytes together, the limit is 262144
    ");
}

#[test]
fn names_follow_their_kind() {
    let named = |api: &str, kind: &str, name: &str| {
        new(&format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name:?}}}\nspec: {{}}"))
            .lines()
            .filter(|line| line.starts_with("ZIJ-F005") || line.starts_with("ZIJ-F006"))
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let long = |count: usize| "a".repeat(count);
    for (api, kind, name, want) in [
        ("v1", "ConfigMap", long(253), ""),
        ("v1", "ConfigMap", long(254), "ZIJ-F005 Block"),
        ("v1", "ConfigMap", "a_b".into(), "ZIJ-F005 Block"),
        ("v1", "Namespace", long(63), ""),
        ("v1", "Namespace", "a.b".into(), "ZIJ-F005 Block"),
        ("v1", "Service", "1a".into(), "ZIJ-F005 Warn"),
        ("v1", "Service", long(64), "ZIJ-F005 Block"),
        ("apps/v1", "StatefulSet", long(52), ""),
        ("apps/v1", "StatefulSet", long(53), "ZIJ-F006 Block"),
        ("apps/v1", "StatefulSet", long(64), "ZIJ-F005 Block, ZIJ-F006 Block"),
        ("batch/v1", "CronJob", long(52), ""),
        ("batch/v1", "CronJob", long(53), "ZIJ-F005 Block"),
        ("rbac.authorization.k8s.io/v1", "Role", "system:a".into(), ""),
        ("rbac.authorization.k8s.io/v1", "Role", "a/b".into(), "ZIJ-F005 Block"),
    ] {
        assert_eq!(named(api, kind, &name), want, "{kind} {name}");
    }
}

#[test]
fn only_what_is_new_blocks() {
    let (short, long, longer) =
        ("v: x".to_owned(), format!("v: {}", "x".repeat(64)), format!("v: {}", "x".repeat(65)));
    let object = |labels: &str| deployment("web", labels, "");
    assert_eq!(listed(&object(&long), &object(&long)), "");
    assert_eq!(listed(&object(&long), &object(&short)), "");
    insta::assert_snapshot!(listed(&object(&long), &object(&longer)), @r"
    ZIJ-F001 Info Deployment/web spec.template.metadata.labels.v
        label `v` has 65 characters, the limit is 63: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`
    ");
}

#[test]
fn selectors() {
    let base = deployment("web", "", "");
    let matched = base.replace("matchLabels: {a: b}", "matchLabels: {a: c}");
    insta::assert_snapshot!(listed(&base, &matched), @r"
    ZIJ-U001 Block Deployment/web spec.selector.matchLabels.a
        `spec.selector.matchLabels.a` cannot change: it is `b` and would be `c`
    ZIJ-U003 Block Deployment/web spec.selector.matchLabels.a
        the selector wants label `a` to be `c`, the pod template has `b`
    ");
    insta::assert_snapshot!(new(&base.replace("{matchLabels: {a: b}}", "{}")), @r"
    ZIJ-U003 Block Deployment/web spec.selector
        `spec.selector` is empty and would select every pod
    ");
    let expressions = |operator: &str, values: &str| {
        let selector =
            format!("{{matchExpressions: [{{key: a, operator: {operator}, values: [{values}]}}]}}");
        !new(&base.replace("{matchLabels: {a: b}}", &selector)).is_empty()
    };
    assert!(!expressions("In", "b, c") && expressions("In", "c"));
    assert!(!expressions("NotIn", "c") && expressions("NotIn", "b"));
    assert!(!expressions("Exists", "") && expressions("DoesNotExist", ""));
}

#[test]
fn stateful_sets_are_mostly_fixed() {
    let base = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  replicas: 3\n  \
                selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}}\n  \
                volumeClaimTemplates: [{metadata: {name: data, labels: {chart: db-1}}, spec: {resources: {requests: {storage: 1Gi}}}}]\n";
    let with = |from: &str, to: &str| listed(base, &base.replace(from, to));
    assert_eq!(with("storage: 1Gi", "storage: 1024Mi"), "");
    assert_eq!(with("serviceName: db", "serviceName: db\n  podManagementPolicy: OrderedReady"), "");
    assert_eq!(with("replicas: 3", "replicas: 4\n  minReadySeconds: 5"), "");
    insta::assert_snapshot!(
        [
            with("storage: 1Gi", "storage: 2Gi"),
            with("chart: db-1", "chart: db-2"),
            with("serviceName: db", "serviceName: db-headless"),
            with("serviceName: db", "serviceName: db\n  revisionHistoryLimit: 3"),
            with("replicas: 3", "replicas: 0"),
            with("replicas: 3", "replicas: 2\n  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}"),
        ]
        .join("-\n"),
        @r"
    ZIJ-U004 Block StatefulSet/db spec.volumeClaimTemplates[0].spec.resources.requests.storage
        `spec.volumeClaimTemplates[0].spec.resources.requests.storage` cannot change: it is `1Gi` and would be `2Gi`
    -
    ZIJ-U004 Block StatefulSet/db spec.volumeClaimTemplates[0].metadata.labels.chart
        `spec.volumeClaimTemplates[0].metadata.labels.chart` cannot change: it is `db-1` and would be `db-2`
    -
    ZIJ-U004 Block StatefulSet/db spec.serviceName
        `spec.serviceName` cannot change: it is `db` and would be `db-headless`
    -
    ZIJ-U004 Warn StatefulSet/db spec.revisionHistoryLimit
        `spec.revisionHistoryLimit` cannot change: it is nothing and would be `3`; the cluster's version is not known
    -
    ZIJ-D014 Warn StatefulSet/db spec.replicas
        StatefulSet/db goes from 3 to 0 pods and keeps their claims
    ZIJ-H011 Warn StatefulSet/db spec.replicas
        StatefulSet/db goes from 3 pods to none
    -
    ZIJ-D014 Block StatefulSet/db spec.replicas
        StatefulSet/db goes from 3 to 2 pods and deletes their claims (`whenScaled: Delete`)
    "
    );
}

/// API version, kind, and the rest of the object on base and head.
const FIXED: &[(&str, &str, &str, &str)] = &[
    (
        "v1",
        "PersistentVolumeClaim",
        "spec: {storageClassName: a, resources: {requests: {storage: 2Gi}}}",
        "spec: {storageClassName: b, resources: {requests: {storage: 1Gi}}}",
    ),
    (
        "v1",
        "PersistentVolumeClaim",
        "spec: {resources: {requests: {storage: 1Gi}}}",
        "spec: {storageClassName: b, resources: {requests: {storage: 2Gi}}}",
    ),
    (
        "v1",
        "PersistentVolume",
        "spec: {hostPath: {path: /a}}",
        "spec: {hostPath: {path: /b}, nodeAffinity: {required: {}}}",
    ),
    (
        "v1",
        "Secret",
        "type: Opaque\nimmutable: true\nstringData: {p: hunter2}",
        "type: example.com/key\nimmutable: true\nstringData: {p: hunter3}",
    ),
    ("v1", "ConfigMap", "immutable: true\ndata: {a: b}", "data: {a: b}"),
    (
        "v1",
        "Service",
        "spec: {ports: [{port: 80}]}",
        "spec: {clusterIP: None, ports: [{port: 80}]}",
    ),
    (
        "v1",
        "Service",
        "spec: {clusterIP: None, ports: [{port: 80}]}",
        "spec: {ports: [{port: 80}]}",
    ),
    (
        "v1",
        "Service",
        "spec: {type: LoadBalancer, ports: [{port: 80}]}",
        "spec: {type: ClusterIP, ports: [{port: 80}]}",
    ),
    (
        "v1",
        "Service",
        "spec: {type: LoadBalancer, loadBalancerIP: 1.2.3.4, ports: [{port: 80}]}",
        "spec: {type: ClusterIP, ports: [{port: 80}]}",
    ),
    (
        "batch/v1",
        "Job",
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'x:1'}]}}}",
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'x:2'}]}}}",
    ),
    (
        "batch/v1",
        "Job",
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'x:1'}]}}}",
        "spec: {template: {spec: {restartPolicy: Never, dnsPolicy: ClusterFirst, containers: [{name: a, image: 'x:1'}]}}}",
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "roleRef: {kind: Role, name: a}",
        "roleRef: {kind: Role, name: b, apiGroup: rbac.authorization.k8s.io}",
    ),
    (
        "storage.k8s.io/v1",
        "StorageClass",
        "provisioner: a",
        "provisioner: b\nreclaimPolicy: Delete",
    ),
    ("scheduling.k8s.io/v1", "PriorityClass", "value: 1", "value: 2"),
    ("networking.k8s.io/v1", "IngressClass", "spec: {controller: a}", "spec: {controller: b}"),
    (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "spec: {group: a, versions: [{name: v1, storage: true}]}",
        "spec: {group: b, versions: [{name: v2, storage: true}, {name: v3, storage: true}]}",
    ),
    (
        "apps/v1",
        "DaemonSet",
        "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: d}}, spec: {containers: [{name: c, image: i}]}}}",
        "spec: {selector: {matchLabels: {a: b, c: d}}, template: {metadata: {labels: {a: b, c: d}}, spec: {containers: [{name: c, image: i}]}}}",
    ),
];

#[test]
fn other_fixed_fields() {
    let object = |api: &str, kind: &str, rest: &str| {
        format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}\n")
    };
    let all: Vec<String> = FIXED
        .iter()
        .map(|(api, kind, old, new)| {
            format!("# {kind}\n{}", listed(&object(api, kind, old), &object(api, kind, new)))
        })
        .collect();
    assert!(!all.concat().contains("hunter"));
    insta::assert_snapshot!(all.concat(), @r"
    # PersistentVolumeClaim
    ZIJ-U006 Block PersistentVolumeClaim/a spec.resources.requests.storage
        a volume cannot shrink: it is `2Gi` and would be `1Gi`
    ZIJ-U006 Block PersistentVolumeClaim/a spec.storageClassName
        `spec.storageClassName` cannot change: it is `a` and would be `b`
    # PersistentVolumeClaim
    ZIJ-U006 Warn PersistentVolumeClaim/a spec.storageClassName
        `spec.storageClassName` cannot change: it is nothing and would be `b`
    # PersistentVolume
    ZIJ-U007 Block PersistentVolume/a spec.hostPath
        `spec.hostPath` cannot change: it is `{path: /a}` and would be `{path: /b}`
    # Secret
    ZIJ-U008 Block Secret/a stringData.p
        the Secret is immutable, but `stringData.p` differs
    ZIJ-U008 Block Secret/a type
        `type` cannot change: it is `Opaque` and would be `example.com/key`
    # ConfigMap
    ZIJ-U008 Block ConfigMap/a immutable
        `immutable` of a ConfigMap cannot be taken back
    # Service
    ZIJ-U010 Block Service/a spec.clusterIP
        `spec.clusterIP` cannot change: it is nothing and would be `None`
    # Service
    # Service
    ZIJ-D011 Block Service/a spec.type
        Service/a stops being a LoadBalancer and would be `ClusterIP`: its external address is given back
    # Service
    # Job
    ZIJ-U005 Block Job/a spec.template.spec.containers[name=a].image
        `spec.template.spec.containers[name=a].image` cannot change: it is `x:1` and would be `x:2`
    # Job
    # RoleBinding
    ZIJ-U012 Block RoleBinding/a roleRef.name
        `roleRef.name` cannot change: it is `a` and would be `b`
    # StorageClass
    ZIJ-U011 Block StorageClass/a provisioner
        `provisioner` cannot change: it is `a` and would be `b`
    # PriorityClass
    ZIJ-U011 Block PriorityClass/a value
        `value` cannot change: it is `1` and would be `2`
    # IngressClass
    ZIJ-U011 Block IngressClass/a spec.controller
        `spec.controller` cannot change: it is `a` and would be `b`
    # CustomResourceDefinition
    ZIJ-F015 Block CustomResourceDefinition/a spec.versions
        2 of 2 versions have `storage: true`, exactly one must
    ZIJ-U013 Block CustomResourceDefinition/a spec.group
        `spec.group` cannot change: it is `a` and would be `b`
    ZIJ-U013 Warn CustomResourceDefinition/a spec.versions
        version `v1` is gone: refused while objects stored as it exist (`status.storedVersions`)
    # DaemonSet
    ZIJ-U001 Block DaemonSet/a spec.selector.matchLabels.c
        `spec.selector.matchLabels.c` cannot change: it is nothing and would be `d`
    ");
}

#[test]
fn strategies_leave_room() {
    let found = |kind: &str, rest: &str| {
        let text = deployment("web", "", "")
            .replace("Deployment", kind)
            .replace("spec:\n  selector", &format!("spec:\n  {rest}\n  selector"));
        let found = new(&text);
        assert!(found.is_empty() || found.starts_with("ZIJ-U019 Block"), "{found}");
        !found.is_empty()
    };
    for (kind, good, bad) in [
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
            "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
        ),
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: 200%, maxUnavailable: 100%}}",
            "strategy: {rollingUpdate: {maxUnavailable: 101%}}",
        ),
        (
            "Deployment",
            "strategy: {type: Recreate, rollingUpdate: null}",
            "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
        ),
        ("Deployment", "minReadySeconds: 599", "minReadySeconds: 600"),
        (
            "DaemonSet",
            "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
            "updateStrategy: {rollingUpdate: {maxSurge: 1}}",
        ),
        (
            "DaemonSet",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}",
        ),
        (
            "StatefulSet",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 1}}",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}",
        ),
    ] {
        assert!(!found(kind, good), "{kind} {good}");
        assert!(found(kind, bad), "{kind} {bad}");
    }
}

#[test]
fn losses() {
    let object = |api: &str, kind: &str, rest: &str| {
        format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}\n")
    };
    let kept = "metadata: {name: a, annotations: {helm.sh/resource-policy: keep}}";
    let cases = [
        object("v1", "PersistentVolumeClaim", ""),
        object("v1", "PersistentVolumeClaim", "").replace("metadata: {name: a}", kept),
        object("v1", "PersistentVolume", "spec: {persistentVolumeReclaimPolicy: Delete}"),
        object("v1", "PersistentVolume", ""),
        object("v1", "Namespace", ""),
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", ""),
        object("apps/v1", "StatefulSet", ""),
        object("v1", "Service", "spec: {type: LoadBalancer}"),
        object("v1", "Service", "spec: {type: LoadBalancer, loadBalancerIP: 1.2.3.4}"),
        object("v1", "ConfigMap", ""),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|old| format!("# {}\n{}", old.lines().nth(1).unwrap(), listed(old, "")))
        .collect();
    insta::assert_snapshot!(all.concat(), @r"
    # kind: PersistentVolumeClaim
    ZIJ-D001 Block PersistentVolumeClaim/a 
        PersistentVolumeClaim/a is deleted, and with it the data of its volume unless the volume's reclaim policy is Retain
    # kind: PersistentVolumeClaim
    ZIJ-D008 Warn PersistentVolumeClaim/a 
        PersistentVolumeClaim/a is no longer rendered but stays in the cluster, managed by nobody
    # kind: PersistentVolume
    ZIJ-D001 Block PersistentVolume/a 
        PersistentVolume/a is deleted, and with it its data, since its reclaim policy is Delete
    # kind: PersistentVolume
    # kind: Namespace
    ZIJ-D002 Block Namespace/a 
        Namespace/a is deleted, and with it every object in it
    # kind: CustomResourceDefinition
    ZIJ-D003 Block CustomResourceDefinition/a 
        CustomResourceDefinition/a is deleted, and with it every object of its kind in the whole cluster
    # kind: StatefulSet
    ZIJ-D004 Warn StatefulSet/a 
        StatefulSet/a is deleted, and with it its pods; its claims stay
    # kind: Service
    ZIJ-D010 Block Service/a 
        Service/a is deleted, and with it its external address, which is not pinned
    # kind: Service
    # kind: ConfigMap
    ");
}

#[test]
fn what_configuration_may_hold_is_counted_in_bytes() {
    const MOST: usize = 1024 * 1024;
    let object = |kind: &str, data: &str| {
        format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n{data}\n")
    };
    let text = |count: usize| "a".repeat(count);
    let base64 = |bytes: usize| {
        let padding = ["", "==", "="][bytes % 3];
        format!("{}{padding}", "A".repeat((bytes * 8).div_ceil(6)))
    };
    for (kind, data, is_right) in [
        ("ConfigMap", format!("data: {{a: {}}}", text(MOST)), true),
        ("ConfigMap", format!("data: {{a: {}, b: c}}", text(MOST)), false),
        ("ConfigMap", format!("binaryData: {{a: {}}}", base64(MOST)), true),
        ("ConfigMap", format!("binaryData: {{a: {}}}", base64(MOST + 1)), false),
        ("Secret", format!("data: {{a: {}}}", base64(MOST)), true),
        ("Secret", format!("data: {{a: {}}}", base64(MOST + 1)), false),
        ("Secret", format!("data: {{a: {}}}\nstringData: {{a: b}}", base64(MOST)), true),
    ] {
        let found = listed("", &object(kind, &data));
        assert_eq!(!found.contains("ZIJ-F010 Block"), is_right, "{kind}: {found}");
    }
}
