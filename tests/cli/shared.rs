//! A cache that the machines of a team share.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use zij_testkit::{Outcome, TestRepository};

use crate::fleet::fleet;

/// `zij diff` on a machine of its own, with the team's key unless another one is named.
fn diff(repository: &TestRepository, machine: &str, key: &str, shared: &str) -> Outcome {
    let environment = repository.environment();
    let mut command = environment.command(env!("CARGO_BIN_EXE_zij"), repository.path());
    command.args(["diff", "HEAD~1..HEAD"]).env("COLUMNS", "100");
    command.env("XDG_CACHE_HOME", environment.path().join(machine));
    command.env("ZIJ_MASK_KEY_FILE", environment.path().join(key)).env("ZIJ_SHARED_CACHE", shared);
    Outcome::of(&mut command, b"")
}

/// All entries, and what tells one that was written again.
fn entries(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(data) if data.is_dir() => found.extend(entries(&entry.path())),
            Ok(data) => found.push((entry.path(), data.ino())),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

#[test]
fn a_report_is_made_once_for_the_team_and_only_its_own_seal_counts() {
    let repository = fleet();
    repository.commit_files("tag", &[("clusters/one/good/values.yaml", "tag: \"3\"\n")]);
    let folder = repository.environment().path().join("shared");
    fs::create_dir(&folder).unwrap();
    let shared = folder.to_str().unwrap();
    let first = diff(&repository, "one", "team.key", shared);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first}");
    let kept = entries(&folder);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(diff(&repository, "two", "team.key", shared), first);
    assert_eq!(entries(&folder), kept, "it was found");

    // Those of another key neither use it nor disturb it.
    assert_eq!(diff(&repository, "three", "other.key", shared).stdout, first.stdout);
    let all = entries(&folder);
    assert!(all.len() == 2 && all.contains(&kept[0]), "{all:?}");

    // Somebody who may write there, and has no key, changes a verdict.
    let (path, _) = &kept[0];
    let whole = fs::read(path).unwrap();
    let other = fs::read(&all.iter().find(|entry| **entry != kept[0]).unwrap().0).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (number, forged) in
        [flipped, other, whole[..whole.len() / 2].to_vec(), Vec::new()].iter().enumerate()
    {
        fs::write(path, forged).unwrap();
        let said = diff(&repository, &format!("forged {number}"), "team.key", shared);
        assert_eq!((said.code, &said.stdout), (Some(0), &first.stdout), "{said}");
        assert!(said.stderr.contains("not sealed with this team's key; it is not used"), "{said}");
        assert_eq!(fs::read(path).unwrap(), whole, "made anew");
    }
}

#[test]
fn a_shared_cache_that_is_away_costs_time_only() {
    let repository = fleet();
    repository.commit_files("tag", &[("clusters/one/good/values.yaml", "tag: \"3\"\n")]);
    let away = repository.environment().path().join("away");
    let said = diff(&repository, "one", "team.key", away.to_str().unwrap());
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.stderr.contains("warning: the shared cache") && said.stderr.lines().count() == 1);
    let said = diff(&repository, "two", "team.key", "somewhere");
    assert_eq!(said.code, Some(2), "{said}");
    assert!(said.stderr.contains("ZIJ_SHARED_CACHE is `somewhere`"), "{said}");
}

/// `zij cache`, with a shared folder.
fn cache(repository: &TestRepository, most: &str, shared: &Path, arguments: &[&str]) -> Outcome {
    let environment = repository.environment();
    let mut command = environment.command(env!("CARGO_BIN_EXE_zij"), repository.path());
    command.arg("cache").args(arguments);
    command.env("XDG_CACHE_HOME", environment.path().join("one"));
    command.env("ZIJ_SHARED_CACHE", shared).env("ZIJ_SHARED_CACHE_MAX", most);
    Outcome::of(&mut command, b"")
}

#[test]
fn a_shared_folder_is_bounded() {
    let repository = fleet();
    repository.commit_files("tag", &[("clusters/one/good/values.yaml", "tag: \"3\"\n")]);
    let folder = repository.environment().path().join("shared");
    fs::create_dir(&folder).unwrap();
    diff(&repository, "one", "team.key", folder.to_str().unwrap());
    let kept = entries(&folder);
    let part = kept[0].0.parent().unwrap();
    let old = part.join("old");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let write_old = || {
        fs::write(&old, [0; 2048]).unwrap();
        fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    };
    write_old();
    let said = cache(&repository, "10Gi", &folder, &[]);
    assert!(
        said.stdout.contains("  2 entries (") && said.stdout.contains("at most 10.0 GiB"),
        "{said}"
    );
    let said = cache(&repository, "", &folder, &["prune", "--unused-for", "30", "--dry-run"]);
    assert!(said.stdout.starts_with("would remove 1 entry (2.0 KiB); 1 entry ("), "{said}");
    assert!(old.exists());
    let said = cache(&repository, "", &folder, &["prune", "--unused-for", "30"]);
    assert!(said.stdout.starts_with("removed 1 entry (2.0 KiB); 1 entry ("), "{said}");
    assert_eq!(entries(&folder), kept);

    // What comes pushes out what was not used for the longest time.
    write_old();
    fs::remove_file(&kept[0].0).unwrap();
    let environment = repository.environment();
    let mut again = environment.command(env!("CARGO_BIN_EXE_zij"), repository.path());
    again.args(["diff", "HEAD~1..HEAD"]).env("XDG_CACHE_HOME", environment.path().join("two"));
    again.env("ZIJ_MASK_KEY_FILE", environment.path().join("team.key"));
    again.env("ZIJ_SHARED_CACHE", &folder).env("ZIJ_SHARED_CACHE_MAX", "1");
    assert_eq!(Outcome::of(&mut again, b"").code, Some(0));
    assert!(!old.exists() && kept[0].0.exists());

    let said = cache(&repository, "", &folder, &["prune", "--max-size", "0"]);
    assert!(said.stdout.starts_with("removed 1 entry ("), "{said}");
    assert_eq!(entries(&folder), []);
    for (most, shared, arguments, words) in [
        ("", &*folder, &["prune"][..], "--unused-for <DAYS>"),
        ("much", &folder, &[], "no size such as 500M or 10Gi"),
        ("1Gi", Path::new("s3://team/zij"), &[], "bounds folders"),
    ] {
        let said = cache(&repository, most, shared, arguments);
        assert!(said.code == Some(2) && said.stderr.contains(words), "{said}");
    }
    let said = cache(&repository, "", &folder, &["clear"]);
    assert!(said.code == Some(0) && said.stdout.starts_with("removed "), "{said}");
    assert!(cache(&repository, "", &folder, &[]).stdout.contains("one/zij  0 bytes"));
}
