//! What happens when the clock is set, forth and back, under a daemon (faketime(1)).

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::Command,
    time::Instant,
};

use crate::scene::{PATIENCE, Scene};

/// The library of Debian's package `faketime`; says so where it is not installed.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let library = folders.map(|entry| entry.path().join("faketime/libfaketime.so.1"));
    let found = library.into_iter().find(|path| path.exists());
    if found.is_none() {
        // Past the capture of the test's output: a test that was left out is never quiet.
        let words = "LEFT OUT the clock's jumps: faketime is not installed\n";
        io::stderr().write_all(words.as_bytes()).expect("standard error");
    }
    found
}

/// A clock that a test sets for all that runs with it.
struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    fn at(scene: &Scene, library: PathBuf, time: &str) -> Self {
        let file = scene.repository.environment().path().join("time");
        let clock = Self { library, file };
        clock.set(time);
        clock
    }

    /// Sets the clock, which goes on from there.
    fn set(&self, time: &str) {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("@{time}\n")).expect("the folder is ours");
        fs::rename(new, &self.file).expect("the folder is ours");
    }

    fn run(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("FAKETIME_TIMESTAMP_FILE", &self.file);
        // What measures how long things take is not the clock that people set.
        command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
    }
}

#[test]
fn a_clock_that_is_set_under_a_daemon() {
    let scene = Scene::new();
    let Some(library) = faketime() else { return };
    let waiver = "policy:\n  waivers:\n    - { rule: label-value, cells: \"*\", owner: ann, reason: r, expires: \"2027-01-15\" }\n";
    let zij = fs::read_to_string(scene.repository.path().join("zij.yaml")).unwrap();
    scene.repository.commit_files("a waiver", &[("zij.yaml", &format!("{zij}{waiver}"))]);
    let long = format!("team: {}\n", "a".repeat(64));
    scene.repository.commit_files("too long", &[("clusters/a/one.yaml", &long)]);

    let clock = Clock::at(&scene, library, "2027-01-10 12:00:00");
    let mut command = scene.command(&["daemon"]);
    clock.run(&mut command);
    let mut daemon = scene.spawn(command);
    let status = scene.settled();
    let verdict =
        |status: &serde_json::Value| status["branches"][0]["state"]["done"]["verdict"].clone();
    assert_eq!(verdict(&status), "clean", "{status}");
    let check = || {
        let mut check = scene.command(&["check", "HEAD~1..HEAD"]);
        clock.run(&mut check);
        zij_testkit::Outcome::of(&mut check, b"").code
    };
    // As a look of the daemon at its branches would find it.
    let look = |wanted: &str| {
        let started = Instant::now();
        loop {
            scene.look();
            let status = scene.settled();
            if verdict(&status) == wanted {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{wanted}: {status}");
        }
    };
    for (time, wanted, code) in [
        ("2027-02-20 12:00:00", "blocked", 1),
        ("2027-01-12 12:00:00", "clean", 0),
        ("2031-06-01 00:00:00", "blocked", 1),
        ("1999-12-31 23:59:59", "clean", 0),
    ] {
        clock.set(time);
        look(wanted);
        assert_eq!(check(), Some(code), "{time}");
        scene.commit(1);
        scene.settled();
        scene.repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        scene.settled();
    }
    assert!(daemon.runs());
    assert_eq!(scene.records("clock"), 4);
    daemon.kill();
    let (_, words) = daemon.end();
    assert!(words.contains("the clock jumped forth by") && words.contains("back by"), "{words}");
    let said = scene.zij(&["audit", "verify"]).success();
    assert!(said.contains("the clock was set back before record"), "{said}");
    let shown = scene.zij(&["audit", "log", "--until", "2000-01-01"]).success();
    assert!(shown.contains("1999-12-31T23:59:59Z"), "{shown}");
    scene.assert_sound();

    // Each month has a file of its own; what is shipped and anchored may go.
    scene.zij(&["audit", "anchor"]).success();
    let retire = ["audit", "retire", "--at-most", "1"];
    let said = scene.zij(&retire).success();
    assert!(said.contains("nothing retired") && said.contains("no receiver has the log"), "{said}");
    scene.zij(&["audit", "ship", "there"]).success();
    let said = scene.zij(&retire).success();
    assert!(said.contains(" files with "), "{said}");
    assert!(!scene.log().exists());
    let said = scene.zij(&["audit", "verify"]).success();
    assert!(said.contains("were retired, which is on record"), "{said}");
    let said = scene.zij(&["audit", "log", "--verb", "retire"]).success();
    assert_eq!(said.lines().count(), 1, "{said}");
    scene.assert_sound();
}
