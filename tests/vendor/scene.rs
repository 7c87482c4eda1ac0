//! A repository whose applications need things from servers.

use std::{fmt::Write as _, fs, path::PathBuf};

use zij_testkit::{Answer, Outcome, Request, TestRepository};

/// The repository with applications, each a `(name, spec.source)` pair in flow style.
pub(crate) fn applications(sources: &[(&str, &str)]) -> TestRepository {
    let repository = TestRepository::new();
    repository.git(&["remote", "add", "origin", "https://git.example.org/org/fleet.git"]);
    let mut text = String::new();
    for (name, source) in sources {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\n\
             metadata: {{name: {name}, namespace: argocd}}\nspec:\n  \
             destination: {{name: in-cluster, namespace: {name}}}\n  source: {source}\n"
        );
    }
    repository.write("apps.yaml", text);
    repository
}

/// Runs zij in the work tree.
pub(crate) fn zij(repository: &TestRepository, arguments: &[&str]) -> Outcome {
    zij_with(repository, arguments, &[])
}

/// Runs zij with more variables.
pub(crate) fn zij_with(
    repository: &TestRepository,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Outcome {
    let mut command =
        repository.environment().command(env!("CARGO_BIN_EXE_zij"), repository.path());
    command.args(arguments).envs(variables.iter().copied());
    Outcome::of(&mut command, b"")
}

/// A file of the chart repository that real Helm has packed.
pub(crate) fn packed(path: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/vendor/repository"));
    fs::read(folder.join(path.trim_start_matches('/'))).ok()
}

/// The chart repository, below `/stable`.
pub(crate) fn stable(request: &Request) -> Answer {
    let file = request.path().strip_prefix("/stable/").and_then(packed);
    file.map_or_else(|| Answer::status(404, "no such file"), Answer::ok)
}

/// What was printed, with the server's port made the same in every run.
pub(crate) fn shown(outcome: &Outcome, hosts: &[(&str, &str)]) -> String {
    let mut text = format!(
        "exit {}\n-- stdout\n{}-- stderr\n{}",
        outcome.code.unwrap_or(-1),
        outcome.stdout,
        outcome.stderr
    );
    for (host, name) in hosts {
        text = text.replace(host, name);
    }
    text
}

/// The files below `vendor`, with the lock file's text.
pub(crate) fn written(repository: &TestRepository) -> String {
    let listed = repository.git(&["ls-files", "--others", "--cached", "vendor"]);
    let lock = fs::read_to_string(repository.path().join("vendor/zij.lock.yaml"));
    format!("{listed}\n{}", lock.unwrap_or_default())
}
