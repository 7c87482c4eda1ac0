//! A repository of Argo CD's objects: what `zij init` writes for it and what `zij render` prints.

use zij_testkit::TestRepository;

use crate::fleet::{told, zij};

const OBJECTS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {argocd.argoproj.io/sync-wave: \"2\"}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: before, annotations: {argocd.argoproj.io/hook: PreSync}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: web, namespace: none}
---
apiVersion: v1
kind: Endpoints
metadata: {name: web}
";

const ROOT: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  destination: {name: in-cluster, namespace: shop}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
  source: {repoURL: https://example.org/org/fleet, path: web}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cache, namespace: argocd}
spec:
  project: default
  destination: {server: https://10.0.0.1, namespace: shop}
  source: {repoURL: https://charts.example.org, chart: redis, targetRevision: 1.2.3}
";

fn repository() -> TestRepository {
    let repository = TestRepository::new();
    repository.write("web/all.yaml", OBJECTS);
    repository.write("root/Chart.yaml", "apiVersion: v2\nname: root\nversion: 1.0.0\n");
    repository.write("root/templates/apps.yaml", ROOT);
    repository.commit("a root");
    repository
}

#[test]
fn init_writes_down_what_was_taken_for_granted() {
    let repository = repository();
    insta::assert_snapshot!("init", told(&repository, &zij(&repository, &["init"])));
    let written = repository.path().join("zij.yaml");
    insta::assert_snapshot!("starter", std::fs::read_to_string(written).unwrap());
    let before = zij(&repository, &["apps"]);
    repository.commit("its configuration");
    let after = zij(&repository, &["apps"]);
    let cells = |text: &str| text.split("\n\n").next().unwrap_or_default().to_owned();
    assert_eq!(cells(&before.stdout), cells(&after.stdout));
    assert!(!after.stdout.contains("taken for"), "{}", after.stdout);
}

#[test]
fn render_prints_what_argo_cd_applies() {
    let repository = repository();
    for (name, arguments) in [
        ("not-this-repository", ["render", "--app", "web"]),
        ("unknown", ["render", "--app", "cache"]),
    ] {
        insta::assert_snapshot!(name, told(&repository, &zij(&repository, &arguments)));
    }
    repository.write("zij.yaml", "repository: https://example.org/org/fleet\n");
    repository.commit("its name");
    let outcome = zij(&repository, &["render", "--app", "web"]);
    insta::assert_snapshot!("render", told(&repository, &outcome));
}
