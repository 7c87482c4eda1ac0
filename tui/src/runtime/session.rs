//! The loop: wait, take everything in, draw once.

use std::io::{self, Write as _};
use std::sync::mpsc::{RecvTimeoutError, SendError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::app::{Options, State};
use crate::message::{Effect, Message, Request};
use crate::runtime::input::{self, Permit};
use crate::runtime::link::{Link, Parcel};
use crate::runtime::terminal::{self, Guard, Output};
use crate::update::update;
use crate::view::view;

/// How often something moves while work is under way.
const TICK: Duration = Duration::from_millis(250);

/// Why the interface could not run or had to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard input or output is not a terminal.
    #[error("standard input and output are not a terminal")]
    NoTerminal,
    /// The terminal refused to work.
    #[error("failed to use the terminal")]
    Terminal(#[from] io::Error),
}

/// Shows reports until the user quits or the feed says stop. The terminal is given back in every
/// case, a panic of this thread included. What a signal does is for the caller to decide; SIGTERM
/// and SIGHUP should end in [`Feed::stop`](crate::Feed::stop).
pub fn run(link: Link, options: Options) -> Result<(), Error> {
    if !terminal::is_there() {
        return Err(Error::NoTerminal);
    }
    let guard = Guard::new()?;
    let terminal = Terminal::new(CrosstermBackend::new(terminal::output()))?;
    let size = terminal.size()?;
    let permit = input::start(link.feed.clone());
    let state = State::new(options, size.width, size.height);
    let result = Session { terminal, state, link, permit }.run();
    drop(guard);
    result
}

struct Session {
    terminal: Terminal<CrosstermBackend<Output>>,
    state: State,
    link: Link,
    permit: Permit,
}

/// Whether the loop goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Continue,
    End,
}

impl Session {
    fn run(mut self) -> Result<(), Error> {
        self.permit();
        self.draw()?;
        loop {
            let parcel = if self.state.is_busy() {
                match self.link.parcels.recv_timeout(TICK) {
                    Ok(parcel) => parcel,
                    Err(RecvTimeoutError::Timeout) => Parcel::News(Message::Tick),
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            } else {
                let Ok(parcel) = self.link.parcels.recv() else { return Ok(()) };
                parcel
            };
            let mut read = matches!(parcel, Parcel::Input(_));
            let mut next = self.take(parcel)?;
            while let (Next::Continue, Ok(parcel)) = (&next, self.link.parcels.try_recv()) {
                read |= matches!(parcel, Parcel::Input(_));
                next = self.take(parcel)?;
            }
            if next == Next::End {
                return Ok(());
            }
            self.draw()?;
            if read {
                self.permit();
            }
        }
    }

    /// Allows the next burst of input; a thread that is gone has sent a hangup.
    fn permit(&self) {
        if let Err(SendError(())) = self.permit.send(()) {}
    }

    fn take(&mut self, parcel: Parcel) -> Result<Next, Error> {
        let messages = match parcel {
            Parcel::Input(messages) => messages,
            Parcel::News(message) => vec![message],
            Parcel::Hangup => return Ok(Next::End),
        };
        for message in messages {
            for effect in update(&mut self.state, message) {
                if self.execute(effect)? == Next::End {
                    return Ok(Next::End);
                }
            }
        }
        Ok(Next::Continue)
    }

    fn execute(&mut self, effect: Effect) -> Result<Next, Error> {
        match effect {
            Effect::Quit => return Ok(Next::End),
            Effect::Refresh(epoch) => {
                // Nobody listens where reports never change.
                let _heard = self.link.requests.send(Request::Refresh(epoch)).is_ok();
            }
            Effect::Copy(text) => self.copy(&text)?,
            Effect::Suspend => self.suspend()?,
        }
        Ok(Next::Continue)
    }

    /// Puts text on the clipboard of the terminal, also over SSH (OSC 52).
    fn copy(&mut self, text: &str) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        write!(backend, "\x1b]52;c;{}\x1b\\", STANDARD.encode(text))?;
        io::Write::flush(backend)
    }

    fn suspend(&mut self) -> io::Result<()> {
        terminal::give_back();
        terminal::stop_job();
        terminal::take()?;
        let size = self.terminal.size()?;
        for effect in update(&mut self.state, Message::Resize(size.width, size.height)) {
            debug_assert!(false, "a resize asked for {effect:?}");
        }
        self.terminal.clear()
    }

    fn draw(&mut self) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        // The screen may have another size than the last message said; the state must agree.
        let size = self.terminal.size()?;
        if self.state.size != (size.width, size.height) {
            update(&mut self.state, Message::Resize(size.width, size.height));
        }
        let state = &self.state;
        self.terminal.draw(|frame| view(state, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }
}
