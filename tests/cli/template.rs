//! `zij template`: Helm's flags, Helm's bytes, Helm's exit codes.

use std::{fmt::Write as _, fs, path::Path};

use zij_testkit::TestRepository;

#[path = "../../crates/helm/tests/charts/case.rs"]
mod case;

use crate::fleet::{told, zij, zij_in};

fn chart(repository: &TestRepository) {
    for (path, content) in [
        ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
        ("c/values.yaml", "a: 1\nlist: [1, 2]\n"),
        ("c/crds/x.yaml", "kind: CustomResourceDefinition\n"),
        (
            "c/templates/a.yaml",
            "kind: A\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\n\
             values: {{ toJson .Values }}\nkube: {{ .Capabilities.KubeVersion }}\n\
             has: {{ .Capabilities.APIVersions.Has \"x/v1\" }}\nupgrade: {{ .Release.IsUpgrade }}\n",
        ),
        (
            "c/templates/test.yaml",
            "kind: Pod\nmetadata:\n  name: t\n  annotations:\n    helm.sh/hook: test\n",
        ),
        ("values.yaml", "a: file\n"),
        ("text", "from a file"),
    ] {
        repository.write(path, content);
    }
}

/// Every flag once; the snapshot agrees with what Helm 4.2.3 prints for the same arguments
/// (`helm template ARGUMENTS`, but for the made-up name).
#[test]
fn flags_change_what_helm_s_flags_change() {
    let repository = TestRepository::new();
    chart(&repository);
    let mut text = String::new();
    for arguments in [
        &["c"][..],
        &["n", "c", "-n", "ns", "-f", "values.yaml", "--set", "b=1,list[0]=9", "--include-crds"],
        &["n", "c", "--set-string", "a=1", "--set-json", "b={\"x\":[1.5]}", "--skip-tests"],
        &["n", "c", "--set-file", "a=text", "--set-literal", "b=x,y=z", "--no-hooks"],
        &["n", "c", "--kube-version", "1.31", "-a", "x/v1,y/v1", "--is-upgrade", "--skip-tests"],
        &["n", "c", "-s", "templates/test.yaml"],
        &["n", "c", "-s", "templates/none.yaml"],
        &["c", "--name-template", "{{ \"UP\" | lower }}-x", "--skip-tests"],
        &["n", "c", "--name-template", "x"],
        &["n", "c", "--output-dir", "out"],
        &["Bad_Name", "c"],
        &["n", "nowhere"],
        &["n", "c", "-f", "missing.yaml"],
        &["n", "c", "--set", "list[-1]=1"],
        &["n", "c", "--validate"],
        &["n", "c", "--dependency-update"],
        &["n", "c", "--post-renderer", "sh"],
        &["n", "c", "--engine", "helm-9"],
    ] {
        let outcome = zij(&repository, &[&["template"], arguments].concat());
        writeln!(text, "$ zij template {}", arguments.join(" ")).unwrap();
        text.push_str(&told(&repository, &outcome));
        text.push('\n');
    }
    insta::assert_snapshot!("template", text);
    let written = fs::read_to_string(repository.path().join("out/c/templates/test.yaml")).unwrap();
    assert!(written.starts_with("---\n# Source: c/templates/test.yaml\nkind: Pod\n"), "{written}");
}

/// The cases of `testdata/charts/command` under each generation: what is printed, the text behind
/// `Error: ` and the exit code.
#[test]
fn generations_render_to_helm_s_bytes() {
    let repository = TestRepository::new();
    let topic = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/charts/command");
    for case in case::of(&topic) {
        for engine in case::GENERATIONS {
            let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
            let got = zij_in(
                &repository,
                &topic,
                &[&["template", "--helm-errors", "--engine", engine], &arguments[..]].concat(),
            );
            let told = got.stderr.split_once("Error: ").map(|(_, text)| text);
            let told = told.map(|text| text.replace(&format!("{}/", topic.display()), ""));
            let outcome =
                if got.code == Some(0) { Ok(got.stdout) } else { Err(told.unwrap_or_default()) };
            assert_eq!(Some(outcome), case.want(engine), "{} under {engine}", case.name);
        }
    }
}

const BROKEN: &str = "\
kind: Service
ports:
  - port: {{ include \"c.port\" (dict \"at\" .Values.service) }}
";

/// A chart whose helper reads a value that is not set.
fn broken_chart(repository: &TestRepository) {
    chart(repository);
    repository.write("c/values.yaml", "service:\n  https: 443\n  name: web\n");
    repository
        .write("c/templates/_port.tpl", "{{ define \"c.port\" }}\n{{- .at.http.port }}{{ end }}\n");
    repository.write("c/templates/broken.yaml", BROKEN);
}

/// With `--helm-errors` stderr is that of Helm 4.2.3 and 3.17.3 (`helm template n c`).
#[test]
fn errors_are_for_people_or_helm_s_own() {
    let repository = TestRepository::new();
    broken_chart(&repository);
    let mut text = String::new();
    for arguments in [
        &["n", "c"][..],
        &["n", "c", "--color", "always"],
        &["n", "c", "--helm-errors"],
        &["n", "c", "--helm-errors", "--engine", "helm-3.17"],
        &["n", "c", "--helm-errors", "--debug"],
        &["n", "c/"],
        &["n", "d"],
        &["n", "c", "-f", "value.yaml"],
        &["n", "c", "--set", "service.http.port=80", "-s", "templates/borken.yaml"],
    ] {
        let outcome = zij(&repository, &[&["template"], arguments].concat());
        assert_eq!(outcome.code, Some(1), "{arguments:?}");
        assert_eq!(outcome.stdout, "", "{arguments:?}");
        writeln!(text, "$ zij template {}", arguments.join(" ")).unwrap();
        text.push_str(&told(&repository, &outcome).replace('\u{1b}', "ESC"));
        text.push('\n');
    }
    insta::assert_snapshot!("errors", text);
}
