//! A push between two scratch repositories that an installed hook has to refuse.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zij_core::report::printable;
use zij_hooks::{ConfigHook, Facts, Hook};

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
    if !facts.hook.can_refuse() {
        return Ok(Proof::Skipped(format!("{} refuses nothing", facts.hook)));
    }
    let scratch = Scratch::new()?;
    let hooks = Hooks { folder: scratch.hooks(facts)?, settings: settings(facts) };
    let none = Hooks::none();
    scratch.commit("base", &none)?.expect_success()?;
    scratch.push(&none, &none)?.expect_success()?;
    // One character more than a label may have.
    let unsafe_value = format!("team: {}\n", "a".repeat(64));
    fs::write(scratch.author().join("clusters/scratch/app.yaml"), unsafe_value)?;
    let (what, ended) = match facts.hook {
        Hook::PreCommit => ("commit", scratch.commit("unsafe", &hooks)?),
        hook => {
            scratch.commit("unsafe", &none)?.expect_success()?;
            let is_author = hook == Hook::PrePush;
            let (author, server) = if is_author { (&hooks, &none) } else { (&none, &hooks) };
            ("push", scratch.push(author, server)?)
        }
    };
    Ok(match ended.status {
        Some(status) if !status.success() && ended.stderr.contains("REJECTED") => Proof::Refused,
        Some(status) if status.success() => {
            Proof::NotRefused(format!("an unsafe scratch {what} went through\n{}", ended.stderr))
        }
        Some(_) => Proof::NotRefused(format!("the scratch {what} failed\n{}", ended.stderr)),
        None => Proof::NotRefused(format!("the scratch {what} hung")),
    })
}

/// Where a scratch repository takes its hooks from.
struct Hooks {
    folder: PathBuf,
    /// Settings of git's that name hooks.
    settings: Vec<String>,
}

impl Hooks {
    fn none() -> Self {
        Self { folder: PathBuf::from("/dev/null"), settings: Vec::new() }
    }

    /// As arguments of git.
    fn arguments(&self) -> Vec<OsString> {
        let mut folder = OsString::from("core.hooksPath=");
        folder.push(&self.folder);
        let settings = self.settings.iter().map(OsString::from);
        [folder].into_iter().chain(settings).flat_map(|one| ["-c".into(), one]).collect()
    }
}

/// What names the hook in git's configuration, if that does.
fn settings(facts: &Facts) -> Vec<String> {
    let Some(own) = &facts.configured else { return Vec::new() };
    let name = ConfigHook::name(facts.hook);
    vec![
        format!("hook.{name}.command={}", own.command),
        format!("hook.{name}.event={}", facts.hook),
    ]
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
        if facts.configured.is_some() {
            return Ok(PathBuf::from("/dev/null"));
        }
        if !facts.chained {
            return Ok(facts.folder.path.clone());
        }
        let folder = self.0.path().join("hooks");
        fs::create_dir(&folder)?;
        // Copies the mode too.
        fs::copy(facts.path(), folder.join(facts.hook.name()))?;
        Ok(folder)
    }

    fn commit(&self, message: &str, hooks: &Hooks) -> CommandResult<Ended> {
        let author = self.author();
        self.git(&author, &["add", "--all"])?.expect_success()?;
        let mut commit = process::command("git");
        commit.current_dir(author).args(hooks.arguments());
        commit.args(["commit", "--quiet", "--message", message]);
        self.run(commit)
    }

    /// Pushes with the author's hooks from one place and the server's from another.
    fn push(&self, author: &Hooks, server: &Hooks) -> CommandResult<Ended> {
        for setting in server.arguments().into_iter().skip(1).step_by(2) {
            let setting = setting.into_string().unwrap_or_default();
            let (key, value) = setting.split_once('=').unwrap_or((&setting, ""));
            self.git(&self.server(), &["config", key, value])?.expect_success()?;
        }
        let mut push = process::command("git");
        push.current_dir(self.author()).args(author.arguments());
        push.args(["push", "--quiet"]).arg(self.server()).arg("main");
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
