//! One ref of a push, and what the push does to it.

use std::fmt;

/// The name of an object: 40 or 64 lower-case hexadecimal digits, never all zeros.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName(Box<str>);

/// A ref or refspec as git wrote it: any bytes but a line break.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefText(Box<[u8]>);

/// One line of a hook's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// What the author named as source, such as `HEAD~1` or `refs/heads/topic`; `None` on a server
    /// and for a deletion.
    pub local_ref: Option<RefText>,
    /// The ref that is updated.
    pub remote_ref: RefText,
    /// What the ref pointed to; `None` when it does not exist yet. It may be absent locally.
    pub old: Option<ObjectName>,
    /// What it shall point to, a tag object for an annotated tag; `None` when it is deleted.
    pub new: Option<ObjectName>,
}

/// Which part of the namespace a ref lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefKind<'a> {
    /// `refs/heads/…`, without that prefix.
    Branch(&'a str),
    /// `refs/tags/…`, without that prefix.
    Tag(&'a str),
    /// Any other ref, and names that are not UTF-8.
    Other,
}

/// How the old and the new tip of a ref relate; the caller knows the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// The old tip is an ancestor of the new one, or the same.
    Kept,
    /// It is not, or it is not stored in a complete clone.
    Lost,
    /// History is cut off, as in a shallow clone.
    Unknown,
}

/// What a push does to a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The ref is new: compare with the merge base of what the remote already has.
    Create,
    /// Commits are added: compare old and new.
    Update,
    /// Commits are dropped: compare old and new, not their merge base, and say so.
    Force,
    /// The ref goes: what it deployed may go too, so it is evaluated like any other change.
    Delete,
    /// The ref stays where it is.
    Nothing,
    /// Whether commits are dropped cannot be told.
    Unknown,
}

impl ObjectName {
    /// Reads an object's name; the outer `None` means it is none, the inner one all zeros, which
    /// is how git writes a ref that does not exist.
    pub fn parse(text: &[u8]) -> Option<Option<Self>> {
        let hexadecimal = text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hexadecimal || !matches!(text.len(), 40 | 64) {
            return None;
        }
        let name = std::str::from_utf8(text).ok()?;
        Some((!text.iter().all(|b| *b == b'0')).then(|| Self(name.into())))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RefText {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes as git wrote them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, unless it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Where the ref lies.
    pub fn kind(&self) -> RefKind<'_> {
        let Some(text) = self.as_str() else { return RefKind::Other };
        if let Some(branch) = text.strip_prefix("refs/heads/") {
            RefKind::Branch(branch)
        } else if let Some(tag) = text.strip_prefix("refs/tags/") {
            RefKind::Tag(tag)
        } else {
            RefKind::Other
        }
    }
}

/// For people: replacement characters for bytes that are not UTF-8, and `\u{…}` for characters
/// that would steer a terminal or turn the reading direction.
impl fmt::Display for RefText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in String::from_utf8_lossy(&self.0).chars() {
            if character.is_control() || is_steering(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

/// Invisible or direction-changing characters (Unicode category Cf) that occur in attacks.
fn is_steering(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Debug for RefText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl RefUpdate {
    /// What the push does to the ref. `ancestry` is asked only where both tips are given and
    /// differ; it gets the old and the new one.
    pub fn change(&self, ancestry: impl FnOnce(&ObjectName, &ObjectName) -> Ancestry) -> Change {
        match (&self.old, &self.new) {
            (None, None) => Change::Nothing,
            (None, Some(_)) => Change::Create,
            (Some(_), None) => Change::Delete,
            (Some(old), Some(new)) if old == new => Change::Nothing,
            (Some(old), Some(new)) => match ancestry(old, new) {
                Ancestry::Kept => Change::Update,
                Ancestry::Lost => Change::Force,
                Ancestry::Unknown => Change::Unknown,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_follow_from_tips_and_ancestry() {
        let name = |digit: &str| ObjectName::parse(digit.repeat(40).as_bytes()).unwrap();
        for (old, new, ancestry, want) in [
            ("0", "a", Ancestry::Kept, Change::Create),
            ("a", "0", Ancestry::Kept, Change::Delete),
            ("a", "b", Ancestry::Kept, Change::Update),
            ("a", "b", Ancestry::Lost, Change::Force),
            ("a", "b", Ancestry::Unknown, Change::Unknown),
            ("a", "a", Ancestry::Lost, Change::Nothing),
            ("0", "0", Ancestry::Lost, Change::Nothing),
        ] {
            let remote_ref = RefText::new(b"refs/heads/main");
            let update = RefUpdate { local_ref: None, remote_ref, old: name(old), new: name(new) };
            assert_eq!(update.change(|_, _| ancestry), want, "{old} {new} {ancestry:?}");
        }
    }

    #[test]
    fn names_for_people_cannot_steer_a_terminal() {
        let text = RefText::new("refs/heads/a\u{1b}[2J\u{202e}b\u{200b}ü한\r".as_bytes());
        assert_eq!(text.to_string(), r"refs/heads/a\u{1b}[2J\u{202e}b\u{200b}ü한\u{d}");
        assert_eq!(text.kind(), RefKind::Branch("a\u{1b}[2J\u{202e}b\u{200b}ü한\r"));
        assert_eq!(RefText::new(b"refs/heads/\xff").kind(), RefKind::Other);
        assert_eq!(RefText::new(b"refs/tags/v1").kind(), RefKind::Tag("v1"));
    }
}
