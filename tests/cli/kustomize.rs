//! `zij kustomize`: kustomize's flags, bytes and exit codes, and what a hostile kustomization cannot do.

use std::{fmt::Write as _, fs, os::unix::fs::symlink};

use zij_core::{
    inventory::content_digest,
    source::{MemoryTree, TreePath},
};
use zij_testkit::TestRepository;

use crate::fleet::{told, zij, zij_in};

const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: \"system:x\"}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: q}
";

fn repository(files: &[(&str, &str)]) -> TestRepository {
    let repository = TestRepository::new();
    for (path, content) in files {
        repository.write(path, content);
    }
    repository
}

fn layers() -> TestRepository {
    repository(&[
        ("base/kustomization.yaml", "resources: [objects.yaml]\n"),
        ("base/objects.yaml", OBJECTS),
        ("over/kustomization.yaml", "resources: [../base]\nnamePrefix: p-\n"),
        ("above/kustomization.yaml", "resources: [../base/objects.yaml]\n"),
        ("charts/kustomization.yaml", "helmCharts:\n- {name: c, releaseName: r, namespace: ns}\n"),
        ("charts/charts/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
        ("charts/charts/c/values.yaml", "a: 1\n"),
        (
            "charts/charts/c/templates/c.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  \
             kube: {{ .Capabilities.KubeVersion }}\n  \
             has: \"{{ .Capabilities.APIVersions.Has \"x/v1\" }}\"\n",
        ),
        ("lists/kustomization.yaml", "resources: [list.yaml]\n"),
        ("lists/list.yaml", "apiVersion: v1\nkind: ConfigMapList\nmetadata: {name: l}\n"),
        ("empty/text", ""),
    ])
}

/// Every flag once; where kubectl 1.36 has it, the snapshot agrees with what
/// `kubectl kustomize ARGUMENTS` prints (`--helm-command` names Helm 4.2.3 there).
#[test]
fn flags_change_what_kustomize_s_flags_change() {
    let repository = layers();
    fs::create_dir(repository.path().join("out")).unwrap();
    let mut text = String::new();
    for arguments in [
        &["base"][..],
        &["over"],
        &["over", "--reorder", "none"],
        &["over", "--enable-managedby-label"],
        &["above"],
        &["above", "--load-restrictor", "LoadRestrictionsNone"],
        &["above", "--load-restrictor", "rootOnly"],
        &["above", "--load-restrictor", "other"],
        &["charts"],
        &["charts", "--enable-helm=false"],
        &["charts", "--enable-helm", "--helm-command", "/nowhere", "--helm-debug"],
        &["charts", "--enable-helm", "--helm-kube-version", "1.29", "--helm-api-versions", "x/v1"],
        &["charts", "--enable-helm", "--helm-engine", "helm-3.17"],
        &["charts", "--enable-helm", "--helm-engine", "helm-2"],
        &["lists"],
        &["lists", "--as", "5.4"],
        &["lists", "--as", "v5.7.1"],
        &["lists", "--as", "6"],
        &["base", "-o", "out"],
        &["base", "-o", "file.yaml"],
        &["base", "-o", "missing/file.yaml"],
        &["base", "--enable-alpha-plugins", "--network", "--as-current-user", "-e", "A=b"],
        &["base", "--network-name"],
        &["base", "--enable-exec=maybe"],
        &["base", "over"],
        &["nowhere"],
        &["base/objects.yaml"],
        &["empty"],
    ] {
        let outcome = zij(&repository, &[&["kustomize"], arguments].concat());
        writeln!(text, "$ zij kustomize {}", arguments.join(" ")).unwrap();
        text.push_str(&told(&repository, &outcome));
        text.push('\n');
    }
    insta::assert_snapshot!("kustomize", text);
    let mut files: Vec<String> = fs::read_dir(repository.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    // As `kubectl kustomize base -o out` names them.
    let want = [
        "default_v1_configmap_a.yaml",
        "q_v1_service_a.yaml",
        "rbac.authorization.k8s.io_v1_clusterrole_system:x.yaml",
    ];
    assert_eq!(files, want);
    let printed = zij(&repository, &["kustomize", "base"]).stdout;
    assert_eq!(fs::read_to_string(repository.path().join("file.yaml")).unwrap(), printed);
    let here = zij_in(&repository, &repository.path().join("base"), &["kustomize"]);
    assert_eq!(here.stdout, printed);
    let there = zij(&repository, &["-C", "base", "kustomize", "."]);
    assert_eq!(there.stdout, printed);
}

/// What a kustomization from a stranger may try; each ends soon, with an error and nothing printed.
#[test]
fn hostile_kustomizations_are_refused() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n\
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n\
                e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n\
                g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\nh: [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]\n\
                apiVersion: v1\nkind: Bomb\nmetadata: {name: bomb}\n";
    let deep = "[".repeat(100_000);
    let repository = repository(&[
        ("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: above}\n"),
        ("above/kustomization.yaml", "resources: [../secret.yaml]\n"),
        ("absolute/kustomization.yaml", "resources: [/etc/hostname]\n"),
        (
            "generated/kustomization.yaml",
            "configMapGenerator: [{name: a, files: [../secret.yaml]}]\n",
        ),
        ("link/kustomization.yaml", "resources: [link.yaml]\n"),
        ("device/kustomization.yaml", "resources: [zero]\n"),
        ("huge/kustomization.yaml", "resources: [huge.yaml]\n"),
        ("cycle/kustomization.yaml", "resources: [a]\n"),
        ("cycle/a/kustomization.yaml", "resources: [../../cycle]\n"),
        ("self/kustomization.yaml", "resources: [.]\n"),
        ("bomb/kustomization.yaml", "resources: [bomb.yaml]\n"),
        ("bomb/bomb.yaml", bomb),
        ("deep/kustomization.yaml", "resources: [deep.yaml]\n"),
        ("deep/deep.yaml", &deep),
        ("plugin/kustomization.yaml", "generators: [p.yaml]\n"),
        (
            "plugin/p.yaml",
            "apiVersion: v1\nkind: Any\nmetadata:\n  name: p\n  annotations:\n    \
             config.kubernetes.io/function: |\n      exec: {path: /bin/sh}\n",
        ),
        ("remote/kustomization.yaml", "resources: [\"https://example.org/a.yaml\"]\n"),
        ("git/kustomization.yaml", "resources: [\"https://github.com/a/b//c?ref=d\"]\n"),
        (
            "chart/kustomization.yaml",
            "helmCharts: [{name: c, repo: \"https://charts.example.org\", version: 1.0.0, releaseName: r}]\n",
        ),
        (
            "values/kustomization.yaml",
            "helmCharts: [{name: c, releaseName: r, valuesFile: ../secret.yaml}]\n",
        ),
        ("values/charts/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
    ]);
    symlink("../secret.yaml", repository.path().join("link/link.yaml")).unwrap();
    symlink("/dev/zero", repository.path().join("device/zero")).unwrap();
    let huge = fs::File::create(repository.path().join("huge/huge.yaml")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let mut text = String::new();
    for case in [
        "above",
        "absolute",
        "generated",
        "link",
        "device",
        "cycle",
        "self",
        "bomb",
        "deep",
        "plugin",
        "remote",
        "git",
        "chart",
        "values",
    ] {
        let outcome = zij(&repository, &["kustomize", case, "--enable-helm"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{case}");
        if case == "device" {
            let unrestricted = ["kustomize", case, "--load-restrictor", "LoadRestrictionsNone"];
            assert_eq!(zij(&repository, &unrestricted).code, Some(1), "a device has no end");
        }
        writeln!(text, "{case}:\n{}", outcome.stderr).unwrap();
    }
    let home = repository.environment().path().display().to_string();
    insta::assert_snapshot!("hostile_kustomizations", text.replace(&home, "[TEMP]"));
}

/// Copies of what `app` names from outside.
const COPIES: [(&str, &str); 6] = [
    ("vendor/git/base-1/web/kustomization.yaml", "resources: [map.yaml]\nnamePrefix: web-\n"),
    ("vendor/git/base-1/web/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
    ("vendor/files/crds.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"),
    ("vendor/charts/c-1.0.0/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
    ("vendor/charts/c-1.0.0/values.yaml", "a: 1\n"),
    (
        "vendor/charts/c-1.0.0/templates/c.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"{{ .Values.a }}\"}\n",
    ),
];

fn lock() -> String {
    let tree = MemoryTree::new(COPIES);
    let digest = |path: &str| {
        let path = TreePath::parse(path).expect("a path");
        content_digest(&tree, &path).expect("it can be read").expect("a copy")
    };
    format!(
        "version: 1\n\
         charts:\n\
         - {{repository: \"https://charts.example.org\", name: c, version: 1.0.0, content: {}, path: vendor/charts/c-1.0.0}}\n\
         repositories:\n\
         - {{url: \"https://github.com/org/base\", revision: v1, content: {}, path: vendor/git/base-1}}\n\
         files:\n\
         - {{url: \"https://example.org/crds.yaml\", content: {}, path: vendor/files/crds.yaml}}\n",
        digest("vendor/charts/c-1.0.0"),
        digest("vendor/git/base-1"),
        digest("vendor/files/crds.yaml"),
    )
}

#[test]
fn copies_of_the_repository_are_used_if_they_are_whole() {
    let repository = repository(&COPIES);
    for (path, content) in [
        ("vendor/zij.lock.yaml", lock().as_str()),
        (
            "app/kustomization.yaml",
            "resources: [\"https://github.com/org/base//web?ref=v1\", \"https://example.org/crds.yaml\"]\n",
        ),
        (
            "chart/kustomization.yaml",
            "helmCharts: [{name: c, repo: \"https://charts.example.org\", version: 1.0.0, releaseName: r}]\n",
        ),
        ("other/kustomization.yaml", "resources: [\"https://github.com/org/base//web?ref=v2\"]\n"),
        ("file/kustomization.yaml", "resources: [\"https://example.org/b.yaml\"]\n"),
    ] {
        repository.write(path, content);
    }
    let mut text = String::new();
    let mut tell = |case: &str| {
        let outcome = zij(&repository, &["kustomize", case, "--enable-helm"]);
        writeln!(text, "$ zij kustomize {case}").unwrap();
        text.push_str(&told(&repository, &outcome));
        text.push('\n');
    };
    for case in ["app", "chart", "other", "file"] {
        tell(case);
    }
    repository.write("vendor/git/base-1/web/map.yaml", OBJECTS);
    tell("app");
    insta::assert_snapshot!("copies", text);
}

#[test]
fn the_file_that_set_a_field_is_told() {
    let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  \
                    replicas: 1\n  paused: false\n  template:\n    spec:\n      containers:\n      \
                    - name: web\n        image: web:1\n        args: []\n      volumes:\n      \
                    - name: v\n        configMap: {name: settings}\n";
    let repository = repository(&[
        (
            "base/kustomization.yaml",
            "resources: [web.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\n",
        ),
        ("base/web.yaml", workload),
        (
            "layer/kustomization.yaml",
            "resources: [../base]\nnamePrefix: p-\npatches: [{path: patch.yaml}]\n",
        ),
        (
            "layer/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n",
        ),
        (
            "top/kustomization.yaml",
            "resources: [../layer]\nimages: [{name: web, newTag: \"2\"}]\nlabels: [{pairs: {l: v}}]\n\
             patches:\n- target: {kind: Deployment}\n  \
             patch: '[{\"op\": \"replace\", \"path\": \"/spec/paused\", \"value\": true}]'\n",
        ),
    ]);
    let outcome = zij(&repository, &["kustomize", "top", "--origins"]);
    insta::assert_snapshot!("origins", told(&repository, &outcome));
}
