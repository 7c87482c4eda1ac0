//! The error of parsing and running templates, as structured data.

use std::{borrow::Cow, error, fmt, ops::Range};

use crate::{
    evidence::{Clue, Evidence},
    value::Str,
};

/// What went wrong, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no valid template.
    Syntax,
    /// An action failed while running: missing method, wrong type, nil pointer.
    Exec,
    /// A function or method returned an error; [`Error::cause`] is that error.
    Call,
    /// A function's own failure, without place.
    Function,
    /// A template was asked for by a name that does not exist.
    NoTemplate,
    /// A limit of the render was exceeded.
    Limit,
}

/// Where an error happened: the file parsed, the template executing, and the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name the text was parsed under, Go's `ParseName`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The byte offset in the line, from 0.
    pub column: u32,
    /// The template that was executing; empty for syntax errors.
    pub template: String,
    /// The expression as Go prints it; empty for syntax errors.
    pub expression: String,
    /// The text that was parsed.
    pub text: Str,
    /// The bytes of the text to show: the expression, or what the parser stumbled over.
    pub span: Range<usize>,
}

/// An error with its place and its cause.
///
/// `Display` gives Go's one-line text. Other renderings (Helm 4's trace) can be built from
/// [`Error::chain`].
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    detail: Cow<'static, str>,
    tag: Option<&'static str>,
    place: Option<Place>,
    cause: Option<Error>,
    clue: Option<Clue>,
    evidence: Option<Box<Evidence>>,
}

impl Error {
    /// Returns an error of the given kind without place.
    pub fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self(Box::new(Inner {
            kind,
            detail,
            tag: None,
            place: None,
            cause: None,
            clue: None,
            evidence: None,
        }))
    }

    /// Returns the failure of a function: Go's `errors.New` or a recovered panic.
    pub fn function(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Function, detail)
    }

    /// Returns an exceeded limit.
    pub fn limit(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Limit, detail)
    }

    /// Returns an error whose text is `detail` followed by the cause's text.
    ///
    /// `detail` carries its own separator, such as `error during tpl function execution for "x": `.
    pub fn wrap(detail: impl Into<Cow<'static, str>>, cause: Self) -> Self {
        Self::new(ErrorKind::Function, detail).with_cause(cause)
    }

    /// Marks the error for the embedding engine, which finds it again with [`Error::find_tag`].
    #[must_use]
    pub fn with_tag(mut self, tag: &'static str) -> Self {
        self.0.tag = Some(tag);
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_cause(mut self, cause: Self) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn with_place(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// Sets what is known of a name that does not exist, or of an action that is not closed.
    #[must_use]
    pub fn with_clue(mut self, clue: Clue) -> Self {
        self.0.clue = Some(clue);
        self
    }

    /// Sets what the failed action was made of.
    #[must_use]
    pub(crate) fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.0.evidence = Some(Box::new(evidence));
        self
    }

    /// Returns what is known of a name that does not exist, or of an action that is not closed.
    #[must_use]
    pub fn clue(&self) -> Option<&Clue> {
        self.0.clue.as_ref()
    }

    /// Returns what the failed action was made of; errors that a template raised itself have it,
    /// and calls of a function that put words of its own before the error of a template.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        self.0.evidence.as_deref()
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns this error's own text, without place and cause.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns the place of this error; the outermost error of a failed render has one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Returns the mark, if this error carries one.
    #[must_use]
    pub fn tag(&self) -> Option<&'static str> {
        self.0.tag
    }

    /// Returns the wrapped error.
    #[must_use]
    pub fn cause(&self) -> Option<&Self> {
        self.0.cause.as_ref()
    }

    /// Iterates from this error through its causes to the innermost.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |error| error.cause())
    }

    /// Returns the innermost error of the chain that carries the mark.
    #[must_use]
    pub fn find_tag(&self, tag: &str) -> Option<&Self> {
        self.chain().filter(|error| error.tag() == Some(tag)).last()
    }

    /// Tells whether a limit of the render is the reason.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.chain().any(|error| error.kind() == ErrorKind::Limit)
    }

    /// Returns Go's line for this error alone, as if its causes had no text.
    fn write_own(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "template: {}:{}:", place.file, place.line)?;
            if self.0.kind == ErrorKind::Syntax {
                f.write_str(" ")?;
            } else {
                let Place { column, template, expression, .. } = place;
                write!(f, "{column}: executing {template:?} at <{expression}>: ")?;
            }
        }
        f.write_str(&self.0.detail)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chain().try_for_each(|error| error.write_own(f))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({self})", self.0.kind)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.cause().map(|cause| cause as &(dyn error::Error + 'static))
    }
}
