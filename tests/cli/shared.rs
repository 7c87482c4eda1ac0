//! A cache that the machines of a team share.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
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
