//! `zij combine` and `zij rollback` on real branches.

use std::fs;

use zij_testkit::TestRepository;

use crate::fleet::{fleet, told, zij};

/// A branch off main with one file changed.
fn branch(repository: &TestRepository, name: &str, from: &str, path: &str, content: &str) {
    repository.git(&["checkout", "--quiet", "-b", name, from]);
    repository.commit_files(name, &[(path, content)]);
    repository.git(&["checkout", "--quiet", "main"]);
}

const ONE: &str = "clusters/one/good/values.yaml";

fn json(repository: &TestRepository, arguments: &[&str]) -> serde_json::Value {
    let outcome = zij(repository, arguments);
    assert_eq!(outcome.code, Some(0), "{}", told(repository, &outcome));
    serde_json::from_str(&outcome.stdout).expect("a sound test")
}

#[test]
fn branches_are_merged_in_memory_and_their_interactions_told() {
    let repository = fleet();
    let chart = "charts/good/values.yaml";
    branch(&repository, "tag", "main", ONE, "tag: \"3\"\n");
    branch(&repository, "team", "main", chart, "tag: \"1\"\nteam: payments\n");
    branch(&repository, "clash", "main", ONE, "tag: \"4\"\n");
    branch(&repository, "stacked", "tag", "clusters/two/good/values.yaml", "tag: \"3\"\n");
    let outcome = zij(&repository, &["combine", "main", "stacked", "tag", "team", "clash"]);
    let text = told(&repository, &outcome);
    insta::assert_snapshot!("combine", text);

    let all = ["combine", "main", "tag", "team", "clash", "--format", "json"];
    let told = json(&repository, &all);
    assert_eq!(told["schema"], "zij.combine/1");
    let statuses: Vec<&str> = told["heads"]
        .as_array()
        .expect("a sound test")
        .iter()
        .map(|head| head["status"].as_str().expect("a sound test"))
        .collect();
    assert_eq!(statuses, ["merged", "merged", "conflict"]);
    let conflict = &told["heads"][2]["conflicts"][0];
    assert_eq!((conflict["file"].as_str(), conflict["with"].as_u64()), (Some(ONE), Some(0)));
    assert_eq!(conflict["lines"][0], "1");
    assert_eq!(told["order"]["differing"].as_array().expect("a sound test").len(), 0);
    // One cell restarts for each of them, and the chart's on the other cluster.
    assert_eq!(told["restarts"]["one_by_one"], 3);
    assert_eq!(told["restarts"]["saved"], 1);
    assert!(repository.git(&["status", "--porcelain"]).is_empty());
}

#[test]
fn pull_requests_are_found_by_their_refs() {
    let repository = fleet();
    branch(&repository, "tag", "main", ONE, "tag: \"3\"\n");
    repository.git(&["update-ref", "refs/pull/7/head", "tag"]);
    repository.git(&["update-ref", "refs/pull/12/head", "main"]);
    let told = json(&repository, &["combine", "main", "--prs", "--format", "json"]);
    let heads: Vec<(&str, &str)> = told["heads"]
        .as_array()
        .expect("a sound test")
        .iter()
        .map(|head| {
            (
                head["name"].as_str().expect("a sound test"),
                head["status"].as_str().expect("a sound test"),
            )
        })
        .collect();
    assert_eq!(heads, [("#7", "merged"), ("#12", "included")]);
    assert_eq!(zij(&repository, &["combine", "main"]).code, Some(2));
}

#[test]
fn undoing_a_commit_is_told_with_what_came_after() {
    let repository = fleet();
    repository.commit_files("tag 3", &[(ONE, "tag: \"3\"\n")]);
    repository.commit_files("team", &[("charts/other/values.yaml", "tag: \"1\"\nteam: b\n")]);
    let undo = |arguments: &[&str]| {
        json(&repository, &[&["rollback", "--format", "json"], arguments].concat())
    };
    let told_last = undo(&["HEAD~1"]);
    assert_eq!(told_last["result"], "differs", "the other commit stays");
    assert_eq!(told_last["rollback"]["verdict"], "rolls");
    assert_eq!(told_last["later"].as_array().expect("a sound test").len(), 0);
    assert_eq!(undo(&["HEAD"])["result"], "as-before");
    repository.commit_files("tag 4", &[(ONE, "tag: \"4\"\n")]);
    let conflict = undo(&["HEAD~2"]);
    assert_eq!((&conflict["applies"], &conflict["result"]), (&false.into(), &"conflict".into()));
    assert_eq!(conflict["later"][0]["subject"], "tag 4");
    insta::assert_snapshot!("rollback", told(&repository, &zij(&repository, &["rollback"])));
    assert_eq!(zij(&repository, &["rollback", "nowhere"]).code, Some(2));
}

#[test]
fn both_take_the_forms_of_reports() {
    let repository = fleet();
    branch(&repository, "tag", "main", ONE, "tag: \"3\"\n");
    branch(&repository, "clash", "main", ONE, "tag: \"4\"\n");
    let folder = repository.environment().work().join("out");
    fs::create_dir_all(&folder).unwrap();
    let forms = ["html", "markdown", "sarif", "junit", "json", "terminal"];
    let outputs = forms.map(|format| format!("{format}={}", folder.join(format).display()));
    for (command, schema, heading, said) in [
        (&["combine", "main", "tag", "clash"][..], "zij.combine/1", "### Merged\n", "clash"),
        (&["rollback", "HEAD"][..], "zij.rollback/1", "### Revert\n", "brings everything back"),
    ] {
        let mut arguments = command.to_vec();
        arguments.extend(["--format", "markdown"]);
        for output in &outputs {
            arguments.extend(["--output", output]);
        }
        let outcome = zij(&repository, &arguments);
        assert_eq!(outcome.code, Some(0), "{}", told(&repository, &outcome));
        let written = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(outcome.stdout, written("markdown"));
        assert!(outcome.stdout.starts_with("<!-- zij:report -->\n"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains(heading), "{}", outcome.stdout);
        assert!(outcome.stdout.contains(said), "{}", outcome.stdout);
        assert!(written("json").contains(schema));
        assert!(written("html").starts_with("<!DOCTYPE html>"));
        assert!(written("sarif").contains("\"version\": \"2.1.0\""));
        assert!(written("junit").starts_with("<?xml"));
    }
    // The last command's revert; what does not merge is told to readers of findings too.
    let sarif = zij(&repository, &["combine", "main", "tag", "clash", "--format", "sarif"]).stdout;
    assert!(sarif.contains("clash cannot be merged"), "{sarif}");
}
