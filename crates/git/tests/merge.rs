//! Merges and reverts in memory, against `git merge-tree --write-tree` and `git revert`.

use std::{collections::BTreeMap, fmt::Write as _, io::Write as _, process::Stdio};

use zij_core::source::Tree as _;
use zij_git::{CommitId, MergeOutcome, Repository};
use zij_testkit::TestRepository;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

type Files = BTreeMap<String, Vec<String>>;

fn base(dice: &mut Dice) -> Files {
    let count = 2 + dice.roll(4);
    let file = |number: usize| {
        let folder = ["", "a/", "a/b/", "charts/web/"][number % 4];
        (format!("{folder}f{number}.yaml"), number)
    };
    (0..count)
        .map(file)
        .map(|(name, number)| {
            let length = 6 + dice.roll(20);
            (name, (0..length).map(|line| format!("file {number} line {line}")).collect())
        })
        .collect()
}

/// Changes files as people do: lines, whole files, names.
fn edit(dice: &mut Dice, files: &Files, who: &str) -> Files {
    let mut files = files.clone();
    for step in 0..1 + dice.roll(3) {
        let names: Vec<String> = files.keys().cloned().collect();
        let Some(name) = names.get(dice.roll(names.len().max(1))).cloned() else { break };
        match dice.roll(9) {
            0..=4 => {
                let lines = files.get_mut(&name).expect("a sound test");
                let at = dice.roll(lines.len().max(1)).min(lines.len());
                match dice.roll(3) {
                    0 => lines.insert(at, format!("{who} adds {step}")),
                    1 if at < lines.len() => drop(lines.remove(at)),
                    _ if at < lines.len() => lines[at] = format!("{who} changes {step}"),
                    _ => lines.push(format!("{who} appends {step}")),
                }
            }
            5 => drop(files.remove(&name)),
            6 => {
                let lines = vec![format!("new of {who}"), "shared".to_owned()];
                files.insert(format!("new{}.yaml", dice.roll(3)), lines);
            }
            _ => {
                let lines = files.remove(&name).expect("a sound test");
                files.insert(format!("moved-{who}-{}.yaml", dice.roll(2)), lines);
            }
        }
    }
    files
}

/// Writes a commit for `git fast-import`.
fn commit(out: &mut String, mark: usize, parent: Option<usize>, branch: &str, files: &Files) {
    write!(
        out,
        "commit refs/heads/{branch}\nmark :{mark}\ncommitter a <a@b> {mark} +0000\ndata 1\nm\n"
    )
    .expect("a sound test");
    if let Some(parent) = parent {
        writeln!(out, "from :{parent}").expect("a sound test");
    }
    out.push_str("deleteall\n");
    for (name, lines) in files {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write!(out, "M 100644 inline {name}\ndata {}\n{text}\n", text.len()).expect("a sound test");
    }
}

fn import(repository: &TestRepository, stream: &str) {
    let mut command = repository.command(&["fast-import", "--quiet"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("a sound test");
    child.stdin.take().expect("a sound test").write_all(stream.as_bytes()).expect("a sound test");
    assert!(child.wait().expect("a sound test").success());
}

fn id(repository: &TestRepository, name: &str) -> CommitId {
    repository.git(&["rev-parse", name]).trim().parse().expect("a sound test")
}

const CASES: usize = 300;

#[test]
fn merges_are_those_of_git() {
    let repository = TestRepository::new();
    let mut stream = String::new();
    for case in 0..CASES {
        let dice = &mut Dice(case as u64 + 1);
        let files = base(dice);
        let mark = case * 3 + 1;
        commit(&mut stream, mark, None, &format!("base{case}"), &files);
        let ours = edit(dice, &files, "ours");
        commit(&mut stream, mark + 1, Some(mark), &format!("ours{case}"), &ours);
        let theirs = edit(dice, &files, "theirs");
        commit(&mut stream, mark + 2, Some(mark), &format!("theirs{case}"), &theirs);
    }
    import(&repository, &stream);
    let opened = Repository::open(repository.path()).expect("a sound test");
    let merger = opened.merger().expect("a sound test");
    let ids: BTreeMap<String, CommitId> = opened
        .branches()
        .expect("a sound test")
        .into_iter()
        .map(|branch| (branch.name, branch.id))
        .collect();
    let (mut clean, mut conflicts) = (0, 0);
    let mut points = Vec::new();
    for case in 0..CASES {
        let (ours, theirs) = (format!("ours{case}"), format!("theirs{case}"));
        let outcome = merger
            .merge(merger.at(ids[&ours]).expect("a sound test"), ids[&theirs])
            .expect("a sound test");
        let real =
            repository.try_git(&["merge-tree", "--write-tree", "--name-only", &ours, &theirs]);
        let tree = real.stdout.lines().next().unwrap_or_default().to_owned();
        match outcome {
            MergeOutcome::Clean(point) => {
                assert!((real.code == Some(0)), "case {case}: git has conflicts\n{}", real.stdout);
                assert_eq!(point.tree_id(), tree, "case {case}");
                clean += 1;
                points.push(point);
            }
            MergeOutcome::Conflict(found) => {
                assert!(real.code != Some(0), "case {case}: git merges, found {found:?}");
                conflicts += 1;
            }
        }
    }
    assert!(clean > CASES / 3 && conflicts > CASES / 20, "{clean} clean, {conflicts} conflicts");
    // Nothing was written, and the files can be read.
    let merged = merger.into_trees(&points);
    assert!(merged.iter().all(|tree| {
        tree.list(&zij_core::source::TreePath::root()).expect("a sound test").is_some()
    }));
}

#[test]
fn merges_build_on_each_other_and_reverts_take_back() {
    let repository = TestRepository::new();
    let lines = |changes: &[(usize, &str)]| -> Vec<String> {
        let mut lines: Vec<String> = (0..30).map(|line| format!("line {line}")).collect();
        for (at, text) in changes {
            lines[*at] = (*text).to_owned();
        }
        lines
    };
    let files = |changes: &[(usize, &str)]| Files::from([("a.yaml".to_owned(), lines(changes))]);
    let mut stream = String::new();
    commit(&mut stream, 1, None, "base", &files(&[]));
    commit(&mut stream, 2, Some(1), "one", &files(&[(0, "one")]));
    commit(&mut stream, 3, Some(1), "two", &files(&[(10, "two")]));
    commit(&mut stream, 4, Some(2), "three", &files(&[(0, "one"), (20, "three")]));
    commit(&mut stream, 5, Some(1), "clash", &files(&[(10, "clash")]));
    import(&repository, &stream);
    let opened = Repository::open(repository.path()).expect("a sound test");
    let merger = opened.merger().expect("a sound test");
    let objects = || repository.git(&["count-objects", "-v"]);
    let before = objects();
    let merge = |onto, name: &str| merger.merge(onto, id(&repository, name)).expect("a sound test");
    let clean = |outcome| match outcome {
        MergeOutcome::Clean(point) => point,
        MergeOutcome::Conflict(found) => panic!("{found:?}"),
    };
    let start = merger.at(id(&repository, "base")).expect("a sound test");
    let one = clean(merge(start, "one"));
    assert_eq!(
        one,
        merger.at(id(&repository, "one")).expect("a sound test"),
        "a fast forward is the commit itself"
    );
    let all = clean(merge(clean(merge(one, "two")), "three"));
    assert_eq!(clean(merge(all, "one")), all, "what is in is in");
    let MergeOutcome::Conflict(found) = merge(all, "clash") else { panic!("no conflict") };
    assert_eq!(
        (found[0].path.as_str(), found[0].what),
        ("a.yaml", "both sides change the same lines")
    );
    let undone = clean(merger.revert(all, id(&repository, "two")).expect("a sound test"));
    assert!(matches!(
        merger.revert(start, id(&repository, "two")).expect("a sound test"),
        MergeOutcome::Conflict(_) | MergeOutcome::Clean(_)
    ));
    let trees = merger.into_trees(&[all, undone]);
    let text = |index: usize| {
        let path = zij_core::source::TreePath::parse("a.yaml").expect("a sound test");
        String::from_utf8(
            trees[index].read(&path).expect("a sound test").expect("a sound test").to_vec(),
        )
        .expect("a sound test")
    };
    assert!(text(0).contains("one\n") && text(0).contains("two\n") && text(0).contains("three\n"));
    assert!(!text(1).contains("two\n") && text(1).contains("three\n"));
    assert_eq!(objects(), before, "nothing is written");
}

/// Programs that attributes ask for are not started.
#[test]
fn no_driver_is_run() {
    let repository = TestRepository::new();
    let witness = repository.path().join("witness");
    let driver = format!("touch {}", witness.display());
    repository.git(&["config", "merge.evil.driver", &driver]);
    repository.git(&["config", "diff.evil.textconv", &driver]);
    repository.git(&["config", "filter.evil.clean", &driver]);
    repository.commit_files(
        "base",
        &[(".gitattributes", "* merge=evil diff=evil filter=evil\n"), ("a", "1\n2\n3\n")],
    );
    repository.git(&["branch", "-q", "two"]);
    repository.commit_files("one", &[("a", "one\n2\n3\n")]);
    repository.git(&["checkout", "-q", "two"]);
    repository.commit_files("two", &[("a", "1\n2\nthree\n")]);
    drop(std::fs::remove_file(&witness));
    let opened = Repository::open(repository.path()).expect("a sound test");
    let merger = opened.merger().expect("a sound test");
    let start = merger.at(id(&repository, "two")).expect("a sound test");
    let branch = repository.git(&["rev-parse", "two@{0}"]);
    assert!(!branch.is_empty());
    let other = opened
        .branches()
        .expect("a sound test")
        .into_iter()
        .find(|branch| branch.name != "two")
        .expect("a sound test");
    drop(merger.merge(start, other.id).expect("a sound test"));
    assert!(!witness.exists());
}
