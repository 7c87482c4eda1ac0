//! Letting go of old files, in a way that a deletion cannot pass for.
//!
//! A record of the log says how far it was retired, with the hash of the last record that goes; the file
//! `retired` names the same. Only where both agree do missing files count as retired.

use std::{
    fs,
    io::{self, Write as _},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{
    anchor::Anchor,
    chain::{Digest, Link},
    cursor::given_to_all,
    event::{Act, Decision, Event},
    record::Record,
    store::{Log, LogError, LogFile},
};

/// The file that names what was retired.
const FILE: &str = "retired";
/// Where the record names the last number and the last hash that go.
pub(super) const RETIRED: &str = "zij/retired-to";
pub(super) const RETIRED_HASH: &str = "zij/retired-hash";

/// What was retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Retired {
    /// The last record that is gone.
    pub(super) link: Link,
    /// The number of the last file that is gone.
    pub(super) file: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    digest: String,
    file: u64,
    sequence: u64,
}

/// What may go.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Files whose last record was made before this time, as records write it.
    pub(crate) before: String,
    /// Others too, the oldest first, until the rest has no more bytes.
    pub(crate) at_most: Option<u64>,
    /// Also what no receiver has.
    pub(crate) is_shipping_needed: bool,
}

/// What goes.
#[derive(Clone, Debug)]
pub(crate) struct Retirement {
    files: Vec<LogFile>,
    link: Link,
    pub(crate) bytes: u64,
    /// Why more does not go, where more should.
    pub(crate) held_back: Option<String>,
}

impl Retirement {
    /// How many files go.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    /// The last record that goes.
    pub(crate) fn last(&self) -> u64 {
        self.link.sequence
    }
}

/// What a rule lets go of: whole files, the oldest first, never the one that is written to, and only
/// what is anchored and what all receivers have.
///
/// # Errors
/// When the log cannot be read.
pub(crate) fn plan(
    log: &Log,
    anchors: &[Anchor],
    rule: &Rule,
) -> Result<Option<Retirement>, LogError> {
    let anchored = anchors.iter().map(|anchor| anchor.sequence).max().unwrap_or(0);
    let given = given_to_all(log)?;
    let mut files = log.files()?;
    files.pop();
    let size = |file: &LogFile| fs::metadata(&file.path).map(|data| data.len());
    let mut total: u64 = 0;
    for file in log.files()? {
        total += size(&file).map_err(|source| log.failed(source))?;
    }
    let mut plan: Option<Retirement> = None;
    for file in files {
        let bytes = fs::read(&file.path).map_err(|source| log.failed(source))?;
        let last = bytes.strip_suffix(b"\n").and_then(|text| text.rsplit(|b| *b == b'\n').next());
        let Some((link, record)) = last.and_then(|l| Some((Link::claimed(l)?, Record::read(l)?)))
        else {
            break;
        };
        let is_old = record.stage_timestamp < rule.before;
        let is_too_much = rule.at_most.is_some_and(|most| total > most);
        if !is_old && !is_too_much {
            break;
        }
        let held_back = if link.sequence > anchored {
            Some(format!("record {} has no anchor yet", link.sequence))
        } else if given.is_some_and(|given| link.sequence > given) {
            Some(format!("a receiver has no record {} yet", link.sequence))
        } else if given.is_none() && rule.is_shipping_needed {
            Some("no receiver has the log".to_owned())
        } else {
            None
        };
        let before = plan.take();
        if held_back.is_some() {
            let none =
                || Retirement { files: Vec::new(), link: Link::start(), bytes: 0, held_back: None };
            plan = Some(Retirement { held_back, ..before.unwrap_or_else(none) });
            break;
        }
        total -= bytes.len() as u64;
        let (mut files, sum) = before.map_or((Vec::new(), 0), |plan| (plan.files, plan.bytes));
        files.push(file);
        plan = Some(Retirement { files, link, bytes: sum + bytes.len() as u64, held_back: None });
    }
    Ok(plan)
}

/// Puts the retirement on record and removes the files. A crash in between leaves the files that are
/// gone by the record; the next retirement removes them.
///
/// # Errors
/// When the record or the files cannot be written; what is removed is on record then.
pub(crate) fn retire(log: &Log, retirement: &Retirement, user: &str) -> Result<(), LogError> {
    let Some(last) = retirement.files.last() else { return Ok(()) };
    let Retirement { link, files, .. } = retirement;
    let event = Event::new(Act::Retire, Decision::Allow, user)
        .note(RETIRED, &link.sequence.to_string())
        .note(RETIRED_HASH, &link.digest.to_string())
        .note("zij/files", &files.len().to_string());
    log.append(&event)?;
    let failed = |source: io::Error| log.failed(source);
    let stored =
        Stored { digest: link.digest.to_string(), file: last.number, sequence: link.sequence };
    let mut file = NamedTempFile::new_in(log.folder()).map_err(failed)?;
    let text = serde_json::to_vec(&stored).unwrap_or_default();
    file.write_all(&text).and_then(|()| file.as_file().sync_data()).map_err(failed)?;
    file.persist(log.folder().join(FILE)).map_err(|error| failed(error.error))?;
    for file in log.all_files()?.iter().filter(|file| file.number <= last.number) {
        fs::remove_file(&file.path).map_err(failed)?;
    }
    Ok(())
}

/// What the file `retired` says; it proves nothing by itself.
///
/// # Errors
/// When it is there and cannot be read.
pub(super) fn retired(log: &Log) -> Result<Option<Retired>, LogError> {
    let bytes = match fs::read(log.folder().join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|source| log.failed(source))?,
    };
    let stored: Option<Stored> = serde_json::from_slice(&bytes).ok();
    let found = stored.and_then(|stored| {
        let link = Link { sequence: stored.sequence, digest: Digest::read(&stored.digest)? };
        Some(Retired { link, file: stored.file })
    });
    found.map(Some).ok_or_else(|| {
        let why = format!("the file `{FILE}` is no longer what zij wrote");
        LogError::Changed { path: log.folder().to_owned(), why }
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{cursor::Cursor, verify},
        *,
    };

    fn log(records: usize) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::with_small_files(&folder.path().join("audit"), 2_000);
        write(&log, records);
        (folder, log)
    }

    fn write(log: &Log, records: usize) {
        for number in 0..records {
            let event = Event::new(Act::Push, Decision::Allow, "ada");
            log.append(&event.note("zij/refs", &number.to_string())).unwrap();
        }
    }

    fn anchor(log: &Log) -> Anchor {
        let (file, link) = log.last().unwrap().unwrap();
        let file = file.path.file_name().unwrap().to_string_lossy().into_owned();
        let (host, time) = ("here".to_owned(), "now".to_owned());
        Anchor { host, time, file, sequence: link.sequence, digest: link.digest }
    }

    fn rule(at_most: Option<u64>) -> Rule {
        Rule { before: "2000".to_owned(), at_most, is_shipping_needed: false }
    }

    fn ship(log: &Log, most: usize) -> Vec<u64> {
        let cursor = Cursor::of(log, "there").unwrap();
        let news = cursor.news(most).unwrap();
        cursor.advance(&news).unwrap();
        news.records.iter().map(|(record, _)| record.sequence().unwrap()).collect()
    }

    #[test]
    fn what_is_retired_is_not_missing_and_what_is_missing_is_not_retired() {
        let (_folder, log) = log(30);
        let old = anchor(&log);
        write(&log, 30);
        let files = log.files().unwrap().len();
        assert!(
            plan(&log, std::slice::from_ref(&old), &rule(None)).unwrap().is_none(),
            "nothing is so old"
        );
        let all = Rule { before: "9999".to_owned(), ..rule(None) };
        let held = plan(&log, std::slice::from_ref(&old), &all).unwrap().unwrap();
        assert!(
            held.last() <= old.sequence && held.held_back.unwrap().contains("has no anchor yet")
        );
        let anchors = [old, anchor(&log)];
        let some = plan(&log, &anchors, &rule(Some(6_000))).unwrap().unwrap();
        assert!(some.files() > 1 && some.files() < files - 1, "{some:?}");
        retire(&log, &some, "ada").unwrap();
        let found = verify(&log, &anchors).unwrap();
        assert_eq!((found.breach, found.retired), (None, some.last()));
        // Twice, the second time over what the first one said.
        write(&log, 5);
        let rest = plan(&log, &[anchor(&log)], &all).unwrap().unwrap();
        retire(&log, &rest, "ada").unwrap();
        write(&log, 1);
        let found = verify(&log, &[anchor(&log)]).unwrap();
        assert_eq!((found.breach, found.retired), (None, rest.last()));

        let marker = log.folder().join(FILE);
        let text = fs::read_to_string(&marker).unwrap();
        fs::write(&marker, text.replace(&rest.last().to_string(), &(rest.last() + 1).to_string()))
            .unwrap();
        assert!(verify(&log, &[]).unwrap().breach.is_some(), "a record must say the same");
        fs::remove_file(&marker).unwrap();
        assert!(verify(&log, &[]).unwrap().breach.is_some(), "the files are missing");
        fs::write(&marker, "{}").unwrap();
        assert!(verify(&log, &[]).is_err());
    }

    #[test]
    fn a_retirement_that_was_interrupted_is_whole() {
        let (_folder, log) = log(30);
        let plan = plan(&log, &[anchor(&log)], &rule(Some(1))).unwrap().unwrap();
        let first = fs::read(&plan.files[0].path).unwrap();
        retire(&log, &plan, "ada").unwrap();
        fs::write(&plan.files[0].path, first).unwrap();
        assert_eq!(verify(&log, &[]).unwrap().breach, None, "one of the files was not removed yet");
    }

    #[test]
    fn each_record_is_given_once_in_order_and_nothing_unproved() {
        let (_folder, log) = log(20);
        let mut given = ship(&log, 7);
        given.extend(ship(&log, 1000));
        assert_eq!(ship(&log, 1000), Vec::<u64>::new());
        write(&log, 5);
        // What no receiver has does not go, and what all have may.
        let rest = plan(&log, &[anchor(&log)], &rule(Some(1))).unwrap().unwrap();
        assert!(rest.held_back.unwrap().contains("a receiver has no record"));
        given.extend(ship(&log, 1000));
        let last = log.last().unwrap().unwrap().1.sequence;
        assert_eq!(given, (1..=last).collect::<Vec<_>>());
        let rest = plan(&log, &[anchor(&log)], &rule(Some(1))).unwrap().unwrap();
        retire(&log, &rest, "ada").unwrap();
        write(&log, 1);
        assert_eq!(ship(&log, 1000).len(), 2, "the retirement is told too");
        let another = Cursor::of(&log, "elsewhere").unwrap();
        let news = another.news(1).unwrap();
        assert_eq!(news.records[0].0.sequence(), Some(rest.last() + 1), "what is there");

        // A record that was given and is another one now.
        let file = log.files().unwrap().pop().unwrap().path;
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("ada", "eve")).unwrap();
        assert!(Cursor::of(&log, "there").unwrap().news(9).is_err());
    }
}
