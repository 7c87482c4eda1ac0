//! The files of the log: one writer at a time, on disk before anybody acts on a record.
//!
//! `00000001.jsonl`, `00000002.jsonl`, … hold the records; `head` is the lock and names the last
//! record that was written, so that a log that was cut is noticed at once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    chain::{Digest, HASH, Link},
    event::{Act, Decision, Event},
    record::{ALGORITHM, LONGEST, Record},
    retire::retired,
};
use crate::clock;

/// A file that has grown to so many bytes is followed by another one.
const FULL: u64 = 16 << 20;

/// A log in its folder.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    folder: PathBuf,
    /// The repository's folder, where the log is in it. It is never made: a repository that was
    /// removed does not come back as a folder with nothing but a log.
    within: Option<PathBuf>,
    full: u64,
}

/// A record could not be kept, or the log could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("the audit log `{path}` cannot be used: {source}", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the audit log `{path}` is not as it was left ({why})", path = .path.display())]
    Changed { path: PathBuf, why: String },
    #[error("a record of {0} bytes is longer than a record may be")]
    TooLong(usize),
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogFile {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
}

/// What is at the end of a file.
struct Tail {
    /// The last whole line.
    last: Option<Link>,
    /// Whether the last whole line is no record.
    garbled: bool,
    /// Bytes up to and with the last line's end.
    whole: u64,
    /// What follows it.
    torn: Vec<u8>,
}

impl Log {
    /// The log of the repository whose common git folder is `common_dir`; `elsewhere` names
    /// another folder.
    pub(crate) fn of(common_dir: &Path, elsewhere: Option<&Path>) -> Self {
        let (folder, within) = match elsewhere {
            Some(folder) => (folder.to_owned(), None),
            None => (common_dir.join("zij/audit"), Some(common_dir.to_owned())),
        };
        Self { folder, within, full: FULL }
    }

    #[cfg(test)]
    pub(super) fn with_small_files(folder: &Path, full: u64) -> Self {
        Self { folder: folder.to_owned(), within: None, full }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a record; when this returns it is on disk.
    ///
    /// # Errors
    /// When it cannot be written, or the end of the log is not as the last writer left it.
    pub(crate) fn append(&self, event: &Event) -> Result<Link, LogError> {
        self.append_all(std::slice::from_ref(event))
    }

    /// Adds records, of which all or none are kept, with one wait for the disk.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub(crate) fn append_all(&self, events: &[Event]) -> Result<Link, LogError> {
        let failed = |source| LogError::Io { path: self.folder.clone(), source };
        self.make_folder().map_err(failed)?;
        let head = self.lock().map_err(failed)?;
        let known = read_head(&head).map_err(failed)?;
        let files = self.files()?;
        let end = self.end(&files)?;
        self.expect_end(known.as_ref(), &end.link)?;
        let mut batch = Batch { link: end.link, bytes: Vec::new() };
        let is_full = |file: &LogFile| end.whole >= self.full || is_of_another_month(&file.path);
        let file = match files.last() {
            Some(file) if end.whole > 0 && !is_full(file) => file.path.clone(),
            other => {
                let number = match other {
                    Some(empty) if end.whole == 0 => empty.number,
                    Some(full) => full.number + 1,
                    None => 1,
                };
                let open = Event::new(Act::Open, Decision::Allow, "zij").note(ALGORITHM, HASH);
                batch.add(&open)?;
                self.path(number)
            }
        };
        if end.torn > 0 {
            let lost = end.torn.to_string();
            batch.add(
                &Event::new(Act::Recover, Decision::Allow, "zij").note("zij/bytes-cut", &lost),
            )?;
        }
        for event in events {
            batch.add(event)?;
        }
        self.write(&file, &batch.bytes).map_err(failed)?;
        write_head(&head, &batch.link).map_err(failed)?;
        Ok(batch.link)
    }

    /// The last record of all, without looking at those before it.
    pub(crate) fn last(&self) -> Result<Option<(LogFile, Link)>, LogError> {
        for file in self.files()?.into_iter().rev() {
            if let Some(link) = tail(&file.path).map_err(|e| self.failed(e))?.last {
                return Ok(Some((file, link)));
            }
        }
        Ok(None)
    }

    /// The files there are, the first one first; what was retired and is still there is none.
    pub(crate) fn files(&self) -> Result<Vec<LogFile>, LogError> {
        let gone = retired(self)?.map_or(0, |retired| retired.file);
        Ok(self.all_files()?.into_iter().filter(|file| file.number > gone).collect())
    }

    pub(super) fn all_files(&self) -> Result<Vec<LogFile>, LogError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| self.failed(error))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| self.failed(error))?.path();
            if path.extension().is_some_and(|ending| ending == "jsonl")
                && let Some(number) = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok())
            {
                files.push(LogFile { number, path });
            }
        }
        files.sort();
        Ok(files)
    }

    /// The record that `head` names; `None` where it names none.
    pub(super) fn head(&self) -> Result<Option<Link>, LogError> {
        match File::open(self.folder.join("head")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.and_then(|file| read_head(&file)).map_err(|error| self.failed(error)),
        }
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:08}.jsonl"))
    }

    pub(super) fn failed(&self, source: io::Error) -> LogError {
        LogError::Io { path: self.folder.clone(), source }
    }

    fn make_folder(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700);
        let Some(within) = &self.within else {
            return builder.recursive(true).create(&self.folder);
        };
        let below: Vec<&Path> =
            self.folder.ancestors().take_while(|folder| folder != within).collect();
        for folder in below.into_iter().rev() {
            match builder.create(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Waits until no other process writes.
    fn lock(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let head = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let head = head.open(self.folder.join("head"))?;
        head.lock()?;
        Ok(head)
    }

    /// Where the next record goes. What a crash left half written is put aside.
    fn end(&self, files: &[LogFile]) -> Result<End, LogError> {
        let failed = |source| self.failed(source);
        let mut found: Option<(u64, u64)> = None;
        for file in files.iter().rev() {
            let tail = tail(&file.path).map_err(failed)?;
            if !tail.torn.is_empty() {
                put_aside(&file.path, &tail).map_err(failed)?;
            }
            let (whole, torn) = found.unwrap_or((tail.whole, tail.torn.len() as u64));
            if tail.garbled {
                let why = format!("the last line of {} is no record", file.path.display());
                return Err(LogError::Changed { path: self.folder.clone(), why });
            }
            match tail.last {
                Some(link) => return Ok(End { link, whole, torn }),
                None => found = Some((whole, torn)),
            }
        }
        let (whole, torn) = found.unwrap_or_default();
        Ok(End { link: Link::start(), whole, torn })
    }

    /// A log that was cut or edited at its end is not gone on with: the next record would hide it.
    fn expect_end(&self, known: Option<&Link>, end: &Link) -> Result<(), LogError> {
        let Some(known) = known else { return Ok(()) };
        let why = if known.sequence > end.sequence {
            format!("it ends with record {}, and {} was written", end.sequence, known.sequence)
        } else if known.sequence == end.sequence && known.digest != end.digest {
            format!("its last record {} is another one", end.sequence)
        } else {
            return Ok(());
        };
        Err(LogError::Changed { path: self.folder.clone(), why })
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).mode(0o600).open(path)?;
        let before = file.metadata()?.len();
        // One call to the system: another reader sees the record whole or not at all.
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_data()) {
            drop(file.set_len(before));
            return Err(error);
        }
        if before == 0 {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// The end of the whole log.
struct End {
    link: Link,
    /// Bytes of whole lines in the last file.
    whole: u64,
    /// Bytes that were cut from it.
    torn: u64,
}

/// Lines that follow each other.
struct Batch {
    link: Link,
    bytes: Vec<u8>,
}

impl Batch {
    fn add(&mut self, event: &Event) -> Result<(), LogError> {
        let id = clock::random_id();
        let record = Record::new(event, &self.link, id, &clock::timestamp());
        let line = record.line().unwrap_or_default();
        if line.len() > LONGEST || line.is_empty() {
            return Err(LogError::TooLong(line.len()));
        }
        let digest = Digest::of(&line[..line.len() - 1]);
        self.link = Link { sequence: self.link.sequence + 1, digest };
        self.bytes.extend(line);
        Ok(())
    }
}

/// Whether a file was begun in another month than this one: each is followed by another in time, so
/// that what is old can be retired.
fn is_of_another_month(path: &Path) -> bool {
    const TO_THE_MONTH: usize = "2026-12".len();
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST as u64).read_to_end(&mut start));
    let first = start.split(|byte| *byte == b'\n').next().filter(|_| read.is_ok());
    let begun = first.and_then(Record::read).map(|record| record.stage_timestamp);
    begun.is_some_and(|begun| begun.get(..TO_THE_MONTH) != clock::timestamp().get(..TO_THE_MONTH))
}

/// Looks at the end of a file.
fn tail(path: &Path) -> io::Result<Tail> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // Two records at least fit, so the last whole one is found whatever follows it.
    let from = length.saturating_sub(2 * LONGEST as u64 + 2);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else {
        return Ok(Tail { last: None, garbled: from > 0, whole: 0, torn: bytes });
    };
    let start = bytes[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let last = Link::claimed(&bytes[start..end]);
    let torn = bytes.split_off(end + 1);
    Ok(Tail { garbled: last.is_none(), last, whole: from + end as u64 + 1, torn })
}

/// Moves what follows the last whole line to a file beside it.
fn put_aside(path: &Path, tail: &Tail) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".torn");
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(PathBuf::from(aside))?;
    file.write_all(&tail.torn)?;
    file.sync_data()?;
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(tail.whole)?;
    file.sync_data()
}

/// `<sequence> <digest>` in fixed columns, so that it is always overwritten whole.
fn write_head(mut file: &File, link: &Link) -> io::Result<()> {
    let text = format!("{:020} {}\n", link.sequence, link.digest);
    file.write_all_at(text.as_bytes(), 0)?;
    file.flush()
}

fn read_head(file: &File) -> io::Result<Option<Link>> {
    let mut bytes = [0; 86];
    match file.read_exact_at(&mut bytes, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let link = std::str::from_utf8(&bytes).ok().and_then(|text| {
        let (sequence, digest) = text.trim_end().split_once(' ')?;
        Some(Link { sequence: sequence.parse().ok()?, digest: Digest::read(digest)? })
    });
    Ok(link)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{super::verify, *};

    fn event(text: &str) -> Event {
        Event::new(Act::Push, Decision::Allow, "ada").note("zij/refs", text)
    }

    fn log(full: u64) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::with_small_files(&folder.path().join("audit"), full);
        (folder, log)
    }

    #[test]
    fn files_follow_each_other() {
        let (_folder, log) = log(2_000);
        for number in 0..20 {
            log.append(&event(&number.to_string())).unwrap();
        }
        let files = log.files().unwrap();
        assert!(files.len() > 2, "{files:?}");
        let found = verify(&log, &[]).unwrap();
        assert_eq!((found.breach, found.records), (None, 20 + files.len() as u64));
    }

    #[test]
    fn writers_take_turns() {
        let (_folder, log) = log(FULL);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..25).for_each(|_| drop(log.append(&event("x")).unwrap())));
            }
        });
        let found = verify(&log, &[]).unwrap();
        assert_eq!((found.breach, found.records), (None, 101));
    }

    #[test]
    fn what_a_crash_leaves_is_cut_off_and_told() {
        for torn in [&b"{\"half"[..], b"\xff\xfe", &[b'x'; 3 * LONGEST][..LONGEST - 1]] {
            let (_folder, log) = log(FULL);
            log.append(&event("one")).unwrap();
            let path = log.path(1);
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(torn).unwrap();
            let found = verify(&log, &[]).unwrap();
            assert_eq!((found.breach, found.notes.len()), (None, 1));
            log.append(&event("two")).unwrap();
            let found = verify(&log, &[]).unwrap();
            assert_eq!((found.breach, found.records, found.notes.len()), (None, 4, 0));
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains("\"verb\":\"recovered\""), "{text}");
            assert_eq!(fs::read(path.with_extension("jsonl.torn")).unwrap(), torn);
        }
    }

    #[test]
    fn a_file_that_a_crash_left_without_a_record_is_begun_anew() {
        let (_folder, log) = log(FULL);
        fs::create_dir_all(log.folder()).unwrap();
        fs::write(log.path(1), "{\"annot").unwrap();
        log.append(&event("one")).unwrap();
        let found = verify(&log, &[]).unwrap();
        assert_eq!((found.breach, found.records), (None, 3));
    }

    #[test]
    fn a_cut_or_edited_end_is_not_written_over() {
        let (_folder, log) = log(FULL);
        for text in ["one", "two"] {
            log.append(&event(text)).unwrap();
        }
        let path = log.path(1);
        let whole = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        for damaged in [lines[..2].concat(), whole.replace("two", "six"), whole.clone() + "x\n"] {
            fs::write(&path, damaged).unwrap();
            assert!(matches!(log.append(&event("three")), Err(LogError::Changed { .. })));
            assert!(verify(&log, &[]).unwrap().breach.is_some());
        }
        fs::write(&path, whole).unwrap();
        log.append(&event("three")).unwrap();
        assert_eq!(verify(&log, &[]).unwrap().breach, None);
    }
}
