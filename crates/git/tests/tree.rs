//! `GitTree` against trees that real git made.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{fs, thread};

use zij_core::source::{EntryKind, SourceError, Tree as _, TreePath};
use zij_git::{GitTree, Repository, Revision};
use zij_testkit::{Format, Outcome, TestRepository};

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn head(repository: &TestRepository) -> GitTree {
    let opened = Repository::discover(repository.path()).unwrap();
    opened.tree(&opened.resolve("HEAD").unwrap()).unwrap()
}

/// What a path gives, in one line.
fn seen(tree: &GitTree, text: &str) -> String {
    let entry = match tree.entry(&path(text)) {
        Ok(None) => return "absent".to_owned(),
        Ok(Some(entry)) => entry,
        Err(SourceError::Link { path, target, why }) => return format!("{path} -> {target} {why}"),
        Err(error) => return error.to_string(),
    };
    match entry.kind {
        EntryKind::File => {
            let content = tree.read(&path(text)).unwrap().unwrap();
            format!("file {}", String::from_utf8_lossy(&content))
        }
        EntryKind::Folder => {
            let entries = tree.list(&path(text)).unwrap().unwrap();
            let names: Vec<&str> = entries.iter().map(|entry| &*entry.name).collect();
            format!("folder {}", names.join(" "))
        }
        kind => format!("{kind:?}"),
    }
}

#[test]
fn ids_and_listings_are_those_of_git() {
    for format in [Format::Sha1, Format::Sha256] {
        let repository = TestRepository::with_format(format);
        repository.commit_files("first", &[("a.b/x", "1"), ("a/x", "2"), ("a0", "3"), ("ü", "4")]);
        repository.write_executable("a/run", "#!/bin/sh\n");
        repository.commit("second");
        let tree = head(&repository);
        assert_eq!(tree.id().to_string(), repository.git(&["rev-parse", "HEAD^{tree}"]));
        // Git's own order is `a.b a a0`: it compares a folder as `a/`.
        assert_eq!(seen(&tree, ""), "folder a a.b a0 ü");
        assert_eq!(seen(&tree, "a"), "folder run x");
        assert_eq!(seen(&tree, "a/x"), "file 2");
        assert_eq!(seen(&tree, "a/x/y"), "absent");
        assert_eq!(seen(&tree, "b"), "absent");
        for (text, spec) in [("a", "HEAD:a"), ("a/run", "HEAD:a/run")] {
            let entry = tree.entry(&path(text)).unwrap().unwrap();
            assert_eq!(entry.id.to_string(), repository.git(&["rev-parse", spec]));
        }
        assert_eq!(tree.list(&path("a/x")).unwrap(), None);
        assert_eq!(tree.read(&path("a")).unwrap(), None);
    }
}

#[test]
fn links_are_followed_inside_the_tree_only() {
    let repository = TestRepository::new();
    repository.write("deep/real/values.yaml", "v");
    repository.write("deep/beside", "b");
    repository.write("top", "t");
    for (link, target) in [
        ("file", "deep/real/values.yaml"),
        ("folder", "deep/real"),
        ("chain", "folder"),
        ("dot", "."),
        ("deep/up", "../top"),
        // The folder that really holds `real` is `deep`, whatever the name `folder` suggests.
        ("physical", "folder/../beside"),
        ("gone", "nowhere/at/all"),
        ("through", "top/x"),
        ("out", "../../etc/passwd"),
        ("deep/out", "../.."),
        ("absolute", "/etc/passwd"),
        ("self", "self"),
        ("left", "right"),
        ("right", "left"),
    ] {
        repository.link(link, target);
    }
    repository.commit("links");
    let tree = head(&repository);
    for (text, want) in [
        ("file", "file v"),
        ("folder", "folder values.yaml"),
        ("folder/values.yaml", "file v"),
        ("folder/other.yaml", "absent"),
        ("chain/values.yaml", "file v"),
        ("dot/dot/top", "file t"),
        ("deep/up", "file t"),
        ("physical", "file b"),
        ("gone", "gone -> nowhere/at/all points to nothing"),
        ("gone/x", "gone -> nowhere/at/all points to nothing"),
        ("through", "through -> top/x points to nothing"),
        ("out", "out -> ../../etc/passwd leaves the repository"),
        ("deep/out", "deep/out -> ../.. leaves the repository"),
        ("absolute", "absolute -> /etc/passwd leaves the repository"),
        ("self", "self -> self leads in a circle"),
        ("left", "left -> right leads in a circle"),
    ] {
        assert_eq!(seen(&tree, text), want, "{text}");
    }
    let listed = tree.list(&TreePath::root()).unwrap().unwrap();
    let link = listed.iter().find(|entry| &*entry.name == "file").unwrap();
    assert_eq!(link.kind, EntryKind::Link);
}

/// Makes a tree object from `git mktree -z` input and commits it.
fn commit_tree(repository: &TestRepository, listing: &[u8]) -> String {
    let mut command = repository.command(&["mktree", "-z"]);
    let tree = Outcome::of(&mut command, listing).success();
    repository.git(&["commit-tree", "-m", "made", &tree])
}

#[test]
fn names_that_no_path_can_spell() {
    let repository = TestRepository::new();
    repository.commit("first");
    let mut command = repository.command(&["hash-object", "-w", "--stdin"]);
    let blob = Outcome::of(&mut command, b"x").success();
    let entry = |name: &[u8]| [b"100644 blob ", blob.as_bytes(), b"\t", name, b"\0"].concat();
    let opened = Repository::open(repository.path()).unwrap();
    let tree_of =
        |listing: &[u8]| opened.tree_of(commit_tree(&repository, listing).parse().unwrap());

    let tree = tree_of(&[entry(b"a\xff"), entry("a\u{fffd}".as_bytes())].concat()).unwrap();
    assert_eq!(seen(&tree, ""), "folder a\u{fffd} a\u{fffd}");
    assert_eq!(seen(&tree, "a\u{fffd}"), "file x");
    let tree = tree_of(&entry(b"b\xff")).unwrap();
    assert_eq!(seen(&tree, "b\u{fffd}"), "absent");

    for (listing, want) in [
        (entry(b".."), "an entry named `..`"),
        (entry(b"."), "an entry named `.`"),
        ([entry(b"a"), entry(b"a")].concat(), "two entries named `a`"),
    ] {
        let error = tree_of(&listing).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn files_above_the_limit_are_refused() {
    let repository = TestRepository::new();
    repository.commit_files("first", &[("small", "12345"), ("large", "123456")]);
    let tree = head(&repository).with_file_limit(5);
    assert_eq!(&*tree.read(&path("small")).unwrap().unwrap(), b"12345");
    let error = tree.read(&path("large")).unwrap_err().to_string();
    assert_eq!(error, "large: 6 bytes, more than the limit of 5");
}

#[test]
fn submodules_are_named_but_not_entered() {
    let repository = TestRepository::new();
    let commit = repository.commit("first");
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},module")]);
    repository.git(&["commit", "--quiet", "-m", "module"]);
    let tree = head(&repository);
    assert_eq!(seen(&tree, "module"), "Submodule");
    assert_eq!(seen(&tree, "module/file"), "absent");
}

#[test]
fn staged_files_are_a_tree_with_gits_own_ids() {
    let repository = TestRepository::new();
    repository.commit_files("first", &[("a/x", "1"), ("a/y", "2"), ("b", "3")]);
    repository.write("a/x", "changed");
    repository.write("new/deep/file", "n");
    fs::remove_file(repository.path().join("b")).unwrap();
    repository.git(&["add", "--all"]);
    repository.write("a/y", "not staged");
    repository.write("later", "");
    repository.git(&["add", "--intent-to-add", "later"]);

    let opened = Repository::open(repository.path()).unwrap();
    let staged = opened.tree(&Revision::Staged).unwrap();
    assert_eq!(seen(&staged, ""), "folder a new");
    assert_eq!(seen(&staged, "a/x"), "file changed");
    assert_eq!(seen(&staged, "a/y"), "file 2");
    let objects = repository.git(&["count-objects"]);
    assert_eq!(staged.id().to_string(), repository.git(&["write-tree"]));
    assert_ne!(
        objects,
        repository.git(&["count-objects"]),
        "the index's trees were written before"
    );

    let names: Vec<String> = staged
        .changes_since(&head(&repository))
        .unwrap()
        .iter()
        .map(|change| {
            let side = |present: bool, sign| if present { sign } else { "" };
            let signs = [side(change.old.is_some(), "-"), side(change.new.is_some(), "+")];
            format!("{}{}", signs.concat(), change.path)
        })
        .collect();
    assert_eq!(names, ["-+a/x", "-b", "+new/deep/file"]);
}

#[test]
fn a_conflicted_index_is_no_tree() {
    let repository = TestRepository::new();
    repository.commit_files("first", &[("x", "1")]);
    repository.git(&["checkout", "--quiet", "-b", "other"]);
    repository.commit_files("other", &[("x", "2")]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.commit_files("main", &[("x", "3")]);
    assert_eq!(repository.try_git(&["merge", "other"]).code, Some(1));
    let error = Repository::open(repository.path()).unwrap().staged().unwrap_err();
    assert!(error.to_string().starts_with("`x` has conflicts"), "{error}");
}

#[test]
fn changes_are_those_of_git() {
    let repository = TestRepository::new();
    repository.write("folder/becomes/file", "1");
    repository.write("file-becomes-folder", "2");
    repository.write("kept/a", "3");
    repository.write("kept/b", "4");
    repository.link("link", "kept");
    repository.commit("first");
    fs::remove_dir_all(repository.path().join("folder")).unwrap();
    fs::remove_file(repository.path().join("file-becomes-folder")).unwrap();
    fs::remove_file(repository.path().join("link")).unwrap();
    repository.write("folder", "1");
    repository.write("file-becomes-folder/x", "2");
    repository.write("kept/b", "5");
    repository.write("kept/c/d/e", "6");
    repository.link("link", "kept/a");
    repository.commit("second");

    let opened = Repository::open(repository.path()).unwrap();
    let tree = |name: &str| opened.tree(&opened.resolve(name).unwrap()).unwrap();
    let (old, new) = (tree("HEAD~1"), tree("HEAD"));
    let mut got: Vec<String> = Vec::new();
    for change in new.changes_since(&old).unwrap() {
        let letter = match (change.old, change.new) {
            (Some(_), Some(_)) => "M",
            (Some(_), None) => "D",
            _ => "A",
        };
        got.push(format!("{letter}\t{}", change.path));
    }
    let want = repository.git(&[
        "diff",
        "--name-status",
        "--no-renames",
        "--ita-visible-in-index",
        "HEAD~1",
    ]);
    assert_eq!(got.join("\n"), want);
    assert_eq!(new.changes_since(&new).unwrap(), []);
    let everything = new.changes_since(&opened.tree(&Revision::Empty).unwrap()).unwrap();
    let files = repository.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert_eq!(everything.len(), files.lines().count());
}

#[test]
fn threads_read_the_same() {
    let repository = TestRepository::new();
    for number in 0..50 {
        repository.write(&format!("f{number}/values.yaml"), format!("n: {number}\n"));
    }
    repository.commit("first");
    let tree = head(&repository);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..50 {
                    let want = format!("file n: {number}\n");
                    assert_eq!(seen(&tree, &format!("f{number}/values.yaml")), want);
                }
            });
        }
    });
}

#[test]
fn a_partial_clone_says_what_is_missing() {
    let repository = TestRepository::new();
    repository.commit_files("first", &[("folder/x", "content")]);
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repository.environment().work().join("partial");
    let url = format!("file://{}", repository.path().display());
    let target = clone.to_string_lossy();
    repository.git(&["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url, &target]);
    // Whatever asked the remote now would fail.
    fs::rename(repository.path(), repository.environment().work().join("moved")).unwrap();

    let opened = Repository::open(&clone).unwrap();
    let tree = opened.tree(&opened.resolve("HEAD").unwrap()).unwrap();
    assert_eq!(seen(&tree, "folder"), "folder x");
    let error = tree.read(&path("folder/x")).unwrap_err();
    assert!(matches!(error, SourceError::Missing { .. }), "{error}");
}
