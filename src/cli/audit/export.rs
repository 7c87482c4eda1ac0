//! `zij audit export`.

use std::fs;

use zij_git::Repository;

use super::{filter::FilterArgs, verify::in_words};
use crate::{
    audit::{Log, Record, anchors, verify},
    error::{CommandError, CommandResult},
    ui::Ui,
};

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// A record a line, or one list of Kubernetes audit events
    #[arg(long, value_name = "FORMAT", default_value = "json-lines")]
    format: Format,
    /// Export a log that is not as it was written too
    #[arg(long)]
    unverified: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    JsonLines,
    EventList,
}

pub(super) fn run(ui: &Ui, repository: &Repository, log: &Log, args: &ExportArgs) -> CommandResult {
    let verification = verify(log, &anchors(repository)?)?;
    ui.status(in_words(log, &verification).trim_end());
    if verification.breach.is_some() && !args.unverified {
        return Err(CommandError::rejected().hint("zij audit export --unverified"));
    }
    let mut records = Vec::new();
    for file in log.files()? {
        let bytes = fs::read(&file.path)?;
        let lines = bytes.split(|byte| *byte == b'\n');
        records.extend(lines.filter_map(|line| {
            let record = Record::read(line)?;
            args.filter.fits(&record).then(|| String::from_utf8_lossy(line).into_owned())
        }));
    }
    ui.print(match args.format {
        Format::JsonLines => records.iter().map(|record| format!("{record}\n")).collect(),
        Format::EventList => format!(
            "{{\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{}],\"kind\":\"EventList\"}}\n",
            records.join(",\n")
        ),
    })
}
