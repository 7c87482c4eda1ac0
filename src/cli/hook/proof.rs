//! A push between two scratch repositories that an installed hook has to refuse.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zij_core::report::printable;
use zij_hooks::{Facts, Hook};

use crate::{
    error::{CommandError, CommandResult},
    process,
};

/// A push that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// One application on one cluster, and the value that makes it unsafe.
const FLEET: [(&str, &str); 4] = [
    ("zij.yaml", "apps:\n  - match: \"clusters/{cluster}/{app}.yaml\"\n    chart: chart\n"),
    ("chart/Chart.yaml", "apiVersion: v2\nname: scratch\nversion: 1.0.0\n"),
    (
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: scratch\n  labels:\n    \
         team: {{ .Values.team | quote }}\n",
    ),
    ("clusters/scratch/app.yaml", "team: safe\n"),
];

/// What the scratch push showed.
#[derive(Debug)]
pub(super) enum Proof {
    /// The hook was asked and refused it.
    Refused,
    /// It was let through, or refused for another reason.
    NotRefused(String),
    /// It was not tried.
    Skipped(String),
}

/// Pushes an unsafe change from one scratch repository to another, with the installed hook.
///
/// Nothing of the user's repository takes part but the hook itself, and no user's setting counts.
pub(super) fn prove(facts: &Facts) -> CommandResult<Proof> {
    if let Some(caller) = &facts.called_from {
        return Ok(Proof::Skipped(format!("{} calls zij, not git itself", caller.display())));
    }
    let scratch = Scratch::new()?;
    let hooks = scratch.hooks(facts)?;
    let none = Path::new("/dev/null");
    let (mut author, mut server) = (none, none);
    match facts.hook {
        Hook::PrePush => author = &hooks,
        _ => server = &hooks,
    }
    scratch.commit("base")?;
    scratch.push(none, none)?.expect_success()?;
    // One character more than a label may have.
    let unsafe_value = format!("team: {}\n", "a".repeat(64));
    fs::write(scratch.author().join("clusters/scratch/app.yaml"), unsafe_value)?;
    scratch.commit("unsafe")?;
    let pushed = scratch.push(author, server)?;
    Ok(match pushed.status {
        Some(status) if !status.success() && pushed.stderr.contains("REJECTED") => Proof::Refused,
        Some(status) if status.success() => {
            Proof::NotRefused(format!("an unsafe scratch push went through\n{}", pushed.stderr))
        }
        Some(_) => Proof::NotRefused(format!("the scratch push failed\n{}", pushed.stderr)),
        None => Proof::NotRefused("the scratch push hung".to_owned()),
    })
}

/// An author's repository and a server's, removed when dropped.
struct Scratch(TempDir);

/// How a command of git's ended; no status where it had to be ended.
struct Ended {
    status: Option<ExitStatus>,
    stderr: String,
}

impl Scratch {
    fn new() -> CommandResult<Self> {
        let scratch = Self(tempfile::Builder::new().prefix("zij-doctor-").tempdir()?);
        let (author, server) = (scratch.author(), scratch.server());
        fs::create_dir(&author)?;
        fs::create_dir(&server)?;
        scratch.git(&author, &["init", "--quiet", "--initial-branch=main"])?.expect_success()?;
        scratch.git(&server, &["init", "--quiet", "--bare"])?.expect_success()?;
        for (path, content) in FLEET {
            let path = author.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, content)?;
        }
        Ok(scratch)
    }

    fn author(&self) -> PathBuf {
        self.0.path().join("author")
    }

    fn server(&self) -> PathBuf {
        self.0.path().join("server.git")
    }

    /// The folder of hooks to try. Where an earlier hook is kept ours is tried alone: what the
    /// other does in a repository that it does not know is nobody's wish.
    fn hooks(&self, facts: &Facts) -> io::Result<PathBuf> {
        if !facts.chained {
            return Ok(facts.folder.path.clone());
        }
        let folder = self.0.path().join("hooks");
        fs::create_dir(&folder)?;
        // Copies the mode too.
        fs::copy(facts.path(), folder.join(facts.hook.name()))?;
        Ok(folder)
    }

    fn commit(&self, message: &str) -> CommandResult {
        let author = self.author();
        self.git(&author, &["add", "--all"])?.expect_success()?;
        self.git(&author, &["commit", "--quiet", "--message", message])?.expect_success()
    }

    /// Pushes with the author's hooks from one folder and the server's from another.
    fn push(&self, author: &Path, server: &Path) -> CommandResult<Ended> {
        let server = server.as_os_str();
        let mut setting = process::command("git");
        setting.current_dir(self.server()).args(["config", "core.hooksPath"]).arg(server);
        self.run(setting)?.expect_success()?;
        let mut push = process::command("git");
        push.current_dir(self.author()).arg("-c");
        let mut hooks_path = std::ffi::OsString::from("core.hooksPath=");
        hooks_path.push(author);
        push.arg(hooks_path).args(["push", "--quiet"]).arg(self.server()).arg("main");
        self.run(push)
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> CommandResult<Ended> {
        let mut command = process::command("git");
        command.current_dir(folder).args(arguments);
        self.run(command)
    }

    fn run(&self, mut command: std::process::Command) -> CommandResult<Ended> {
        let output = self.0.path().join("stderr");
        command
            .envs([
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_AUTHOR_NAME", "zij"),
                ("GIT_AUTHOR_EMAIL", "zij@localhost"),
                ("GIT_COMMITTER_NAME", "zij"),
                ("GIT_COMMITTER_EMAIL", "zij@localhost"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&output)?);
        let mut child = command.spawn()?;
        let started = Instant::now();
        let status = loop {
            match child.try_wait()? {
                Some(status) => break Some(status),
                None if started.elapsed() < PATIENCE => thread::sleep(POLL),
                None => {
                    child.kill()?;
                    child.wait()?;
                    break None;
                }
            }
        };
        let stderr = String::from_utf8_lossy(&fs::read(&output)?).into_owned();
        let lines: Vec<_> = stderr.lines().map(printable).collect();
        Ok(Ended { status, stderr: lines.join("\n") })
    }
}

impl Ended {
    fn expect_success(self) -> CommandResult {
        match self.status {
            Some(status) if status.success() => Ok(()),
            _ => Err(CommandError::unevaluated(format!("git failed: {}", self.stderr))),
        }
    }
}
