//! The protocol and the installed hooks against real git (2.47): what githooks(5) leaves open.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use zij_hooks::{
    Ancestry, Existing, Facts, Fault, GitAnswers, Hook, Note, Plan, QUESTIONS, RefUpdate, Shim,
    diagnose, parse_pre_push, parse_pre_receive,
};
use zij_testkit::{Outcome, TestRepository};

/// A repository with a bare remote and a stand-in for the binary that writes down what it gets.
struct Scene {
    repository: TestRepository,
    remote: PathBuf,
    binary: PathBuf,
}

/// What the stand-in wrote down.
#[derive(Debug, PartialEq)]
struct Call {
    arguments: String,
    folder: String,
    input: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let repository = TestRepository::new();
        let remote = repository.bare_remote("origin");
        for number in 1..=3 {
            repository.commit_files("commit", &[("x", &number.to_string())]);
        }
        let binary = repository.environment().path().join("it's bin/zij");
        fs::create_dir(binary.parent().unwrap()).unwrap();
        let scene = Self { repository, remote, binary };
        scene.answer(0);
        scene
    }

    /// Makes the stand-in exit with `code`.
    fn answer(&self, code: u8) {
        let record = self.record();
        let script = format!(
            "#!/bin/sh\n{{ echo \"$*\"; pwd; cat; }} >'{}'\necho the words of zij >&2\nexit {code}\n",
            record.display()
        );
        self.repository.write_executable(&self.binary, &script);
    }

    fn record(&self) -> PathBuf {
        self.repository.environment().path().join("record")
    }

    /// What the stand-in got since the last time this was asked.
    fn call(&self) -> Option<Call> {
        let record = fs::read(self.record()).ok()?;
        fs::remove_file(self.record()).unwrap();
        let mut lines = record.splitn(3, |byte| *byte == b'\n');
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
        Some(Call {
            arguments: text(lines.next().unwrap()),
            folder: text(lines.next().unwrap()),
            input: lines.next().unwrap().to_vec(),
        })
    }

    fn facts(&self, hook: Hook, top: &Path) -> Facts {
        let mut answers = QUESTIONS.iter().map(|question| {
            let mut command = self.repository.command(question);
            Outcome::of(command.current_dir(top), b"").stdout
        });
        let mut next = || answers.next().unwrap();
        let answers = GitAnswers {
            hooks_folder: next(),
            common_folder: next(),
            hooks_path: next(),
            version: next(),
            config_hooks: next(),
        };
        Facts::inspect(hook, &self.binary, &answers, Some(top)).unwrap()
    }

    fn local_facts(&self) -> Facts {
        self.facts(Hook::PrePush, self.repository.path())
    }

    fn install(&self) -> Plan {
        let plan = self.local_facts().install_plan().unwrap();
        plan.apply(&no_git).unwrap();
        plan
    }

    fn push(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.push_command(arguments), b"")
    }

    fn push_command(&self, arguments: &[&str]) -> Command {
        self.repository.command(&[&["push"], arguments].concat())
    }

    /// What the last push did to each ref, by the parsed input.
    fn changes(&self) -> String {
        let Some(call) = self.call() else { return "not run".to_owned() };
        let updates = parse_pre_push(&call.input).unwrap();
        let described: Vec<_> = updates.iter().map(|update| self.describe(update)).collect();
        described.join(", ")
    }

    fn describe(&self, update: &RefUpdate) -> String {
        let change = update.change(|old, new| {
            let arguments = ["merge-base", "--is-ancestor", old.as_str(), new.as_str()];
            match self.repository.try_git(&arguments).code {
                Some(0) => Ancestry::Kept,
                _ => Ancestry::Lost,
            }
        });
        let local = update.local_ref.as_ref().map_or_else(String::new, ToString::to_string);
        let name = update.remote_ref.to_string();
        let remote = name.strip_prefix("refs/heads/").unwrap_or(&name);
        format!("{change:?} {remote} from `{local}`")
    }
}

/// Plans for the git of these tests change files only.
fn no_git(arguments: &[&str]) -> std::io::Result<()> {
    Err(std::io::Error::other(arguments.join(" ")))
}

/// The hooks folder as `name mode content`, links by their target.
fn snapshot(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match fs::read_link(&path) {
                Ok(target) => format!("{name} -> {}", target.display()),
                Err(_) => {
                    let mode = fs::metadata(&path).unwrap().permissions().mode();
                    format!(
                        "{name} {mode:o} {}",
                        String::from_utf8_lossy(&fs::read(&path).unwrap())
                    )
                }
            }
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_kind_of_push_is_understood() {
    let scene = Scene::new();
    scene.install();
    let git = |arguments: &[&str]| scene.repository.git(arguments);
    git(&["tag", "-a", "-m", "note", "noted"]);
    git(&["branch", "한글", "HEAD~2"]);
    let rows: &[(&[&str], &str)] = &[
        (&["origin", "HEAD~1:refs/heads/main"], "Create main from `HEAD~1`"),
        (&["origin", "main"], "Update main from `refs/heads/main`"),
        (&["origin", "main"], ""),
        (&["origin", "HEAD~1:main"], ""),
        (&["--force", "origin", "HEAD~1:main"], "Force main from `HEAD~1`"),
        (&["--dry-run", "origin", "main"], "Update main from `refs/heads/main`"),
        (&["origin", "HEAD@{0}:refs/heads/a"], "Create a from `HEAD@{0}`"),
        (&["origin", "HEAD@{1 day ago}:refs/heads/b"], "Create b from `HEAD@{1 day ago}`"),
        (&["origin", ":/commit:refs/heads/c"], "Create c from `:/commit`"),
        (&["origin", "HEAD:refs/heads/h"], "Create h from `HEAD`"),
        (&["origin", "--delete", "a"], "Delete a from ``"),
        (&["origin", "noted"], "Create refs/tags/noted from `refs/tags/noted`"),
        (
            &["--atomic", "origin", "main", "한글", ":b"],
            "Delete b from ``, Update main from `refs/heads/main`, Create 한글 from `refs/heads/한글`",
        ),
        (&["--no-verify", "origin", "--delete", "c"], "not run"),
        (&["--all", "--dry-run", "origin"], ""),
    ];
    for (arguments, want) in rows {
        let pushed = scene.push(arguments);
        let mut changes: Vec<String> = scene.changes().split(", ").map(str::to_owned).collect();
        changes.sort();
        let mut want: Vec<&str> = want.split(", ").collect();
        want.sort_unstable();
        assert_eq!(changes, want, "{arguments:?} {pushed}");
    }
    scene.push(&["origin", "HEAD:refs/heads/z"]);
    let call = scene.call().unwrap();
    assert_eq!(call.arguments, format!("hook pre-push origin {}", scene.remote.display()));
    git(&["push", "--quiet", "--no-verify", "origin", ":noted"]);
    scene.push(&["origin", "noted"]);
    let tag = parse_pre_push(&scene.call().unwrap().input).unwrap().remove(0).new.unwrap();
    assert_eq!(tag.as_str(), git(&["rev-parse", "noted"]), "the tag object, not the commit");
}

#[test]
fn where_git_runs_the_hook() {
    let scene = Scene::new();
    scene.install();
    let top = scene.repository.path();
    fs::create_dir(top.join("below")).unwrap();
    let mut push = scene.push_command(&["origin", "HEAD:refs/heads/a"]);
    assert_eq!(Outcome::of(push.current_dir(top.join("below")), b"").code, Some(0));
    assert_eq!(Path::new(&scene.call().unwrap().folder), top, "the top of the work tree");

    let linked = scene.repository.environment().work().join("linked");
    scene.repository.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    let mut push = scene.push_command(&["origin", "HEAD:refs/heads/b"]);
    assert_eq!(Outcome::of(push.current_dir(&linked), b"").code, Some(0));
    assert_eq!(Path::new(&scene.call().unwrap().folder), linked, "one hook for all worktrees");
    assert_eq!(scene.facts(Hook::PrePush, &linked).folder.path, scene.local_facts().folder.path);

    // A relative core.hooksPath works here and is skipped in the linked worktree without a word.
    scene.repository.git(&["config", "core.hooksPath", ".git/hooks"]);
    scene.push(&["origin", "HEAD:refs/heads/c"]);
    assert_ne!(scene.changes(), "not run");
    let mut push = scene.push_command(&["origin", "HEAD:refs/heads/d"]);
    assert_eq!(Outcome::of(push.current_dir(&linked), b"").code, Some(0));
    assert_eq!(scene.changes(), "not run");
    let faults = diagnose(&scene.local_facts());
    assert!(matches!(faults[0].fault, Fault::RelativeHooksPath(_)), "{faults:?}");

    // A submodule has a hooks folder of its own.
    scene.repository.git(&["config", "--unset", "core.hooksPath"]);
    let url = format!("file://{}", scene.remote.display());
    let mut add = scene.repository.command(&["-c", "protocol.file.allow=always", "submodule"]);
    Outcome::of(add.args(["--quiet", "add", "-b", "a", &url, "module"]), b"").success();
    let folder = scene.facts(Hook::PrePush, &top.join("module")).folder.path;
    assert_eq!(folder, top.join(".git/modules/module/hooks"));
}

#[test]
fn what_the_hook_answers() {
    let scene = Scene::new();
    scene.install();
    for (code, want) in [(0, 0), (1, 1), (3, 1), (7, 1), (130, 1)] {
        scene.answer(code);
        let pushed = scene.push(&["origin", &format!("HEAD:refs/heads/b{code}")]);
        assert_eq!(pushed.code, Some(want), "{pushed}");
        assert!(pushed.stderr.contains("the words of zij"), "{pushed}");
    }
    scene.answer(1);
    let bypass = ["-c", "core.hooksPath=/dev/null", "push", "origin", "HEAD:refs/heads/n"];
    assert_eq!(scene.repository.try_git(&bypass).code, Some(0), "only a server can decide");

    fs::remove_file(&scene.binary).unwrap();
    for (index, kind) in ["absent", "a folder", "not executable"].into_iter().enumerate() {
        match kind {
            "a folder" => fs::create_dir(&scene.binary).unwrap(),
            "not executable" => {
                fs::remove_dir(&scene.binary).unwrap();
                fs::write(&scene.binary, "#!/bin/sh\nexit 1\n").unwrap();
            }
            _ => {}
        }
        let pushed = scene.push(&["origin", &format!("HEAD:refs/heads/m{index}")]);
        assert_eq!(pushed.code, Some(0), "{kind}: {pushed}");
        assert!(pushed.stderr.contains("is missing, pre-push checked nothing"), "{pushed}");
        let faults = diagnose(&scene.local_facts());
        assert!(matches!(faults[0].fault, Fault::MissingBinary { .. }), "{kind}: {faults:?}");
    }
}

#[test]
fn thousands_of_refs_reach_the_hook() {
    let scene = Scene::new();
    scene.install();
    let refs: String = (0..3000).map(|n| format!("create refs/heads/b{n} HEAD\n")).collect();
    let mut update = scene.repository.command(&["update-ref", "--stdin"]);
    Outcome::of(&mut update, refs.as_bytes()).success();
    assert_eq!(scene.push(&["--all", "--dry-run", "origin"]).code, Some(0));
    assert_eq!(parse_pre_push(&scene.call().unwrap().input).unwrap().len(), 3001);
}

/// Puts a hook of somebody else there.
fn put_foreign_hook(scene: &Scene, kind: &str) {
    let hook = scene.local_facts().path();
    let script =
        "#!/bin/sh\nseen=$(dirname \"$0\")/../seen\ncat >\"$seen\"; echo \"$1\" >>\"$seen\"\n";
    match kind {
        "no first line" => {
            scene.repository.write_executable(&hook, script.replace("#!/bin/sh\n", ""));
        }
        "link" => {
            scene
                .repository
                .write_executable(scene.repository.path().join(".git/shared-hook"), script);
            symlink("../shared-hook", &hook).unwrap();
        }
        "not executable" => fs::write(&hook, script).unwrap(),
        _ => scene.repository.write_executable(&hook, script),
    }
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let scene = Scene::new();
    let folder = scene.local_facts().folder.path;
    let seen = scene.repository.path().join(".git/seen");
    let kinds = ["script", "no first line", "link", "not executable"];
    for (index, kind) in kinds.into_iter().enumerate() {
        put_foreign_hook(&scene, kind);
        let before = snapshot(&folder);
        let plan = scene.install();
        let runs = kind != "not executable";
        assert_eq!(matches!(plan.notes[0], Note::Chained(_)), runs, "{kind}: {plan:?}");
        let after = scene.local_facts().install_plan().unwrap();
        assert_eq!(after, Plan { steps: vec![], notes: vec![Note::AlreadyInstalled] }, "{kind}");

        let pushed = scene.push(&["origin", &format!("HEAD:refs/heads/c{index}")]);
        assert_eq!(pushed.code, Some(0), "{kind}: {pushed}");
        let call = scene.call().unwrap();
        if runs {
            let want = [&call.input[..], b"origin\n"].concat();
            assert_eq!(fs::read(&seen).unwrap(), want, "{kind}: the same input and arguments");
            fs::remove_file(&seen).unwrap();
        }
        assert!(!seen.exists());

        scene.local_facts().uninstall_plan().apply(&no_git).unwrap();
        assert_eq!(snapshot(&folder), before, "{kind}");
        plan_and_undo(&scene, &folder);
        let removed = scene.local_facts().uninstall_plan();
        assert_eq!(removed, Plan { steps: vec![], notes: vec![Note::NotInstalled] });
        fs::remove_file(scene.local_facts().path()).unwrap();
    }
}

fn plan_and_undo(scene: &Scene, folder: &Path) {
    let before = snapshot(folder);
    let plan = scene.install();
    plan.undo(&no_git).unwrap();
    assert_eq!(snapshot(folder), before);
}

#[test]
fn the_exit_code_of_a_hook_that_was_there_counts() {
    let scene = Scene::new();
    let hook = scene.local_facts().path();
    scene.repository.write_executable(&hook, "#!/bin/sh\nexit 9\n");
    scene.install();
    assert_eq!(scene.push(&["origin", "HEAD:refs/heads/a"]).code, Some(1));
    assert_eq!(scene.call(), None, "refused before zij was asked");

    // Started by git itself, a missing interpreter was seen to hang the push for ever.
    scene.repository.write_executable(scene.local_facts().chained_path(), "#!/nonexist\n");
    let pushed = scene.push(&["origin", "HEAD:refs/heads/a"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    let faults = diagnose(&scene.local_facts());
    assert!(
        matches!(&faults[0].fault, Fault::MissingInterpreter { path, .. } if path.ends_with("pre-push.zij-chained"))
    );

    scene
        .repository
        .write_executable(scene.local_facts().chained_path(), "#!/usr/bin/env missing-program\n");
    assert_eq!(scene.push(&["origin", "HEAD:refs/heads/a"]).code, Some(1));
    scene.repository.write_executable(scene.local_facts().chained_path(), "exit 0\n");
    assert_eq!(scene.push(&["origin", "HEAD:refs/heads/a"]).code, Some(0));
    assert_eq!(scene.changes(), "Create a from `HEAD`");
}

#[test]
fn an_install_moves_with_the_binary_and_refuses_what_is_not_its_own() {
    let mut scene = Scene::new();
    let hook = scene.local_facts().path();
    fs::remove_dir_all(&scene.local_facts().folder.path).unwrap();
    scene.install();
    assert_eq!(
        scene.local_facts().existing,
        Existing::Ours(Shim { hook: Hook::PrePush, binary: scene.binary.clone(), chained: false })
    );
    assert_eq!(diagnose(&scene.local_facts()), []);

    scene.binary = scene.repository.environment().path().join("newer-zij");
    scene.answer(0);
    let faults = diagnose(&scene.local_facts());
    assert!(matches!(faults[0].fault, Fault::OtherBinary { .. }), "{faults:?}");
    scene.install();
    assert_eq!(diagnose(&scene.local_facts()), []);

    let edited = fs::read_to_string(&hook).unwrap() + "# more\n";
    scene.repository.write_executable(&hook, &edited);
    for plan in [scene.local_facts().install_plan().unwrap(), scene.local_facts().uninstall_plan()]
    {
        assert_eq!(plan, Plan { steps: vec![], notes: vec![Note::Edited(hook.clone())] });
    }

    // Another program replaced our hook while an earlier one is kept.
    scene.repository.write_executable(&hook, "#!/bin/sh\n# lefthook\n");
    scene.repository.write_executable(scene.local_facts().chained_path(), "#!/bin/sh\n");
    for plan in [scene.local_facts().install_plan().unwrap(), scene.local_facts().uninstall_plan()]
    {
        assert!(matches!(plan.notes[..], [Note::ChainedOccupied { .. }]) && plan.steps.is_empty());
    }
    let faults: Vec<Fault> =
        diagnose(&scene.local_facts()).into_iter().map(|found| found.fault).collect();
    assert!(matches!(faults[..], [Fault::NotInstalled { .. }, Fault::ChainBroken { .. }]));

    // Interrupted between the two steps: either way leads back to order.
    fs::remove_file(&hook).unwrap();
    let kept = fs::read(scene.local_facts().chained_path()).unwrap();
    scene.local_facts().uninstall_plan().apply(&no_git).unwrap();
    assert_eq!(fs::read(&hook).unwrap(), kept);
}

#[test]
fn hooks_paths_are_never_written_to() {
    let scene = Scene::new();
    let home = scene.repository.environment().work().join("global hooks");
    let value = home.to_str().unwrap();
    scene.repository.write("lefthook.yml", "");
    scene.repository.git(&["config", "--global", "core.hooksPath", value]);
    let plan = scene.local_facts().install_plan().unwrap();
    assert!(plan.steps.is_empty() && matches!(plan.notes[0], Note::GlobalHooksPath(_)), "{plan:?}");
    assert!(plan.notes[1].to_string().starts_with("for lefthook: lefthook.yml: pre-push:"));

    assert_eq!(diagnose(&scene.local_facts()).len(), 3, "not installed, global, lefthook");
    scene.repository.write("lefthook.yml", "run: zij hook pre-push {0}\n");
    let faults = diagnose(&scene.local_facts());
    let [not_run, global] = &faults[..] else { panic!("{faults:?}") };
    assert!(matches!(not_run.fault, Fault::CallerNotRun { .. }), "{faults:?}");
    assert!(matches!(global.fault, Fault::GlobalHooksPath(_)), "{faults:?}");

    scene.repository.git(&["config", "--local", "core.hooksPath", value]);
    let plan = scene.local_facts().install_plan().unwrap();
    assert!(matches!(plan.notes[0], Note::RepositoryHooksPath(_)), "{plan:?}");
    assert!(plan.steps.is_empty() && !home.exists());

    // The remedy for a global one: the repository's own folder, by its absolute path.
    let own = scene.repository.path().join(".git/hooks");
    scene.repository.git(&["config", "--local", "core.hooksPath", own.to_str().unwrap()]);
    scene.install();
    scene.push(&["origin", "HEAD:refs/heads/a"]);
    assert_eq!(scene.changes(), "Create a from `HEAD`");
}

#[test]
fn a_change_meanwhile_stops_a_plan_and_rolls_it_back() {
    let scene = Scene::new();
    let facts = scene.local_facts();
    scene.repository.write_executable(facts.path(), "#!/bin/sh\n");
    let plan = scene.local_facts().install_plan().unwrap();
    fs::write(facts.chained_path(), "somebody else's").unwrap();
    let before = snapshot(&facts.folder.path);
    let error = plan.apply(&no_git).unwrap_err();
    assert!(error.undone && error.to_string().contains("is there already"), "{error}");
    assert_eq!(snapshot(&facts.folder.path), before);

    fs::remove_file(facts.chained_path()).unwrap();
    let [rename, mut write] = <[_; 2]>::try_from(plan.steps).unwrap();
    if let zij_hooks::Step::Write { path, .. } = &mut write {
        *path = facts.folder.path.join("no/such/folder");
    }
    let before = snapshot(&facts.folder.path);
    let error = Plan { steps: vec![rename, write], notes: vec![] }.apply(&no_git).unwrap_err();
    assert!(error.undone, "{error}");
    assert_eq!(snapshot(&facts.folder.path), before);
}

#[test]
fn a_server_decides_and_fails_closed() {
    let scene = Scene::new();
    let plan = scene.facts(Hook::PreReceive, &scene.remote).install_plan().unwrap();
    plan.apply(&no_git).unwrap();
    let head = scene.repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(scene.push(&["--no-verify", "origin", "main", "HEAD~1:refs/heads/b"]).code, Some(0));
    let call = scene.call().unwrap();
    assert_eq!(
        (call.arguments.as_str(), Path::new(&call.folder)),
        ("hook pre-receive", &*scene.remote)
    );
    let updates = parse_pre_receive(&call.input).unwrap();
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0].new.as_ref().unwrap().as_str(), head);

    scene.answer(1);
    let pushed = scene.push(&["--no-verify", "origin", ":b"]);
    assert_eq!(pushed.code, Some(1));
    assert!(pushed.stderr.contains("remote: the words of zij"), "{pushed}");
    fs::remove_file(&scene.binary).unwrap();
    let pushed = scene.push(&["--no-verify", "origin", ":b"]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("is missing on the server"), "{pushed}");
}
