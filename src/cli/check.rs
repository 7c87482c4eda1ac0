//! `zij check`: the verdict only.

use std::path::Path;

use zij_core::report::{self, model::Verdict};

use super::{
    format::{FormatArgs, Told},
    range::{RangeArgs, predict},
};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Says whether a change may go: the verdict, with what blocks it.
///
/// Exit code 0: clean or warnings only. 1: blocked. 3: something could not be evaluated.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &CheckArgs) -> CommandResult {
    let report = predict(ui, directory, &args.range)?;
    let what = args.range.range.as_deref().unwrap_or(&report.head.name);
    args.format.put(ui, &Told::report(&report, || report::hook::text_for(&report, what)))?;
    match report.verdict {
        Verdict::Clean | Verdict::Warned => Ok(()),
        Verdict::Blocked => Err(CommandError::rejected()),
        Verdict::Unevaluated => Err(CommandError::unevaluated("")),
    }
}
