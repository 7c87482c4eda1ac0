//! What a fleet needs from outside, and the copies that stand for it.

use std::fmt::Write as _;

use zij_core::{
    inventory::{Lock, Locked, Memo, Wanted, content_digest, wanted},
    render::Renderer,
    source::{MemoryTree, OverlayTree, Tree, TreePath},
};

use crate::case;

const APPS: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cache, namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: cache}
  source:
    repoURL: https://charts.example.org
    chart: redis
    targetRevision: ~1.2
    helm: {valueFiles: ["https://example.org/values.yaml"]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: web}
  source: {repoURL: "https://example.org/org/fleet.git", path: charts/web}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: site, namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: site}
  source: {repoURL: "https://example.org/org/fleet.git", path: site}
"#;

const WEB: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n\
                   - {name: kit, version: ^1, repository: \"oci://registry.example.org/charts\", alias: tools}\n\
                   - {name: near, version: 0.1.0, repository: \"file://../near\"}\n";

fn tree() -> MemoryTree {
    MemoryTree::new([
        ("apps.yaml", APPS),
        ("charts/web/Chart.yaml", WEB),
        ("charts/web/Chart.lock", "dependencies:\n- {name: kit, version: 1.4.2}\n"),
        ("charts/web/templates/a.yaml", "kind: A\nof: {{ .Values.tools.size }}\n"),
        ("charts/near/Chart.yaml", "apiVersion: v2\nname: near\nversion: 0.1.0\n"),
        ("charts/near/templates/n.yaml", "kind: Near\n"),
        (
            "site/kustomization.yaml",
            "resources:\n- base\n- https://example.org/crds.yaml\n\
             - https://git.example.org/org/base//web?ref=v3\n",
        ),
        ("site/base/kustomization.yaml", "resources: [m.yaml]\n"),
        ("site/base/m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"),
    ])
}

/// Everything that is wanted of `tree`, and what its cells render to.
fn shown(tree: &dyn Tree, renderer: &Renderer) -> String {
    let inventory = case::inventory(tree, renderer, &Memo::default());
    let mut text = String::new();
    let lock = Lock::of(tree);
    for (wanted, place) in wanted(tree, &inventory) {
        let copy = lock.find(&wanted).map(|locked| locked.path.to_string());
        let _ = writeln!(text, "{place}: {wanted} -> {}", copy.unwrap_or_default());
    }
    for (id, cell) in &inventory.cells {
        let _ = match renderer.render(tree, cell, &inventory.clusters[&id.cluster]) {
            Ok(rendering) => {
                let documents = rendering.documents.iter();
                let shown = |d: &zij_core::render::Document| {
                    format!("{} {}", d.template, String::from_utf8_lossy(&d.bytes).trim())
                };
                let shown: Vec<String> = documents.map(shown).collect();
                writeln!(text, "{id}: {}", shown.join("; ").replace('\n', " "))
            }
            Err(failure) => {
                let hint = failure.hint.as_deref().unwrap_or("none");
                writeln!(text, "{id}: {}: {failure} (hint: {hint})", case::outcome(&failure))
            }
        };
    }
    text
}

/// The tree with a copy of everything.
fn vendored(tree: &MemoryTree) -> OverlayTree<'_> {
    let copies = [
        (
            Wanted::Chart {
                repository: "https://charts.example.org/".into(),
                name: "redis".into(),
                version: "~1.2".into(),
            },
            "vendor/charts/redis-1.2.7",
            vec![
                ("Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.2.7\n"),
                // Nobody deploys what only lies in a copy.
                ("templates/_not.txt", "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"),
                ("templates/r.yaml", "kind: Redis\nsize: {{ .Values.size }}\n"),
            ],
        ),
        (
            Wanted::Chart {
                repository: "oci://registry.example.org/charts".into(),
                name: "kit".into(),
                version: "1.4.2".into(),
            },
            "vendor/charts/kit-1.4.2",
            vec![
                ("Chart.yaml", "apiVersion: v2\nname: kit\nversion: 1.4.2\n"),
                ("values.yaml", "size: 3\n"),
                ("templates/k.yaml", "kind: Kit\n"),
            ],
        ),
        (
            Wanted::Repository {
                url: "https://git.example.org/org/base".into(),
                revision: "v3".into(),
            },
            "vendor/git/base-v3",
            vec![
                ("web/kustomization.yaml", "resources: [c.yaml]\n"),
                ("web/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"),
                ("root.yaml", APPS),
            ],
        ),
        (
            Wanted::File { url: "https://example.org/crds.yaml".into() },
            "vendor/files/crds.yaml",
            vec![("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n")],
        ),
        (
            Wanted::File { url: "https://example.org/values.yaml".into() },
            "vendor/files/values.yaml",
            vec![("", "size: 9\n")],
        ),
    ];
    let mut over = OverlayTree::new(tree, []);
    let mut lock = Lock::default();
    for (wanted, folder, files) in copies {
        let path = TreePath::parse(folder).expect("the case is sound");
        for (name, text) in files {
            over.set(path.join(name).expect("the case is sound"), Some(text.as_bytes().into()));
        }
        let content = content_digest(&over, &path).expect("the case is sound").map(Into::into);
        lock.insert(Locked {
            wanted,
            resolved: None,
            digest: None,
            manifest: None,
            content,
            path,
            line: None,
        });
    }
    let text = lock.to_text().expect("the case is sound");
    over.set(TreePath::parse(Lock::FILE).expect("the case is sound"), Some(text.as_bytes().into()));
    over
}

#[test]
fn what_is_missing_is_named_and_its_copies_are_rendered() {
    let renderer = Renderer::with_threads(1);
    let tree = tree();
    insta::assert_snapshot!("absent", shown(&tree, &renderer));
    insta::assert_snapshot!("vendored", shown(&vendored(&tree), &renderer));
    insta::assert_snapshot!("absent", shown(&tree, &renderer));
}

#[test]
fn a_copy_that_differs_from_the_lock_is_not_used() {
    let renderer = Renderer::with_threads(1);
    let base = tree();
    drop(shown(&vendored(&base), &renderer));
    let mut tree = vendored(&base);
    for (path, text) in [
        ("vendor/charts/redis-1.2.7/templates/r.yaml", "kind: Other\n"),
        ("vendor/charts/kit-1.4.2/templates/k2.yaml", "kind: Other\n"),
        ("vendor/git/base-v3/web/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"),
    ] {
        tree.set(TreePath::parse(path).unwrap(), Some(text.as_bytes().into()));
    }
    insta::assert_snapshot!("tampered", shown(&tree, &renderer));
}

#[test]
fn files_of_a_copy_that_no_render_reads_count_too() {
    let base = tree();
    for (path, cell) in [
        ("vendor/git/base-v3/root.yaml", "in-cluster/site"),
        ("vendor/charts/kit-1.4.2/templates/.x", "in-cluster/web"),
        ("vendor/charts/redis-1.2.7/templates/.x", "in-cluster/cache"),
    ] {
        let renderer = Renderer::with_threads(1);
        drop(shown(&vendored(&base), &renderer));
        let mut tree = vendored(&base);
        tree.set(TreePath::parse(path).unwrap(), Some(b"other".as_slice().into()));
        let text = shown(&tree, &renderer);
        let line = text.lines().find(|line| line.starts_with(&format!("{cell}: "))).unwrap();
        assert!(line.contains("but the lock file says"), "{path}: {line}");
    }
}

#[test]
fn a_lock_file_is_read_as_it_was_written() {
    let base = tree();
    let tree = vendored(&base);
    let lock = Lock::of(&tree);
    assert!(lock.problems.is_empty(), "{:?}", lock.problems);
    let text = tree.read(&TreePath::parse(Lock::FILE).unwrap()).unwrap().unwrap();
    assert_eq!(lock.to_text().unwrap().as_bytes(), &*text);
    insta::assert_snapshot!("lock", String::from_utf8_lossy(&text));
}
