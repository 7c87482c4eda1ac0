//! Archives of manifests in registries, as Flux follows them.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use zij_testkit::{Registry, Server, TestRepository};

use crate::scene::{shown, written, zij};

const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";

/// A gzipped archive of some files.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, text.as_bytes()).expect("memory takes all");
    }
    let mut gzip = archive.into_inner().expect("memory takes all");
    gzip.flush().expect("memory takes all");
    gzip.finish().expect("memory takes all")
}

fn map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: apps}}\n")
}

/// A cluster with a Kustomization for each source.
fn following(host: &str, sources: &[(&str, &str)]) -> TestRepository {
    let repository = TestRepository::new();
    repository.git(&["remote", "add", "origin", "https://git.example.org/org/fleet.git"]);
    repository.write(
        "clusters/eu/flux-system/gotk-sync.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n\
         metadata: {name: flux-system, namespace: flux-system}\n\
         spec: {url: \"https://git.example.org/org/fleet.git\", ref: {branch: main}}\n---\n\
         apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {name: flux-system, namespace: flux-system}\n\
         spec: {path: clusters/eu, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    );
    for (name, spec) in sources {
        let text = format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n\
             metadata: {{name: {name}, namespace: flux-system}}\n\
             spec: {{url: \"oci://{host}/manifests/web\", {spec}}}\n---\n\
             apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: {name}, namespace: flux-system}}\n\
             spec: {{path: ./, prune: true, sourceRef: {{kind: OCIRepository, name: {name}}}}}\n"
        );
        repository.write(&format!("clusters/eu/{name}.yaml"), text);
    }
    repository.commit("cluster");
    repository
}

#[test]
fn artifacts_are_fetched_by_tag_range_digest_and_layer() {
    let old = packed(&[("./a.yaml", &map("old"))]);
    let files = [("./a.yaml", map("new")), ("logo.png", "x".to_owned())];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let new = packed(&files);
    let other = packed(&[("b.yaml", &map("other"))]);
    let registry = Registry::default()
        .with_layers("manifests/web", "1.2.0", &[(CONTENT, old.clone())])
        .with_layers("manifests/web", "1.10.0", &[(CONTENT, new)])
        .with_layers("manifests/web", "1.3.0", &[(CONTENT, old), ("application/x+gzip", other)])
        .with_layers("manifests/web", "2.0", &[(CONTENT, Vec::new())]);
    let server = Server::start(move |request| registry.answer(request));
    let host = server.host();
    let repository = following(
        host,
        &[
            ("tag", "ref: {tag: 1.2.0}"),
            ("range", "ref: {semver: \">=1.0\"}"),
            (
                "layer",
                "ref: {tag: 1.3.0}, layerSelector: {mediaType: application/x+gzip, operation: copy}",
            ),
            ("filtered", "ref: {semver: \">=1.0\", semverFilter: \".*-rc.*\"}"),
        ],
    );
    let hosts = [(host, "SERVER")];
    insta::assert_snapshot!("artifacts", shown(&zij(&repository, &["vendor"]), &hosts));
    insta::assert_snapshot!("artifacts_written", written(&repository).replace(host, "SERVER"));
    let asked = server.requests().len();
    insta::assert_snapshot!("artifacts_again", shown(&zij(&repository, &["vendor"]), &hosts));
    assert_eq!(server.requests().len(), asked, "what is there is not asked for");
    repository.commit("vendored");
    insta::assert_snapshot!("artifacts_rendered", shown(&zij(&repository, &["render"]), &hosts));
    std::fs::remove_dir_all(repository.path().join("vendor/git")).expect("it is there");
    insta::assert_snapshot!("artifacts_restored", shown(&zij(&repository, &["vendor"]), &hosts));
}

#[test]
fn faults_of_artifacts() {
    let out = packed(&[("a/.git/config", "x")]);
    let registry = Registry::default()
        .with_layers("manifests/web", "1.0.0", &[(CONTENT, b"no archive".to_vec())])
        .with_layers("manifests/web", "1.1.0", &[(CONTENT, out)])
        .with_layers("manifests/web", "1.2.0", &[]);
    let server = Server::start(move |request| registry.answer(request));
    let host = server.host();
    let repository = following(
        host,
        &[
            ("no-archive", "ref: {tag: 1.0.0}"),
            ("git", "ref: {tag: 1.1.0}"),
            ("no-layer", "ref: {tag: 1.2.0}"),
            ("other-layer", "ref: {tag: 1.1.0}, layerSelector: {mediaType: x/y}"),
            ("no-tag", "ref: {semver: \">=3\"}"),
        ],
    );
    let outcome = zij(&repository, &["vendor"]);
    insta::assert_snapshot!("artifact_faults", shown(&outcome, &[(host, "SERVER")]));
}
