//! A fleet of twelve cells and a daemon that may be ended at any moment.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use zij_testkit::{Outcome, TestRepository};

/// What takes longer hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Scene {
    pub(crate) repository: TestRepository,
}

/// A daemon, ended when dropped.
pub(crate) struct Daemon {
    child: Child,
}

/// How often a fault is repeated.
pub(crate) fn rounds() -> usize {
    env::var("ZIJ_FAULT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

impl Scene {
    pub(crate) fn new() -> Self {
        let repository = TestRepository::new();
        let mut files = vec![
            (
                "zij.yaml".to_owned(),
                "apps:\n  - match: \"clusters/{cluster}/{app}.yaml\"\n    chart: chart\n"
                    .to_owned(),
            ),
            (
                "chart/Chart.yaml".to_owned(),
                "apiVersion: v2\nname: small\nversion: 1.0.0\n".to_owned(),
            ),
            (
                "chart/templates/config.yaml".to_owned(),
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: small\n  labels:\n    \
                 team: {{ .Values.team | quote }}\n"
                    .to_owned(),
            ),
        ];
        for cluster in ["a", "b", "c", "d"] {
            for app in ["one", "two", "three"] {
                files.push((format!("clusters/{cluster}/{app}.yaml"), "team: red\n".to_owned()));
            }
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
        repository.commit_files("the fleet", &files);
        Self { repository }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let zij = env!("CARGO_BIN_EXE_zij");
        let mut command = self.repository.environment().command(zij, self.repository.path());
        command.args(arguments);
        command
    }

    pub(crate) fn zij(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments), b"")
    }

    /// Commits a team for one cell.
    pub(crate) fn commit(&self, number: usize) -> String {
        let cluster = ["a", "b", "c", "d"][number % 4];
        let path = format!("clusters/{cluster}/one.yaml");
        self.repository.commit_files("team", &[(&path, &format!("team: t{number}\n"))])
    }

    pub(crate) fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    pub(crate) fn start_with(&self, arguments: &[&str]) -> Daemon {
        self.spawn(self.command(&[&["daemon"], arguments].concat()))
    }

    /// Starts a daemon by a command of its own.
    pub(crate) fn spawn(&self, mut command: Command) -> Daemon {
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        Daemon { child: child.expect("the daemon starts") }
    }

    /// Makes the daemon look at the branches now.
    pub(crate) fn look(&self) {
        let mut stream = UnixStream::connect(self.socket()).expect("the daemon listens");
        let asked =
            stream.write_all(b"POST /v1/look HTTP/1.1\r\nhost: zij\r\nconnection: close\r\n\r\n");
        asked.expect("the daemon reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the daemon answers");
    }

    /// Starts a daemon and waits until it listens.
    pub(crate) fn start_listening(&self) -> Daemon {
        let mut daemon = self.start();
        let stderr = daemon.child.stderr.take().expect("a pipe");
        let mut lines = BufReader::new(stderr);
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "the daemon ended");
        }
        daemon
    }

    /// Waits until the daemon has predicted all there is, and gives its status.
    pub(crate) fn settled(&self) -> serde_json::Value {
        let tip = self.repository.git(&["rev-parse", "HEAD"]);
        let started = Instant::now();
        loop {
            let said = self.zij(&["status", "--format", "json"]);
            if let Ok(status) = serde_json::from_str::<serde_json::Value>(&said.stdout) {
                let is_new = status["branches"][0]["commit"] == tip.as_str();
                if is_new && status["waiting"] == 0 {
                    return status;
                }
            }
            assert!(started.elapsed() < PATIENCE, "{said}");
        }
    }

    /// Waits until what a commit of `main` deploys is shown in the rendered history.
    pub(crate) fn wait_for_rendered(&self, source: &str) {
        let started = Instant::now();
        let newest = ["log", "-1", "--format=%B", "refs/zij/rendered/main", "--"];
        while !self.repository.try_git(&newest).stdout.contains(source) {
            assert!(started.elapsed() < PATIENCE, "{source} is not shown");
        }
    }

    /// Fails unless the log is whole and the last change is shown as if nothing had been kept.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        let said = self.zij(&["audit", "verify"]);
        assert_eq!(said.code, Some(0), "{said}");
        let show = |more: &[&str]| {
            let said = self.zij(&[&["diff", "--format", "json", "HEAD~1..HEAD"], more].concat());
            assert_eq!(said.code, Some(0), "{said}");
            said.stdout
        };
        assert_eq!(show(&[]), show(&["--no-cache"]));
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.repository.environment().path().join("home/.cache/zij")
    }

    /// The daemon's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        let sockets = fs::read_dir(self.cache().join("run")).expect("a daemon has run");
        let mut paths = sockets.map(|entry| entry.expect("an entry").path());
        let is_socket = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "sock");
        paths.find(is_socket).expect("a daemon runs")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.repository.path().join(".git/zij/audit/00000001.jsonl")
    }

    /// How many records of a verb the log has.
    pub(crate) fn records(&self, verb: &str) -> usize {
        // One for each month that the clock has shown.
        let files = fs::read_dir(self.log().parent().expect("a folder")).into_iter().flatten();
        let texts = files.flatten().filter_map(|file| fs::read_to_string(file.path()).ok());
        texts.map(|text| text.matches(&format!("\"verb\":\"{verb}\"")).count()).sum()
    }
}

impl Daemon {
    /// Ends it as a lack of memory would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Asks it to stop, as a service manager does, and gives its words once it has.
    pub(crate) fn terminate(self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("it is ours");
        self.end().1
    }

    /// Its exit code and words, once it has ended by itself.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut words = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut words).expect("its words");
        }
        (self.child.wait().expect("it is ours").code(), words)
    }

    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
