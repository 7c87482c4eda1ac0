//! A push that reaches the server through a socket; `.ci/push` does the same over ssh.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use zij_testkit::Outcome;

use crate::scene::{Scene, assert_harmless};

/// Git's own server (git-daemon(1)), ended when dropped.
struct GitServer {
    process: Child,
    url: String,
}

impl GitServer {
    fn start(scene: &Scene) -> Self {
        let environment = scene.repository.environment();
        let program = Path::new(&scene.repository.git(&["--exec-path"])).join("git-daemon");
        // Free a moment ago; another process may take it in between, and then the start fails.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("loopback has a free port")
            .port();
        let mut server = environment.command(program, &environment.work());
        server.args(["--listen=127.0.0.1", "--enable=receive-pack", "--export-all"]);
        server
            .arg(format!("--port={port}"))
            .arg(format!("--base-path={}", environment.work().display()));
        let process =
            server.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("git has it");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "git-daemon does not listen");
            std::thread::yield_now();
        }
        Self { process, url: format!("git://127.0.0.1:{port}/origin.git") }
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn a_server_refuses_and_accepts_over_the_git_protocol() {
    let scene = Scene::new();
    scene.zij(&scene.remote, &["hook", "install"]).success();
    scene.zij(&scene.remote, &["hook", "install", "--hook", "post-receive"]).success();
    let remote = scene.remote.to_str().unwrap();
    for (key, value) in [("receive.advertisePushOptions", "true"), ("zij.override", "*")] {
        scene.repository.git(&["-C", remote, "config", key, value]);
    }
    let server = GitServer::start(&scene);
    let push = |options: &[&str]| {
        let mut push = scene.repository.command(&["push"]);
        push.args(options.iter().flat_map(|option| ["-o", option])).arg(&server.url).arg("main");
        Outcome::of(&mut push, b"")
    };
    let before = scene.remote_ref("main");
    let wrong = scene.commit_unsafe();
    let refused = push(&[]);
    assert_eq!(refused.code, Some(1), "{refused}");
    for words in [
        "remote: zij: push to main REJECTED - 1 unsafe, 1 unchanged",
        "remote:   ! prod/shop  ConfigMap/small",
        "remote:       at     clusters/prod/shop.yaml:1",
        "(pre-receive hook declined)",
    ] {
        assert!(refused.stderr.contains(words), "{words}: {refused}");
    }
    assert_harmless(&refused.stderr);
    assert_eq!(scene.remote_ref("main"), before);
    let plan = &refused.stderr[refused.stderr.find("PLAN-").unwrap()..][..13];
    let granted = push(&[&format!("zij.override={plan} a label that nobody reads")]);
    assert_eq!(granted.code, Some(0), "{granted}");
    assert!(granted.stderr.contains("zij: override accepted for "), "{granted}");
    assert_eq!(scene.remote_ref("main"), wrong);

    let corrected = scene.commit_team("prod", "red");
    let accepted = push(&[]);
    assert_eq!(accepted.code, Some(0), "{accepted}");
    assert!(
        accepted.stderr.contains("remote: zij: push to main ok - 1 deploy, 1 unchanged"),
        "{accepted}"
    );
    assert_eq!(scene.remote_ref("main"), corrected);
    let log = scene.zij(&scene.remote, &["audit", "log", "--verb", "push"]).success();
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(fs::exists(scene.remote.join("refs/zij/audit")).unwrap(), "anchored");
}
