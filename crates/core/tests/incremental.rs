//! What is kept from one prediction to the next, and what is not rendered at all, never shows: over
//! random histories, a prediction that follows others gives the bytes of one that starts from nothing.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo},
    predict::{self, Options, Revision},
    render::Renderer,
    report::{
        Heading, json,
        model::{Cell, CellState, Report, RevisionName},
    },
    source::{MemoryTree, Tree as _},
};

/// Paths with what may be there; nothing is always possible. The first text is that of the first
/// commit, where it is not empty; `-> ` stands for a link.
const PATHS: &[(&str, &[&str])] = &[
    (
        "zij.yaml",
        &[
            "",
            "kube: \"1.30.0\"\n",
            "apis: [apis.txt]\n",
            "apps: []\n",
            "clusters:\n  eu: {kube: \"1.31.0\"}\n",
            "apps: [\n",
            CONFIGURED,
        ],
    ),
    ("flux/fleet.yaml", &["", FLUX, FLUX_ELSEWHERE]),
    ("apis.txt", &["", "example.org/v1\n", "example.org/v2\n"]),
    ("argocd/set.yaml", &[SET, SET_OF_ONE, "kind: ApplicationSet\n"]),
    ("argocd/sites.yaml", &[SITES]),
    ("argocd/plain.yaml", &[PLAIN, PLAIN_RECURSIVE]),
    ("clusters/eu.yaml", &[EU, EU_LABELLED]),
    ("clusters/us.yaml", &[US, ""]),
    ("apps/one/app.yaml", &["chart: web\n", "chart: db\n"]),
    ("apps/two/app.yaml", &["chart: web\n", "chart: none\n"]),
    ("apps/one/values.yaml", &["name: one\n", "name: uno\n", "name: [\n", "-> ../../shared.yaml"]),
    ("apps/two/values.yaml", &["", "name: two\n", "-> ../one/values.yaml"]),
    ("apps/one/clusters/eu.yaml", &["", "size: 2\n", "-> ../../../shared.yaml"]),
    ("apps/two/clusters", &["", "-> ../one/clusters"]),
    ("shared.yaml", &["name: shared\n", "name: divided\n"]),
    ("charts/web/Chart.yaml", &[WEB, "apiVersion: v2\nname: web\nversion: 2.0.0\n"]),
    ("charts/web/values.yaml", &["name: web\n", "name: web\nsize: 3\n"]),
    ("charts/web/.helmignore", &["", "extra.txt\n", "templates/more.yaml\n"]),
    ("charts/web/extra.txt", &["", "a", "b", "-> ../../shared.yaml"]),
    ("charts/web/templates/map.yaml", &[MAP, MAP_OF_FILES, MAP_OF_CLUSTER, "{{ fail \"no\" }}"]),
    ("charts/web/templates/more.yaml", &["", MORE]),
    ("charts/web/charts/sub/Chart.yaml", &["", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"]),
    ("charts/web/charts/sub/templates/sub.yaml", &["", MORE]),
    ("charts/db/Chart.yaml", &["", "apiVersion: v2\nname: db\nversion: 1.0.0\n", DB_OF_WEB]),
    ("charts/db/templates", &["", "-> ../web/templates"]),
    (
        "sites/north/base/kustomization.yaml",
        &[
            "resources: [map.yaml]\n",
            "resources: [map.yaml, ../../common]\n",
            "resources: [map.yaml, gone.yaml]\n",
        ],
    ),
    ("sites/north/base/map.yaml", &[SITE, SITE_CHANGED, "-> ../../common/other.yaml"]),
    ("sites/north/base/gone.yaml", &["", SITE_CHANGED]),
    (
        "sites/north/overlay/kustomization.yaml",
        &[
            "resources: [../base]\nnamePrefix: a-\n",
            "resources: [../base]\nnamePrefix: b-\n",
            "resources: [../base, ../../common]\n",
        ],
    ),
    (
        "sites/common/kustomization.yaml",
        &["resources: [other.yaml]\n", "resources: [other.yaml]\nnameSuffix: -x\n"],
    ),
    ("sites/common/other.yaml", &[OTHER]),
    ("plain/a.yaml", &[SITE, SITE_CHANGED, "", "[\n"]),
    ("plain/deep/b.yaml", &[OTHER, ""]),
];

const SET: &str = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  generators:
  - matrix:
      generators:
      - git:
          repoURL: https://example.org/org/fleet.git
          revision: HEAD
          files: [{path: apps/*/app.yaml}]
      - clusters: {}
  template:
    metadata: {name: '{{ .path.basename }}-{{ .name }}'}
    spec:
      project: default
      destination: {name: '{{ .name }}', namespace: apps}
      source:
        repoURL: https://example.org/org/fleet.git
        targetRevision: HEAD
        path: charts/{{ .chart }}
        helm:
          ignoreMissingValueFiles: true
          valueFiles:
          - /apps/{{ .path.basename }}/values.yaml
          - /apps/{{ .path.basename }}/clusters/{{ .name }}.yaml
          valuesObject: {cluster: '{{ .name }}'}
";
const SET_OF_ONE: &str = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  generators:
  - clusters: {selector: {matchLabels: {stage: prod}}}
  template:
    metadata: {name: 'one-{{ .name }}'}
    spec:
      project: default
      destination: {name: '{{ .name }}', namespace: apps}
      source:
        repoURL: https://example.org/org/fleet.git
        path: charts/web
        helm: {valueFiles: [/apps/one/values.yaml]}
";
const SITES: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: home, namespace: argocd}
spec:
  project: default
  destination: {name: eu, namespace: sites}
  source:
    repoURL: https://example.org/org/fleet.git
    path: sites/north/overlay
    kustomize: {commonAnnotations: {by: argo}}
";
const PLAIN: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: plain, namespace: argocd}
spec:
  project: default
  destination: {name: us, namespace: plain}
  source: {repoURL: 'https://example.org/org/fleet.git', path: plain}
";
const PLAIN_RECURSIVE: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: plain, namespace: argocd}
spec:
  project: default
  destination: {name: us, namespace: plain}
  source: {repoURL: 'https://example.org/org/fleet.git', path: plain, directory: {recurse: true}}
";
const CONFIGURED: &str = "apps:
- match: \"apps/{app}/clusters/{cluster}.yaml\"
  chart: charts/web
  values: [{file: \"apps/{app}/values.yaml\", optional: true}, \"{match}\"]
";
const FLUX: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: 'https://example.org/org/fleet.git', ref: {branch: main}, interval: 1m}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: common, namespace: flux-system}
spec: {path: ./sites/common, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
";
const FLUX_ELSEWHERE: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: common, namespace: flux-system}
spec: {path: ./plain, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
";
const DB_OF_WEB: &str = "apiVersion: v2
name: db
version: 1.0.0
dependencies: [{name: web, version: 1.0.0, repository: 'file://../web'}]
";
const EU: &str = "apiVersion: v1
kind: Secret
metadata: {name: eu, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {name: eu, server: 'https://eu.example.org'}
";
const EU_LABELLED: &str = "apiVersion: v1
kind: Secret
metadata: {name: eu, labels: {argocd.argoproj.io/secret-type: cluster, stage: prod}}
stringData: {name: eu, server: 'https://eu.example.org'}
";
const US: &str = "apiVersion: v1
kind: Secret
metadata: {name: us, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {name: us, server: 'https://us.example.org'}
";
const WEB: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Values.name }}'}
data: {size: '{{ .Values.size }}', cluster: '{{ .Values.cluster }}'}
";
const MAP_OF_FILES: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: files}
data: {extra: {{ .Files.Get \"extra.txt\" | quote }}}
";
const MAP_OF_CLUSTER: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: cluster}
data: {kube: '{{ .Capabilities.KubeVersion }}', api: '{{ .Capabilities.APIVersions.Has \"example.org/v1\" }}'}
";
const MORE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n";
const SITE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\n";
const SITE_CHANGED: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\ndata: {a: b}\n";
const OTHER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n";

type Files = BTreeMap<&'static str, &'static str>;

fn tree(files: &Files) -> MemoryTree {
    let is_link = |text: &str| text.starts_with("-> ");
    let plain = files.iter().filter(|(_, text)| !text.is_empty() && !is_link(text));
    let links = files.iter().filter_map(|(path, text)| Some((*path, text.strip_prefix("-> ")?)));
    MemoryTree::new(plain).with_links(links)
}

fn first() -> Files {
    PATHS.iter().map(|(path, texts)| (*path, texts[0])).collect()
}

/// One change of a commit.
#[derive(Clone, Debug)]
enum Edit {
    /// A path gets one of its texts.
    Write(usize, prop::sample::Index),
    /// A path is gone.
    Delete(usize),
    /// What lies at one path goes to another.
    Rename(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let path = || 0..PATHS.len();
    prop_oneof![
        6 => (path(), any::<prop::sample::Index>()).prop_map(|(path, text)| Edit::Write(path, text)),
        1 => path().prop_map(Edit::Delete),
        1 => (path(), path()).prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

fn apply(files: &mut Files, edit: &Edit) {
    match *edit {
        Edit::Write(path, text) => {
            let (path, texts) = PATHS[path];
            files.insert(path, texts[text.index(texts.len())]);
        }
        Edit::Delete(path) => drop(files.remove(PATHS[path].0)),
        Edit::Rename(from, to) => {
            if let Some(text) = files.remove(PATHS[from].0) {
                files.insert(PATHS[to].0, text);
            }
        }
    }
}

/// What is kept from one prediction to the next.
#[derive(Default)]
struct Kept {
    renderer: Option<Renderer>,
    memo: Memo,
}

fn report(kept: &mut Kept, base: &MemoryTree, head: &MemoryTree, renders_all: bool) -> Report {
    let checkout = Checkout {
        remotes: [Arc::from("https://example.org/org/fleet.git")].into(),
        branch: Some("main".into()),
        default_branch: Some("main".into()),
    };
    let renderer = &*kept.renderer.get_or_insert_with(|| Renderer::with_threads(1));
    let context = Context { checkout: &checkout, roots: renderer, memo: &kept.memo };
    let (old, new) = (Config::of(base), Config::of(head));
    let (old, new) = Inventory::of_both((base, &old), (head, &new), Some(&context));
    let name = |tree: &MemoryTree| RevisionName {
        name: String::new(),
        commit: None,
        tree: tree.id().to_string(),
    };
    let heading = Heading { base: name(base), head: name(head) };
    let base = Revision { tree: base, inventory: &old };
    let head = Revision { tree: head, inventory: &new };
    let options = Options { renders_all, ..Options::default() };
    let prediction = predict::predict(Some(base), head, renderer, &options, &|_, _| {});
    Report::new(heading, &prediction)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_prediction_that_follows_others_is_that_of_a_fresh_start(
        commits in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..8)
    ) {
        let mut kept = Kept::default();
        let mut files = first();
        let mut before = tree(&files);
        for edits in commits {
            for edit in &edits {
                apply(&mut files, edit);
            }
            let after = tree(&files);
            let warm = report(&mut kept, &before, &after, false);
            let cold = report(&mut Kept::default(), &before, &after, false);
            prop_assert_eq!(json::write(&warm), json::write(&cold));
            let all = report(&mut Kept::default(), &before, &after, true);
            for (proved, rendered) in cold.cells.iter().zip(&all.cells) {
                // What fails in the same way on both sides is unchanged where its inputs are equal.
                let fails = rendered.problem.is_some() && proved.state == CellState::Unchanged;
                let told = |cell: &Cell| (cell.state, cell.values_differ, cell.manifests_differ);
                prop_assert!(fails || told(proved) == told(rendered), "{:?} {:?}", proved, rendered);
            }
            before = after;
        }
    }
}

#[test]
fn a_change_is_rendered_only_where_it_can_matter() {
    let base = tree(&first());
    let untouched = |path: &'static str, text: &'static str| {
        let mut files = first();
        files.insert(path, text);
        let report = report(&mut Kept::default(), &base, &tree(&files), false);
        (report.untouched, report.cells.len())
    };
    for (path, text, want) in [
        ("README.md", "words\n", 8),
        // Absent paths that some cells look for.
        ("apps/two/values.yaml", "name: two\n", 5),
        ("apps/one/clusters/eu.yaml", "size: 2\n", 7),
        ("charts/web/extra.txt", "a", 2),
        ("sites/common/other.yaml", SITE, 8),
        ("sites/north/base/map.yaml", SITE_CHANGED, 7),
        ("plain/a.yaml", SITE_CHANGED, 7),
        ("zij.yaml", "kube: \"1.30.0\"\n", 0),
    ] {
        assert_eq!(untouched(path, text), (want, 8), "{path}");
    }
}
