//! At a terminal: the hook's input is git's list of refs all the same, and nobody is ever asked.
//!
//! script(1) of util-linux makes the pseudo terminal.

use std::io::{self, Write as _};

use zij_testkit::Outcome;

use crate::scene::{Scene, assert_harmless};

/// What a command line prints at a terminal, and its exit code; `None` where there is no script(1).
fn at_terminal(scene: &Scene, line: &str) -> Option<Outcome> {
    let environment = scene.repository.environment();
    let script = || environment.command("script", scene.repository.path());
    let version = script().arg("--version").output();
    let is_there =
        version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("util-linux"));
    if !is_there {
        // Past the capture of the test's output: a test that was left out is never quiet.
        let words = "LEFT OUT a hook at a terminal: script(1) of util-linux is not installed\n";
        io::stderr().write_all(words.as_bytes()).expect("standard error");
        return None;
    }
    let mut script = script();
    script.args(["--quiet", "--return", "--command", line, "/dev/null"]);
    script.env("ZIJ", env!("CARGO_BIN_EXE_zij")).env("TERM", "xterm-256color");
    Some(Outcome::of(&mut script, b""))
}

#[test]
fn a_push_from_a_terminal_is_judged_as_any_other() {
    let scene = Scene::with_pre_push();
    scene.commit_unsafe();
    let Some(pushed) = at_terminal(&scene, "git push origin main") else { return };
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stdout.contains("zij: push to main REJECTED - 1 unsafe"), "{pushed}");
    let corrected = scene.commit_team("prod", "red");
    let pushed = at_terminal(&scene, "git push origin main").expect("it is there");
    assert_eq!(pushed.code, Some(0), "{pushed}");
    let told = pushed.stdout.lines().find(|line| line.contains("zij: push to main ok"));
    assert_harmless(told.expect("it says so").trim_end());
    assert_eq!(scene.remote_ref("main"), corrected);
}

#[test]
fn a_hook_that_a_person_calls_waits_for_nobody() {
    let scene = Scene::new();
    let Some(said) = at_terminal(&scene, "\"$ZIJ\" hook pre-push origin x") else { return };
    assert_eq!(said.code, Some(2), "{said}");
    assert!(said.stdout.contains("git calls this hook"), "{said}");
}
