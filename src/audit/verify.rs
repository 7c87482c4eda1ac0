//! Walking the whole log: whether all of it is there and as it was written.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;

use super::{
    anchor::Anchor,
    chain::{Digest, Flaw, Link},
    event::Act,
    record::{ALGORITHM, PREVIOUS, Record},
    retire::{RETIRED, RETIRED_HASH, Retired, retired},
    store::{Log, LogError, LogFile},
};

/// What a walk over the log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Verification {
    pub(crate) files: usize,
    /// Records that are as they were written.
    pub(crate) records: u64,
    /// The last record that was retired; 0 where none was.
    pub(crate) retired: u64,
    /// Anchors that fit.
    pub(crate) anchors: usize,
    /// Records after the last anchor: only this machine vouches for them.
    pub(crate) unanchored: u64,
    /// The first thing that is wrong.
    pub(crate) breach: Option<Breach>,
    /// What is no manipulation and worth knowing.
    pub(crate) notes: Vec<String>,
}

/// Where the log is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Breach {
    pub(crate) file: String,
    /// The line's number in the file, from 1; absent where the file itself is at fault.
    pub(crate) line: Option<usize>,
    /// The record's number.
    pub(crate) record: u64,
    pub(crate) what: String,
}

/// A walk in progress.
struct Walk {
    link: Link,
    /// When the last record was made, and where the clock had been set back.
    time: String,
    set_back: Vec<u64>,
    /// Whether a record says that what is gone was retired.
    is_vouched: bool,
    /// Where the records are that an anchor or the head speaks of.
    wanted: BTreeMap<u64, Option<Link>>,
    found: Verification,
}

/// Compares the log with itself, with its head, and with anchors kept elsewhere.
///
/// # Errors
/// When the log cannot be read, which is no proof of anything.
pub(crate) fn verify(log: &Log, anchors: &[Anchor]) -> Result<Verification, LogError> {
    let files = log.files()?;
    let gone = retired(log)?;
    let head = log.head()?;
    let mut wanted: BTreeMap<u64, Option<Link>> =
        anchors.iter().map(|anchor| (anchor.sequence, None)).collect();
    wanted.extend(head.iter().map(|head| (head.sequence, None)));
    let found = Verification {
        files: files.len(),
        records: 0,
        retired: gone.as_ref().map_or(0, |gone| gone.link.sequence),
        anchors: 0,
        unanchored: 0,
        breach: None,
        notes: Vec::new(),
    };
    let (link, time) = (Link::start(), String::new());
    let mut walk = Walk { link, time, set_back: Vec::new(), is_vouched: false, wanted, found };
    walk.files(log, &files, gone.as_ref())?;
    walk.clock();
    if walk.found.breach.is_none() {
        walk.end(log, head.as_ref(), &files);
        walk.anchors(anchors, &files);
    }
    let anchored = anchors.iter().map(|anchor| anchor.sequence).max().unwrap_or(0);
    walk.found.unanchored = walk.link.sequence.saturating_sub(anchored);
    Ok(walk.found)
}

impl Walk {
    fn files(
        &mut self,
        log: &Log,
        files: &[LogFile],
        gone: Option<&Retired>,
    ) -> Result<(), LogError> {
        let first = gone.map_or(1, |gone| gone.file + 1);
        if let Some(gone) = gone {
            self.link = gone.link.clone();
            if let Some(place) = self.wanted.get_mut(&gone.link.sequence) {
                *place = Some(gone.link.clone());
            }
        }
        for (file, expected) in files.iter().zip(first..) {
            if file.number != expected {
                let what = format!("the file is missing: {} follows", name(&file.path));
                let file = format!("{expected:08}.jsonl");
                let record = self.link.sequence + 1;
                self.found.breach = Some(Breach { file, line: None, record, what });
                return Ok(());
            }
            let bytes = fs::read(&file.path)
                .map_err(|source| LogError::Io { path: log.folder().to_owned(), source })?;
            self.file(file, &bytes, expected + 1 == first + files.len() as u64, gone);
            if self.found.breach.is_some() {
                return Ok(());
            }
        }
        if let Some(gone) = gone.filter(|_| !self.is_vouched) {
            let what = "deleted: no record says that the files before were retired".to_owned();
            let file = format!("{:08}.jsonl", gone.file);
            let record = gone.link.sequence;
            self.found.breach = Some(Breach { file, line: None, record, what });
        }
        Ok(())
    }

    fn file(&mut self, file: &LogFile, bytes: &[u8], is_last: bool, gone: Option<&Retired>) {
        let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let torn = lines.pop().unwrap_or_default();
        for (index, line) in lines.iter().enumerate() {
            match self.link.follow(line) {
                Ok((_, record)) if index == 0 && record.note(ALGORITHM).is_none() => {
                    let what = "the first record does not open the file".to_owned();
                    return self.breach(file, 1, self.link.sequence + 1, what);
                }
                Ok((link, record)) => {
                    self.found.records += 1;
                    self.is_vouched |= gone.is_some_and(|gone| vouches(&record, gone));
                    self.look_at_time(link.sequence, record.stage_timestamp);
                    if let Some(place) = self.wanted.get_mut(&link.sequence) {
                        *place = Some(link.clone());
                    }
                    self.link = link;
                }
                Err(flaw) => return self.explain(file, &lines, index, flaw),
            }
        }
        if torn.is_empty() {
            return;
        }
        if is_last {
            self.found.notes.push(format!(
                "{}: {} bytes of an unfinished record at the end, as a crash leaves them; the next \
                 record cuts them off",
                name(&file.path),
                torn.len()
            ));
        } else {
            let what = "the line has no end, and another file follows".to_owned();
            self.breach(file, lines.len() + 1, self.link.sequence + 1, what);
        }
    }

    /// Times are written in one form, so they compare as texts; what differs by less than a minute is
    /// a clock that is kept right.
    fn look_at_time(&mut self, sequence: u64, time: String) {
        const TO_THE_MINUTE: usize = "2026-12-31T23:59".len();
        if time.get(..TO_THE_MINUTE) < self.time.get(..TO_THE_MINUTE) {
            self.set_back.push(sequence);
        }
        self.time = time;
    }

    fn clock(&mut self) {
        let Some(first) = self.set_back.first() else { return };
        let often = match self.set_back.len() {
            1 => String::new(),
            more => format!(", and {} times more after it", more - 1),
        };
        self.found.notes.push(format!(
            "the clock was set back before record {first}{often}: numbers say what came first"
        ));
    }

    /// Says what was done to the log, as far as a single flaw and what follows it tell.
    fn explain(&mut self, file: &LogFile, lines: &[&[u8]], index: usize, flaw: Flaw) {
        let expected = self.link.sequence + 1;
        let line = index + 1;
        match flaw {
            Flaw::Unreadable => self.breach(file, line, expected, "edited: no record".to_owned()),
            Flaw::Algorithm(name) => {
                let what = format!("its hashes are {name}, which this version does not know");
                self.breach(file, line, expected, what);
            }
            Flaw::Number { found, .. } if found > expected => {
                let moved = lines.iter().enumerate().skip(line).find(|(_, line)| {
                    Record::read(line).and_then(|record| record.sequence()) == Some(expected)
                });
                let what = match moved {
                    Some((at, _)) => format!(
                        "reordered: record {found} stands here, and {expected} in line {}",
                        at + 1
                    ),
                    None if found == expected + 1 => {
                        format!("deleted: {found} follows {}", self.link.sequence)
                    }
                    None => format!("deleted: records {expected} to {} are missing", found - 1),
                };
                self.breach(file, line, expected, what);
            }
            Flaw::Number { found, .. } => {
                let what = format!("inserted: a second record {found}, {expected} was expected");
                self.breach(file, line, found, what);
            }
            // The line before is what its own predecessors vouch for, except for itself.
            Flaw::Previous { .. } if index == 0 => {
                let what = "replaced: it does not follow the last record of the file before";
                self.breach(file, line, expected, what.to_owned());
            }
            Flaw::Previous { .. } => {
                let repeated = lines.iter().skip(line).filter_map(|line| Record::read(line));
                let repeated = repeated.filter_map(|record| record.sequence());
                if repeated.into_iter().next() == Some(expected) {
                    let what = format!("inserted: another record {expected} follows");
                    return self.breach(file, line, expected, what);
                }
                // Where the next record vouches for this one, the one before is another; else this.
                let vouched =
                    lines.get(line).and_then(|next| Record::read(next)).is_none_or(|next| {
                        next.note(PREVIOUS) == Some(&*Digest::of(lines[index]).to_string())
                    });
                if vouched {
                    let what = format!("edited: record {expected} carries another hash of it");
                    self.found.records = self.found.records.saturating_sub(1);
                    self.breach(file, line - 1, expected - 1, what);
                } else {
                    let what = "edited: it does not carry the hash of the record before";
                    self.breach(file, line, expected, what.to_owned());
                }
            }
        }
    }

    /// The head was written after the last record was on disk, so it is never ahead of the log.
    fn end(&mut self, log: &Log, head: Option<&Link>, files: &[LogFile]) {
        let Some(head) = head else {
            if self.link.sequence > 0 {
                let note = "the file `head` names no record: the end of the log is only as sure \
                            as the last anchor";
                self.found.notes.push(note.to_owned());
            }
            return;
        };
        if head.sequence > self.link.sequence {
            let what = format!(
                "truncated: record {} was the last one written, {} is the last one here",
                head.sequence, self.link.sequence
            );
            let file = files.last().map_or_else(|| log.folder().display().to_string(), file_name);
            let record = self.link.sequence + 1;
            self.found.breach = Some(Breach { file, line: None, record, what });
        } else if self.differs(head) {
            let what = "edited or replaced: it is not the record that was written last".to_owned();
            let file = files.last().map_or_else(String::new, file_name);
            self.found.breach = Some(Breach { file, line: None, record: head.sequence, what });
        }
    }

    fn anchors(&mut self, anchors: &[Anchor], files: &[LogFile]) {
        if self.found.breach.is_some() {
            return;
        }
        // What was anchored and retired since can be compared with nothing.
        let retired = self.found.retired;
        for anchor in anchors.iter().filter(|anchor| anchor.sequence >= retired) {
            let link = Link { sequence: anchor.sequence, digest: anchor.digest.clone() };
            let what = if anchor.sequence > self.link.sequence {
                format!(
                    "truncated: the anchor {} saw record {}, {} is the last one here",
                    anchor.name(),
                    anchor.sequence,
                    self.link.sequence
                )
            } else if self.differs(&link) {
                format!(
                    "replaced: the anchor {} saw another record {}",
                    anchor.name(),
                    anchor.sequence
                )
            } else {
                self.found.anchors += 1;
                continue;
            };
            let file = if files.iter().any(|file| file_name(file) == anchor.file) {
                anchor.file.clone()
            } else {
                format!("{} (missing)", anchor.file)
            };
            let record = anchor.sequence.min(self.link.sequence + 1);
            self.found.breach = Some(Breach { file, line: None, record, what });
            return;
        }
    }

    fn differs(&self, link: &Link) -> bool {
        match self.wanted.get(&link.sequence) {
            Some(Some(found)) => found != link,
            _ => link.sequence > 0,
        }
    }

    fn breach(&mut self, file: &LogFile, line: usize, record: u64, what: String) {
        let file = file_name(file);
        self.found.breach = Some(Breach { file, line: Some(line), record, what });
    }
}

/// Whether a record says that just this was retired.
fn vouches(record: &Record, gone: &Retired) -> bool {
    record.verb == Act::Retire.verb()
        && record.note(RETIRED) == Some(&*gone.link.sequence.to_string())
        && record.note(RETIRED_HASH) == Some(&*gone.link.digest.to_string())
}

fn file_name(file: &LogFile) -> String {
    name(&file.path)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
