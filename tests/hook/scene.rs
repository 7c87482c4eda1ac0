//! A fleet of two cells, a clone that works on it and the repository it pushes to.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use zij_testkit::{Outcome, TestRepository};

const FLEET: [(&str, &str); 5] = [
    ("zij.yaml", "apps:\n  - match: \"clusters/{cluster}/{app}.yaml\"\n    chart: chart\n"),
    ("chart/Chart.yaml", "apiVersion: v2\nname: small\nversion: 1.0.0\n"),
    (
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: small\n  labels:\n    \
         team: {{ .Values.team | quote }}\n",
    ),
    ("clusters/prod/shop.yaml", "team: blue\n"),
    ("clusters/dev/shop.yaml", "team: green\n"),
];

/// The repository that an author works in, its remote `origin` and the commands of both.
pub(crate) struct Scene {
    pub(crate) repository: TestRepository,
    pub(crate) remote: PathBuf,
}

impl Scene {
    /// The fleet, pushed to `origin`; no hook is installed yet.
    pub(crate) fn new() -> Self {
        let repository = TestRepository::new();
        repository.commit_files("the fleet", &FLEET);
        let remote = repository.bare_remote("origin");
        repository.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
        Self { repository, remote }
    }

    /// The same, with the author's hook in place.
    pub(crate) fn with_pre_push() -> Self {
        let scene = Self::new();
        scene.zij(scene.repository.path(), &["hook", "install"]).success();
        scene
    }

    /// `zij`, in a folder.
    pub(crate) fn zij_command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let zij = env!("CARGO_BIN_EXE_zij");
        let mut command = self.repository.environment().command(zij, folder);
        command.args(arguments);
        command
    }

    pub(crate) fn zij(&self, folder: &Path, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.zij_command(folder, arguments), b"")
    }

    /// Pushes to `origin`.
    pub(crate) fn push(&self, arguments: &[&str]) -> Outcome {
        self.push_with(&[], arguments)
    }

    /// Pushes to `origin` with additional variables.
    pub(crate) fn push_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        let mut push = self.repository.command(&["push", "origin"]);
        Outcome::of(push.envs(variables.iter().copied()).args(arguments), b"")
    }

    /// Commits a team for one cluster's shop.
    pub(crate) fn commit_team(&self, cluster: &str, team: &str) -> String {
        let path = format!("clusters/{cluster}/shop.yaml");
        self.repository.commit_files(team, &[(&path, &format!("team: {team}\n"))])
    }

    /// Commits a label one character longer than a label may be.
    pub(crate) fn commit_unsafe(&self) -> String {
        self.commit_team("prod", &"a".repeat(64))
    }

    /// What a ref of the remote points to; empty where it does not exist.
    pub(crate) fn remote_ref(&self, name: &str) -> String {
        let remote = self.remote.to_str().expect("the temporary folder is UTF-8");
        let asked = self.repository.try_git(&["-C", remote, "rev-parse", "--verify", "-q", name]);
        asked.stdout.trim_end().to_owned()
    }

    /// Where the daemon of this repository would listen.
    pub(crate) fn socket(&self) -> PathBuf {
        let git_dir = fs::canonicalize(self.repository.path().join(".git")).expect("a repository");
        let hash = blake3::hash(git_dir.as_os_str().as_encoded_bytes()).to_hex();
        let folder = self.repository.environment().path().join("home/.cache/zij/run");
        fs::create_dir_all(&folder).expect("a folder of its own");
        folder.join(format!("{}.sock", &hash[..16]))
    }
}

/// Fails unless a text can be shown as it is: narrow lines and nothing that steers a terminal.
#[track_caller]
pub(crate) fn assert_harmless(text: &str) {
    for line in text.lines().map(|line| line.strip_prefix("remote: ").unwrap_or(line)) {
        let steering = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        };
        assert!(!line.contains(steering), "{line:?}");
        // Git's own lines name files and are as long as they are.
        let ours = line.starts_with("zij:") || line.starts_with("  ");
        let wide = |c: char| c >= '\u{1100}' && !matches!(c, '…' | '\u{fffd}');
        let columns: usize = line.trim_end().chars().map(|c| if wide(c) { 2 } else { 1 }).sum();
        assert!(columns <= 72 || !ours, "{columns}: {line}");
    }
}
