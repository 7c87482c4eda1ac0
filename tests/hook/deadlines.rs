//! A push ends in time, whatever it has to wait for.

use std::{
    os::unix::net::UnixListener,
    time::{Duration, Instant},
};

use crate::scene::{Scene, assert_harmless};

/// So little time that nothing is done in it.
const NO_TIME: (&str, &str) = ("ZIJ_HOOK_DEADLINE", "0.000001");

#[test]
fn at_the_deadline_the_push_goes_on_unless_it_must_not() {
    let scene = Scene::with_pre_push();
    scene.commit_unsafe();
    let pushed = scene.push_with(&[NO_TIME, ("ZIJ_HOOK_STRICT", "1")], &["main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("zij: refused: strict"), "{pushed}");

    let pushed = scene.push_with(&[NO_TIME], &["main", "main:twin"]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    for words in [
        "zij: push to main COULD NOT BE EVALUATED",
        "zij: push to twin COULD NOT BE EVALUATED",
        "not finished within 0.000001 s",
        "zij: warning: the push goes on without a verdict",
    ] {
        assert!(pushed.stderr.contains(words), "{words}: {pushed}");
    }
    assert!(!pushed.stderr.contains("unsafe") && !pushed.stderr.contains("REJECTED"), "{pushed}");
    assert_harmless(&pushed.stderr);
}

#[test]
fn a_daemon_that_does_not_answer_is_not_waited_for() {
    let scene = Scene::with_pre_push();
    scene.commit_unsafe();
    let mut listener = Some(UnixListener::bind(scene.socket()).unwrap());
    for daemon in ["half open", "dead"] {
        let started = Instant::now();
        let pushed = scene.push(&["main"]);
        assert!(pushed.stderr.contains("REJECTED - 1 unsafe"), "{daemon}: {pushed}");
        assert!(started.elapsed() < Duration::from_secs(10), "{daemon}");
        // Its socket stays behind, as after a crash.
        if let Some(listener) = listener.take() {
            let progress = "zij: predicting what this push deploys\n";
            assert!(pushed.stderr.contains(progress), "after half a second: {pushed}");
            listener.set_nonblocking(true).unwrap();
            listener.accept().expect("the daemon was asked");
        }
    }
}
