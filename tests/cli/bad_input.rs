//! Bad input ends in a message with file and line, or in state `E` with all other cells shown.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    fs,
    os::unix::ffi::OsStrExt as _,
    time::{Duration, Instant},
};

use zij_testkit::TestRepository;

use crate::fleet::{fleet, told, zij, zij_in};

/// Nothing takes longer, also unoptimized on a busy machine: what it is about is that it ends.
const LONGEST: Duration = Duration::from_secs(300);

/// Breaks the application `other` and checks what `zij diff` says of the commit that did it.
fn check(name: &str, break_it: impl FnOnce(&TestRepository)) {
    let repository = fleet();
    break_it(&repository);
    repository.write("clusters/one/good/values.yaml", "tag: \"3\"\n");
    repository.commit("break it");
    let started = Instant::now();
    let outcome = zij(&repository, &["diff", "HEAD~1..HEAD", "--no-cache"]);
    assert!(started.elapsed() < LONGEST, "{name} took {:?}", started.elapsed());
    assert!(!outcome.stderr.contains("panicked"), "{name}: {}", outcome.stderr);
    insta::assert_snapshot!(name, told(&repository, &outcome));
}

fn template(repository: &TestRepository, text: &str) {
    repository.write("charts/other/templates/bad.yaml", text);
}

#[test]
fn broken_yaml_in_a_values_file() {
    check("broken-yaml", |repository| {
        repository.write("clusters/one/other/values.yaml", "tag: \"2\"\nteam: [shop\nmore: 1\n");
    });
}

#[test]
fn a_missing_values_file() {
    check("missing-values", |repository| {
        repository.write(
            "zij.yaml",
            "version: 1\napps:\n  - match: \"clusters/{cluster}/{app}/values.yaml\"\n    \
             chart: \"charts/{app}\"\n    values: [\"{match}\", \"regions/{cluster}.yaml\"]\n",
        );
        repository.write("regions/two.yaml", "team: two\n");
    });
}

#[test]
fn a_chart_without_chart_yaml() {
    check("no-chart-yaml", |repository| {
        fs::remove_file(repository.path().join("charts/other/Chart.yaml")).unwrap();
    });
}

#[test]
fn a_template_error() {
    check("template-error", |repository| {
        template(repository, "kind: ConfigMap\ndata:\n  a: {{ .Values.nothing.deep }}\n");
    });
}

#[test]
fn a_template_that_does_not_parse() {
    check("template-syntax", |repository| template(repository, "a: 1\nb: {{ if }}\n"));
}

#[test]
fn endless_recursion() {
    check("endless-recursion", |repository| {
        template(
            repository,
            "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        );
    });
}

#[test]
fn endless_recursion_through_tpl() {
    check("endless-tpl", |repository| {
        repository
            .write("clusters/one/other/values.yaml", "again: \"{{ tpl .Values.again . }}\"\n");
        repository.write(
            "charts/other/templates/bad.yaml",
            "a: {{ tpl (.Values.again | default \"\") . }}\n",
        );
    });
}

#[test]
fn a_gigabyte_from_a_loop() {
    check("gigabyte-loop", |repository| {
        template(repository, "{{ range until 1048576 }}{{ printf \"%1024d\" . }}{{ end }}");
    });
}

#[test]
fn an_endless_loop_that_prints_nothing() {
    check("long-loop", |repository| {
        template(
            repository,
            "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}{{ end }}",
        );
    });
}

#[test]
fn a_link_out_of_the_tree() {
    check("link-out", |repository| {
        fs::remove_file(repository.path().join("clusters/one/other/values.yaml")).unwrap();
        repository.link("clusters/one/other/values.yaml", "../../../../../../etc/passwd");
    });
}

#[test]
fn an_alias_bomb() {
    check("alias-bomb", |repository| {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, before) in ('b'..='j').zip('a'..) {
            let aliases = vec![format!("*{before}"); 9].join(", ");
            writeln!(bomb, "{name}: &{name} [{aliases}]").unwrap();
        }
        repository.write("clusters/one/other/values.yaml", bomb);
    });
}

#[test]
fn file_names_that_are_not_utf8() {
    check("non-utf8-name", |repository| {
        let folder = repository.path().join("charts/other/templates");
        fs::write(folder.join(OsStr::from_bytes(b"caf\xe9.yaml")), "kind: ConfigMap\n").unwrap();
    });
}

#[test]
fn terminal_escapes_in_a_value() {
    check("escapes", |repository| {
        repository.write(
            "clusters/one/other/values.yaml",
            "team: \"\\e]0;owned\\a\\e[31mred\\u202edesrever\"\n",
        );
    });
}

#[test]
fn unknown_keys_and_wrong_types_in_zij_yaml() {
    check("zij-yaml", |repository| {
        repository.write("zij.yaml", "version: 1\nclustres: {}\napps: 7\n");
    });
}

#[test]
fn no_repository_no_commit_no_such_revision() {
    let repository = fleet();
    let outside = repository.environment().work();
    let unborn = TestRepository::new();
    let mut told_all = String::new();
    for (what, outcome, home) in [
        ("not a repository", zij_in(&repository, &outside, &["diff"]), &repository),
        ("unborn branch", zij(&unborn, &["diff"]), &unborn),
        ("unknown revision", zij(&repository, &["diff", "mian..HEAD"]), &repository),
        ("unknown command", zij(&repository, &["dif"]), &repository),
        ("missing config", zij(&repository, &["diff", "--config", "none.yaml"]), &repository),
    ] {
        writeln!(told_all, "== {what}\n{}", told(home, &outcome)).unwrap();
    }
    insta::assert_snapshot!("outside", told_all);
}
