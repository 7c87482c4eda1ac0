//! The hooks there are.

use std::{fmt, str::FromStr};

/// A hook of git that zij can be called from (githooks(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Before a commit is made; on the author's machine.
    PreCommit,
    /// Before objects are sent; on the author's machine.
    PrePush,
    /// After a commit was made; on the author's machine, and it cannot refuse.
    PostCommit,
    /// Before any ref of a push is updated; on the server.
    PreReceive,
    /// Before each single ref of a push is updated; on the server.
    Update,
    /// After a push was accepted; on the server, and it cannot refuse.
    PostReceive,
}

/// A name that is none of the hooks zij knows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a hook that zij can be called from")]
pub struct UnknownHook(pub String);

impl Hook {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PreCommit,
        Self::PrePush,
        Self::PostCommit,
        Self::PreReceive,
        Self::Update,
        Self::PostReceive,
    ];

    /// The file's name in the hooks folder, and the word after `zij hook`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::PostCommit => "post-commit",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
            Self::PostReceive => "post-receive",
        }
    }

    /// Whether its exit code stops what git is about to do.
    pub fn can_refuse(self) -> bool {
        match self {
            Self::PreCommit | Self::PrePush | Self::PreReceive | Self::Update => true,
            Self::PostCommit | Self::PostReceive => false,
        }
    }

    /// Whether it runs in the repository that is pushed to, where a missing check must refuse.
    pub fn is_on_server(self) -> bool {
        match self {
            Self::PreCommit | Self::PrePush | Self::PostCommit => false,
            Self::PreReceive | Self::Update | Self::PostReceive => true,
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Hook {
    type Err = UnknownHook;

    fn from_str(text: &str) -> Result<Self, UnknownHook> {
        let found = Self::ALL.into_iter().find(|hook| hook.name() == text);
        found.ok_or_else(|| UnknownHook(text.to_owned()))
    }
}
