//! The chain: each record carries its number and the hash of the line before it.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::record::{ALGORITHM, PREVIOUS, Record, SEQUENCE};

/// What hashes are made with; the first record of each file says so.
pub(super) const HASH: &str = "sha-256";

/// The hash of a line without its end, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Digest(String);

/// A place in the chain: a record's number and the hash of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) sequence: u64,
    pub(crate) digest: Digest,
}

/// What is wrong with a line that follows a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is no record.
    Unreadable,
    /// It has another number than the one that follows.
    Number { expected: u64, found: u64 },
    /// It does not carry the hash of the line before it.
    Previous { expected: Digest, found: String },
    /// Its hashes are made with something else.
    Algorithm(String),
}

impl Digest {
    pub(super) fn of(line: &[u8]) -> Self {
        Self(Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let hexadecimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (hexadecimal && text.len() == 64).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Link {
    /// What stands before the first record of all.
    pub(super) fn start() -> Self {
        Self { sequence: 0, digest: Digest("0".repeat(64)) }
    }

    /// The link that a line claims to be, whatever stands before it.
    pub(super) fn claimed(line: &[u8]) -> Option<Self> {
        let sequence = Record::read(line)?.sequence()?;
        Some(Self { sequence, digest: Digest::of(line) })
    }

    /// The link of the line that follows this one.
    pub(super) fn follow(&self, line: &[u8]) -> Result<(Self, Record), Flaw> {
        let record = Record::read(line).ok_or(Flaw::Unreadable)?;
        if let Some(other) = record.note(ALGORITHM).filter(|name| *name != HASH) {
            return Err(Flaw::Algorithm(other.to_owned()));
        }
        let found = record.note(SEQUENCE).and_then(|text| text.parse().ok());
        let found = found.ok_or(Flaw::Unreadable)?;
        let expected = self.sequence + 1;
        if found != expected {
            return Err(Flaw::Number { expected, found });
        }
        let previous = record.note(PREVIOUS).unwrap_or_default();
        if previous != self.digest.0 {
            return Err(Flaw::Previous {
                expected: self.digest.clone(),
                found: previous.to_owned(),
            });
        }
        Ok((Self { sequence: found, digest: Digest::of(line) }, record))
    }
}
