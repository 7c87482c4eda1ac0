//! What a rule is.

use crate::resource::{FieldPath, Resource, Value};

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
    /// What to do about a hit.
    pub fix: &'static str,
    pub(crate) check: Check,
}

/// On what a rule looks.
#[derive(Debug)]
pub(crate) enum Check {
    /// Each object as it will be.
    Object(fn(&Resource) -> Vec<Hit>),
    /// Each object that is updated, as it is and as it will be.
    Update(fn(&Resource, &Resource) -> Vec<Hit>),
    /// Each object that will be gone.
    Delete(fn(&Resource) -> Vec<Hit>),
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
