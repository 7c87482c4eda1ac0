//! Opening, naming and relating commits, against real git.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{fs, path::Path};

use zij_core::source::{Tree as _, TreePath};
use zij_git::{BaseChoice, Error, ObjectFolders, Range, Repository, Revision};
use zij_testkit::{Format, Outcome, TestRepository};

fn open(path: &Path) -> Repository {
    Repository::open(path).unwrap()
}

/// main: first, second, third; topic off second with one commit; tags light and noted on second.
fn history() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit_files("first", &[("x", "1")]);
    repository.commit_files("second line\nof the subject\n\nbody", &[("x", "2")]);
    repository.git(&["tag", "light"]);
    repository.git(&["tag", "-a", "-m", "a note", "noted"]);
    repository.git(&["tag", "-a", "-m", "of a note", "twice", "noted"]);
    repository.git(&["tag", "blob", "HEAD:x"]);
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.commit_files("on topic", &[("y", "1")]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.commit_files("third", &[("x", "3")]);
    repository
}

#[test]
fn names_resolve_as_in_git() {
    let repository = history();
    let opened = open(repository.path());
    let full = repository.git(&["rev-parse", "HEAD~1"]);
    for name in
        ["HEAD", "@", "HEAD~1", "HEAD^", "main", "topic", "light", "noted", "twice", "heads/main"]
            .into_iter()
            .chain([&full[..], &full[..10], "refs/heads/topic", "main@{0}"])
    {
        let want = repository.git(&["rev-parse", &format!("{name}^{{commit}}")]);
        let got = opened.resolve(name).unwrap().commit().unwrap();
        assert_eq!(got.to_string(), want, "{name}");
    }
}

#[test]
fn errors_say_what_and_what_to_do() {
    let repository = history();
    let opened = open(repository.path());
    let zeros = "1".repeat(40);
    for (name, message, hint) in [
        ("mian", "`mian` does not name a commit", Some("did you mean `main`?")),
        ("topik", "`topik` does not name a commit", Some("did you mean `topic`?")),
        ("HEAD~9", "`HEAD~9` does not name a commit", None),
        ("", "`` does not name a commit", None),
        ("a b\u{1b}", "`a b\u{1b}` does not name a commit", None),
        ("blob", "`blob` does not name a commit", Some("did you mean `blob`?")),
        ("HEAD^{tree}", "`HEAD^{tree}` does not name a commit", None),
        (&zeros, "commit 1111", Some("fetch it first: git fetch --all")),
    ] {
        let error = opened.resolve(name).unwrap_err();
        assert!(error.to_string().starts_with(message), "{name}: {error}");
        if name != "blob" {
            assert_eq!(error.hint().as_deref(), hint, "{name}: {error}");
        }
    }
}

#[test]
fn nothing_committed_yet() {
    let repository = TestRepository::new();
    let opened = open(repository.path());
    for name in ["HEAD", "HEAD~1", "main"] {
        let error = opened.resolve(name).unwrap_err();
        assert_eq!(error.to_string(), "branch `main` has no commit yet", "{name}");
    }
    assert_eq!(opened.branches().unwrap(), []);
    repository.write("x", "1");
    repository.git(&["add", "x"]);
    assert!(opened.staged().unwrap().read(&TreePath::parse("x").unwrap()).unwrap().is_some());
}

#[test]
fn repositories_of_every_kind() {
    let repository = history();
    let work = repository.environment().work();
    let place = |name: &str| work.join(name).to_string_lossy().into_owned();
    let source = repository.path().to_string_lossy().into_owned();
    repository.git(&["clone", "--quiet", "--bare", &source, &place("bare.git")]);
    repository.git(&["worktree", "add", "--quiet", "--detach", &place("linked"), "main"]);
    repository.git(&["clone", "--quiet", "--shared", &source, &place("alternates")]);
    repository.git(&["clone", "--quiet", &source, &place("packed")]);
    repository.git(&["-C", &place("packed"), "gc", "--quiet"]);
    repository.git(&["-C", &place("packed"), "pack-refs", "--all"]);
    let url = format!("file://{source}");
    repository.git(&["clone", "--quiet", "--depth=1", &url, &place("shallow")]);

    let own_folder = "repository/.git/worktrees/linked";
    for kind in ["bare.git", "linked", own_folder, "alternates", "packed", "shallow", "packed/.git"]
    {
        let opened = open(&work.join(kind));
        let revision = opened.resolve("HEAD").unwrap();
        let tree = opened.tree(&revision).unwrap();
        let content = tree.read(&TreePath::parse("x").unwrap()).unwrap().unwrap();
        assert_eq!(&*content, b"3", "{kind}");
        assert_eq!(opened.is_shallow(), kind == "shallow", "{kind}");
        assert_eq!(opened.work_dir().is_none(), kind == "bare.git", "{kind}");
        let known = opened.first_parents(revision.commit().unwrap(), 9, &|_| false).unwrap().len();
        assert_eq!(known, if kind == "shallow" { 1 } else { 3 }, "{kind}");
    }
    assert!(matches!(open(&work.join("bare.git")).staged(), Err(Error::Bare)));
    let below = work.join("packed/folder");
    fs::create_dir(&below).unwrap();
    assert!(Repository::discover(&below).is_ok());
    let error = Repository::discover(&work).unwrap_err();
    assert!(matches!(error, Error::NotARepository { .. }), "{error}");
    let error = open(&work.join("shallow")).default_range().unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("the clone is shallow: git fetch --unshallow"));
}

#[test]
fn reftable_is_refused() {
    let repository = TestRepository::new();
    let path = repository.environment().work().join("reftable");
    repository.git(&["init", "--quiet", "--ref-format=reftable", &path.to_string_lossy()]);
    let error = Repository::discover(&path).unwrap_err();
    assert!(matches!(&error, Error::RefStorage { format, .. } if format == "reftable"), "{error}");
}

fn describe(range: &Range, opened: &Repository) -> String {
    let side = |revision: &Revision| match revision.commit() {
        Some(id) => opened.summary(id).unwrap().subject,
        None => revision.to_string(),
    };
    let choice = match &range.choice {
        BaseChoice::MergeBase { with } => format!("merge base with {with}"),
        other => format!("{other:?}"),
    };
    format!("{} -> {} ({choice})", side(&range.base), side(&range.head))
}

#[test]
fn ranges() {
    let repository = history();
    let opened = open(repository.path());
    for (text, want) in [
        ("HEAD~2..HEAD", "first -> third (Given)"),
        ("HEAD~2..", "first -> third (Given)"),
        ("..topic", "third -> on topic (Given)"),
        ("HEAD~2", "first -> third (Given)"),
        ("main..topic", "third -> on topic (Given)"),
        ("main...topic", "second line of the subject -> on topic (merge base with main)"),
        ("topic...", "second line of the subject -> third (merge base with topic)"),
    ] {
        assert_eq!(describe(&opened.range(text).unwrap(), &opened), want, "{text}");
    }
    repository.git(&["checkout", "--quiet", "--orphan", "island"]);
    repository.commit("alone");
    let error = opened.range("main...island").unwrap_err().to_string();
    assert_eq!(error, "`main` and `island` have no common ancestor");
    assert!(matches!(opened.range("main...nowhere"), Err(Error::UnknownRevision { .. })));
}

#[test]
fn the_default_range_is_what_a_reviewer_sees() {
    let repository = history();
    let default = || {
        let opened = open(repository.path());
        describe(&opened.default_range().unwrap(), &opened)
    };
    assert_eq!(default(), "second line of the subject -> third (Parent)");
    repository.write("x", "4");
    repository.git(&["add", "x"]);
    assert_eq!(default(), "third -> staged (Given)");
    repository.git(&["reset", "--quiet", "--hard"]);

    repository.git(&["checkout", "--quiet", "topic"]);
    let merge_base = "second line of the subject -> on topic (merge base with main)";
    assert_eq!(default(), merge_base);
    repository.bare_remote("origin");
    repository.git(&["push", "--quiet", "--set-upstream", "origin", "main~2:refs/heads/trunk"]);
    repository.git(&["branch", "--quiet", "--set-upstream-to=origin/trunk"]);
    assert_eq!(default(), "first -> on topic (merge base with origin/trunk)");
    repository.write("y", "2");
    repository.git(&["add", "y"]);
    assert_eq!(default(), "first -> staged (merge base with origin/trunk)");

    repository.git(&["checkout", "--quiet", "--force", "--orphan", "island"]);
    repository.commit("alone");
    assert_eq!(default(), "nothing -> alone (Nothing)");
}

#[test]
fn history_and_ancestry() {
    let repository = history();
    let opened = open(repository.path());
    let id = |name: &str| opened.resolve(name).unwrap().commit().unwrap();
    let commits = opened.first_parents(id("main"), 2, &|_| false).unwrap();
    let lines: Vec<String> = commits
        .iter()
        .map(|c| format!("{} {} {} {} {}", c.id, c.tree, c.time, c.author, c.subject))
        .collect();
    let want = repository.git(&["log", "-2", "--format=%H %T %ct %an %s", "main"]);
    assert_eq!(lines.join("\n"), want);

    let branches: Vec<String> =
        opened.branches().unwrap().iter().map(|b| format!("{} {}", b.name, b.id)).collect();
    let want = repository.git(&["branch", "--format=%(refname:short) %(objectname)"]);
    assert_eq!(branches.join("\n"), want);

    for (old, new, want) in
        [("HEAD~1", "HEAD", true), ("HEAD", "HEAD~1", false), ("main", "topic", false)]
    {
        assert_eq!(opened.is_ancestor(id(old), id(new)).unwrap(), want, "{old} {new}");
    }
    assert_eq!(opened.merge_base(id("main"), id("topic")).unwrap(), Some(id("light")));
    assert!(opened.has_object(id("main")));
    assert!(!opened.has_object("2".repeat(40).parse().unwrap()));
    assert!(!opened.has_object("2".repeat(64).parse().unwrap()), "of the other hash");
}

#[test]
fn pushed_objects_are_read_before_the_push_is_accepted() {
    let repository = history();
    let bare = repository.bare_remote("origin");
    repository.git(&["push", "--quiet", "origin", "main~1:refs/heads/main"]);
    let hook = bare.join("hooks/pre-receive");
    fs::create_dir_all(bare.join("hooks")).unwrap();
    // Keeps what a server sees while it decides, then refuses.
    let kept = repository.environment().work().join("kept");
    let script = format!(
        "#!/bin/sh\ncp -R \"$GIT_OBJECT_DIRECTORY\" '{0}'\n\
         echo \"$GIT_ALTERNATE_OBJECT_DIRECTORIES\" >'{0}.others'\nexit 1\n",
        kept.display()
    );
    let staging = repository.path().join("hook");
    repository.write_executable("hook", script);
    fs::rename(staging, &hook).unwrap();
    let mut push = repository.command(&["push", "--quiet", "origin", "main"]);
    assert_eq!(Outcome::of(&mut push, b"").code, Some(1));

    let id = repository.git(&["rev-parse", "main"]).parse().unwrap();
    assert!(!open(&bare).has_object(id));
    let others = fs::read_to_string(kept.with_extension("others")).unwrap();
    let folders = ObjectFolders(vec![kept, others.trim().into()]);
    let opened = Repository::open_with_objects(&bare, &folders).unwrap();
    let tree = opened.tree_of(id).unwrap();
    assert_eq!(&*tree.read(&TreePath::parse("x").unwrap()).unwrap().unwrap(), b"3");
    let old = opened.resolve("main").unwrap().commit().unwrap();
    assert!(opened.is_ancestor(old, id).unwrap());
}

#[test]
fn sha256_histories() {
    let repository = TestRepository::with_format(Format::Sha256);
    repository.commit_files("first", &[("x", "1")]);
    let id = repository.commit_files("second", &[("x", "2")]);
    let opened = open(repository.path());
    for name in [&id[..], &id[..9], &id[..40], "HEAD", "main"] {
        assert_eq!(opened.resolve(name).unwrap().commit().unwrap().to_string(), id, "{name}");
    }
    let parent = opened.resolve(&format!("{}~1", &id[..12])).unwrap();
    assert_eq!(parent.commit(), opened.resolve("HEAD~1").unwrap().commit());
    let range = opened.default_range().unwrap();
    assert_eq!(describe(&range, &opened), "first -> second (Parent)");
    let staged = opened.tree(&Revision::Staged).unwrap();
    assert_eq!(staged.id().to_string(), repository.git(&["rev-parse", "HEAD^{tree}"]));
}

#[test]
fn the_last_change_of_a_file_and_of_a_line_is_found_as_git_finds_it() {
    let repository = TestRepository::new();
    repository.commit_files("both", &[("a", "one\ntwo\nx\ny\nthree\n"), ("b", "1\n")]);
    repository.commit_files("other", &[("b", "2\n")]);
    repository.commit_files("line two", &[("a", "one\n2\nx\ny\nthree\n")]);
    repository.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    repository.commit_files("line three on a side", &[("a", "one\ntwo\nx\ny\n3\n")]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-edit", "-m", "merged", "side"]);
    repository.commit_files("b again", &[("b", "3\n")]);
    let opened = open(repository.path());
    let head = opened.resolve("HEAD").unwrap().commit().unwrap();
    let path = |name: &str| TreePath::parse(name).unwrap();
    let found = opened.last_change(&path("b"), None, head).unwrap().unwrap();
    assert_eq!(found.id.to_string(), repository.git(&["log", "-1", "--format=%H", "--", "b"]));
    for (number, line) in [(1, "one"), (2, "2"), (5, "3")] {
        let found = opened.last_change(&path("a"), Some(line), head).unwrap().unwrap();
        let range = format!("{number},{number}");
        let blamed = repository.git(&["blame", "-l", "-s", "--root", "-L", &range, "a"]);
        let want = blamed.split(' ').next().unwrap();
        assert_eq!(found.id.to_string(), want, "{line}: {}", found.subject);
    }
}
