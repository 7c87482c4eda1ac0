//! What is known of a failure besides Helm's text and the places.

use zij_gotmpl::{Clue, Evidence};

/// What is known of a failure besides its text and its places.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// A template does not parse or run.
    Template(Box<TemplateFact>),
    /// The values violate schemas.
    Violations(Vec<Violation>),
    /// Charts that `Chart.yaml` names and that are not there.
    MissingDependencies(Vec<String>),
    /// The chart wants another Kubernetes version.
    KubeVersion {
        /// The range it wants.
        wanted: String,
        /// The version it gets.
        given: String,
    },
    /// A subchart's values are no table; the names of the charts that lead to it.
    NotATable(Vec<String>),
    /// No document comes from the file that is asked for.
    NotShown {
        /// The path or pattern asked for.
        wanted: String,
        /// The files that documents come from.
        known: Vec<String>,
    },
    /// The name of the release is not allowed.
    ReleaseName(String),
    /// A YAML text that cannot be read; what is wrong in the reader's words.
    Yaml(String),
}

/// The innermost failure of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateFact {
    /// The words of the chart's author, given to `fail` or `required`.
    pub message: Option<String>,
    /// The function that failed.
    pub function: Option<String>,
    /// What Go says, without place and without the calls that led here.
    pub detail: String,
    /// The values behind the failed action.
    pub evidence: Evidence,
    /// What is known of a name that does not exist, or of an action left open.
    pub clue: Option<Clue>,
    /// Names of the subcharts that lead to the chart whose file was rendered.
    pub subchart: Vec<String>,
}

/// One line of what a schema refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Names of the subcharts that lead to the chart with the schema.
    pub subchart: Vec<String>,
    /// Keys and indexes that lead to the value below the chart's values.
    pub path: Vec<String>,
    /// What is wrong, in the words of the schema library that the profile uses.
    pub text: String,
    /// How many lines above it are the more general ones it belongs to.
    pub depth: usize,
    /// A key that the schema does not know, with those it knows.
    pub unknown: Option<(String, Vec<String>)>,
}
