//! What goes wrong with charts, in Helm's words and with the place where it happened.

use std::fmt;

use crate::{
    diagnosis::{Excerpt, Fact},
    yaml::YamlError,
};

/// The step of the work that failed; it decides how a caller treats the failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading the chart: files, archive, `Chart.yaml`, `values.yaml`.
    Load,
    /// Reading the user's values.
    Values,
    /// The release name, the chart's type or its missing dependencies.
    Release,
    /// Enabling dependencies and importing their values.
    Dependencies,
    /// Checking the values against the charts' JSON schemas.
    Schema,
    /// The chart's `kubeVersion`.
    KubeVersion,
    /// Reading templates.
    Parse,
    /// Running templates.
    Execute,
    /// Splitting rendered files into documents and reading their heads.
    Manifest,
    /// Choosing documents to show.
    Show,
}

/// One place on the way to a failure, outermost first in a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Chart-relative file as Helm names it (`chart/templates/x.yaml`).
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column as a byte offset in the line, from 0, as Go counts.
    pub column: Option<u32>,
    /// Name of the template that was running.
    pub template: Option<String>,
    /// Text of the action or expression.
    pub expression: Option<String>,
    /// The lines that are meant, where the text is at hand.
    pub excerpt: Option<Excerpt>,
    /// For a text that was given to `tpl`: the path below the chart's `.` that it came from.
    pub text_of: Option<Vec<String>>,
}

impl Place {
    /// Line and column in characters, from 1: where the marked part of the excerpt begins. Without
    /// an excerpt they are Go's, which counts columns in bytes.
    pub fn position(&self) -> (Option<u32>, Option<u32>) {
        match &self.excerpt {
            Some(excerpt) => (Some(excerpt.line), Some(excerpt.column())),
            None => (self.line, self.column.map(|column| column + 1)),
        }
    }

    /// A place in a YAML text that was refused.
    pub(crate) fn in_yaml(file: &str, text: &[u8], error: &YamlError) -> Self {
        let excerpt = error.excerpt(text, 2);
        Self { file: file.to_owned(), line: error.line, excerpt, ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// A failure: Helm's text, the step it belongs to and the places that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    stage: Stage,
    text: String,
    trace: Vec<Place>,
    limit: bool,
    fact: Option<Fact>,
}

impl Error {
    /// A failure without a place.
    pub fn new(stage: Stage, text: impl Into<String>) -> Self {
        let inner = Inner { stage, text: text.into(), trace: Vec::new(), limit: false, fact: None };
        Self { inner: Box::new(inner) }
    }

    /// Marks a failure that a limit of ours caused and that Helm would not report.
    #[must_use]
    pub fn over_limit(mut self) -> Self {
        self.inner.limit = true;
        self
    }

    /// Adds the places that led here, outermost first.
    #[must_use]
    pub fn with_trace(mut self, trace: Vec<Place>) -> Self {
        self.inner.trace = trace;
        self
    }

    /// Adds what is known besides.
    #[must_use]
    pub(crate) fn with_fact(mut self, fact: Fact) -> Self {
        self.inner.fact = Some(fact);
        self
    }

    /// What is known besides the text and the places; [`crate::diagnosis::diagnose`] puts it into
    /// words.
    pub fn fact(&self) -> Option<&Fact> {
        self.inner.fact.as_ref()
    }

    /// The step that failed.
    pub fn stage(&self) -> Stage {
        self.inner.stage
    }

    /// Helm's text, without the hint that only `helm template` adds.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The places that led to the failure, outermost first; empty when none is known.
    pub fn trace(&self) -> &[Place] {
        &self.inner.trace
    }

    /// Whether a limit of ours was hit rather than a rule of Helm's.
    pub fn is_limit(&self) -> bool {
        self.inner.limit
    }

    /// What `helm template` prints after `Error: ` (`pkg/cmd/template.go`): failures after the
    /// release object exists carry a hint.
    pub fn helm_text(&self) -> String {
        let after_release = [Stage::KubeVersion, Stage::Parse, Stage::Execute, Stage::Manifest];
        if after_release.contains(&self.inner.stage) {
            format!("{}\n\nUse --debug flag to render out invalid YAML", self.inner.text)
        } else {
            self.inner.text.clone()
        }
    }

    /// Moves the failure to another step.
    #[must_use]
    pub(crate) fn at_stage(mut self, stage: Stage) -> Self {
        self.inner.stage = stage;
        self
    }

    /// Puts words in front of the text.
    #[must_use]
    pub(crate) fn prefixed(mut self, words: impl fmt::Display) -> Self {
        self.inner.text = format!("{words}{}", self.inner.text);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.text)
    }
}

impl std::error::Error for Error {}
