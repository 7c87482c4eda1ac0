//! From a changed field or a finding back to what made it: commit, file, values layer, template
//! line, field, verdict.

mod build;
mod model;
mod text;

pub use build::{Question, Sources, explain};
pub use model::{
    EXPLANATION_SCHEMA, Explanation, Explanations, FieldStory, Line, ObjectStory, Touch, ValueStory,
};

#[cfg(test)]
mod tests;
