//! What a change of manifests does to pods, from the files to the prediction.

use proptest::prelude::*;
use zij_core::{
    inventory::{Config, Inventory},
    policy::Policy,
    predict::{
        self, CellPrediction, CellState, Prediction, Revision, RollbackVerdict, RolloutVerdict,
        TriggerKind, predict,
    },
    render::Renderer,
    source::MemoryTree,
};

const CONFIG: &str = "
clusters: { kr-1: { kube: '1.35', labels: { nodes: '100' } } }
apps:
  - match: 'clusters/{cluster}/{app}.yaml'
    chart: 'charts/{app}'
    values: ['{match}']
    namespace: shop
";

fn tree(manifests: &str) -> MemoryTree {
    MemoryTree::new([
        ("zij.yaml", CONFIG),
        ("clusters/kr-1/web.yaml", "{}\n"),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/templates/all.yaml", manifests),
    ])
}

fn prediction(base: &str, head: &str) -> Prediction {
    let (base, head) = (tree(base), tree(head));
    let inventory = |tree: &MemoryTree| Inventory::of(tree, &Config::of(tree));
    let (old, new) = (inventory(&base), inventory(&head));
    predict(
        Some(Revision { tree: &base, inventory: &old }),
        Revision { tree: &head, inventory: &new },
        &Renderer::default(),
        &predict::Options::default(),
        &|_, _| {},
    )
}

fn cell(base: &str, head: &str) -> CellPrediction {
    prediction(base, head).cells.remove(0)
}

/// A workload with parts of its metadata, spec, template metadata and container.
fn workload(kind: &str, metadata: &str, spec: &str, labels: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web, {metadata}}}\nspec:\n  \
         selector: {{matchLabels: {{app: web}}}}\n  serviceName: web\n  {spec}\n  template:\n    \
         metadata: {{labels: {{app: web, {labels}}}}}\n    spec:\n      containers:\n      \
         - {{name: c, image: 'web:1', {container}}}\n"
    )
}

/// The one workload's verdict and figures: lowest, peak, waves, seconds.
fn figures(base: &str, head: &str) -> (RolloutVerdict, [Option<u64>; 4]) {
    let cell = cell(base, head);
    let rollout = cell.rollouts.first().expect("a rollout");
    let number = |value: Option<u32>| value.map(u64::from);
    let seconds = rollout.duration.map(|duration| duration.expected);
    let figures = [number(rollout.lowest), number(rollout.peak), number(rollout.waves), seconds];
    (rollout.verdict, figures)
}

#[test]
fn each_kind_of_change_has_its_verdict() {
    use RolloutVerdict as V;
    let old = |kind: &str, spec: &str| workload(kind, "", spec, "", "");
    let new = |kind: &str, spec: &str| workload(kind, "", spec, "v: '2'", "");
    for (kind, spec, want, want_figures) in [
        ("Deployment", "replicas: 3", V::Roll, [Some(3), Some(4), Some(3), Some(60)]),
        ("Deployment", "replicas: 4", V::Roll, [Some(3), Some(5), Some(2), Some(40)]),
        (
            "Deployment",
            "strategy: {type: Recreate}",
            V::RecreatePods,
            [Some(0), Some(1), Some(1), Some(25)],
        ),
        ("Deployment", "paused: true", V::Deferred, [Some(1), Some(1), None, None]),
        ("StatefulSet", "replicas: 3", V::Roll, [Some(2), Some(3), Some(3), Some(75)]),
        (
            "StatefulSet",
            "updateStrategy: {type: OnDelete}",
            V::Deferred,
            [Some(1), Some(1), None, None],
        ),
        (
            "DaemonSet",
            "updateStrategy: {type: RollingUpdate}",
            V::Roll,
            [Some(99), Some(100), Some(100), Some(2500)],
        ),
        (
            "DaemonSet",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}",
            V::Roll,
            [Some(90), Some(100), Some(10), Some(250)],
        ),
        ("ReplicaSet", "replicas: 2", V::None, [None, None, None, None]),
    ] {
        assert_eq!(
            figures(&old(kind, spec), &new(kind, spec)),
            (want, want_figures),
            "{kind} {spec}"
        );
    }
    let scaled = figures(&old("Deployment", "replicas: 2"), &old("Deployment", "replicas: 5"));
    assert_eq!(scaled, (V::Scale, [Some(2), Some(5), Some(1), Some(20)]));
    let selector = old("Deployment", "").replace("{app: web}}", "{app: shop}}");
    assert_eq!(figures(&old("Deployment", ""), &selector).0, V::Blocked);
}

#[test]
fn triggers_say_what_they_are() {
    let base = workload(
        "Deployment",
        "",
        "",
        "",
        "env: [{name: A, valueFrom: {configMapKeyRef: {name: cm-abcde12345, key: a}}}]",
    );
    let kinds = |head: &str| -> Vec<TriggerKind> {
        cell(&base, head).rollouts[0].triggers.iter().map(|trigger| trigger.kind).collect()
    };
    assert_eq!(kinds(&base.replace("web:1", "web:2")), [TriggerKind::Image]);
    assert_eq!(
        kinds(&base.replace("cm-abcde12345", "cm-fghkm24567")),
        [TriggerKind::GeneratedName]
    );
    assert_eq!(
        kinds(&base.replace("{app: web, }", "{app: web, helm.sh/chart: web-2}")),
        [TriggerKind::Label]
    );
    let annotated =
        base.replace("{app: web, }}", "{app: web, }, annotations: {checksum/config: abc}}");
    assert_eq!(kinds(&annotated), [TriggerKind::Checksum]);
    assert_eq!(kinds(&base.replace("name: c,", "name: c, args: [x],")), [TriggerKind::Template]);
}

const CONFIG_MAP: &str =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {a: '1', b: x}\n";

#[test]
fn configuration_that_no_pod_sees_is_told() {
    let verdict = |metadata: &str, container: &str, volumes: &str| {
        let text = workload("Deployment", metadata, "replicas: 2", "", container) + volumes;
        let (base, head) = (text.clone() + CONFIG_MAP, text + &CONFIG_MAP.replace("'1'", "'2'"));
        let cell = cell(&base, &head);
        let stale = cell.findings.iter().any(|finding| finding.rule.id == "ZIJ-R002");
        cell.rollouts.first().map(|rollout| (rollout.verdict, stale))
    };
    use RolloutVerdict as V;
    let environment = "envFrom: [{configMapRef: {name: cm}}]";
    assert_eq!(verdict("", environment, ""), Some((V::StaleConfig, true)));
    let key = |key: &str| {
        format!("env: [{{name: A, valueFrom: {{configMapKeyRef: {{name: cm, key: {key}}}}}}}]")
    };
    assert_eq!(verdict("", &key("a"), ""), Some((V::StaleConfig, true)));
    assert_eq!(verdict("", &key("b"), ""), None);
    let volume = "      volumes: [{name: v, configMap: {name: cm}}]\n";
    assert_eq!(
        verdict("", "volumeMounts: [{name: v, mountPath: /c}]", volume),
        Some((V::None, false))
    );
    let file = "volumeMounts: [{name: v, mountPath: /c/a, subPath: a}]";
    assert_eq!(verdict("", file, volume), Some((V::StaleConfig, true)));
    let reloaded = "annotations: {reloader.stakater.com/auto: 'true'}";
    assert_eq!(verdict(reloaded, environment, ""), Some((V::Reload, false)));
}

#[test]
fn promises_are_kept_or_told() {
    let found = |promise: &str| {
        let metadata = format!("annotations: {{{promise}}}");
        let old = workload("StatefulSet", &metadata, "replicas: 3", "", "");
        let cell = cell(&old, &old.replace("web:1", "web:2"));
        cell.findings.iter().any(|finding| finding.rule.id == "ZIJ-S001")
    };
    assert!(found("zij.dev/min-available: 100%") && found("zij.dev/min-available: '3'"));
    assert!(!found("zij.dev/min-available: 66%") && !found("zij.dev/min-available: nonsense"));
    assert!(found("zij.dev/max-rollout: 1m") && !found("zij.dev/max-rollout: 2m"));
}

/// The gate MaxUnavailableStatefulSet is off by default, at 1.35 and later too.
#[test]
fn a_stateful_set_goes_one_by_one_whatever_it_says() {
    let spec = "replicas: 4\n  updateStrategy: {rollingUpdate: {maxUnavailable: 3}}";
    let text = |labels: &str| workload("StatefulSet", "", spec, labels, "");
    let (verdict, [lowest, _, waves, _]) = figures(&text(""), &text("v: '2'"));
    assert_eq!((verdict, lowest, waves), (RolloutVerdict::Roll, Some(3), Some(4)));
    let cell = cell(&text(""), &text("v: '2'"));
    let told = &cell.rollouts[0].assumptions;
    assert!(told.iter().any(|text| text.contains("MaxUnavailableStatefulSet")), "{told:?}");
}

/// Budgets of the repository count what rollouts do.
#[test]
fn budgets_count_pods_that_are_down() {
    let found = |budgets: &str| {
        let old = workload("StatefulSet", "", "replicas: 3", "", "");
        let (base, head) = (tree(&old), tree(&old.replace("web:1", "web:2")));
        let config = |tree: &MemoryTree| Inventory::of(tree, &Config::of(tree));
        let (old, new) = (config(&base), config(&head));
        let text = format!("policy: {{budgets: {{{budgets}}}}}");
        let policy = Policy::of(&Config::parse("zij.yaml", text.as_bytes()));
        let predicted = predict(
            Some(Revision { tree: &base, inventory: &old }),
            Revision { tree: &head, inventory: &new },
            &Renderer::default(),
            &predict::Options { policy, ..predict::Options::default() },
            &|_, _| {},
        );
        predicted.cells[0].state == CellState::Blocked
    };
    assert!(found("podsDown: 0") && !found("podsDown: 1"));
    assert!(found("minAvailable: {web: 67%}") && !found("minAvailable: {web: 66%}"));
    assert!(!found("minAvailable: {shop: 100%}") && found("minAvailable: {'*': 100%}"));
}

#[test]
fn undoing_is_told_before_it_is_needed() {
    let verdict = |base: &str, head: &str| cell(base, head).rollback.map(|back| back.verdict);
    let claim = |size: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: d}}\nspec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
        )
    };
    let map =
        |rest: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n{rest}\n");
    let crd = |stored: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: t}}\nspec: {{group: g, names: {{kind: T, plural: t}}, scope: Namespaced, versions: [{stored}]}}\n"
        )
    };
    let job = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}\nspec: {template: {spec: {containers: []}}}\n";
    let web = workload("Deployment", "", "", "", "");
    use RollbackVerdict as V;
    for (base, head, want) in [
        (map("data: {a: '1'}"), map("data: {a: '2'}"), V::Clean),
        (web.clone(), web.replace("web:1", "web:2"), V::Rolls),
        (claim("1Gi"), claim("2Gi"), V::OneWay),
        (map("data: {a: '1'}"), map("data: {a: '1'}\nimmutable: true"), V::OneWay),
        (
            crd("{name: v1, storage: true}"),
            crd("{name: v1, storage: false}, {name: v2, storage: true}"),
            V::OneWay,
        ),
        (map(""), map("") + "---\n" + &claim("1Gi"), V::Partial),
        (map("") + "---\n" + &claim("1Gi"), map(""), V::OneWay),
        (web.clone(), web.replace("web:1", "web:2") + job, V::Partial),
    ] {
        assert_eq!(verdict(&base, &head), Some(want), "{head}");
    }
}

/// Defaults by the place where they are written.
const DEFAULTS: [(usize, &str); 12] = [
    (1, "progressDeadlineSeconds: 600"),
    (1, "revisionHistoryLimit: 10"),
    (1, "minReadySeconds: 0"),
    (1, "strategy: {type: RollingUpdate}"),
    (1, "strategy: {rollingUpdate: {maxSurge: 25%}}"),
    (3, "terminationMessagePath: /dev/termination-log"),
    (3, "imagePullPolicy: IfNotPresent"),
    (3, "resources: {}"),
    (3, "env: []"),
    (3, "stdin: false"),
    (3, "terminationMessagePolicy: File"),
    (3, "ports: []"),
];

fn random_container() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "",
        "args: [a, b]",
        "resources: {limits: {cpu: 1}}",
        "ports: [{containerPort: 80}]",
        "readinessProbe: {httpGet: {port: 80}}",
        "envFrom: [{configMapRef: {name: cm}}]",
        "livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 5}",
    ]);
    part.prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_changes_against_itself(container in random_container(), replicas in 0..5) {
        let text = workload("Deployment", "", &format!("replicas: {replicas}"), "", &container);
        let cell = cell(&text, &(text.clone() + "\n"));
        prop_assert_eq!(cell.state, CellState::Unchanged);
        prop_assert!(cell.rollouts.is_empty() && cell.rollback.is_none());
    }

    #[test]
    fn a_default_that_is_written_down_never_rolls(
        (place, text) in prop::sample::select(DEFAULTS.to_vec()),
        replicas in 1..5,
    ) {
        let part = |at: usize| if at == place { text } else { "" };
        let with = workload("Deployment", "", &format!("replicas: {replicas}\n  {}", part(1)), "", part(3));
        let without = workload("Deployment", "", &format!("replicas: {replicas}\n  "), "", "");
        for (base, head) in [(&without, &with), (&with, &without)] {
            let cell = cell(base, head);
            prop_assert!(!cell.rollouts.iter().any(predict::Rollout::restarts), "{}", text);
        }
    }

    #[test]
    fn a_label_of_the_workload_itself_never_rolls(
        kind in prop::sample::select(vec!["Deployment", "StatefulSet", "DaemonSet"]),
        value in "[a-z]{1,8}",
        container in random_container(),
    ) {
        let base = workload(kind, "", "", "", &container);
        let head = workload(kind, &format!("labels: {{x: '{value}'}}"), "", "", &container);
        let cell = cell(&base, &head);
        prop_assert_eq!(cell.state, CellState::Changed);
        prop_assert!(cell.rollouts.iter().all(|rollout| rollout.verdict == RolloutVerdict::None));
    }

    /// Going there, back and there again is going there: the same fields, the same pods.
    #[test]
    fn a_rollback_of_a_rollback_is_the_change(
        (one, other) in (random_container(), random_container()),
        (from, to) in (1..6, 1..6),
    ) {
        let base = workload("Deployment", "", &format!("replicas: {from}"), "", &one);
        let head = workload("Deployment", "", &format!("replicas: {to}"), "", &other);
        let there = prediction(&base, &head);
        let back = prediction(&head, &base);
        let restarts = |prediction: &Prediction| {
            let rollouts = prediction.cells.iter().flat_map(|cell| &cell.rollouts);
            rollouts.map(predict::Rollout::restarts).collect::<Vec<_>>()
        };
        prop_assert_eq!(restarts(&there), restarts(&back));
        let paths = |prediction: &Prediction, swap: bool| {
            let fields = prediction.groups.iter().flat_map(|g| &g.resources).flat_map(|r| &r.fields);
            let sides = fields.map(|field| {
                let (old, new) = (format!("{:?}", field.old), format!("{:?}", field.new));
                (field.path.to_string(), if swap { (new, old) } else { (old, new) })
            });
            let mut sides: Vec<_> = sides.collect();
            sides.sort();
            sides
        };
        prop_assert_eq!(paths(&there, false), paths(&back, true));
        let again = prediction(&base, &head);
        prop_assert_eq!(&again.cells[0].rollouts, &there.cells[0].rollouts);
        prop_assert_eq!(&again.cells[0].rollback, &there.cells[0].rollback);
    }

    #[test]
    fn available_pods_stay_between_none_and_all(
        kind in prop::sample::select(vec!["Deployment", "StatefulSet", "DaemonSet"]),
        (from, to) in (0..8, 0..8),
        (surge, unavailable) in (0..4, 1..4),
    ) {
        let strategy = match kind {
            "Deployment" => format!("strategy: {{rollingUpdate: {{maxSurge: {surge}, maxUnavailable: {unavailable}}}}}"),
            _ => format!("updateStrategy: {{rollingUpdate: {{maxUnavailable: {unavailable}}}}}"),
        };
        let text = |count: i32, labels: &str| workload(kind, "", &format!("replicas: {count}\n  {strategy}"), labels, "");
        for rollout in cell(&text(from, ""), &text(to, "v: '2'")).rollouts {
            if let (Some(lowest), Some(count), Some(peak)) = (rollout.lowest, rollout.replicas, rollout.peak) {
                prop_assert!(lowest <= count && count <= peak, "{:?}", rollout);
            }
        }
    }
}
