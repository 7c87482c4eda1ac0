//! What happens to the files.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    time::{Duration, SystemTime},
};

use crate::scene::Scene;

#[test]
fn a_damaged_cache_shows_nothing_wrong() {
    let scene = Scene::new();
    scene.commit(1);
    scene.assert_sound();
    let path = scene.cache().join("cache-1.sqlite");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, whole.iter().map(|byte| !byte).collect::<Vec<_>>()).unwrap();
    scene.assert_sound();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    scene.assert_sound();
    for at in (0..whole.len()).step_by(whole.len() / 60 + 1) {
        for suffix in ["-wal", "-shm"] {
            drop(fs::remove_file(format!("{}{suffix}", path.display())));
        }
        let mut damaged = whole.clone();
        damaged[at] ^= 0x15;
        fs::write(&path, damaged).unwrap();
        scene.assert_sound();
    }
    fs::remove_file(&path).unwrap();
    scene.assert_sound();
}

#[test]
fn a_record_that_a_crash_left_half_written_is_cut_off() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    scene.settled();
    daemon.kill();
    let mut log = fs::OpenOptions::new().append(true).open(scene.log()).unwrap();
    log.write_all(b"{\"annotations\":{\"zij/dec").unwrap();
    let said = scene.zij(&["audit", "verify"]).success();
    assert!(said.contains("an unfinished record at the end"), "{said}");
    let _daemon = scene.start_listening();
    scene.commit(1);
    scene.settled();
    assert_eq!(scene.records("recovered"), 1);
    scene.assert_sound();
}

#[test]
fn a_log_that_was_cut_is_told_and_not_written_over() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    scene.commit(1);
    scene.settled();
    daemon.kill();
    let text = fs::read_to_string(scene.log()).unwrap();
    let kept: String = text.split_inclusive('\n').take(2).collect();
    fs::write(scene.log(), &kept).unwrap();
    let _daemon = scene.start_listening();
    scene.commit(2);
    scene.settled();
    assert_eq!(fs::read_to_string(scene.log()).unwrap(), kept);
    let said = scene.zij(&["audit", "verify"]);
    assert_eq!(said.code, Some(1), "{said}");
    assert!(said.stdout.contains("truncated"), "{said}");
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let scene = Scene::new();
    scene.commit(1);
    let cache = scene.cache();
    fs::create_dir_all(cache.parent().unwrap()).unwrap();
    // A file where the folder belongs: even root cannot write below it.
    fs::write(&cache, "in the way").unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o444)).unwrap();
    scene.assert_sound();
}

#[test]
fn a_lock_that_a_killed_git_left_holds_up_no_rendered_history() {
    let scene = Scene::new();
    let refs = scene.repository.path().join(".git/refs/zij/rendered");
    fs::create_dir_all(&refs).unwrap();
    let lock = refs.join("main.lock");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    fs::File::create(&lock).unwrap().set_modified(long_ago).unwrap();
    let _daemon = scene.start_with(&["--rendered"]);
    scene.wait_for_rendered(scene.repository.git(&["rev-parse", "HEAD"]).trim());
    assert!(!lock.exists());
}
