//! `zij reconcile`, `zij doctor`, `zij version` and `zij man`.

use std::fs;

use serde_json::Value;

use crate::fleet::{fleet, zij};

#[test]
fn each_night_tells_what_came_since_the_last() {
    let repository = fleet();
    let first = zij(&repository, &["reconcile"]);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stdout.contains("main since the beginning"), "{first}");
    repository.commit_files("tag", &[("clusters/one/good/values.yaml", "tag: \"3\"\n")]);
    let reports = repository.environment().work().join("reports");
    let folder = reports.to_str().unwrap();
    let told = zij(&repository, &["reconcile", "--output", folder]);
    assert_eq!(told.code, Some(0), "{told}");
    assert!(told.stdout.contains("| one/good | rolls pods | values |  |"), "{told}");
    assert!(told.stdout.contains("The audit log is whole: 0 records"), "{told}");
    let json: Value =
        serde_json::from_slice(&fs::read(reports.join("nightly.json")).unwrap()).unwrap();
    assert_eq!(json["schema"], "zij.nightly/v1");
    assert_eq!(json["changed"].as_array().unwrap().len(), 1, "{json}");
    let page = fs::read_to_string(reports.join("nightly.html")).unwrap();
    assert!(page.contains("<td>one/good</td>") && !page.contains("<script"), "{page}");
    let again = zij(&repository, &["reconcile", "--format", "json"]);
    let json: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(json["changed"].as_array().unwrap().len(), 0, "{json}");

    repository
        .commit_files("broken", &[("charts/good/templates/web.yaml", "{{ fail \"<b>|no\" }}\n")]);
    let told = zij(&repository, &["reconcile"]);
    assert_eq!(
        told.code,
        Some(1),
        "what rendered last night and renders no more needs a person: {told}"
    );
    assert!(told.stdout.contains("## Cells that cannot be predicted\n\n| cell"), "{told}");
}

#[test]
fn waivers_that_have_ended_are_listed_whether_needed_or_not() {
    let repository = fleet();
    let waivers = "policy:\n  waivers:\n    - { rule: ZIJ-F001, cells: [one/*, two/*], owner: ann, \
                   reason: \"<soon> gone\", expires: \"2020-02-29\" }\n    - { rule: namespace-lost, \
                   cells: \"*\", object: Namespace/old, owner: bob, reason: r, expires: \"9999-12-31\" }\n";
    repository.commit_files("waivers", &[("zij.yaml", waivers)]);
    let told = zij(&repository, &["reconcile", "--dry-run"]);
    assert_eq!(told.code, Some(1), "{told}");
    let row = "| ZIJ-F001 label-value | 2020-02-29 | ann | one/\\*, two/\\* | \\<soon\\> gone | zij.yaml:3";
    assert!(told.stdout.contains(row) && !told.stdout.contains("bob"), "{told}");
    let told = zij(&repository, &["reconcile", "--dry-run", "--format", "html"]);
    let row = "<td>ZIJ-F001 label-value</td><td>2020-02-29</td><td>ann</td><td>one/*, two/*</td><td>&lt;soon&gt; gone</td>";
    assert!(told.stdout.contains(row), "{told}");
    let told = zij(&repository, &["reconcile", "--dry-run", "--format", "json"]);
    let json: Value = serde_json::from_str(&told.stdout).unwrap();
    let expired = json["expired_waivers"].as_array().unwrap();
    assert_eq!(expired.len(), 1, "{json}");
    assert_eq!(
        (&expired[0]["title"], &expired[0]["owner"]),
        (&"label-value".into(), &"ann".into())
    );
}

#[test]
fn a_doctor_says_what_is_missing() {
    let repository = fleet();
    let said = zij(&repository, &["doctor"]);
    assert_eq!(said.code, Some(0), "{said}");
    for words in
        ["ok      git", "cells at HEAD", "no hook of zij at", "fix: zij daemon", "0 records"]
    {
        assert!(said.stdout.contains(words), "{words}: {said}");
    }
    let folder = repository.path().join(".git/zij/audit");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("00000001.jsonl"), "no record\n").unwrap();
    let said = zij(&repository, &["doctor", "--format", "json"]);
    assert_eq!(said.code, Some(1), "{said}");
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let checks = json["checks"].as_array().unwrap();
    let broken: Vec<&Value> = checks.iter().filter(|check| check["state"] == "broken").collect();
    assert!(broken.len() == 1 && broken[0]["name"] == "audit log", "{json}");
}

#[test]
fn what_a_report_of_a_fault_needs_holds_no_secret() {
    let repository = fleet();
    let mut command =
        repository.environment().command(env!("CARGO_BIN_EXE_zij"), repository.path());
    command.args(["version", "--verbose"]).env("TOKEN", "c4n4ry").env("ZIJ_HOOK_STRICT", "1");
    let said = zij_testkit::Outcome::of(&mut command, b"").success();
    for words in ["zij 0.", "git        2.", "cache      ~/", "ZIJ_HOOK_STRICT=1"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("c4n4ry"), "{said}");
}

#[test]
fn each_command_has_a_manual_page() {
    let repository = fleet();
    let folder = repository.environment().work().join("man");
    zij(&repository, &["man", "--output", folder.to_str().unwrap()]).success();
    for page in ["zij.1", "zij-diff.1", "zij-hook-install.1", "zij-audit-verify.1"] {
        let text = fs::read_to_string(folder.join(page)).unwrap();
        assert!(text.contains(".TH ") && text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    assert!(zij(&repository, &["man"]).success().contains("zij\\-diff(1)"));
}
