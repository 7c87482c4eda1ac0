//! The hooks around a commit.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::net::UnixListener,
    thread,
};

use crate::scene::{Scene, assert_harmless};

#[test]
fn an_unsafe_commit_is_refused_by_what_is_staged() {
    let scene = Scene::new();
    let git = |arguments: &[&str]| scene.repository.try_git(arguments);
    scene.zij(scene.repository.path(), &["hook", "install", "--hook", "pre-commit"]).success();
    let said = scene.zij(scene.repository.path(), &["hook", "doctor", "--hook", "pre-commit"]);
    assert!(said.stdout.contains("proved"), "{said}");

    let long = "a".repeat(64);
    scene.repository.write("clusters/prod/shop.yaml", format!("team: {long}\n"));
    let said = git(&["commit", "--all", "-m", "unsafe"]);
    assert_eq!(said.code, Some(1), "{said}");
    assert!(said.stderr.contains("zij: commit REJECTED - 1 unsafe, 1 unchanged"), "{said}");
    assert!(said.stderr.contains("inspect  zij diff --cluster prod --app shop"), "{said}");
    assert_harmless(&said.stderr);

    // Only what is staged counts, and what `git commit PATH` would stage.
    scene.repository.write("clusters/dev/shop.yaml", "team: white\n");
    let said = git(&["commit", "-m", "one", "clusters/dev/shop.yaml"]);
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.stderr.contains("zij: commit ok - 1 deploy, 1 unchanged"), "{said}");
    scene.repository.write("README", "no cell\n");
    git(&["add", "README"]).success();
    let said = git(&["commit", "-m", "no news"]);
    assert!(said.code == Some(0) && !said.stderr.contains("zij"), "{said}");
    let said = git(&["commit", "--all", "--no-verify", "-m", "on one's own head"]);
    assert_eq!(said.code, Some(0), "{said}");
    assert!(!scene.repository.path().join(".git/zij").exists(), "local hooks record nothing");
}

#[test]
fn a_commit_waits_for_no_verdict() {
    let scene = Scene::new();
    scene.zij(scene.repository.path(), &["hook", "install", "--hook", "pre-commit"]).success();
    for (variables, code) in [
        (&[("ZIJ_HOOK_DEADLINE", "0.000001")][..], 0),
        (&[("ZIJ_HOOK_DEADLINE", "0.000001"), ("ZIJ_HOOK_STRICT", "1")], 1),
    ] {
        scene.repository.write("clusters/dev/shop.yaml", format!("team: t{code}\n"));
        let mut commit = scene.repository.command(&["commit", "--all", "-m", "late"]);
        commit.envs(variables.iter().copied());
        let said = zij_testkit::Outcome::of(&mut commit, b"");
        assert_eq!(said.code, Some(code), "{said}");
        assert!(said.stderr.contains("zij: commit COULD NOT BE EVALUATED"), "{said}");
        let goes_on = said.stderr.contains("zij: warning: the commit goes on without a verdict");
        assert_eq!(goes_on, code == 0, "{said}");
    }
}

#[test]
fn the_daemon_is_told_of_a_commit_and_its_silence_holds_up_none() {
    let scene = Scene::new();
    scene.zij(scene.repository.path(), &["hook", "install", "--hook", "post-commit"]).success();
    let listener = UnixListener::bind(scene.socket()).unwrap();
    let daemon = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 64];
        let length = stream.read(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        let first = String::from_utf8_lossy(&asked[..length]).into_owned();
        // The second one is taken and never answered.
        let silent = listener.accept().unwrap();
        (first, silent)
    });
    scene.commit_team("dev", "white");
    scene.commit_team("dev", "black");
    let (asked, _silent) = daemon.join().unwrap();
    assert!(asked.starts_with("POST /v1/look HTTP/1.1"), "{asked}");
    fs::remove_file(scene.socket()).unwrap();
    scene.commit_team("dev", "red");
}

#[test]
fn a_push_option_is_for_the_server_and_a_dry_run_leaves_nothing() {
    let scene = Scene::with_pre_push();
    let remote = scene.remote.to_str().unwrap();
    scene.repository.git(&["-C", remote, "config", "receive.advertisePushOptions", "true"]);
    scene.commit_unsafe();
    let pushed = scene.push(&["-o", "zij.override=PLAN-00000000 no", "main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    let pushed = scene.push(&["--dry-run", "main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(!scene.repository.path().join(".git/zij").exists());
    // What git itself lets one skip, the server still decides.
    scene.zij(&scene.remote, &["hook", "install"]).success();
    for arguments in [
        &["push", "--no-verify", "origin", "main"][..],
        &["-c", "core.hooksPath=/dev/null", "push", "origin", "main"],
    ] {
        let pushed = scene.repository.try_git(arguments);
        assert!(pushed.stderr.contains("remote: zij: push to main REJECTED"), "{pushed}");
    }
}

#[test]
fn pushes_that_git_sends_in_other_ways() {
    let scene = Scene::with_pre_push();
    let git = |arguments: &[&str]| scene.repository.try_git(arguments);
    scene.commit_team("dev", "white");
    // Detached, all or nothing, and everything there is.
    git(&["checkout", "--quiet", "--detach"]).success();
    let said = git(&["push", "origin", "HEAD:refs/heads/detached"]);
    assert!(said.code == Some(0) && said.stderr.contains("push to detached (new) ok"), "{said}");
    git(&["checkout", "--quiet", "main"]).success();
    git(&["branch", "good"]).success();
    scene.commit_unsafe();
    for arguments in
        [&["push", "--atomic", "origin", "main", "good"][..], &["push", "--mirror", "origin"]]
    {
        let said = git(arguments);
        assert_eq!(said.code, Some(1), "{said}");
        assert!(said.stderr.contains("zij: push to main REJECTED - 1 unsafe"), "{said}");
        assert_eq!(scene.remote_ref("good"), "", "nothing of it arrives");
    }
    // A submodule has hooks of its own.
    let module = format!("file://{}", scene.remote.display());
    let outer = scene.repository.environment().work().join("outer");
    let outer = outer.to_str().unwrap();
    git(&["init", "--quiet", outer]).success();
    git(&[
        "-C",
        outer,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &module,
        "fleet",
    ])
    .success();
    let inner = std::path::Path::new(outer).join("fleet");
    scene.zij(&inner, &["hook", "install"]).success();
    fs::write(inner.join("clusters/prod/shop.yaml"), format!("team: {}\n", "a".repeat(64)))
        .unwrap();
    let inner = inner.to_str().unwrap();
    git(&["-C", inner, "commit", "--quiet", "--all", "-m", "unsafe"]).success();
    let said = git(&["-C", inner, "push", "origin", "HEAD:refs/heads/main"]);
    assert!(said.code == Some(1) && said.stderr.contains("REJECTED - 1 unsafe"), "{said}");
}
