//! `zij audit ship`: what is new, to another program.

use std::{ffi::OsString, io::Write as _, process::Stdio};

use crate::{
    audit::{Cursor, Log, Record},
    error::{CommandError, CommandResult},
    process,
    ui::Ui,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij audit ship archive >>/backup/audit.jsonl
  zij audit ship elastic --format bulk -- curl --fail --silent --output /dev/null \\
    --header 'content-type: application/x-ndjson' --data-binary @- https://elastic.example.org/zij-audit/_bulk")]
pub(super) struct ShipArgs {
    /// Who gets them: the name under which is kept how far he has the log
    #[arg(value_name = "RECEIVER", value_parser = receiver)]
    receiver: String,
    /// A record a line, or with a line before each that Elasticsearch's bulk requests have
    #[arg(long, value_name = "FORMAT", default_value = "json-lines")]
    format: Format,
    /// The most records given at once
    #[arg(long, value_name = "COUNT", default_value_t = 1000,
        value_parser = clap::value_parser!(u16).range(1..))]
    most: u16,
    /// What reads them on its standard input, and ends with 0 once it has them
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    JsonLines,
    Bulk,
}

/// Gives each record at least once: the position moves after a batch has arrived.
pub(super) fn run(ui: &Ui, log: &Log, args: &ShipArgs) -> CommandResult {
    let mut given = 0;
    loop {
        let cursor = Cursor::of(log, &args.receiver)?;
        let news = cursor.news(usize::from(args.most))?;
        if news.records.is_empty() {
            break;
        }
        let text: String = news.records.iter().map(|record| args.format.of(record)).collect();
        match args.command.split_first() {
            None => ui.print(text)?,
            Some((program, arguments)) => hand_over(program, arguments, text.as_bytes())?,
        }
        cursor.advance(&news)?;
        given += news.records.len();
    }
    ui.status(&format!("{given} records for {}", args.receiver));
    Ok(())
}

impl Format {
    fn of(self, (record, line): &(Record, Vec<u8>)) -> String {
        let line = String::from_utf8_lossy(line);
        match self {
            Self::JsonLines => format!("{line}\n"),
            // A record that arrives twice is one document.
            Self::Bulk => {
                let id = serde_json::json!({ "create": { "_id": record.document_id() } });
                format!("{id}\n{line}\n")
            }
        }
    }
}

fn hand_over(program: &OsString, arguments: &[OsString], text: &[u8]) -> CommandResult {
    let name = program.to_string_lossy();
    let failed = |what: String| {
        CommandError::unevaluated(format!("{name} {what}; nothing of this batch counts as given"))
    };
    let mut receiver = process::command(program);
    let receiver = receiver.args(arguments).stdin(Stdio::piped());
    let mut child = receiver.spawn().map_err(|error| failed(format!("did not start: {error}")))?;
    // One that ends without having read all says so by its exit code.
    let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text));
    let status = child.wait()?;
    if !status.success() {
        return Err(failed(format!("ended with {status}")));
    }
    written.map_err(|error| failed(format!("did not read all: {error}")))
}

/// A name that can be a file's.
fn receiver(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, `-` and `_` were expected".to_owned())
    }
}
