//! What is told before a report: how branches were merged, or how a commit is undone.

/// A title, the answer in a line, and parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreword {
    /// Such as `Merged`.
    pub title: &'static str,
    /// The answer.
    pub lead: String,
    /// What supports it, the most important first.
    pub parts: Vec<Part>,
}

/// A part with its own answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Such as `order`.
    pub heading: &'static str,
    /// How the answer is to be taken.
    pub tone: Tone,
    /// The answer.
    pub text: String,
    /// What it is about, one by one.
    pub items: Vec<Item>,
    /// Items that are not told.
    pub more: usize,
}

/// One of the things that a part is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// How it is to be taken.
    pub tone: Tone,
    /// What it is in a word or two; may be empty.
    pub label: &'static str,
    /// Its name; may be empty.
    pub name: String,
    /// What is said of it.
    pub text: String,
    /// What else is known.
    pub lines: Vec<String>,
}

/// How something is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// It needs a second look.
    Doubtful,
    /// It is wrong.
    Bad,
    /// None of them.
    Plain,
}

impl Tone {
    /// The tone in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Doubtful => "doubtful",
            Self::Bad => "bad",
            Self::Plain => "plain",
        }
    }
}
