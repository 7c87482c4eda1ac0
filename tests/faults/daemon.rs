//! What happens to the process and its socket.

use std::{
    fs,
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::UnixListener,
    },
    time::{Duration, Instant},
};

use crate::scene::{Scene, rounds};

/// Numbers that look random and are the same in each run.
fn scattered(round: usize, below: u64) -> u64 {
    let mixed = (round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 33) % below
}

#[test]
fn killed_at_any_moment_it_loses_and_repeats_nothing() {
    let scene = Scene::new();
    for round in 0..rounds() {
        let mut daemon = scene.start();
        scene.commit(round);
        // Not a wait for something: the moment is the test.
        let moment = Instant::now() + Duration::from_millis(scattered(round, 120));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        daemon.kill();
        let said = scene.zij(&["audit", "verify"]);
        assert_eq!(said.code, Some(0), "round {round}: {said}");
    }
    let _daemon = scene.start_listening();
    let status = scene.settled();
    assert_eq!(status["branches"][0]["name"], "main", "{status}");
    scene.assert_sound();
    let text = fs::read_to_string(scene.log()).unwrap();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for line in text.lines().filter(|line| line.contains("\"verb\":\"predict\"")) {
        let value = |key: &str| {
            let at = line.find(key).unwrap() + key.len();
            &line[at..at + line[at..].find('"').unwrap()]
        };
        pairs.push((value("\"zij/base\":\""), value("\"zij/head\":\"")));
    }
    let all = pairs.len();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), all, "no prediction is on record twice");
}

#[test]
fn a_second_daemon_gives_way() {
    let scene = Scene::new();
    let _first = scene.start_listening();
    let (code, words) = scene.start().end();
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("another daemon serves this repository already"), "{words}");
    scene.settled();
    assert_eq!(scene.records("start"), 1, "the second one did nothing");
}

#[test]
fn a_socket_that_somebody_left_or_took_is_taken_back() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    let socket = scene.socket();
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    daemon.kill();
    fs::remove_file(&socket).unwrap();
    let squatter = UnixListener::bind(&socket).unwrap();
    // It accepts and says nothing: commands do the work themselves.
    scene.commit(1);
    scene.assert_sound();
    let _daemon = scene.start_listening();
    scene.settled();
    drop(squatter);
    fs::remove_file(&socket).unwrap();
    fs::write(&socket, "no socket").unwrap();
    scene.assert_sound();
    assert!(!fs::metadata(&socket).unwrap().file_type().is_socket());
}

#[test]
fn a_folder_that_others_may_enter_is_refused() {
    let scene = Scene::new();
    let folder = scene.cache().join("run");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (code, words) = scene.start().end();
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("may be entered by others"), "{words}");
}

#[test]
fn a_repository_rewritten_and_collected_under_it() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    for number in 0..4 {
        scene.commit(number);
    }
    scene.settled();
    let git = |arguments: &[&str]| scene.repository.git(arguments);
    git(&["reset", "--quiet", "--hard", "HEAD~3"]);
    git(&["commit", "--quiet", "--amend", "-m", "rewritten"]);
    git(&["reflog", "expire", "--expire=now", "--all"]);
    git(&["gc", "--quiet", "--prune=now"]);
    scene.commit(9);
    scene.settled();
    assert!(daemon.runs());
    scene.assert_sound();
}

#[test]
fn a_repository_deleted_under_it() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    scene.settled();
    fs::rename(scene.repository.path(), scene.repository.path().with_extension("gone")).unwrap();
    fs::create_dir(scene.repository.path()).unwrap();
    let said = scene.zij(&["check"]);
    assert_eq!(said.code, Some(2), "{said}");
    assert!(daemon.runs(), "a file system that is away for a while comes back");
}
