//! Bytes by key in a SQLite file that several processes share.
//!
//! Nothing here may be lost that cannot be made again: the file may be deleted at any time, a process
//! may be killed at any time, and what cannot be read counts as absent.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fmt, fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};

/// The name of an entry: a hash of all that it depends on.
pub(super) type Key = [u8; 32];

/// How long one process waits for another that writes.
const PATIENCE: Duration = Duration::from_secs(2);

/// Entries by key; those not used for longest go when all together are too large.
pub(super) struct Entries {
    path: PathBuf,
    /// The most bytes of all entries together.
    capacity: usize,
    open: Option<Open>,
    warn: Box<dyn Fn(&str) + Send>,
    has_warned: Cell<bool>,
}

/// The file as it was opened; another one may have taken its place since.
struct Open {
    connection: Connection,
    file: (u64, u64),
    /// Entries that were read; they are noted as used with the next one that is written.
    used: RefCell<BTreeSet<i64>>,
}

impl Entries {
    /// The entries in a file, which is made where there is none; `warn` is told once of damage.
    pub(super) fn at(path: PathBuf, capacity: usize, warn: Box<dyn Fn(&str) + Send>) -> Self {
        Self { path, capacity, open: None, warn, has_warned: Cell::new(false) }
    }

    /// What is kept under that key; damage counts as absence and is told once.
    pub(super) fn get(&mut self, key: &Key) -> Option<Vec<u8>> {
        let found = self.opened().and_then(|open| open.get(key));
        match found {
            Ok(Found::Whole(body)) => Some(body),
            Ok(Found::Nothing) => None,
            Ok(Found::Damaged) => {
                self.tell("an entry is damaged");
                if let Ok(open) = self.opened() {
                    drop(open.remove(key));
                }
                None
            }
            Err(error) => {
                self.failed(&error);
                None
            }
        }
    }

    /// Keeps an entry; one that cannot be kept costs time later, not the answer now.
    pub(super) fn put(&mut self, key: &Key, body: &[u8]) {
        let capacity = self.capacity;
        // One that leaves no room for others is of no use.
        if body.len() > capacity / 4 {
            return;
        }
        let put = self.opened().and_then(|open| open.put(key, body, capacity));
        if let Err(error) = put {
            self.failed(&error);
        }
    }

    fn opened(&mut self) -> rusqlite::Result<&mut Open> {
        // A file that was deleted while it was open would be written to in vain.
        let is_there = |open: &Open| identity(&self.path).is_ok_and(|file| file == open.file);
        if !self.open.as_ref().is_some_and(is_there) {
            self.open = None;
            let opened = match Open::new(&self.path) {
                Err(error) if is_damaged(&error) => {
                    self.failed(&error);
                    Open::new(&self.path)
                }
                other => other,
            };
            self.open = Some(opened?);
        }
        self.open.as_mut().ok_or(rusqlite::Error::InvalidQuery)
    }

    fn failed(&mut self, error: &rusqlite::Error) {
        if is_full(error) {
            let path = self.path.display();
            return self.warn_once(&format!("the cache {path} is not written: the disk is full"));
        }
        if !is_damaged(error) {
            return;
        }
        self.tell(&error.to_string());
        // Nothing in it can be trusted; what is needed is made again.
        self.open = None;
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            drop(fs::remove_file(name));
        }
    }

    fn tell(&self, what: &str) {
        let path = self.path.display();
        self.warn_once(&format!(
            "the cache {path} is damaged ({what}); what it lost is made again"
        ));
    }

    fn warn_once(&self, text: &str) {
        if !self.has_warned.replace(true) {
            (self.warn)(text);
        }
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What is under a key.
enum Found {
    Nothing,
    Damaged,
    Whole(Vec<u8>),
}

impl Open {
    fn new(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS entry (
                 number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL,
                 size INTEGER NOT NULL, sum BLOB NOT NULL, body BLOB NOT NULL);
             CREATE INDEX IF NOT EXISTS entry_used ON entry (used, size);",
        )?;
        let file = identity(path).map_err(|_| rusqlite::Error::InvalidPath(path.to_owned()))?;
        Ok(Self { connection, file, used: RefCell::default() })
    }

    fn get(&self, key: &Key) -> rusqlite::Result<Found> {
        let mut query =
            self.connection.prepare_cached("SELECT number, sum, body FROM entry WHERE key = ?1")?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
        };
        match query.query_row(params![key], read).optional() {
            Ok(None) => Ok(Found::Nothing),
            Ok(Some((number, sum, body))) if sum == checksum(key, &body) => {
                self.used.borrow_mut().insert(number);
                Ok(Found::Whole(body))
            }
            // A row of another form is no row of ours.
            Ok(Some(_)) | Err(rusqlite::Error::InvalidColumnType(..)) => Ok(Found::Damaged),
            Err(error) => Err(error),
        }
    }

    fn remove(&self, key: &Key) -> rusqlite::Result<usize> {
        self.connection.execute("DELETE FROM entry WHERE key = ?1", params![key])
    }

    fn put(&mut self, key: &Key, body: &[u8], capacity: usize) -> rusqlite::Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let newest = "(SELECT ifnull(max(used), 0) + 1 FROM entry)";
        {
            let mut touch = transaction
                .prepare_cached(&format!("UPDATE entry SET used = {newest} WHERE number = ?1"))?;
            for number in std::mem::take(self.used.get_mut()) {
                touch.execute(params![number])?;
            }
            transaction
                .prepare_cached(&format!(
                    "INSERT OR REPLACE INTO entry (key, used, size, sum, body)
                     VALUES (?1, {newest}, ?2, ?3, ?4)"
                ))?
                .execute(params![key, body.len() as i64, checksum(key, body), body])?;
            let mut total: i64 = transaction
                .prepare_cached("SELECT ifnull(sum(size), 0) FROM entry")?
                .query_row([], |row| row.get(0))?;
            let mut oldest = transaction.prepare_cached(
                "DELETE FROM entry WHERE number = (SELECT number FROM entry ORDER BY used LIMIT 1)
                 RETURNING size",
            )?;
            while total > capacity as i64 {
                let size: Option<i64> = oldest.query_row([], |row| row.get(0)).optional()?;
                let Some(size) = size else { break };
                total -= size;
            }
        }
        transaction.commit()
    }
}

/// What tells whether a body is the one that was written under its key.
fn checksum(key: &Key, body: &[u8]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key).update(body);
    hasher.finalize().as_bytes()[..16].to_vec()
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

fn is_full(error: &rusqlite::Error) -> bool {
    // A journal that cannot grow is an error of reading or writing to SQLite.
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    let is_other_table = matches!(error, rusqlite::Error::SqliteFailure(_, Some(text))
        if text.contains("no such column") || text.contains("has no column"));
    is_other_table
        || matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
        )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    fn key(name: &str) -> Key {
        *blake3::hash(name.as_bytes()).as_bytes()
    }

    /// The entries of a file, and what they warned of.
    fn entries(folder: &Path, capacity: usize) -> (Entries, Arc<Mutex<Vec<String>>>) {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&warnings);
        let warn = Box::new(move |text: &str| told.lock().unwrap().push(text.to_owned()));
        (Entries::at(folder.join("cache.sqlite"), capacity, warn), warnings)
    }

    #[test]
    fn entries_come_back_and_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        entries(folder.path(), 1000).0.put(&key("a"), b"one");
        let (mut entries, warnings) = entries(folder.path(), 1000);
        assert_eq!(entries.get(&key("a")).as_deref(), Some(&b"one"[..]));
        assert_eq!(entries.get(&key("b")), None);
        assert!(warnings.lock().unwrap().is_empty());
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let (mut entries, _) = entries(folder.path(), 400);
        for name in ["a", "b", "c", "d"] {
            entries.put(&key(name), &[7; 100]);
        }
        assert!(entries.get(&key("a")).is_some());
        entries.put(&key("e"), &[7; 100]);
        let kept = ["a", "b", "c", "d", "e"].map(|name| entries.get(&key(name)).is_some());
        assert_eq!(kept, [true, false, true, true, true]);
        entries.put(&key("large"), &[7; 101]);
        assert_eq!(entries.get(&key("large")), None, "it would push all others out");
    }

    #[test]
    fn a_file_that_is_deleted_while_it_is_open_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, warnings) = entries(folder.path(), 1000);
        one.put(&key("a"), b"one");
        for file in fs::read_dir(folder.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        let (mut other, _) = entries(folder.path(), 1000);
        other.put(&key("b"), b"two");
        assert_eq!(one.get(&key("a")), None);
        assert_eq!(one.get(&key("b")).as_deref(), Some(&b"two"[..]));
        one.put(&key("a"), b"three");
        drop(one);
        assert_eq!(other.get(&key("a")).as_deref(), Some(&b"three"[..]));
        assert!(warnings.lock().unwrap().is_empty());
    }

    #[test]
    fn what_is_no_database_is_made_anew_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cache.sqlite"), "this is no database, whatever it says")
            .unwrap();
        let (mut entries, warnings) = entries(folder.path(), 1000);
        entries.put(&key("a"), b"one");
        assert_eq!(entries.get(&key("a")).as_deref(), Some(&b"one"[..]));
        assert_eq!(warnings.lock().unwrap().len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn damaged_bytes_are_never_given_out(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let body = |name: &str| name.repeat(500).into_bytes();
            let names = ["a", "b", "c", "d", "e", "f"];
            let (mut entries_before, _) = entries(folder.path(), 1 << 20);
            for name in names {
                entries_before.put(&key(name), &body(name));
            }
            drop(entries_before);
            let path = folder.path().join("cache.sqlite");
            let mut bytes = fs::read(&path).unwrap();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            fs::write(&path, bytes).unwrap();
            let (mut entries, warnings) = entries(folder.path(), 1 << 20);
            for name in names {
                if let Some(found) = entries.get(&key(name)) {
                    prop_assert_eq!(found, body(name));
                }
                entries.put(&key(name), &body(name));
            }
            prop_assert!(warnings.lock().unwrap().len() <= 1);
        }
    }
}
