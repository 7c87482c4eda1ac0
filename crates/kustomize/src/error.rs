//! Why a build was refused.

use std::fmt;
use std::sync::Arc;

/// What kind of refusal it is, for callers that treat them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder is not there, is of the wrong kind, or lies where the load restrictor
    /// does not allow it.
    File,
    /// A text is not YAML, or holds values that cannot be written.
    Yaml,
    /// A kustomization, a configuration file or a plugin configuration is wrong.
    Kustomization,
    /// A resource lacks what every resource has, or two have one id.
    Resource,
    /// A patch, replacement, variable or other change cannot be applied.
    Change,
    /// A chart cannot be rendered.
    Chart,
    /// Something lies outside of the tree: a Git repository, an URL, a chart.
    Remote,
    /// The real tool could do it, this engine does not.
    Unsupported,
    /// One of [`crate::Limits`] is exceeded.
    Limit,
}

/// A place in a file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the root of the tree.
    pub path: Arc<str>,
    /// The line, counted from 1; 0 where only the file is known.
    pub line: u32,
}

/// A refused build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error(Box<Detail>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    kind: ErrorKind,
    message: String,
    context: Vec<String>,
    place: Option<Place>,
    hint: Option<String>,
}

/// The result of everything that can refuse a build.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Detail { kind, message, context: Vec::new(), place: None, hint: None }))
    }

    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::File, message)
    }

    pub(crate) fn yaml(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Yaml, message)
    }

    pub(crate) fn kustomization(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Kustomization, message)
    }

    pub(crate) fn resource(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Resource, message)
    }

    pub(crate) fn change(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Change, message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn limit(what: &str, most: usize) -> Self {
        Self::new(ErrorKind::Limit, format!("exceeded the limit of {most} {what}"))
    }

    /// Adds what was being done, outermost last.
    #[must_use]
    pub(crate) fn context(mut self, context: impl Into<String>) -> Self {
        self.0.context.push(context.into());
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Sets where the problem is, unless that is known more exactly already.
    #[must_use]
    pub(crate) fn at(mut self, path: &Arc<str>, line: u32) -> Self {
        let place = || Place { path: Arc::clone(path), line };
        self.0.place.get_or_insert_with(place);
        self
    }

    /// Names the file of a place of which only the line is known so far.
    #[must_use]
    pub(crate) fn in_file(mut self, path: &Arc<str>) -> Self {
        let place = self.0.place.get_or_insert_with(|| Place { path: "".into(), line: 0 });
        if place.path.is_empty() {
            place.path = Arc::clone(path);
        }
        self
    }

    /// Returns what kind of refusal it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the problem with what was being done, without its place.
    pub fn chain(&self) -> String {
        let contexts = self.0.context.iter().rev().map(String::as_str);
        contexts.chain([self.message()]).collect::<Vec<_>>().join(": ")
    }

    /// Returns the problem itself, without what was being done.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns where the problem is, where that is known.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Returns what the user can do about it.
    pub fn help(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.chain())?;
        match &self.0.place {
            Some(Place { path, line: 0 }) => write!(formatter, " (in {path})"),
            Some(Place { path, line }) => write!(formatter, " (in {path}:{line})"),
            None => Ok(()),
        }
    }
}

impl From<zij_goyaml::Error> for Error {
    fn from(error: zij_goyaml::Error) -> Self {
        match error.kind() {
            zij_goyaml::ErrorKind::Limit => Self::new(ErrorKind::Limit, error.message()),
            _ => Self::yaml(error.message()),
        }
    }
}
