//! Several repositories in one daemon.

use std::{fs, path::PathBuf, time::Instant};

use serde_json::Value;
use zij_testkit::Outcome;

use crate::scene::{PATIENCE, Scene};

/// A clone beside the scene's repository, with a commit of its own.
fn second(scene: &Scene) -> PathBuf {
    let folder = scene.repository.environment().work().join("second");
    let (from, to) = (
        scene.repository.path().to_str().expect("the temporary folder is UTF-8"),
        folder.to_str().expect("the temporary folder is UTF-8"),
    );
    scene.repository.git(&["clone", "--quiet", from, to]);
    commit(scene, &folder, "second");
    folder
}

fn commit(scene: &Scene, folder: &std::path::Path, team: &str) -> String {
    fs::write(folder.join("clusters/a/two.yaml"), format!("team: {team}\n"))
        .expect("the folder is ours");
    let folder = folder.to_str().expect("the temporary folder is UTF-8");
    scene.repository.git(&["-C", folder, "commit", "--quiet", "--all", "--message", team]);
    scene.repository.git(&["-C", folder, "rev-parse", "HEAD"])
}

fn zij(scene: &Scene, folder: &std::path::Path, arguments: &[&str]) -> Outcome {
    let mut command = scene.command(arguments);
    Outcome::of(command.current_dir(folder), b"")
}

/// Waits until a commit is predicted there, and gives the status.
fn predicted(scene: &Scene, folder: &std::path::Path, head: &str) -> Value {
    let started = Instant::now();
    loop {
        let said = zij(scene, folder, &["status", "--format", "json"]);
        let status: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        if status["waiting"] == 0 && status["branches"][0]["commit"] == head {
            return status;
        }
        assert!(started.elapsed() < PATIENCE, "{said}");
    }
}

#[test]
fn one_daemon_for_two_repositories() {
    let scene = Scene::new();
    let second = second(&scene);
    let list = scene.repository.environment().path().join("repositories");
    // The second one twice, and the first one as `.` of its own folder.
    fs::write(&list, "# fleets\n\nwork/second\nwork/second/clusters\n").unwrap();
    let arguments = ["daemon", ".", "--list", list.to_str().unwrap()];
    for round in 0..3 {
        let mut daemon = scene.spawn(scene.command(&arguments));
        let (one, other) = (scene.commit(round), commit(&scene, &second, &format!("t{round}")));
        let (mine, theirs) = (scene.settled(), predicted(&scene, &second, &other));
        assert_eq!(mine["branches"][0]["commit"], one.as_str());
        assert_eq!(mine["pid"], theirs["pid"], "one process");
        assert_ne!(mine["repository"], theirs["repository"]);
        let said = zij(&scene, &second, &["status", "--all"]).success();
        assert_eq!(said.lines().count(), 2, "{said}");
        let said = zij(&scene, &second, &["status", "--all", "--format", "json"]).success();
        let all: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(all["schema"], "zij.repositories/v1");
        assert_eq!(all["repositories"][0]["repository"], mine["repository"]);
        assert_eq!(all["repositories"][1]["repository"], theirs["repository"]);
        let (code, words) = scene.spawn(daemon_of(&scene, &second)).end();
        assert!(code == Some(2) && words.contains("serves this repository already"), "{words}");
        daemon.kill();
        zij(&scene, &second, &["audit", "verify"]).success();
        scene.assert_sound();
    }
    // Each has a log of its own.
    assert_eq!(scene.records("start"), 3);
    let said = zij(&scene, &second, &["audit", "log", "--verb", "start"]).success();
    assert_eq!(said.lines().count(), 3, "{said}");
}

fn daemon_of(scene: &Scene, folder: &std::path::Path) -> std::process::Command {
    let mut command = scene.command(&["daemon"]);
    command.current_dir(folder);
    command
}

#[test]
fn one_that_goes_away_takes_none_along() {
    let scene = Scene::new();
    let second = second(&scene);
    let mut daemon = scene.spawn(scene.command(&["daemon", ".", second.to_str().unwrap()]));
    scene.settled();
    // While the daemon may write to it: it goes in one step, and nothing of it comes back.
    fs::rename(&second, second.with_file_name("elsewhere")).unwrap();
    scene.commit(1);
    scene.settled();
    assert!(daemon.runs());
    scene.assert_sound();
    let said = scene.zij(&["status", "--all"]).success();
    assert_eq!(said.lines().count(), 2, "{said}");
    let words = daemon.terminate();
    assert!(words.contains("not on record"), "{words}");
    assert!(!second.exists(), "a daemon that stops makes no folders");
    // Named at the start, one that is not there is a mistake.
    let (code, words) =
        scene.spawn(scene.command(&["daemon", ".", second.to_str().unwrap()])).end();
    assert!(code == Some(2) && words.contains("second"), "{words}");
}
