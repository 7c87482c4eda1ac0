//! What a rule is.

use super::{
    cross::{CrossHit, Scene},
    kube::Kube,
};
use crate::{
    diff::Changes,
    resource::{FieldPath, Resource, ResourceSet, Value},
};

/// The versions of a rule that no version changes.
pub(crate) const ALL: &str = "all";
/// The tags at which the text of what a source names was read: one of each minor version that had
/// patches when the rules were checked.
pub(crate) const TAGS: &str = "v1.31.14, v1.32.13, v1.33.13, v1.34.9, v1.35.6 and v1.36.3";

/// A source in kubernetes/kubernetes that says the same at each of [`TAGS`], apart from what the
/// rule's versions say.
macro_rules! at_tags {
    ($text:literal) => {
        concat!($text, " @ v1.31 to v1.36")
    };
}
pub(crate) use at_tags;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The change is rejected.
    Block,
    /// The change needs a second look.
    Warn,
    /// Worth knowing.
    Info,
}

/// One rule with its documentation.
#[derive(Debug)]
pub struct Rule {
    /// Stable id, such as `ZIJ-F001`.
    pub id: &'static str,
    /// Name for people, such as `label-value`.
    pub name: &'static str,
    /// The most that a hit does.
    pub severity: Severity,
    /// What it demands, as a sentence.
    pub what: &'static str,
    /// Where Kubernetes says so.
    pub source: &'static str,
    /// The Kubernetes versions for which it holds.
    pub versions: &'static str,
    /// A change that it finds.
    pub example: &'static str,
    /// What to do about a hit.
    pub fix: &'static str,
    pub(crate) check: Check,
}

/// On what a rule looks.
#[derive(Debug)]
pub(crate) enum Check {
    /// Each object as it will be.
    Object(fn(&Resource) -> Vec<Hit>),
    /// Each object as it will be, on a cluster of that version.
    Versioned(fn(&Resource, Option<Kube>) -> Vec<Hit>),
    /// Each object that is updated, as it is and as it will be.
    Update(fn(&Resource, &Resource) -> Vec<Hit>),
    /// The same, on a cluster of that version.
    VersionedUpdate(fn(&Resource, &Resource, Option<Kube>) -> Vec<Hit>),
    /// All changes of a cell together with what it will have; hits say which change they are about.
    Changes(fn(&Changes<'_>, &ResourceSet) -> Vec<(usize, Hit)>),
    /// Each object that will be gone.
    Delete(fn(&Resource) -> Vec<Hit>),
    /// The changed cells of a cluster together with its other cells.
    Cross(fn(&Scene<'_, '_>) -> Vec<CrossHit>),
    /// The cell as a whole; decided where cells are paired.
    Cell,
}

/// What a rule found in one object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) path: FieldPath,
    pub(crate) message: String,
    /// The value at fault, for finding the line that sets it.
    pub(crate) value: Option<String>,
    /// The line of the rendered document; 0 where it is not known.
    pub(crate) line: u32,
    /// Set where this hit is less certain than the rule.
    pub(crate) at_most: Severity,
}

impl Hit {
    pub(crate) fn new(path: FieldPath, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { path, message, value: None, line: 0, at_most: Severity::Block }
    }

    /// A hit about `value`, which is shown on one line.
    pub(crate) fn on(path: FieldPath, value: &Value, message: impl Into<String>) -> Self {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self { value: Some(text), line: value.line, ..Self::new(path, message) }
    }

    pub(crate) fn at_most(self, severity: Severity) -> Self {
        Self { at_most: severity.max(self.at_most), ..self }
    }
}

/// A value for a message: on one line and not too long.
pub(crate) fn shown(value: Option<&Value>) -> String {
    const MOST: usize = 80;
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
