//! Servers that are wrong, slow or hostile: each fault is told with its chart, and nothing is lost.

use zij_testkit::{Answer, Body, Registry, Request, Server};

use crate::scene::{applications, packed, shown, stable, written, zij, zij_with};

/// Vendors `web` from a server and shows what is said; nothing may be written.
#[track_caller]
fn check(name: &str, range: &str, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
    let server = Server::start(answer);
    let source =
        format!("{{repoURL: {}/stable, chart: web, targetRevision: \"{range}\"}}", server.url());
    let repository = applications(&[("web", &source)]);
    let outcome = zij(&repository, &["vendor", "--timeout", "1"]);
    insta::assert_snapshot!(name, shown(&outcome, &[(server.host(), "SERVER")]));
    assert_eq!(written(&repository).trim(), "", "nothing is written");
}

/// The chart repository with another answer where the path ends so.
fn but(ending: &'static str, other: impl Fn() -> Answer) -> impl Fn(&Request) -> Answer {
    move |request| match request.path().ends_with(ending) {
        true => other(),
        false => stable(request),
    }
}

#[test]
fn missing_things() {
    check("no_index", "1.2.3", |_| Answer::status(404, "nothing"));
    check("no_archive", "1.2.3", but(".tgz", || Answer::status(404, "nothing")));
    check("no_version", "1.2.9", stable);
    check("no_version_in_range", "~3.1", stable);
    check("refused", "1.2.3", |_| Answer::status(403, "no"));
    check("server_error", "1.2.3", |_| Answer::status(503, ""));
}

#[test]
fn wrong_content() {
    check("page", "1.2.3", |_| {
        Answer::ok("<!DOCTYPE html><title>Sign in</title>").with("Content-Type", "text/html")
    });
    check("no_yaml", "1.2.3", |_| Answer::ok("entries: [\n"));
    check("no_entries", "1.2.3", |_| Answer::ok("apiVersion: v1\n"));
    check(
        "other_archive",
        "1.2.3",
        but("web-1.2.3.tgz", || Answer::ok(packed("archives/web-1.3.0.tgz").unwrap_or_default())),
    );
    let short = || Body::Short {
        bytes: packed("archives/web-1.2.3.tgz").unwrap_or_default()[..100].to_vec(),
        announced: 359,
    };
    check("short", "1.2.3", but(".tgz", move || Answer { body: short(), ..Answer::ok("") }));
}

#[test]
fn hostile_servers() {
    let silent = || Answer { body: Body::Silence, ..Answer::ok("") };
    check("silence", "1.2.3", move |_| silent());
    check("circle", "1.2.3", |_| Answer::status(302, "").with("Location", "/stable/again"));
    check("elsewhere", "1.2.3", |_| Answer::status(302, "").with("Location", "file:///etc/passwd"));
    let announced = || Body::Short { bytes: Vec::new(), announced: 2 << 30 };
    check("large", "1.2.3", but(".tgz", move || Answer { body: announced(), ..Answer::ok("") }));
    let endless = || Answer { body: Body::Endless, ..Answer::ok("") };
    check("endless", "1.2.3", but(".tgz", endless));
}

#[test]
fn no_tls() {
    let server = Server::start(|_| Answer::ok("plain words"));
    let source = format!(
        "{{repoURL: \"https://{}/stable\", chart: web, targetRevision: 1.2.3}}",
        server.host()
    );
    let repository = applications(&[("web", &source)]);
    let outcome = zij(&repository, &["vendor", "--timeout", "2"]);
    insta::assert_snapshot!("no_tls", shown(&outcome, &[(server.host(), "SERVER")]));
}

#[test]
fn a_password_stays_with_its_host() {
    let other = Server::start(|request| match request.path() {
        "/there/index.yaml" => Answer::ok(packed("index.yaml").unwrap_or_default()),
        _ => stable(request),
    });
    let to = format!("{}/there/index.yaml", other.url());
    let server = Server::start(move |request| match request.path() {
        "/stable/index.yaml" => Answer::status(302, "").with("Location", to.clone()),
        _ => stable(request),
    });
    let source = format!("{{repoURL: {}/stable, chart: web, targetRevision: 1.2.3}}", server.url());
    let repository = applications(&[("web", &source)]);
    let secret = format!("{}=me:word", server.host());
    zij_with(&repository, &["vendor"], &[("ZIJ_VENDOR_AUTH", &secret)]).success();
    let own = Some("Basic bWU6d29yZA==");
    assert!(server.requests().iter().all(|request| request.authorization.as_deref() == own));
    assert!(!other.requests().is_empty());
    assert!(other.requests().iter().all(|request| request.authorization.is_none()));
}

#[test]
fn one_failure_leaves_the_others() {
    let server = Server::start(stable);
    let source = |chart: &str, range: &str| {
        format!("{{repoURL: {}/stable, chart: {chart}, targetRevision: {range}}}", server.url())
    };
    let repository = applications(&[
        ("a", &source("web", "1.2.3")),
        ("b", &source("webb", "1.0.0")),
        ("c", &source("kit", "9.9.9")),
        ("d", &source("web", "1.3.0")),
    ]);
    let hosts = [(server.host(), "SERVER")];
    insta::assert_snapshot!("partial", shown(&zij(&repository, &["vendor"]), &hosts));
    insta::assert_snapshot!(
        "partial_written",
        written(&repository).replace(server.host(), "SERVER")
    );
    let json = zij(&repository, &["vendor", "--only", "kit", "--format", "json"]);
    insta::assert_snapshot!("partial_json", shown(&json, &hosts));
}

#[test]
fn faults_of_registries() {
    let archive = packed("archives/web-1.2.3.tgz").unwrap_or_default();
    let registry = Registry::default().with("charts/web", "1.2.3", archive);
    for (name, range) in [("registry_version", "1.2.4"), ("registry_blob", "1.2.3")] {
        let registry = registry.clone();
        let server = Server::start(move |request| match request.path().contains("/blobs/") {
            true => Answer::ok("other bytes"),
            false => registry.answer(request),
        });
        let source =
            format!("{{repoURL: {}/charts, chart: web, targetRevision: {range}}}", server.host());
        let repository = applications(&[("web", &source)]);
        let outcome = zij(&repository, &["vendor"]);
        insta::assert_snapshot!(name, shown(&outcome, &[(server.host(), "SERVER")]));
    }
}
