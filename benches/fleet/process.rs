//! Runs zij and says what it used.

use std::{
    fmt, fs,
    io::Write as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{Outcome, repository::Repository};

/// Ticks of a processor in a second, as `/proc` counts them.
const TICKS: f64 = 100.0;

/// A user's folders, empty at first.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a process used.
pub(crate) struct Used {
    seconds: f64,
    processor: f64,
    peak_kibibytes: u64,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, processor, peak_kibibytes } = self;
        write!(f, "{seconds:.2} s, {processor:.2} s CPU, {} MiB", peak_kibibytes / 1024)
    }
}

impl Home {
    pub(crate) fn new() -> Outcome<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    /// The folder of sockets.
    pub(crate) fn sockets(&self) -> PathBuf {
        self.folder.path().join(".cache/zij/run")
    }

    /// zij for a repository, with nothing of the real user's.
    pub(crate) fn command(&self, repository: &Repository, arguments: &[&str]) -> Command {
        let mut command = command(env!("CARGO_BIN_EXE_zij"));
        command.args(arguments).current_dir(repository.folder());
        command.env("HOME", self.folder.path()).env_remove("XDG_CACHE_HOME");
        command.env_remove("XDG_RUNTIME_DIR").env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// Runs zij to its end.
    pub(crate) fn zij(&self, repository: &Repository, arguments: &[&str]) -> Outcome<Used> {
        let mut command = self.command(repository, arguments);
        let output = tempfile::tempfile()?;
        command.stdin(Stdio::null()).stdout(output).stderr(Stdio::null());
        let (before, started) = (children()?, Instant::now());
        let mut child = command.spawn()?;
        let mut peak = 0;
        let status = loop {
            peak = peak.max(figure(&child, "VmHWM").unwrap_or(0));
            match child.try_wait()? {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        let seconds = started.elapsed().as_secs_f64();
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("zij {arguments:?}: {status}").into());
        }
        Ok(Used { seconds, processor: children()? - before, peak_kibibytes: peak })
    }

    /// Asks the hook what a push of one commit would do.
    pub(crate) fn pre_push(
        &self,
        repository: &Repository,
        parent: &str,
        commit: &str,
    ) -> Outcome<()> {
        let mut command = self.command(repository, &["hook", "pre-push", "origin", "elsewhere"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().ok_or("no pipe")?;
        writeln!(stdin, "refs/heads/main {commit} refs/heads/main {parent}")?;
        drop(stdin);
        match child.wait()?.code() {
            Some(0 | 1) => Ok(()),
            _ => Err("the hook failed".into()),
        }
    }
}

/// The processor seconds of all processes that were started and have ended.
pub(crate) fn children() -> Outcome<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    Ok((field(&stat, 16)? + field(&stat, 17)?) / TICKS)
}

/// The processor seconds of a process that runs.
pub(crate) fn processor(child: &Child) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
    Ok((field(&stat, 14)? + field(&stat, 15)?) / TICKS)
}

/// A field of proc_pid_stat(5), counted from 1.
fn field(stat: &str, number: usize) -> Outcome<f64> {
    // The second one is a name in parentheses, which may hold anything.
    let rest = stat.rsplit_once(") ").ok_or("not a process")?.1;
    Ok(rest.split(' ').nth(number - 3).ok_or("a short line")?.parse()?)
}

/// A figure of proc_pid_status(5) in KiB.
pub(crate) fn figure(child: &Child, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "the one place of this program that starts others")]
pub(crate) fn command(program: &str) -> Command {
    Command::new(program)
}
