//! `zij hook doctor`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::scene::Scene;

#[test]
fn a_hook_is_proved_to_refuse() {
    let scene = Scene::new();
    let doctor = |code: i32, words: &str| {
        let said = scene.zij(scene.repository.path(), &["hook", "doctor"]);
        assert_eq!(said.code, Some(code), "{said}");
        assert!(said.stdout.contains(words), "{said}");
    };
    doctor(1, "fix  run: zij hook install --hook pre-push");
    scene.zij(scene.repository.path(), &["hook", "install"]).success();
    doctor(0, "proved  git asked zij");

    let hook = scene.repository.path().join(".git/hooks/pre-push");
    let mode = |mode| fs::set_permissions(&hook, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    doctor(1, "is not executable, so git skips it");
    mode(0o755);
    scene.repository.git(&["config", "core.hooksPath", ".git/hooks"]);
    doctor(1, "is relative, so linked worktrees skip the hook");
    scene.repository.git(&["config", "--unset", "core.hooksPath"]);

    let ours = fs::read_to_string(&hook).unwrap();
    scene.repository.write_executable(&hook, ours + "exit 0\n");
    doctor(0, "was edited or comes from another version");
    let without_zij = "#!/bin/sh\n# zij-hook 1 pre-push: broken\nexit 0\n";
    scene.repository.write_executable(&hook, without_zij);
    doctor(1, "broken  an unsafe scratch push went through");
    assert_eq!(scene.remote_ref("zij"), "", "nothing reaches the real remote");
}

#[test]
fn a_manager_that_hands_over_is_no_fault_unless_nothing_runs_it() {
    let scene = Scene::new();
    let top = scene.repository.path().to_owned();
    let doctor = |folder: &Path, code: i32, words: &[&str]| {
        let said = scene.zij(folder, &["hook", "doctor"]);
        assert_eq!(said.code, Some(code), "{said}");
        for words in words {
            assert!(said.stdout.contains(words), "{words}: {said}");
        }
    };
    // As husky lays it out: a folder that git does not track, named relative to the work tree.
    let zij = env!("CARGO_BIN_EXE_zij");
    let call = "#!/bin/sh\nzij hook pre-push \"$@\"\n";
    scene.repository.write_executable(".husky/pre-push", call);
    scene.repository.write(".gitignore", ".husky/_\n");
    scene.repository.commit("a manager of hooks");
    scene.repository.git(&["config", "core.hooksPath", ".husky/_"]);
    doctor(&top, 1, &[".husky/pre-push calls zij, but git finds no hook", "run: npx husky"]);
    let over = format!(
        "#!/bin/sh\nPATH={}:$PATH exec \"$(dirname \"$0\")/../pre-push\" \"$@\"\n",
        parent(zij)
    );
    scene.repository.write_executable(".husky/_/pre-push", over);
    doctor(&top, 0, &["note    core.hooksPath `.husky/_` is relative", "each linked worktree too"]);
    scene.commit_unsafe();
    let pushed = scene.push(&["main"]);
    assert!(pushed.code == Some(1) && pushed.stderr.contains("REJECTED"), "{pushed}");

    let linked = scene.repository.environment().work().join("linked");
    scene.repository.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    doctor(&linked, 1, &["git finds no hook to run at"]);
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').expect("an absolute path").0
}

#[test]
fn a_server_and_a_chained_hook_are_proved_too() {
    let scene = Scene::new();
    scene.zij(&scene.remote, &["hook", "install"]).success();
    let said = scene.zij(&scene.remote, &["hook", "doctor"]).success();
    assert!(said.contains("pre-receive") && said.contains("proved"), "{said}");

    let marks = scene.repository.environment().path().join("ran");
    let script = format!("#!/bin/sh\ntouch '{}'\n", marks.display());
    scene.repository.write_executable(scene.repository.path().join(".git/hooks/pre-push"), script);
    scene.zij(scene.repository.path(), &["hook", "install"]).success();
    let said = scene.zij(scene.repository.path(), &["hook", "doctor"]).success();
    assert!(said.contains("proved") && !marks.exists(), "{said}");
}
