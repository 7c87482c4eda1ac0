//! The report as JSON, described by `docs/reference/report.schema.json`.

use std::io;

use super::model::{Report, SCHEMA};

/// A text that is no report of this form.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is not JSON, or not a report's.
    #[error("not a report: {0}")]
    Form(#[from] serde_json::Error),
    /// The report is of another form, such as a later version's.
    #[error("the report has the form `{0}`, expected `{SCHEMA}`")]
    Schema(String),
}

/// The report on one line.
pub fn write(report: &Report) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

/// Writes the report over several lines, for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_pretty(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    Ok(serde_json::to_writer_pretty(out, report)?)
}

/// Reads a report that [`write()`] wrote.
///
/// # Errors
/// When the text is no report, or one of another form.
pub fn read(text: &str) -> Result<Report, ReadError> {
    #[derive(serde::Deserialize)]
    struct Form {
        schema: String,
    }
    let form: Form = serde_json::from_str(text)?;
    if form.schema != SCHEMA {
        return Err(ReadError::Schema(form.schema));
    }
    Ok(serde_json::from_str(text)?)
}
