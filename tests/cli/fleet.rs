//! The small fleet that the tests start from, and the way to run zij on it.

use std::path::Path;

use zij_testkit::{Outcome, TestRepository};

/// A chart with one ConfigMap and one Deployment.
const CHART: &[(&str, &str)] = &[
    ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("values.yaml", "tag: \"1\"\nteam: shop\n"),
    (
        "templates/web.yaml",
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    team: {{ .Values.team }}
spec:
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
        team: {{ .Values.team }}
    spec:
      containers:
        - name: web
          image: example.com/web:{{ .Values.tag }}
",
    ),
];

/// A repository with the applications `good` and `other` on the cluster `one`, a chart each.
pub(crate) fn fleet() -> TestRepository {
    let repository = TestRepository::new();
    for application in ["good", "other"] {
        for (path, content) in CHART {
            repository.write(&format!("charts/{application}/{path}"), content);
        }
        for cluster in ["one", "two"] {
            let path = format!("clusters/{cluster}/{application}/values.yaml");
            repository.write(&path, "tag: \"2\"\n");
        }
    }
    repository.commit("a fleet");
    repository
}

/// Runs zij in the repository's work tree.
pub(crate) fn zij(repository: &TestRepository, arguments: &[&str]) -> Outcome {
    zij_in(repository, repository.path(), arguments)
}

/// Runs zij in any folder.
pub(crate) fn zij_in(repository: &TestRepository, folder: &Path, arguments: &[&str]) -> Outcome {
    let mut command = repository.environment().command(env!("CARGO_BIN_EXE_zij"), folder);
    command.args(arguments).env("COLUMNS", "100");
    Outcome::of(&mut command, b"")
}

/// What a process printed and how it ended, without what differs from run to run.
pub(crate) fn told(repository: &TestRepository, outcome: &Outcome) -> String {
    let home = repository.environment().path();
    let text = format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        outcome.code.map_or("by signal".to_owned(), |code| code.to_string()),
        outcome.stdout,
        outcome.stderr
    );
    text.replace(&home.display().to_string(), "[TEMP]")
}
