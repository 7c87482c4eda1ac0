//! What happens when a disk is full.
//!
//! Each test starts itself once more in a name space of its own (unshare(1)), where it may mount small
//! file systems that nobody else sees.

use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
    process::Command,
};

use zij_testkit::{Environment, Outcome};

use crate::scene::Scene;

/// Says that the test runs in the name space.
const INSIDE: &str = "ZIJ_FAULT_NAME_SPACE";

/// A file system of one mebibyte.
struct SmallDisk<'a> {
    folder: &'a Path,
}

impl<'a> SmallDisk<'a> {
    /// Mounts one over `folder`; what is in there is copied.
    fn over(scene: &Scene, folder: &'a Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let script = r#"set -e; t=$(mktemp -d); cp -a "$1/." "$t"
            mount -t tmpfs -o size=1m,mode=700 zij "$1"; cp -a "$t/." "$1""#;
        let mut shell = scene.repository.environment().command("sh", Path::new("/"));
        Outcome::of(shell.args(["-c", script, "sh"]).arg(folder), b"").success();
        Self { folder }
    }

    /// Leaves no room for a single byte.
    fn fill(&self) {
        let is_full = (0..10_000).any(|number| {
            let path = self.folder.join(format!("filler-{number}"));
            fs::File::create(path).expect("a name").write_all(&[0; 4096]).is_err()
        });
        assert!(is_full, "the disk is larger than it was made");
    }

    fn clear(&self) {
        for entry in fs::read_dir(self.folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("filler-")) {
                fs::remove_file(path).expect("ours");
            }
        }
    }
}

/// Whether this process may mount. The others start the test of that name once more, where it may.
fn may_mount(name: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let environment = Environment::new();
    let unshare = |program: &str| -> Command {
        let mut command = environment.command("unshare", Path::new("/"));
        command.args(["--user", "--map-root-user", "--mount", program]);
        command
    };
    let mut probe = unshare("mount");
    probe.args(["-t", "tmpfs", "zij"]).arg(environment.work());
    if probe.output().map_or(true, |output| !output.status.success()) {
        // Past the capture of the test's output: a test that was left out is never quiet.
        let words =
            format!("LEFT OUT {name}: this system lets nobody mount in a name space of his own\n");
        io::stderr().write_all(words.as_bytes()).expect("standard error");
        return false;
    }
    let itself = env::current_exe().expect("a path");
    let mut inside = unshare(itself.to_str().expect("UTF-8"));
    inside.args(["--exact", &format!("disk::{name}"), "--nocapture"]).env(INSIDE, "1");
    let said = Outcome::of(&mut inside, b"");
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.stdout.contains("1 passed"), "{said}");
    false
}

#[test]
fn a_full_cache_costs_time_only() {
    if !may_mount("a_full_cache_costs_time_only") {
        return;
    }
    let scene = Scene::new();
    scene.commit(1);
    let cache = scene.cache();
    let disk = SmallDisk::over(&scene, &cache);
    scene.assert_sound();
    let mut daemon = scene.start_listening();
    scene.settled();
    disk.fill();
    for number in 2..5 {
        scene.commit(number);
        scene.settled();
        scene.assert_sound();
    }
    assert!(daemon.runs());
    daemon.kill();
    scene.assert_sound();
    // What the daemon left to be tidied up made room.
    disk.fill();
    let said = scene.zij(&["diff", "HEAD~2..HEAD"]);
    assert!(said.stderr.contains("is not written: the disk is full"), "{said}");
    disk.clear();
    scene.commit(6);
    scene.assert_sound();
}

#[test]
fn a_full_log_is_told_and_loses_no_record_that_was_kept() {
    if !may_mount("a_full_log_is_told_and_loses_no_record_that_was_kept") {
        return;
    }
    let scene = Scene::new();
    scene.commit(1);
    let folder = scene.repository.path().join(".git/zij/audit");
    let disk = SmallDisk::over(&scene, &folder);
    let mut daemon = scene.start();
    scene.settled();
    let before = fs::read_to_string(scene.log()).unwrap();
    disk.fill();
    // A record is longer than what is left of the last block.
    for number in 2..30 {
        scene.commit(number);
    }
    scene.settled();
    assert!(daemon.runs());
    let said = scene.zij(&["audit", "verify"]);
    assert_eq!(said.code, Some(0), "{said}");
    let full = fs::read_to_string(scene.log()).unwrap();
    assert!(full.starts_with(&before) && full.ends_with('\n'), "{full}");
    disk.clear();
    scene.commit(30);
    scene.settled();
    let after = fs::read_to_string(scene.log()).unwrap();
    assert!(after.starts_with(&full) && after.contains("\"zij/dropped-before\":\""), "{after}");
    scene.assert_sound();
    daemon.kill();
    let (_, words) = daemon.end();
    assert!(words.contains("not on record: the audit log"), "{words}");
}

#[test]
fn a_server_that_cannot_record_refuses_until_it_can() {
    if !may_mount("a_server_that_cannot_record_refuses_until_it_can") {
        return;
    }
    let scene = Scene::new();
    let remote = scene.repository.bare_remote("origin");
    scene.repository.git(&["push", "--quiet", "origin", "main"]);
    let mut install = scene.command(&["-C", remote.to_str().unwrap(), "hook", "install"]);
    Outcome::of(&mut install, b"").success();
    let folder = remote.join("zij/audit");
    let disk = SmallDisk::over(&scene, &folder);
    let push = || scene.repository.try_git(&["push", "origin", "main"]);
    scene.commit(1);
    push().success();
    disk.fill();
    let mut refused = Vec::new();
    // What is left of the last block may hold a few records.
    for number in 2..30 {
        let commit = scene.commit(number);
        let pushed = push();
        let arrived = scene.repository.git(&["-C", remote.to_str().unwrap(), "rev-parse", "main"]);
        assert_eq!(pushed.code == Some(0), arrived == commit, "{pushed}");
        if pushed.code != Some(0) {
            assert!(pushed.stderr.contains("zij: refused: the decision cannot be"), "{pushed}");
            assert!(pushed.stderr.contains("No space left on device"), "{pushed}");
            refused.push(number);
        }
    }
    assert!(refused.len() > 10, "{refused:?}");
    disk.clear();
    push().success();
    let mut verify = scene.command(&["-C", remote.to_str().unwrap(), "audit", "verify"]);
    let said = Outcome::of(&mut verify, b"").success();
    let pushes = 1 + 28 - refused.len() + 1;
    assert!(said.contains(&format!("ok: {} records", pushes + 1)), "{said}");
}

#[test]
fn a_repository_on_a_full_disk() {
    if !may_mount("a_repository_on_a_full_disk") {
        return;
    }
    let scene = Scene::new();
    scene.commit(1);
    let folder = scene.repository.path().to_owned();
    let disk = SmallDisk::over(&scene, &folder);
    let mut daemon = scene.start_with(&["--rendered"]);
    scene.settled();
    disk.fill();
    // The content may be written or not.
    drop(fs::write(folder.join("clusters/a/one.yaml"), "team: full\n"));
    let said = scene.repository.try_git(&["commit", "--all", "--message", "no room"]);
    assert_ne!(said.code, Some(0), "{said}");
    let said = scene.zij(&["diff", "HEAD~1..HEAD"]);
    assert_eq!(said.code, Some(0), "{said}");
    assert!(daemon.runs());
    disk.clear();
    drop(scene.repository.try_git(&["checkout", "--quiet", "--force", "HEAD"]));
    scene.commit(2);
    let source = scene.repository.git(&["rev-parse", "HEAD"]);
    scene.settled();
    scene.wait_for_rendered(&source);
    assert!(daemon.runs());
    scene.assert_sound();
    scene.repository.git(&["fsck", "--strict", "--no-dangling"]);
}
