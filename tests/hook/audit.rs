//! The record of what a server decided, and what becomes of one that somebody edits.

use std::{
    fs,
    path::{Path, PathBuf},
};

use zij_testkit::Outcome;

use crate::scene::{Scene, assert_harmless};

/// A server that decides, anchors, and lets `ada` override.
fn server() -> Scene {
    let scene = Scene::new();
    for hook in ["pre-receive", "post-receive"] {
        scene.zij(&scene.remote, &["hook", "install", "--hook", hook]).success();
    }
    let remote = scene.remote.to_str().expect("the temporary folder is UTF-8");
    for (key, value) in [("receive.advertisePushOptions", "true"), ("zij.override", "ada")] {
        scene.repository.git(&["-C", remote, "config", "--add", key, value]);
    }
    scene
}

fn folder(scene: &Scene) -> PathBuf {
    scene.remote.join("zij/audit")
}

fn log(scene: &Scene, arguments: &[&str]) -> String {
    scene.zij(&scene.remote, &[&["audit", "log"], arguments].concat()).success()
}

fn verify(scene: &Scene, folder: &Path) -> Outcome {
    let mut command = scene.zij_command(&scene.remote, &["audit", "verify"]);
    Outcome::of(command.env("ZIJ_AUDIT_DIR", folder), b"")
}

/// Pushes as `login`, with push options.
fn push_as(scene: &Scene, login: &str, options: &[&str]) -> Outcome {
    let mut push = scene.repository.command(&["push"]);
    push.args(options.iter().flat_map(|option| ["-o", option])).args(["origin", "main"]);
    Outcome::of(push.env("REMOTE_USER", login), b"")
}

/// The name of the push in a refusal.
fn plan(refused: &Outcome) -> String {
    let at = refused.stderr.find("PLAN-").expect("a refusal names the push");
    refused.stderr[at..at + 13].to_owned()
}

#[test]
fn an_override_needs_the_right_person_push_and_reason() {
    let scene = server();
    scene.commit_unsafe();
    let refused = push_as(&scene, "ada", &[]);
    assert_eq!(refused.code, Some(1), "{refused}");
    let plan = plan(&refused);
    for words in [
        format!("remote:   override git push -o zij.override=\"{plan} REASON\" (audited)"),
        "remote:            --no-verify does not skip the server".to_owned(),
    ] {
        assert!(refused.stderr.contains(&words), "{words}: {refused}");
    }
    assert_harmless(&refused.stderr);
    let good = format!("zij.override={plan} the label is read by nobody");
    for (login, option, words) in [
        ("bob", good.as_str(), "override refused: bob is not one of those"),
        ("ada", "zij.override=PLAN-00000000 because", "override refused: it is for PLAN-00000000"),
        ("ada", "zij.override=because", "override refused: it names no push"),
        ("ada", &format!("zij.override={plan}"), "override refused: a reason is missing"),
    ] {
        let pushed = push_as(&scene, login, &[option]);
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(pushed.stderr.contains(words), "{words}: {pushed}");
        assert_harmless(&pushed.stderr);
    }
    let pushed = push_as(&scene, "ada", &["other=x", &good]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    let words = "zij: override accepted for ada, on record: the label is read by";
    assert!(pushed.stderr.contains(words), "{pushed}");

    let overrides = log(&scene, &["--verb", "override"]);
    assert_eq!(overrides.lines().count(), 5, "{overrides}");
    let last = overrides.lines().last().unwrap();
    for words in ["override  allow  ada", &plan, "reason=the label is read by nobody"] {
        assert!(last.contains(words), "{words}: {last}");
    }
    let pushes = log(&scene, &["--verb", "push", "--decision", "deny", "--rule", "ZIJ-F001"]);
    assert_eq!(pushes.lines().count(), 5, "{pushes}");
    assert!(log(&scene, &["-n", "1"]).contains("override=granted"));
}

#[test]
fn a_waiver_that_lets_a_push_through_is_on_record() {
    let scene = server();
    let zij = fs::read_to_string(scene.repository.path().join("zij.yaml")).unwrap();
    let waiver = |expires: &str| {
        let waiver = format!(
            "    - {{ rule: label-value, cells: \"prod/*\", object: \"ConfigMap/*\", \
             owner: ann@example.com, reason: the label is read by nobody, expires: \"{expires}\" }}\n"
        );
        scene.repository.write("zij.yaml", format!("{zij}policy:\n  waivers:\n{waiver}"));
    };
    waiver("2000-01-31");
    scene.commit_unsafe();
    let refused = push_as(&scene, "ada", &[]);
    assert_eq!(refused.code, Some(1), "{refused}");
    let checked =
        scene.zij(scene.repository.path(), &["check", "HEAD~1..HEAD", "--format", "json"]);
    assert_eq!(checked.code, Some(1), "{checked}");
    let ended = "the waiver of ann@example.com for ZIJ-F001 label-value ended on 2000-01-31";
    assert!(checked.stdout.contains(ended), "{checked}");
    assert_eq!(log(&scene, &["--verb", "waive"]), "", "it was of no use");

    waiver("9999-12-31");
    scene.repository.commit("a waiver that holds");
    push_as(&scene, "ada", &[]).success();
    let used = log(&scene, &["--verb", "waive", "--rule", "ZIJ-F001"]);
    assert_eq!(used.lines().count(), 1, "{used}");
    for words in [
        "waive     allow  ada",
        "cells=prod/shop",
        "expires=9999-12-31",
        "owner=ann ",
        "place=zij.yaml:6",
        "reason=the label is read by nobody",
        "rule=ZIJ-F001 ",
        "title=label-value",
        "scope=ConfigMap/* of prod/*",
        "plan=PLAN-",
    ] {
        assert!(used.contains(words), "{words}: {used}");
    }
    verify(&scene, &folder(&scene)).success();
}

#[test]
fn the_log_is_shipped_and_what_was_shipped_may_be_retired() {
    let scene = server();
    scene.commit_team("dev", "red");
    push_as(&scene, "ada", &[]).success();
    let audit = |arguments: &[&str]| scene.zij(&scene.remote, &[&["audit"], arguments].concat());
    let sink = scene.repository.environment().work().join("sink");
    let keep = format!("cat >>'{}'", sink.display());
    let ship =
        |command: &str| audit(&["ship", "there", "--format", "bulk", "--", "sh", "-c", command]);
    // A receiver that fails has nothing.
    let said = ship("cat >/dev/null; exit 22");
    assert_eq!(said.code, Some(3), "{said}");
    assert!(said.stderr.contains("nothing of this batch counts as given"), "{said}");
    let said = ship(&keep);
    assert!(said.code == Some(0) && said.stderr.contains("2 records for there"), "{said}");
    scene.commit_team("dev", "white");
    push_as(&scene, "ada", &[]).success();
    ship(&keep);
    ship(&keep);
    let text = fs::read_to_string(&sink).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "three records, each with a line before it: {text}");
    assert!(
        lines[0].starts_with("{\"create\":{\"_id\":\"")
            && lines[0].ends_with("-ResponseComplete\"}}")
    );
    assert!(lines[5].contains("\"zij/seq\":\"3\""), "{text}");
    let printed = audit(&["ship", "archive"]).success();
    assert_eq!(printed.lines().count(), 3, "{printed}");
    assert_eq!(audit(&["ship", "archive"]).success(), "");
    assert_eq!(audit(&["ship", "../x"]).code, Some(2));

    // The only file is the one that is written to.
    assert_eq!(audit(&["retire", "--older-than", "0s"]).success(), "nothing to retire");
    verify(&scene, &folder(&scene)).success();
}

#[test]
fn a_log_edited_by_hand_is_caught_and_the_place_told() {
    let scene = server();
    for team in ["red", "blue", "white", "black"] {
        scene.commit_team("dev", team);
        push_as(&scene, "ada", &[]).success();
    }
    let whole = fs::read_to_string(folder(&scene).join("00000001.jsonl")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 5, "an opening record and four pushes: {whole}");
    let said = verify(&scene, &folder(&scene)).success();
    assert!(said.contains("ok: 5 records in 1 files") && said.contains("4 anchors fit"), "{said}");

    let moved = [lines[0], lines[2], lines[1], lines[3], lines[4]].concat();
    let twice = [lines[0], lines[1], lines[1], lines[2], lines[3], lines[4]].concat();
    let forged = lines[2].replace("\"zij/seq\":\"3\"", "\"zij/seq\":\"4\"");
    let inserted = [&lines[..3].concat(), &forged, &lines[3..].concat()[..]].concat();
    let edited_last = [&lines[..4].concat(), &lines[4].replace("ada", "eve")[..]].concat();
    let rows: [(&str, Option<String>, &str); 11] = [
        ("edit", Some(whole.replacen("ada", "eve", 2)), "BROKEN at record 2: edited"),
        (
            "edit of a hash",
            Some(whole.replacen("\"zij/prev\":\"", "\"zij/prev\":\"0", 3)),
            "BROKEN at record 1: replaced",
        ),
        ("edit of the last", Some(edited_last), "BROKEN at record 5: edited or replaced"),
        (
            "garbage",
            Some(whole.replacen("{\"annotations", "{annotations", 2)),
            "BROKEN at record 1",
        ),
        ("insertion", Some(inserted), "BROKEN at record 4: inserted"),
        ("repetition", Some(twice), "BROKEN at record 2: inserted"),
        ("deletion", Some(whole.replace(lines[2], "")), "BROKEN at record 3: deleted"),
        ("reordering", Some(moved), "BROKEN at record 2: reordered"),
        ("truncation", Some(lines[..3].concat()), "BROKEN at record 4: truncated"),
        ("emptied", Some(String::new()), "BROKEN at record 1: truncated"),
        ("deleted file", None, "BROKEN at record 1: truncated"),
    ];
    for (name, content, words) in rows {
        let copy = scene.repository.environment().path().join(format!("copy {name}"));
        fs::create_dir(&copy).unwrap();
        fs::copy(folder(&scene).join("head"), copy.join("head")).unwrap();
        if let Some(content) = content {
            fs::write(copy.join("00000001.jsonl"), content).unwrap();
        }
        let said = verify(&scene, &copy);
        assert_eq!(said.code, Some(1), "{name}: {said}");
        assert!(said.stdout.contains(words), "{name}: {said}");
        let export = scene
            .zij_command(&scene.remote, &["audit", "export"])
            .env("ZIJ_AUDIT_DIR", &copy)
            .output();
        assert_eq!(
            export.unwrap().status.code(),
            Some(1),
            "{name}: nothing unverified is exported"
        );
    }
}

#[test]
fn anchors_show_what_the_machine_itself_hides() {
    let scene = server();
    scene.commit_team("dev", "red");
    push_as(&scene, "ada", &[]).success();
    let backup = scene.repository.environment().work().join("backup.git");
    let (remote, backup) = (scene.remote.to_str().unwrap(), backup.to_str().unwrap());
    scene.repository.git(&["clone", "--quiet", "--mirror", remote, backup]);
    // All of it is made anew, anchors included.
    fs::remove_dir_all(folder(&scene)).unwrap();
    let refs =
        scene.repository.git(&["-C", remote, "for-each-ref", "--format=%(refname)", "refs/zij"]);
    scene.repository.git(&["-C", remote, "update-ref", "-d", &refs]);
    scene.commit_team("dev", "white");
    push_as(&scene, "eve", &[]).success();
    verify(&scene, &folder(&scene)).success();
    let said = scene.zij(&scene.remote, &["audit", "verify", "--anchors", backup]);
    assert_eq!(said.code, Some(1), "{said}");
    assert!(said.stdout.contains("replaced: the anchor of"), "{said}");
}

#[test]
fn a_decision_that_cannot_be_recorded_is_a_refusal() {
    let scene = server();
    scene.commit_team("dev", "red");
    push_as(&scene, "ada", &[]).success();
    let file = folder(&scene).join("00000001.jsonl");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.replace("ada", "eve")).unwrap();
    scene.commit_team("dev", "white");
    let pushed = push_as(&scene, "ada", &[]);
    assert_eq!(pushed.code, Some(1), "{pushed}");
    assert!(pushed.stderr.contains("zij: refused: the decision cannot be recorded"), "{pushed}");
    assert!(pushed.stderr.contains("zij audit verify says where"), "{pushed}");
}

#[test]
fn nothing_secret_and_nothing_that_steers_is_in_it() {
    let scene = server();
    let canary = "c4n4ry-7f3e";
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  password: {{{{ .Values.password }}}}\n# {canary}\n"
    );
    scene.repository.commit_files(
        "a secret",
        &[
            ("chart/templates/secret.yaml", secret.as_str()),
            ("chart/values.yaml", &format!("password: {canary}\n")),
            ("clusters/prod/shop.yaml", &format!("team: {}\npassword: {canary}\n", "a".repeat(64))),
            ("clusters/dev/shop.yaml", &format!("team: {{{{ fail {canary:?} }}}}\n")),
        ],
    );
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let refused = push_as(&scene, "ada", &[]);
    let plan = plan(&refused);
    let reason =
        format!("zij.override={plan} see {token} password={canary} \u{1b}[31m\u{202e}\u{2028}x");
    push_as(&scene, "eve\u{1b}]8;;x", &[&reason]);
    let pushed = push_as(&scene, "ada", &[&reason, &format!("other={canary}")]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    for entry in fs::read_dir(folder(&scene)).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(canary) && !text.contains(token), "{}: {text}", path.display());
        let steering =
            |c: char| c != '\n' && (c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c));
        assert!(!text.contains(steering), "{}: {text}", path.display());
    }
    let overrides = log(&scene, &["--verb", "override", "--format", "json"]);
    assert!(overrides.contains("see [redacted: medium] password=[redacted: short]"), "{overrides}");
    assert_eq!(log(&scene, &["--user", r"eve\u{1b}]8;;x", "--verb", "push"]).lines().count(), 1);
}
