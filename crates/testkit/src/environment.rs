//! A place and a set of variables for one test.

use std::{
    ffi::OsStr,
    fmt, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The seconds since 1970 at which every commit is made, one more with each commit.
const FIRST_COMMIT: u64 = 1_700_000_000;

/// A temporary folder with a HOME of its own, removed when dropped.
#[derive(Debug)]
pub struct Environment {
    folder: TempDir,
}

/// What a process left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, with invalid UTF-8 replaced.
    pub stdout: String,
    /// Standard error, with invalid UTF-8 replaced.
    pub stderr: String,
}

impl Environment {
    /// A fresh one.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn new() -> Self {
        let folder =
            tempfile::tempdir().unwrap_or_else(|error| panic!("temporary folder: {error}"));
        let environment = Self { folder };
        for name in ["home", "config", "work"] {
            create_folder(&environment.path().join(name));
        }
        environment
    }

    /// The temporary folder itself, as the system spells it.
    ///
    /// # Panics
    /// When the folder was removed.
    pub fn path(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// An empty folder for repositories.
    pub fn work(&self) -> PathBuf {
        self.path().join("work")
    }

    /// A command that sees only this environment's variables, started in `folder`.
    ///
    /// PATH is the one variable that comes from outside.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the one place of the tests that may")]
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        let date = format!("{FIRST_COMMIT} +0000");
        command.envs([
            ("GIT_AUTHOR_DATE", date.as_str()),
            ("GIT_COMMITTER_DATE", date.as_str()),
            ("GIT_AUTHOR_NAME", "Ada Author"),
            ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_COMMITTER_NAME", "Cem Committer"),
            ("GIT_COMMITTER_EMAIL", "cem@example.org"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
        ]);
        command
            .env("HOME", self.path().join("home"))
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("GIT_CEILING_DIRECTORIES", self.path());
        command
    }

    /// Sets the time at which a command commits, in seconds after the first.
    pub(crate) fn commit_time(command: &mut Command, later: u64) {
        let date = format!("{} +0000", FIRST_COMMIT + later);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}

impl Outcome {
    /// Runs `command` to its end with `stdin` as its input.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn of(command: &mut Command, stdin: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("starting {command:?}: {error}"));
        if let Some(mut pipe) = child.stdin.take() {
            // A process may end without reading its input, which is its own affair.
            let written = pipe.write_all(stdin);
            drop((written, pipe));
        }
        let output = child.wait_with_output().unwrap_or_else(|error| panic!("{error}"));
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The standard output of a process that succeeded, without the last line break.
    ///
    /// # Panics
    /// When it failed.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout.trim_end_matches('\n').to_owned()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {:?}\n{}\n{}", self.code, self.stdout, self.stderr)
    }
}

pub(crate) fn create_folder(path: &Path) {
    fs::create_dir_all(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
