//! `zij diff`: the matrix between two revisions, and what is behind it.

use std::path::Path;

use zij_core::report::{
    model::{CellState, Report},
    terminal,
};

use super::{
    format::{FormatArgs, Told},
    range::{RangeArgs, predict},
};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Shows what a change would deploy: the cluster × application matrix, then the differences of values
/// and manifests, findings, and the verdict.
///
/// Revisions are read from git; the work tree is not touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij diff                     this branch, or what is staged, against where it left its upstream
  zij diff HEAD~1..HEAD        the last commit
  zij diff main...topic        what topic would deploy if it were merged
  zij diff --rows values,manifests   two rows for each application: values and manifests
  zij diff main...topic --format markdown --output html=report.html   for a pull request")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    range: RangeArgs,
    /// Rows of the matrix: `state`, or `values,manifests`
    #[arg(long, value_name = "ROWS", value_delimiter = ',', default_value = "state")]
    rows: Vec<Row>,
    #[command(flatten)]
    format: FormatArgs,
    /// Exit with 1 when anything differs
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Row {
    State,
    Values,
    Manifests,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &DiffArgs) -> CommandResult {
    let report = predict(ui, directory, &args.range)?;
    let rows = rows(&args.rows)?;
    args.format.put(ui, &Told::report(&report, || as_text(ui, &report, rows)))?;
    let differs = report.cells.iter().any(|cell| cell.state != CellState::Unchanged);
    if args.exit_code && differs { Err(CommandError::rejected()) } else { Ok(()) }
}

fn rows(rows: &[Row]) -> CommandResult<terminal::Rows> {
    match rows {
        [Row::State] => Ok(terminal::Rows::State),
        [Row::Values, Row::Manifests] => Ok(terminal::Rows::ValuesAndManifests),
        _ => Err(CommandError::usage("--rows takes `state` or `values,manifests`")),
    }
}

/// The report as this terminal shows it.
pub(crate) fn as_text(ui: &Ui, report: &Report, rows: terminal::Rows) -> String {
    let options = terminal::Options { color: ui.color, width: ui.width, rows };
    terminal::write(report, &options)
}
