//! A thread that reads the terminal, a burst at a time.
//!
//! It reads only when allowed to: after a burst it waits until the loop has drawn. So input that
//! comes meanwhile is taken in at once, and while the terminal belongs to another program (after
//! ctrl-z) nothing is read away from it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::message::{Key, Message};
use crate::runtime::link::{Feed, Parcel};

/// How long the thread waits for input before it looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(250);

/// Allows the thread one more burst; dropping it ends the thread.
pub(super) type Permit = Sender<()>;

/// Starts the thread; it waits for its first permit.
pub(super) fn start(feed: Feed) -> Permit {
    let (permit, permits) = channel();
    thread::spawn(move || read(&feed, &permits));
    permit
}

fn read(feed: &Feed, permits: &Receiver<()>) {
    while permits.recv().is_ok() {
        let parcel = loop {
            match burst() {
                Ok(messages) if messages.is_empty() => {
                    // The loop drops its permit when it ends.
                    if let Err(std::sync::mpsc::TryRecvError::Disconnected) = permits.try_recv() {
                        return;
                    }
                }
                Ok(messages) => break Parcel::Input(messages),
                Err(_) => break Parcel::Hangup,
            }
        };
        feed.deliver(parcel);
    }
}

/// Everything that can be read without waiting, after waiting a while for the first.
fn burst() -> std::io::Result<Vec<Message>> {
    let mut messages = Vec::new();
    let mut patience = PATIENCE;
    while event::poll(patience)? {
        match message(event::read()?) {
            // Only the last of several sizes counts.
            Some(Message::Resize(columns, lines)) => {
                messages.retain(|message| !matches!(message, Message::Resize(..)));
                messages.push(Message::Resize(columns, lines));
            }
            Some(message) => messages.push(message),
            None => {}
        }
        patience = Duration::ZERO;
    }
    Ok(messages)
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Message::Key),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, lines) => Some(Message::Resize(columns, lines)),
        Event::Key(_) | Event::Mouse(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    Some(match event.code {
        KeyCode::Char(character) if event.modifiers.contains(KeyModifiers::CONTROL) => {
            Key::Ctrl(character.to_ascii_lowercase())
        }
        KeyCode::Char(_) if event.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
