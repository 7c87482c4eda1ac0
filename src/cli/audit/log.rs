//! `zij audit log`.

use std::{
    collections::VecDeque,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    thread,
    time::Duration,
};

use zij_core::report::printable;

use super::filter::FilterArgs;
use crate::{
    audit::{Log, Record},
    error::CommandResult,
    ui::Ui,
};

/// New records are looked for this often.
const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
pub(super) struct LogArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only the last so many
    #[arg(short = 'n', long, value_name = "COUNT")]
    last: Option<usize>,
    /// Go on with records as they are written, until interrupted
    #[arg(short, long)]
    follow: bool,
    /// How to print them: a line each, or the records themselves
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Terminal,
    Json,
}

/// How far the log was read.
#[derive(Default)]
struct Reader {
    file: u64,
    offset: u64,
    rest: Vec<u8>,
}

pub(super) fn run(ui: &Ui, log: &Log, args: &LogArgs) -> CommandResult {
    let mut reader = Reader::default();
    let mut lines: VecDeque<String> = VecDeque::new();
    reader.read(log, &mut |line| {
        if let Some(shown) = shown(line, args) {
            lines.push_back(shown);
            if args.last.is_some_and(|last| lines.len() > last) {
                lines.pop_front();
            }
        }
    })?;
    let text: String = lines.into_iter().collect();
    if !args.follow {
        return ui.page(&text);
    }
    ui.print(text)?;
    loop {
        thread::sleep(POLL);
        let mut text = String::new();
        reader.read(log, &mut |line| text.extend(shown(line, args)))?;
        if !text.is_empty() {
            ui.print(text)?;
        }
    }
}

impl Reader {
    /// Gives each whole line that is new.
    fn read(&mut self, log: &Log, give: &mut dyn FnMut(&[u8])) -> CommandResult {
        for file in log.files()? {
            if file.number < self.file {
                continue;
            }
            if file.number > self.file {
                *self = Self { file: file.number, ..Self::default() };
            }
            let mut opened = File::open(&file.path)?;
            // What a crash left is cut off before the next record.
            if opened.metadata()?.len() < self.offset {
                self.offset -= self.rest.len() as u64;
                self.rest.clear();
            }
            opened.seek(SeekFrom::Start(self.offset))?;
            let read = opened.read_to_end(&mut self.rest)?;
            self.offset += read as u64;
            let end = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let rest = self.rest.split_off(end);
            let whole = std::mem::replace(&mut self.rest, rest);
            whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).for_each(&mut *give);
        }
        Ok(())
    }
}

/// A record as it is printed; `None` where it was not asked for.
fn shown(line: &[u8], args: &LogArgs) -> Option<String> {
    let Some(record) = Record::read(line) else {
        return Some("(a line that is no record: zij audit verify)\n".to_owned());
    };
    if !args.filter.fits(&record) {
        return None;
    }
    Some(match args.format {
        Format::Json => String::from_utf8_lossy(line).into_owned() + "\n",
        Format::Terminal => printable(&in_words(&record)).into_owned() + "\n",
    })
}

fn in_words(record: &Record) -> String {
    let known = ["zij/seq", "zij/prev", "zij/decision"];
    let notes = record.annotations.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    let notes: Vec<String> = notes
        .map(|(key, value)| format!("{}={value}", key.strip_prefix("zij/").unwrap_or(key)))
        .collect();
    let time = record.stage_timestamp.get(..19).unwrap_or(&record.stage_timestamp);
    format!(
        "{:>6}  {time}Z  {:9} {:5}  {}  {}",
        record.note("zij/seq").unwrap_or("?"),
        record.verb,
        record.note("zij/decision").unwrap_or("?"),
        record.user.username,
        notes.join("  ")
    )
}
