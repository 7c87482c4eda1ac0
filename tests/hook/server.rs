//! `pre-receive` and `update`, where the push arrives.

use crate::scene::{Scene, assert_harmless};

#[test]
fn the_server_decides_over_objects_it_has_not_accepted() {
    for hook in ["pre-receive", "update"] {
        let scene = Scene::new();
        scene.zij(&scene.remote, &["hook", "install", "--hook", hook]).success();
        let before = scene.remote_ref("main");
        scene.commit_unsafe();
        let pushed = scene.push(&["--no-verify", "main", "main:refs/tags/quiet"]);
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(
            pushed.stderr.contains("remote: zij: push to main REJECTED - 1 unsafe"),
            "{pushed}"
        );
        assert_harmless(&pushed.stderr);
        assert_eq!(scene.remote_ref("main"), before);

        let pushed = scene.push(&["HEAD:refs/heads/new"]);
        assert!(pushed.stderr.contains("zij: push to new (new) REJECTED - 1 unsafe"), "{pushed}");

        let corrected = scene.commit_team("prod", "red");
        let pushed = scene.push(&["main"]);
        assert!(pushed.stderr.contains("remote: zij: push to main ok - 1 deploy"), "{pushed}");
        assert_eq!(scene.remote_ref("main"), corrected);
    }
}

#[test]
fn without_a_verdict_nothing_is_accepted() {
    let scene = Scene::new();
    scene.zij(&scene.remote, &["hook", "install"]).success();
    scene.commit_team("prod", "red");
    let no_time = ("ZIJ_HOOK_DEADLINE", "0.000001");
    let pushed = scene.push_with(&[no_time], &["main"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("zij: refused: nothing is accepted without"), "{pushed}");
    let pushed = scene.push_with(&[no_time, ("ZIJ_HOOK_FAIL_OPEN", "1")], &["main"]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    assert!(pushed.stderr.contains("zij: warning: the push goes on without"), "{pushed}");
}
