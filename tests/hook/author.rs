//! `pre-push`, on the author's side.

use std::{fs, os::unix::fs::PermissionsExt as _};

use zij_testkit::Outcome;

use crate::scene::{Scene, assert_harmless};

#[test]
fn an_unsafe_push_is_refused_and_its_correction_accepted() {
    let scene = Scene::with_pre_push();
    let before = scene.remote_ref("main");
    scene.commit_unsafe();
    let pushed = scene.push(&["main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    for words in [
        "zij: push to main REJECTED - 1 unsafe, 1 unchanged",
        "clusters/prod/shop.yaml:1",
        "rule   ZIJ-",
        "fix  ",
        "inspect  zij diff ",
    ] {
        assert!(pushed.stderr.contains(words), "{words}: {pushed}");
    }
    assert!(!pushed.stderr.contains("no-verify"), "{pushed}");
    assert_harmless(&pushed.stderr);
    assert_eq!(scene.remote_ref("main"), before);

    let dry = scene.push(&["--dry-run", "main"]);
    assert_eq!(dry.code, Some(1), "git does not tell the hook: {dry}");

    let corrected = scene.commit_team("prod", "red");
    let pushed = scene.push(&["main"]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    assert!(pushed.stderr.contains("zij: push to main ok - 1 deploy, 1 unchanged"), "{pushed}");
    assert_eq!(scene.remote_ref("main"), corrected);
}

#[test]
fn every_kind_of_ref() {
    let scene = Scene::with_pre_push();
    let git = |arguments: &[&str]| scene.repository.git(arguments);
    let remote = scene.remote.to_str().unwrap();
    git(&["-C", remote, "config", "receive.denyDeleteCurrent", "ignore"]);
    let base = git(&["rev-parse", "HEAD"]);
    scene.commit_team("dev", "yellow");
    git(&["tag", "light"]);
    git(&["tag", "--annotate", "--message", "noted", "noted"]);
    git(&["branch", "good"]);
    scene.commit_unsafe();
    git(&["branch", "bad"]);
    git(&["tag", "bad-tag"]);
    git(&["checkout", "--quiet", "good"]);
    let rows: [(&[&str], i32, &str); 16] = [
        (&["good"], 0, "zij: push to good (new) ok - 1 deploy, 1 unchanged"),
        (&["good"], 0, ""),
        (&["light", "noted", "bad-tag"], 0, ""),
        (&["bad"], 1, "zij: push to bad (new) REJECTED - 1 unsafe"),
        (&["bad:refs/heads/other/name"], 1, "zij: push to other/name (new) REJECTED"),
        (&["good:refs/heads/twin"], 0, "zij: push to twin (new) ok - no file differs"),
        (&["good:main", ":twin", "bad:third"], 1, "zij: push to third (new) REJECTED"),
        (&["good:main", "good:second"], 0, "zij: push to 2 branches (main, second) ok"),
        (&["--delete", "twin"], 0, "zij: deletion of twin ok - what deploys from it is not"),
        (&["--force", &format!("{base}:good")], 0, "zij: force push to good ok - 1 deploy"),
        (&["--force", "bad:good"], 1, "zij: push to good REJECTED"),
        (&["HEAD~1:refs/heads/spec"], 0, "zij: push to spec (new) ok"),
        (&["bad:refs/notes/x"], 0, ""),
        (&["--all"], 1, "zij: push to bad (new) REJECTED"),
        (&["--delete", "main"], 0, "zij: deletion of main ok with warnings - it is the main"),
        (&["--no-verify", "bad"], 0, ""),
    ];
    for (arguments, code, words) in rows {
        let pushed = scene.push(arguments);
        assert_eq!(pushed.code, Some(code), "{arguments:?} {pushed}");
        let said = pushed.stderr.contains("zij:");
        assert!(
            pushed.stderr.contains(words) && said != words.is_empty(),
            "{arguments:?} {pushed}"
        );
        assert_harmless(&pushed.stderr);
    }
}

#[test]
fn what_git_cannot_send_and_what_it_sends_as_a_tag() {
    let scene = Scene::with_pre_push();
    let git = |arguments: &[&str]| scene.repository.git(arguments);
    let base = git(&["rev-parse", "HEAD"]);
    scene.commit_team("dev", "yellow");
    scene.push(&["--quiet", "main"]).success();
    // Not a fast-forward: git has nothing to send and asks the hook all the same.
    let pushed = scene.push(&[&format!("{base}:main")]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("[rejected]") && !pushed.stderr.contains("zij:"), "{pushed}");
    // A tag object that is pushed to a branch is judged by its commit; git's server refuses it.
    scene.commit_unsafe();
    git(&["tag", "--annotate", "--message", "noted", "noted"]);
    let pushed = scene.push(&["noted:refs/heads/tagged"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    let words = "zij: push to tagged (new) REJECTED - 1 unsafe, 1 unchanged";
    assert!(pushed.stderr.contains(words), "{pushed}");
}

#[test]
fn a_hook_that_git_does_not_run_is_no_hook() {
    let scene = Scene::with_pre_push();
    let hook = scene.repository.path().join(".git/hooks/pre-push");
    scene.commit_unsafe();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let pushed = scene.push(&["main:refs/heads/a"]);
    assert!(pushed.code == Some(0) && pushed.stderr.contains("hook was ignored"), "{pushed}");
    // An interpreter that `env` does not find ends the push.
    scene.repository.write_executable(&hook, "#!/usr/bin/env no-such-program\n");
    assert_eq!(scene.push(&["main:refs/heads/b"]).code, Some(1));
    scene.zij(&scene.remote, &["hook", "install"]).success();
    fs::remove_file(&hook).unwrap();
    let pushed = scene.push(&["main"]);
    assert!(pushed.stderr.contains("remote: zij: push to main REJECTED"), "{pushed}");
}

#[test]
fn three_thousand_refs_at_once() {
    let scene = Scene::with_pre_push();
    let base = scene.repository.git(&["rev-parse", "HEAD"]);
    scene.commit_unsafe();
    let refs: String = (0..3000).map(|n| format!("create refs/heads/b{n} {base}\n")).collect();
    let mut update = scene.repository.command(&["update-ref", "--stdin"]);
    Outcome::of(&mut update, refs.as_bytes()).success();
    let pushed = scene.push(&["--all"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("zij: push to main REJECTED - 1 unsafe"), "{pushed}");
    assert_harmless(&pushed.stderr);
    scene.zij(&scene.remote, &["hook", "install"]).success();
    let pushed = scene.push(&["--no-verify", "--all"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("remote: zij: push to main REJECTED - 1 unsafe"), "{pushed}");
    assert_eq!(scene.remote_ref("b0"), "", "nothing of it arrives");
}

#[test]
fn wherever_git_runs_it() {
    let scene = Scene::with_pre_push();
    scene.commit_unsafe();
    let linked = scene.repository.environment().work().join("linked");
    let arguments = ["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()];
    scene.repository.git(&arguments);
    for folder in [scene.repository.path().join("clusters/prod"), linked.join("chart"), linked] {
        let mut push = scene.repository.command(&["push", "origin", "HEAD:refs/heads/main"]);
        let pushed = Outcome::of(push.current_dir(&folder), b"");
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(pushed.stderr.contains("REJECTED - 1 unsafe, 1 unchanged"), "{pushed}");
    }
}

#[test]
fn a_branch_that_moved_meanwhile() {
    let scene = Scene::with_pre_push();
    let other = scene.repository.environment().work().join("other");
    let arguments = ["clone", "--quiet", scene.remote.to_str().unwrap(), other.to_str().unwrap()];
    scene.repository.git(&arguments);
    let other = other.to_str().unwrap();
    scene.repository.git(&["-C", other, "commit", "--quiet", "--allow-empty", "-m", "theirs"]);
    scene.repository.git(&["-C", other, "push", "--quiet"]);

    scene.commit_unsafe();
    let pushed = scene.push(&["--force", "main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("zij: force push to main REJECTED - 1 unsafe"), "{pushed}");
    assert!(pushed.stderr.contains("the branch's present commit is not here"), "{pushed}");
    assert_harmless(&pushed.stderr);
}

#[test]
fn a_shallow_clone() {
    let scene = Scene::new();
    scene.commit_team("dev", "yellow");
    scene.push(&["main"]);
    let shallow = scene.repository.environment().work().join("shallow");
    let url = format!("file://{}", scene.remote.display());
    let folder = shallow.to_str().unwrap();
    scene.repository.git(&["clone", "--quiet", "--depth=1", &url, folder]);
    scene.zij(&shallow, &["hook", "install"]).success();
    let values = format!("team: {}\n", "a".repeat(64));
    fs::write(shallow.join("clusters/prod/shop.yaml"), values).unwrap();
    scene.repository.git(&["-C", folder, "commit", "--quiet", "--all", "-m", "unsafe"]);
    for name in ["main", "new"] {
        let refspec = format!("HEAD:refs/heads/{name}");
        let pushed = scene.repository.try_git(&["-C", folder, "push", "origin", &refspec]);
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(pushed.stderr.contains("REJECTED - 1 unsafe, 1 unchanged"), "{pushed}");
    }
}

#[test]
fn the_first_push_of_all_is_compared_with_nothing() {
    let scene = Scene::with_pre_push();
    let empty = scene.repository.bare_remote("empty");
    scene.repository.git(&["remote", "remove", "origin"]);
    let mut push = scene.repository.command(&["push"]);
    let pushed = Outcome::of(push.arg(&empty).arg("main"), b"");
    assert_eq!(pushed.code, Some(0), "{pushed}");
    assert!(pushed.stderr.contains("zij: push to main (new) ok - 2 deploy"), "{pushed}");
}

#[test]
fn a_hook_that_was_there_goes_first_and_comes_back() {
    let scene = Scene::new();
    let hook = scene.repository.path().join(".git/hooks/pre-push");
    let seen = scene.repository.path().join(".git/seen");
    let script = format!("#!/bin/sh\ncat >'{}'\n[ ! -e stop ] || exit 9\n", seen.display());
    scene.repository.write_executable(&hook, &script);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o750)).unwrap();
    let zij = |arguments: &[&str]| scene.zij(scene.repository.path(), arguments);

    let planned = zij(&["hook", "install", "--dry-run"]).success();
    assert_eq!(fs::read_to_string(&hook).unwrap(), script, "{planned}");
    assert!(planned.contains("runs first"), "{planned}");
    assert_eq!(zij(&["hook", "install"]).success(), planned);
    assert_eq!(zij(&["hook", "install"]).success(), "pre-push: note: already installed");

    let new = scene.commit_unsafe();
    let pushed = scene.push(&["main"]);
    assert!(pushed.code == Some(1) && pushed.stderr.contains("REJECTED"), "{pushed}");
    let line = format!("refs/heads/main {new} refs/heads/main {}\n", scene.remote_ref("main"));
    assert_eq!(fs::read_to_string(&seen).unwrap(), line);

    scene.commit_team("prod", "red");
    fs::write(scene.repository.path().join("stop"), "").unwrap();
    let pushed = scene.push(&["main"]);
    assert!(pushed.code == Some(1) && !pushed.stderr.contains("zij:"), "{pushed}");

    zij(&["hook", "uninstall"]).success();
    assert_eq!(fs::read_to_string(&hook).unwrap(), script);
    assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o750);
    let names = fs::read_dir(hook.parent().unwrap()).unwrap();
    let ours =
        names.filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().contains("zij"));
    assert_eq!(ours.count(), 0);
    assert_eq!(zij(&["hook", "uninstall"]).success(), "pre-push: note: not installed");
}

#[test]
fn what_git_would_not_say() {
    let scene = Scene::new();
    let folder = scene.repository.path();
    let rows: [(&[&str], &str, i32); 7] = [
        (&["pre-push", "origin", "url"], "", 0),
        (&["pre-push", "origin", "url"], "one line\n", 2),
        (&["pre-push", "origin", "url", "--deadline", "0"], "", 2),
        (&["pre-push"], "", 2),
        (&["pre-receive"], "", 2),
        (&["update", "refs/heads/a", "b", "c"], "", 2),
        (&["install", "--hook", "post-checkout"], "", 2),
    ];
    for (arguments, input, code) in rows {
        let mut command = scene.zij_command(folder, &["hook"]);
        let said = Outcome::of(command.args(arguments), input.as_bytes());
        assert_eq!(said.code, Some(code), "{arguments:?} {said}");
    }
    let nowhere = scene.repository.environment().work();
    assert_eq!(scene.zij(&nowhere, &["hook", "install"]).code, Some(2));
}

#[test]
fn nothing_is_written_to_shared_hooks() {
    let scene = Scene::new();
    scene.repository.git(&["config", "--global", "core.hooksPath", "/shared"]);
    let said = scene.zij(scene.repository.path(), &["hook", "install"]);
    assert_eq!(said.code, Some(2), "{said}");
    assert!(said.stdout.contains("nothing is written"), "{said}");
}
