//! The daemon, asked over its socket.

use std::{
    fmt, fs,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Outcome,
    process::{Home, figure, processor},
    repository::Repository,
};

/// No work takes longer.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long the daemon is watched while it has nothing to do.
const WATCHED: Duration = Duration::from_secs(5);

/// A running daemon.
pub(crate) struct Daemon {
    child: Child,
    socket: PathBuf,
}

impl Daemon {
    pub(crate) fn start(home: &Home, repository: &Repository) -> Outcome<Self> {
        let mut command = home.command(repository, &["daemon"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn()?;
        let end = Instant::now() + PATIENCE;
        loop {
            let mut files = fs::read_dir(home.sockets()).into_iter().flatten().flatten();
            let socket = files.find(|file| file.file_name().to_string_lossy().ends_with(".sock"));
            if let Some(socket) = socket {
                return Ok(Self { child, socket: socket.path() });
            }
            if Instant::now() > end {
                return Err("the daemon does not listen".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The body of an answer.
    fn get(&self, path: &str) -> Outcome<Vec<u8>> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: zij\r\nconnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").ok_or("no answer")?;
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&answer).into_owned().into());
        }
        Ok(answer.split_off(end + 4))
    }

    /// The report as clients ask for it.
    pub(crate) fn report(&self, base: &str, head: &str) -> Outcome<()> {
        let report = self.get(&format!("/v1/report?base={base}&head={head}&form=packed"))?;
        let schema = b"{\"schema\":\"zij.report/v1\"";
        match report
            .split(|byte| *byte == b'\n')
            .nth(1)
            .is_some_and(|line| line.starts_with(schema))
        {
            true => Ok(()),
            false => Err("no report".into()),
        }
    }

    /// A counter of its metrics.
    pub(crate) fn counter(&self, name: &str) -> Outcome<f64> {
        let metrics = String::from_utf8(self.get("/metrics")?)?;
        let mut lines = metrics.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.ok_or("no such metric")?.parse()?)
    }

    /// The processor seconds that it has used.
    pub(crate) fn processor(&self) -> Outcome<f64> {
        processor(&self.child)
    }

    /// Waits until every commit is predicted.
    pub(crate) fn wait_until_idle(&self) -> Outcome<()> {
        let end = Instant::now() + PATIENCE;
        let mut quiet = 0;
        while quiet < 3 {
            if Instant::now() > end {
                return Err("the daemon does not come to rest".into());
            }
            // Refs that have just moved are seen a moment later.
            thread::sleep(Duration::from_millis(50));
            let status: serde_json::Value = serde_json::from_slice(&self.get("/v1/status")?)?;
            quiet = if status["waiting"] == 0 { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    pub(crate) fn peak_mebibytes(&self) -> Outcome<f64> {
        Ok(figure(&self.child, "VmHWM").ok_or("the daemon is gone")? as f64 / 1024.0)
    }

    /// What it uses while it has nothing to do.
    pub(crate) fn idle(&self) -> Outcome<String> {
        // A second after its last work it lets go of what it can make again, which is work too.
        thread::sleep(Duration::from_secs(3));
        let before = processor(&self.child)?;
        thread::sleep(WATCHED);
        let share = (processor(&self.child)? - before) / WATCHED.as_secs_f64();
        let memory = figure(&self.child, "VmRSS").ok_or("the daemon is gone")? / 1024;
        Ok(format!("{:.1} % CPU, {memory} MiB", share * 100.0))
    }

    pub(crate) fn stop(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

/// Times of the same work.
#[derive(Default)]
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn add(&mut self, work: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
        let started = Instant::now();
        work()?;
        self.0.push(started.elapsed());
        Ok(())
    }

    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1));
        sorted.get(at - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} ms, p95 {:.0} ms", self.at(0.5), self.at(0.95))
    }
}
