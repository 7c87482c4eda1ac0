//! How a command ends: its exit code, its message and what to do next.

use std::{fmt, io};

/// What went wrong, as far as the exit code tells.
///
/// The numbers are one table for every command (design.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 1: a blocking finding, or differences under `--exit-code`.
    Rejected,
    /// 2: wrong arguments or a wrong configuration.
    Usage,
    /// 3: the question could not be answered.
    Unevaluated,
    /// 4: the daemon does not answer.
    Unreachable,
    /// 5: an approval is missing or is for something else.
    NotApproved,
}

impl Kind {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Rejected => 1,
            Self::Usage => 2,
            Self::Unevaluated => 3,
            Self::Unreachable => 4,
            Self::NotApproved => 5,
        }
    }
}

/// The end of a command that did not do what was asked.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) kind: Kind,
    /// Printed as it is; empty where the command has said everything already.
    pub(crate) message: String,
    /// What the user can do, one line each.
    pub(crate) hints: Vec<String>,
}

impl CommandError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn unevaluated(message: impl Into<String>) -> Self {
        Self::new(Kind::Unevaluated, message)
    }

    /// The command has printed its verdict; only the exit code is left to give.
    pub(crate) fn rejected() -> Self {
        Self::new(Kind::Rejected, String::new())
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::unevaluated(error.to_string())
    }
}

impl From<zij_git::Error> for CommandError {
    fn from(error: zij_git::Error) -> Self {
        use zij_git::Error as Git;
        let kind = match &error {
            Git::NotARepository { .. } | Git::UnknownRevision { .. } | Git::NoMergeBase { .. } => {
                Kind::Usage
            }
            _ => Kind::Unevaluated,
        };
        let hints = error.hint().into_iter().collect();
        Self { kind, message: error.to_string(), hints }
    }
}

/// The result of a command: `Ok` is exit code 0.
pub(crate) type CommandResult<T = ()> = Result<T, CommandError>;
