//! What can happen to the interface and what it wants done in return.

use std::sync::Arc;

use zij_core::report::model::{Problem, Report};

/// One round of asking for data. Answers carry the round that they belong to, so that a late
/// answer to an old question is dropped instead of shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(u64);

impl Epoch {
    /// The round after this one.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted in one go.
    Paste(String),
    /// The terminal has this many columns and lines.
    Resize(u16, u16),
    /// Time passed while something is under way.
    Tick,
    /// Work for a report goes on.
    Progress(Epoch, Progress),
    /// A report is there.
    Report(Epoch, Arc<Report>),
    /// A report could not be made.
    Failed(Epoch, Problem),
    /// The process was told to end.
    Stop,
}

/// How far the work for a report has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, such as `rendering`.
    pub what: String,
    /// How many parts are done.
    pub done: usize,
    /// Of how many; absent while that is not known.
    pub total: Option<usize>,
}

/// What `update` wants done outside of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the interface.
    Quit,
    /// Ask for a new report, to be answered under this epoch.
    Refresh(Epoch),
    /// Put text on the clipboard.
    Copy(String),
    /// Hand the terminal back to the shell until it resumes this process.
    Suspend,
}

/// What the interface asks of the one that started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Predict again; progress, report or failure are sent under this epoch.
    Refresh(Epoch),
}

/// A key, as far as the interface tells keys apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character, with shift already applied.
    Char(char),
    /// A character with ctrl.
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}
