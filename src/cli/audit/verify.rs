//! `zij audit verify`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde::Serialize;
use zij_git::Repository;

use crate::{
    audit::{Log, Verification, anchors, verify},
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// The name of the form of the answer.
const SCHEMA: &str = "zij.audit-verification/v1";

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Read anchors from this repository too, such as a clone on another disk (repeatable)
    #[arg(long, value_name = "REPOSITORY")]
    anchors: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Terminal,
    Json,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    verification: &'a Verification,
}

pub(super) fn run(
    ui: &Ui,
    directory: &Path,
    repository: &Repository,
    log: &Log,
    args: &VerifyArgs,
) -> CommandResult {
    let mut known = anchors(repository)?;
    for other in &args.anchors {
        known.extend(anchors(&Repository::discover(&directory.join(other))?)?);
    }
    let verification = verify(log, &known)?;
    let text = match args.format {
        Format::Terminal => in_words(log, &verification),
        Format::Json => {
            let answer = Answer { schema: SCHEMA, verification: &verification };
            serde_json::to_string_pretty(&answer)
                .map_err(|error| CommandError::unevaluated(error.to_string()))?
                + "\n"
        }
    };
    ui.print(text)?;
    if verification.breach.is_some() { Err(CommandError::rejected()) } else { Ok(()) }
}

/// The verification in a few lines.
pub(super) fn in_words(log: &Log, verification: &Verification) -> String {
    let Verification { files, records, retired, anchors, unanchored, breach, notes } = verification;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = match breach {
        Some(breach) => {
            let line = breach.line.map(|line| format!(":{line}")).unwrap_or_default();
            let file = log.folder().join(&breach.file);
            writeln!(
                text,
                "BROKEN at record {}: {}\n  at {}{line}\n  {records} records before it are as \
                 they were written",
                breach.record,
                breach.what,
                file.display(),
            )
        }
        None => writeln!(
            text,
            "ok: {records} records in {files} files are as they were written\n  {anchors} anchors \
             fit, {unanchored} records are newer than the last one"
        ),
    };
    if *retired > 0 {
        let _ = writeln!(text, "  note: records up to {retired} were retired, which is on record");
    }
    for note in notes {
        let _ = writeln!(text, "  note: {note}");
    }
    text
}
