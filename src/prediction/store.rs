//! Reports kept between runs: a SQLite file in the user's cache folder.
//!
//! Commands, hooks and the daemon share it. A key names everything that a report depends on, so an
//! entry is never stale; the file may be deleted at any time.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use zij_core::report::model::Report;

/// Everything that a report depends on, hashed: two trees, a configuration, and this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ReportKey([u8; 32]);

impl ReportKey {
    /// The key of the report from one tree to another; `config` is what overrides the trees' own
    /// configuration, `around` what is known of the repository besides its trees.
    pub(crate) fn new(base: &str, head: &str, config: Option<&str>, around: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [
            Some(env!("CARGO_PKG_VERSION")),
            Some(BUILD),
            Some(base),
            Some(head),
            config,
            Some(around),
        ] {
            // A length before each part keeps neighbours from running together.
            hasher.update(&part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            hasher.update(part.unwrap_or_default().as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// A report, and what else it depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Revisions that were looked up by name, and what they were; the report holds while they are.
    pub(crate) looked_up: BTreeMap<String, String>,
    /// The report.
    pub(crate) report: Report,
}

/// What the report's form and rules are called; a change of either starts the cache anew.
const BUILD: &str = "3";

/// How many reports are kept; the oldest go first.
const KEPT: i64 = 2_000;

/// The cache of reports.
#[derive(Debug)]
pub(crate) struct ReportStore {
    connection: Connection,
}

impl ReportStore {
    /// Opens the cache in `folder`, made anew where it is absent, damaged or of another version.
    pub(crate) fn open(folder: &Path) -> rusqlite::Result<Self> {
        let path = folder.join("reports.sqlite");
        match Self::open_file(&path) {
            Err(error) if is_damaged(&error) => {
                for suffix in ["", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(suffix);
                    drop(fs::remove_file(name));
                }
                Self::open_file(&path)
            }
            other => other,
        }
    }

    fn open_file(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS report (
                 number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body BLOB NOT NULL)",
        )?;
        Ok(Self { connection })
    }

    /// What is kept under that key; `None` where there is nothing or it cannot be read.
    pub(crate) fn get(&self, key: &ReportKey) -> Option<Kept> {
        let body: Vec<u8> = self
            .connection
            .prepare_cached("SELECT body FROM report WHERE key = ?1")
            .and_then(|mut query| query.query_row(params![key.0], |row| row.get(0)).optional())
            .ok()??;
        serde_json::from_slice(&body).ok()
    }

    /// Keeps a report and lets the oldest go.
    pub(crate) fn put(&self, key: &ReportKey, kept: &Kept) -> rusqlite::Result<()> {
        let body = serde_json::to_vec(kept)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO report (key, body) VALUES (?1, ?2)")?
            .execute(params![key.0, body])?;
        self.connection
            .prepare_cached(
                "DELETE FROM report WHERE number <= (SELECT max(number) FROM report) - ?1",
            )?
            .execute(params![KEPT])?;
        Ok(())
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
    )
}

#[cfg(test)]
mod tests {
    use zij_core::report::model::{RevisionName, SCHEMA, Verdict};

    use super::*;

    fn kept(name: &str) -> Kept {
        let revision =
            |name: &str| RevisionName { name: name.into(), commit: None, tree: "t".into() };
        let report = Report {
            schema: SCHEMA.into(),
            base: revision("main"),
            head: revision(name),
            clusters: Vec::new(),
            applications: Vec::new(),
            cells: Vec::new(),
            groups: Vec::new(),
            findings: Vec::new(),
            problems: Vec::new(),
            rollouts: Vec::new(),
            plans: Vec::new(),
            rollbacks: Vec::new(),
            rollout: None,
            verdict: Verdict::Clean,
            reviewers: Vec::new(),
        };
        Kept { looked_up: [("v1".to_owned(), "1f0c".to_owned())].into(), report }
    }

    #[test]
    fn a_report_comes_back_as_it_was_and_survives_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let key = ReportKey::new("a", "b", None, "");
        ReportStore::open(folder.path()).unwrap().put(&key, &kept("topic")).unwrap();
        let store = ReportStore::open(folder.path()).unwrap();
        assert_eq!(store.get(&key), Some(kept("topic")));
        assert_eq!(store.get(&ReportKey::new("b", "a", None, "")), None);
        assert_eq!(store.get(&ReportKey::new("ab", "", None, "")), None);
    }

    #[test]
    fn a_damaged_cache_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("reports.sqlite"), "this is no database, whatever it says")
            .unwrap();
        let store = ReportStore::open(folder.path()).unwrap();
        let key = ReportKey::new("", "b", None, "");
        store.put(&key, &kept("topic")).unwrap();
        assert!(store.get(&key).is_some());
    }
}
