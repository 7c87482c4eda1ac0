//! What is fetched, from chart repositories, registries and git.

use std::fs;

use zij_testkit::{Registry, Server, TestRepository};

use crate::scene::{applications, packed, shown, stable, written, zij, zij_with};

fn archive(name: &str) -> Vec<u8> {
    packed(&format!("archives/{name}.tgz")).expect("the archive is in git")
}

#[test]
fn a_range_of_a_chart_repository_is_chosen_and_rendered() {
    let server = Server::start(stable);
    let url = server.url();
    let source = format!(
        "{{repoURL: {url}/stable, chart: web, targetRevision: ~1.2, helm: {{valueFiles: [values-large.yaml]}}}}"
    );
    let newest = format!("{{repoURL: {url}/stable/, chart: web, targetRevision: \"*\"}}");
    let repository = applications(&[("web", &source), ("newest", &newest)]);
    let hosts = [(server.host(), "SERVER")];
    insta::assert_snapshot!(
        "range_check",
        shown(&zij(&repository, &["vendor", "--check"]), &hosts)
    );
    assert!(server.requests().is_empty(), "checking asks nobody");
    insta::assert_snapshot!("range", shown(&zij(&repository, &["vendor"]), &hosts));
    insta::assert_snapshot!("range_written", written(&repository).replace(server.host(), "SERVER"));
    let asked = server.requests().len();
    insta::assert_snapshot!("range_again", shown(&zij(&repository, &["vendor"]), &hosts));
    assert_eq!(server.requests().len(), asked, "what is there is not asked for");
    repository.commit("vendored");
    insta::assert_snapshot!("range_rendered", shown(&zij(&repository, &["render"]), &hosts));
}

#[test]
fn a_registry_gives_a_token_and_then_a_chart() {
    let registry = Registry::default()
        .with("charts/web", "1.2.3", archive("web-1.2.3"))
        .with("charts/web", "1.3.0", archive("web-1.3.0"))
        .with("charts/web", "2.0.0_b1", archive("web-2.0.0+b1"));
    let registry = registry.for_the_known("Basic bWU6d29yZA==");
    let server = Server::start(move |request| registry.answer(request));
    let host = server.host();
    let below = format!("{{repoURL: {host}/charts, chart: web, targetRevision: ^1}}");
    let whole =
        format!("{{repoURL: \"oci://{host}/charts/web\", targetRevision: 2.0.0+b1, path: .}}");
    let repository = applications(&[("below", &below), ("whole", &whole)]);
    let hosts = [(host, "SERVER")];
    insta::assert_snapshot!("registry_refused", shown(&zij(&repository, &["vendor"]), &hosts));
    let secret = format!("{host}=me:word");
    let outcome = zij_with(&repository, &["vendor"], &[("ZIJ_VENDOR_AUTH", &secret)]);
    insta::assert_snapshot!("registry", shown(&outcome, &hosts));
    insta::assert_snapshot!("registry_written", written(&repository).replace(host, "SERVER"));
}

#[test]
fn dependencies_of_charts_and_what_kustomizations_name() {
    let server = Server::start(stable);
    let url = server.url();
    let other = TestRepository::new();
    other.write("base/kustomization.yaml", "resources: [map.yaml]\n");
    other.write("base/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: far}\n");
    let commit = other.commit("base");
    other.git(&["tag", "v3"]);
    let far = other.path().display().to_string();
    let own = "repoURL: https://git.example.org/org/fleet.git";
    let repository = applications(&[
        ("shop", &format!("{{{own}, path: charts/shop}}")),
        ("site", &format!("{{{own}, path: site}}")),
    ]);
    repository.write(
        "charts/shop/Chart.yaml",
        format!(
            "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n\
             - {{name: kit, version: \">=0.1\", repository: {url}/stable}}\n"
        ),
    );
    repository.write(
        "charts/shop/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  size: {{ include \"kit.size\" . }}\n",
    );
    repository.write("charts/shop/values.yaml", "size: 7\n");
    repository.write(
        "site/kustomization.yaml",
        format!("resources:\n- {url}/stable/index.yaml\n- file://{far}//base?ref=v3\n"),
    );
    let far_name = format!("file://{far}");
    let hosts = [
        (server.host(), "SERVER"),
        (far_name.as_str(), "FAR"),
        (commit.as_str(), "COMMIT"),
        (&commit[..12], "COMM"),
    ];
    insta::assert_snapshot!("dependencies", shown(&zij(&repository, &["vendor"]), &hosts));
    let text = hosts.iter().fold(written(&repository), |text, (from, to)| text.replace(from, to));
    insta::assert_snapshot!("dependencies_written", text);
    repository.commit("vendored");
    insta::assert_snapshot!(
        "dependencies_rendered",
        shown(&zij(&repository, &["render", "--app", "shop"]), &hosts)
    );
}

#[test]
fn an_update_follows_the_range_and_pruning_removes_what_nothing_needs() {
    let server = Server::start(stable);
    let source = |range: &str| {
        format!("{{repoURL: {}/stable, chart: web, targetRevision: {range}}}", server.url())
    };
    let repository = applications(&[("web", &source("1.2.3"))]);
    let hosts = [(server.host(), "SERVER")];
    zij(&repository, &["vendor"]).success();
    repository.commit("vendored");
    let lock = repository.path().join("vendor/zij.lock.yaml");
    // As if 1.2.3 had been the newest when the range was resolved.
    let text = fs::read_to_string(&lock).expect("it is there");
    fs::write(&lock, text.replace("version: 1.2.3", "version: ^1")).expect("it can be written");
    let again = applications(&[("web", &source("^1"))]);
    let apps = fs::read(again.path().join("apps.yaml")).expect("it is there");
    repository.write("apps.yaml", apps);
    repository.commit("a range");
    insta::assert_snapshot!("update_not", shown(&zij(&repository, &["vendor"]), &hosts));
    insta::assert_snapshot!("update", shown(&zij(&repository, &["vendor", "--update"]), &hosts));
    insta::assert_snapshot!(
        "update_written",
        written(&repository).replace(server.host(), "SERVER")
    );
    let other = format!("{{repoURL: {}/stable, chart: kit, targetRevision: \"*\"}}", server.url());
    let other = applications(&[("kit", &other)]);
    let apps = fs::read(other.path().join("apps.yaml")).expect("it is there");
    repository.write("apps.yaml", apps);
    insta::assert_snapshot!("unused", shown(&zij(&repository, &["vendor"]), &hosts));
    insta::assert_snapshot!("prune", shown(&zij(&repository, &["vendor", "--prune"]), &hosts));
    repository.commit("pruned");
    assert_eq!(repository.git(&["ls-files", "vendor/charts"]).matches("web").count(), 0);
    repository.write("charts/web/Chart.yaml", "name: web\n");
    repository.write("apps.yaml", "kind: Application\na: [\n");
    insta::assert_snapshot!(
        "prune_fault",
        shown(&zij(&repository, &["vendor", "--prune"]), &hosts)
    );
}

#[test]
fn a_damaged_copy_is_fetched_again_and_must_be_the_same() {
    let server = Server::start(stable);
    let source = format!("{{repoURL: {}/stable, chart: web, targetRevision: 1.3.0}}", server.url());
    let repository = applications(&[("web", &source)]);
    let hosts = [(server.host(), "SERVER")];
    zij(&repository, &["vendor"]).success();
    repository.write("vendor/charts/web-1.3.0/templates/map.yaml", "kind: Other\n");
    repository.commit("tampered");
    insta::assert_snapshot!("damaged_render", shown(&zij(&repository, &["render"]), &hosts));
    insta::assert_snapshot!(
        "damaged_check",
        shown(&zij(&repository, &["vendor", "--check"]), &hosts)
    );
    insta::assert_snapshot!("damaged", shown(&zij(&repository, &["vendor"]), &hosts));
    assert_eq!(
        repository.git(&["status", "--porcelain"]),
        " M vendor/charts/web-1.3.0/templates/map.yaml"
    );
}

#[test]
fn what_git_ignores_is_told() {
    let server = Server::start(stable);
    let source = format!("{{repoURL: {}/stable, chart: web, targetRevision: 1.3.0}}", server.url());
    let repository = applications(&[("web", &source)]);
    repository.write(".gitignore", "templates\n");
    let hosts = [(server.host(), "SERVER")];
    insta::assert_snapshot!("ignored", shown(&zij(&repository, &["vendor"]), &hosts));
}

#[test]
fn the_chart_of_a_flux_release_is_fetched_and_rendered() {
    let server = Server::start(stable);
    let repository = TestRepository::new();
    repository.git(&["remote", "add", "origin", "https://git.example.org/org/fleet.git"]);
    repository.write(
        "clusters/eu/flux-system/gotk-sync.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n\
         metadata: {name: flux-system, namespace: flux-system}\n\
         spec: {url: \"https://git.example.org/org/fleet.git\", ref: {branch: main}}\n---\n\
         apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {name: flux-system, namespace: flux-system}\n\
         spec: {path: ./clusters/eu, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    );
    repository.write(
        "clusters/eu/web.yaml",
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n\
             metadata: {{name: stable, namespace: web}}\nspec: {{url: {}/stable}}\n---\n\
             apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
             metadata: {{name: web, namespace: web}}\nspec:\n  chart:\n    spec:\n      chart: web\n      \
             version: 1.2.x\n      sourceRef: {{kind: HelmRepository, name: stable}}\n",
            server.url()
        ),
    );
    let hosts = [(server.host(), "SERVER")];
    insta::assert_snapshot!("flux", shown(&zij(&repository, &["vendor"]), &hosts));
    repository.commit("vendored");
    let outcome = zij(&repository, &["render", "--app", "hr/web/web"]);
    insta::assert_snapshot!("flux_rendered", shown(&outcome, &hosts));
}

#[test]
fn a_helper_knows_the_login_to_a_registry() {
    let registry = Registry::default().with("charts/web", "1.2.3", archive("web-1.2.3"));
    let registry = registry.for_the_known("Basic bWU6d29yZA==");
    let server = Server::start(move |request| registry.answer(request));
    let host = server.host();
    let source = format!("{{repoURL: {host}/charts, chart: web, targetRevision: 1.2.3}}");
    let hosts = [(host, "SERVER")];
    for (name, body) in [
        ("helper", "test -n $(cat) && echo '{\"Username\": \"me\", \"Secret\": \"word\"}'"),
        ("helper_unknown", "echo 'credentials not found in native keychain'; exit 1"),
        ("helper_broken", "echo 'the vault says: s3cret'; exit 1"),
        ("helper_silent", "exec sleep 20"),
        ("helper_absent", ""),
    ] {
        let repository = applications(&[("web", &source)]);
        let folder = repository.path().join("..").join(format!("bin-{name}"));
        fs::create_dir_all(&folder).expect("the folder is ours");
        fs::write(folder.join("config.json"), r#"{"credsStore": "test"}"#).expect("so is the file");
        if !body.is_empty() {
            let program = folder.join("docker-credential-test");
            repository.write_executable(program, format!("#!/bin/sh\n{body}\n"));
        }
        let folder = folder.display().to_string();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
        let variables = [("PATH", path.as_str()), ("DOCKER_CONFIG", &folder)];
        let outcome = zij_with(&repository, &["vendor", "--timeout", "2"], &variables);
        insta::assert_snapshot!(name, shown(&outcome, &hosts));
    }
}

#[test]
fn a_lock_that_is_not_of_its_chart_is_told() {
    let own = "repoURL: https://git.example.org/org/fleet.git";
    let repository = applications(&[("web", &format!("{{{own}, path: charts/web}}"))]);
    repository.write(
        "charts/web/Chart.yaml",
        "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [{name: kit, version: 0.4.0}]\n",
    );
    repository.write(
        "charts/web/Chart.lock",
        "dependencies: [{name: kit, version: 0.4.0}]\ndigest: sha256:0\n",
    );
    repository
        .write("charts/web/charts/kit/Chart.yaml", "apiVersion: v2\nname: kit\nversion: 0.4.0\n");
    insta::assert_snapshot!("stale_lock", shown(&zij(&repository, &["vendor", "--check"]), &[]));
}
