//! The name of a commit.

use std::{fmt, str::FromStr};

use zij_core::source::ContentId;

/// How many digits a short id has, as in git's own default for small repositories.
const SHORT: usize = 7;

/// A commit's id, 40 or 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(pub(crate) gix::ObjectId);

/// A text that is no commit id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an object id: 40 or 64 hexadecimal digits were expected")]
pub struct InvalidId(pub String);

impl CommitId {
    /// The first seven digits.
    pub fn short(&self) -> String {
        self.0.to_hex_with_len(SHORT).to_string()
    }

    /// Whether the id is all zeros, as git writes it for a ref that does not exist.
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

impl FromStr for CommitId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        gix::ObjectId::from_hex(text.as_bytes())
            .map(Self)
            .map_err(|_| InvalidId(text.chars().take(80).collect()))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_hex())
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

pub(crate) fn content_id(id: &gix::oid) -> ContentId {
    ContentId(id.to_hex().to_string().into())
}
