//! The terminal as commands see it: data to stdout, words to stderr.

use std::{
    env,
    io::{self, IsTerminal as _, StdoutLock, Write as _},
    process::Stdio,
    sync::Mutex,
    time::{Duration, Instant},
};

use terminal_size::{Height, Width};

use crate::{
    error::{CommandError, CommandResult},
    process,
};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal that has not asked for plain text.
    #[default]
    Auto,
    Always,
    Never,
}

/// What is known of stdout and stderr.
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    /// Whether to colour stdout.
    pub(crate) color: bool,
    /// Columns of stdout; 100 where it is no terminal.
    pub(crate) width: usize,
    height: Option<usize>,
    /// The same of stderr.
    pub(crate) words: Words,
    pager: Option<String>,
}

/// What is known of stderr.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    is_terminal: bool,
    /// Whether to colour it.
    pub(crate) color: bool,
    /// Its columns; 100 where it is no terminal.
    pub(crate) width: usize,
}

impl Ui {
    /// Reads the terminal and the variables that users set for it.
    pub(crate) fn new(choice: ColorChoice) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let size = terminal.then(|| terminal_size::terminal_size_of(&stdout)).flatten();
        let stderr = io::stderr();
        let status_is_terminal = stderr.is_terminal();
        let status_size =
            status_is_terminal.then(|| terminal_size::terminal_size_of(&stderr)).flatten();
        let columns = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let wide = |size: Option<(Width, Height)>| {
            size.map(|(width, _)| usize::from(width.0)).or(columns).unwrap_or(100).max(40)
        };
        Self {
            color: color(choice, terminal),
            width: wide(size),
            words: Words {
                is_terminal: status_is_terminal,
                color: color(choice, status_is_terminal),
                width: wide(status_size),
            },
            height: size.map(|(_, height)| usize::from(height.0)),
            pager: pager(),
        }
    }

    /// Writes data to stdout, through a pager when it is longer than the screen.
    pub(crate) fn page(&self, text: &str) -> CommandResult {
        let fits = self.height.is_none_or(|height| text.lines().count() < height);
        match &self.pager {
            Some(pager) if !fits => run_pager(pager, text),
            _ => self.print(text),
        }
    }

    /// Writes data to stdout.
    pub(crate) fn print(&self, text: impl AsRef<[u8]>) -> CommandResult {
        self.print_with(|stdout| stdout.write_all(text.as_ref()))
    }

    /// Lets a function write data to stdout.
    pub(crate) fn print_with(
        &self,
        write: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<()>,
    ) -> CommandResult {
        let mut stdout = io::stdout().lock();
        ignore_closed_pipe(write(&mut stdout).and_then(|()| stdout.flush()))
    }

    /// Writes a sentence to stderr.
    pub(crate) fn status(&self, text: &str) {
        // Nobody is left to tell when stderr is gone.
        drop(writeln!(io::stderr(), "{text}"));
    }

    /// A progress line on stderr that appears only when the work takes long.
    pub(crate) fn progress(&self, what: &'static str) -> Progress {
        Progress {
            what,
            terminal: self.words.is_terminal,
            started: Instant::now(),
            shown: Mutex::default(),
        }
    }
}

fn color(choice: ColorChoice, terminal: bool) -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if env::var("CLICOLOR_FORCE").is_ok_and(|value| value != "0") => true,
        ColorChoice::Auto => terminal && env::var("TERM").is_ok_and(|term| term != "dumb"),
    }
}

fn pager() -> Option<String> {
    let pager = ["ZIJ_PAGER", "PAGER"].into_iter().find_map(|name| env::var(name).ok());
    let pager = pager.unwrap_or_else(|| "less -FRX".to_owned());
    (!pager.is_empty() && pager != "cat").then_some(pager)
}

/// Shows `text` in the user's pager; plain output when the pager cannot be started.
fn run_pager(pager: &str, text: &str) -> CommandResult {
    let mut shell = process::command("sh");
    // Pagers are configured as shell commands (`PAGER="less -S"`), as git reads them.
    shell.args(["-c", pager]).stdin(Stdio::piped()).env("LESSCHARSET", "utf-8");
    let Ok(mut child) = shell.spawn() else {
        return ignore_closed_pipe(io::stdout().write_all(text.as_bytes()));
    };
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    child.wait()?;
    ignore_closed_pipe(written)
}

/// A reader that has seen enough is no error (`zij diff | head`).
fn ignore_closed_pipe(result: io::Result<()>) -> CommandResult {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(CommandError::from),
    }
}

/// A line such as `rendering 312/1600` that is redrawn in place and erased at the end.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    terminal: bool,
    started: Instant,
    shown: Mutex<Option<Instant>>,
}

impl Progress {
    /// Work shorter than this shows no line.
    const PATIENCE: Duration = Duration::from_millis(500);
    const REDRAW: Duration = Duration::from_millis(100);

    /// Shows how far the work is.
    ///
    /// Threads that come while another one draws leave it to that one.
    pub(crate) fn update(&self, done: usize, total: usize) {
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let now = Instant::now();
        let due = match *shown {
            None => now - self.started > Self::PATIENCE,
            Some(last) => now - last > Self::REDRAW,
        };
        if self.terminal && due {
            *shown = Some(now);
            drop(write!(io::stderr(), "\r\x1b[K{} {done}/{total}", self.what));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.get_mut().is_ok_and(|shown| shown.is_some()) {
            drop(write!(io::stderr(), "\r\x1b[K"));
        }
    }
}
