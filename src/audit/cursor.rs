//! How far the log was given to others, and what is new since.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{
    chain::{Digest, Link},
    record::Record,
    retire::retired,
    store::{Log, LogError},
};

/// The folder of positions, in that of the log.
const FOLDER: &str = "shipped";
/// The name of the form of a position.
const SCHEMA: &str = "zij.audit-position/v1";

/// A position as its file has it.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    schema: String,
    sequence: u64,
    digest: String,
}

/// Records that follow each other, and the position after the last one.
pub(crate) struct News {
    pub(crate) records: Vec<(Record, Vec<u8>)>,
    position: Link,
}

/// How far one receiver has the log.
pub(crate) struct Cursor<'a> {
    log: &'a Log,
    file: PathBuf,
    position: Option<Link>,
}

impl<'a> Cursor<'a> {
    /// The position of a receiver; at the start for one that has had nothing.
    ///
    /// # Errors
    /// When it cannot be read: then what was given is not known.
    pub(crate) fn of(log: &'a Log, receiver: &str) -> Result<Self, LogError> {
        let file = log.folder().join(FOLDER).join(format!("{receiver}.json"));
        let position = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => {
                let bytes = other.map_err(|source| log.failed(source))?;
                Some(read(&bytes).ok_or_else(|| {
                    let why = format!("{} is no position", file.display());
                    LogError::Changed { path: log.folder().to_owned(), why }
                })?)
            }
        };
        Ok(Self { log, file, position })
    }

    /// The first so many records after the position, each of which follows the one before.
    ///
    /// # Errors
    /// When the log cannot be read, or what follows is not what was there: nothing unproved is given.
    pub(crate) fn news(&self, most: usize) -> Result<News, LogError> {
        let changed = |why: String| LogError::Changed { path: self.log.folder().to_owned(), why };
        let start = retired(self.log)?.map_or_else(Link::start, |retired| retired.link);
        let mut position = self.position.clone().unwrap_or_else(|| start.clone());
        if position.sequence < start.sequence {
            let why = format!("record {} was retired before it was given", position.sequence + 1);
            return Err(changed(why));
        }
        let mut news = News { records: Vec::new(), position: position.clone() };
        let mut is_found = position == start;
        for file in self.log.files()? {
            let bytes = fs::read(&file.path).map_err(|source| self.log.failed(source))?;
            let lines = bytes.split_inclusive(|byte| *byte == b'\n');
            for line in lines.filter_map(|line| line.strip_suffix(b"\n")) {
                let Some(claimed) = Link::claimed(line) else {
                    return Err(changed(format!("a line of {} is no record", file.path.display())));
                };
                if claimed.sequence <= position.sequence {
                    is_found |= claimed == position;
                    continue;
                }
                if news.records.len() == most {
                    return Ok(news);
                }
                let followed = if is_found { position.follow(line).ok() } else { None };
                let (link, record) = followed.ok_or_else(|| {
                    changed(format!("record {} does not follow", claimed.sequence))
                })?;
                position = link.clone();
                news.position = link;
                news.records.push((record, line.to_owned()));
            }
        }
        match is_found {
            true => Ok(news),
            false => {
                Err(changed(format!("record {}, which was given, is gone", position.sequence)))
            }
        }
    }

    /// Remembers that the receiver has these.
    ///
    /// # Errors
    /// When that cannot be written: they will be given once more.
    pub(crate) fn advance(&self, news: &News) -> Result<(), LogError> {
        let failed = |source| self.log.failed(source);
        let stored = Stored {
            schema: SCHEMA.to_owned(),
            sequence: news.position.sequence,
            digest: news.position.digest.to_string(),
        };
        let folder = self.log.folder().join(FOLDER);
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut file = NamedTempFile::new_in(&folder).map_err(failed)?;
        let text = serde_json::to_vec(&stored).unwrap_or_default();
        file.write_all(&text).and_then(|()| file.as_file().sync_data()).map_err(failed)?;
        file.persist(&self.file).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// The record up to which all receivers have the log; `None` where there is no receiver.
///
/// # Errors
/// When a position cannot be read.
pub(super) fn given_to_all(log: &Log) -> Result<Option<u64>, LogError> {
    let entries = match fs::read_dir(log.folder().join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|source| log.failed(source))?,
    };
    let mut least: Option<u64> = None;
    for entry in entries {
        let path = entry.map_err(|source| log.failed(source))?.path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let receiver = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let given = Cursor::of(log, &receiver)?.position.map_or(0, |link| link.sequence);
        least = Some(least.map_or(given, |least| least.min(given)));
    }
    Ok(least)
}

fn read(bytes: &[u8]) -> Option<Link> {
    let stored: Stored = serde_json::from_slice(bytes).ok()?;
    let digest = Digest::read(&stored.digest).filter(|_| stored.schema == SCHEMA)?;
    Some(Link { sequence: stored.sequence, digest })
}
