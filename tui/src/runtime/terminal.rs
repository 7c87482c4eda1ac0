//! Taking the terminal over and giving it back, whatever happens in between.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _, stdin, stdout};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
};
use crossterm::execute;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};

/// A whole frame goes out in few writes.
const BUFFER: usize = 64 * 1024;

/// Where frames are written to.
pub(super) type Output = BufWriter<Stdout>;

pub(super) fn output() -> Output {
    BufWriter::with_capacity(BUFFER, stdout())
}

/// Whether there is a terminal to take over.
pub(super) fn is_there() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Holds the terminal; it is given back when this is dropped and when its thread panics.
pub(super) struct Guard {
    previous: Arc<Hook>,
}

impl Guard {
    pub(super) fn new() -> io::Result<Self> {
        let previous: Arc<Hook> = Arc::from(panic::take_hook());
        let (after, holder) = (Arc::clone(&previous), thread::current().id());
        panic::set_hook(Box::new(move |info| {
            // The message must reach the normal screen; the terminal stays taken when only some
            // other thread fails.
            if thread::current().id() == holder {
                give_back();
            }
            after(info);
        }));
        let guard = Self { previous };
        take()?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
        // A panicking thread must not touch the hook; the process is about to end anyway.
        if !thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

/// Whether the terminal is taken. Giving it back twice would put the cursor back to where it once
/// was, over what a panic has said since.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes the terminal over.
pub(super) fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Gives the terminal back. Also switches off what is never switched on here, since a panic
/// elsewhere may have left it on. Faults are passed over: there is no one left to tell.
pub(super) fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut stdout = stdout();
    let written = execute!(
        stdout,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    drop(written.and_then(|()| disable_raw_mode()).and_then(|()| stdout.flush()));
}

/// Stops this job until the shell resumes it.
#[cfg(unix)]
pub(super) fn stop_job() {
    use rustix::process::{Signal, kill_current_process_group};
    // Where it cannot be stopped, it simply goes on.
    let _stopped = kill_current_process_group(Signal::TSTP).is_ok();
}

/// There is no job control to hand over to.
#[cfg(not(unix))]
pub(super) fn stop_job() {}
