//! What an explanation says, as data.

use serde::Serialize;

use crate::report::model::{
    Action, Cause, CellState, Finding, Place, Presence, Problem, ResourceName,
};

/// The form of [`Explanations`]; another one has another name.
pub const EXPLANATION_SCHEMA: &str = "zij.explanation/1";

/// Several cells explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanations {
    /// [`EXPLANATION_SCHEMA`].
    pub schema: &'static str,
    /// The cells, sorted by application, then cluster.
    pub cells: Vec<Explanation>,
}

/// Why a cell is what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The cell, as `CLUSTER/APPLICATION`.
    pub cell: String,
    /// What the change does to it.
    pub state: CellState,
    /// Why it differs.
    pub causes: Vec<Cause>,
    /// Why it is on one side only.
    pub presence: Option<Presence>,
    /// Why it cannot be rendered.
    pub problem: Option<Problem>,
    /// Findings about the cell as a whole.
    pub findings: Vec<Finding>,
    /// The values that differ.
    pub values: Vec<ValueStory>,
    /// The objects that were asked for.
    pub objects: Vec<ObjectStory>,
}

/// A value that differs, and who changed it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueStory {
    /// The path, such as `image.tag`.
    pub path: String,
    /// The value on base.
    pub old: Option<String>,
    /// The value on head.
    pub new: Option<String>,
    /// The line of the layer that sets it, on head where it is set there.
    pub line: Option<Line>,
}

/// An object that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObjectStory {
    /// Which object.
    pub resource: ResourceName,
    /// What happens to it.
    pub action: Action,
    /// The template that renders it.
    pub template: Option<Line>,
    /// The fields that were asked for; none of a whole new or deleted object.
    pub fields: Vec<FieldStory>,
    /// Findings about no field of those.
    pub findings: Vec<Finding>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldStory {
    /// The path, such as `spec.replicas`.
    pub path: String,
    /// The value on base.
    pub old: Option<String>,
    /// The value on head.
    pub new: Option<String>,
    /// Whether its change restarts pods.
    pub rolls: bool,
    /// The line that writes it, where one line is known to.
    pub line: Option<Line>,
    /// Lines of the helpers that the line includes: those that the range changed, else where they
    /// are defined.
    pub helpers: Vec<Line>,
    /// Indices into [`Explanation::values`]: those that the line names, else those that turn up in
    /// the field's text.
    pub values: Vec<usize>,
    /// What the rules found in it.
    pub findings: Vec<Finding>,
}

/// A line of a file, and the commit that made it what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Where.
    pub place: Place,
    /// The line's text, where a line is known.
    pub text: Option<String>,
    /// The newest commit that changed the line, or the file where no line is known.
    pub commit: Option<Touch>,
}

/// A commit in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// Its id in hexadecimal.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// Whether it is a part of the range that is compared.
    pub in_range: bool,
}
