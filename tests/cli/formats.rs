//! The forms of a report, from one run: printed, and written to files.

use std::fs;

use crate::fleet::{fleet, zij};

#[test]
fn one_run_writes_every_form() {
    let repository = fleet();
    repository.write("clusters/one/good/values.yaml", "tag: \"3\"\n");
    repository.commit("a newer good");
    let folder = repository.environment().work().join("out");
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    let outputs = ["html", "markdown", "sarif", "junit", "json", "terminal"];
    let outputs = outputs.map(|format| format!("{format}={}", file(format)));
    let mut arguments = vec!["check", "HEAD~1..HEAD", "--no-cache", "--format", "sarif"];
    for output in &outputs {
        arguments.extend(["--output", output]);
    }
    let outcome = zij(&repository, &arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let written = |name: &str| fs::read_to_string(file(name)).unwrap();
    assert_eq!(outcome.stdout, written("sarif"), "what is printed is what is written");
    for (name, start) in [
        ("html", "<!DOCTYPE html>"),
        ("markdown", "<!-- zij:report -->\n## zij: clean\n"),
        ("junit", "<?xml"),
        ("json", "{"),
        ("terminal", "zij: HEAD~1..HEAD ok"),
    ] {
        assert!(written(name).starts_with(start), "{name}: {}", written(name));
    }
}

#[test]
fn what_cannot_be_written_is_told() {
    let repository = fleet();
    for (output, want) in [
        ("html=no/such/folder/report.html", "error: cannot write no/such/folder/report.html"),
        ("pdf=report.pdf", "`pdf` is no format of reports"),
        ("report.html", "expected FORMAT=FILE"),
    ] {
        let outcome = zij(&repository, &["diff", "HEAD..HEAD", "--no-cache", "--output", output]);
        assert_eq!(outcome.code, Some(2), "{output}");
        assert!(outcome.stderr.contains(want), "{output}: {}", outcome.stderr);
    }
}
