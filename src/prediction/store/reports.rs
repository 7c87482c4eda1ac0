//! Reports kept between runs.
//!
//! Commands, hooks, the daemon and the terminal interface share them. A key names everything that a
//! report depends on, so an entry is never stale.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    path::Path,
    sync::Arc,
};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

use super::{
    entries::{Entries, Key},
    program::PROGRAM,
};

/// Everything that a report depends on, hashed: two trees, a configuration, and this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ReportKey(Key);

impl ReportKey {
    /// The key of the report from one tree to another; `config` is what overrides the trees' own
    /// configuration, `around` what is known of the repository besides its trees.
    pub(crate) fn new(base: &str, head: &str, config: Option<&str>, around: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [Some(PROGRAM.as_str()), Some(base), Some(head), config, Some(around)] {
            // A length before each part keeps neighbours from running together.
            hasher.update(&part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            hasher.update(part.unwrap_or_default().as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// A report, and what else it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Revisions that were looked up by name, and what they were; the report holds while they are.
    pub(crate) looked_up: BTreeMap<String, String>,
    /// The report as one line of JSON.
    pub(crate) report: Arc<[u8]>,
}

/// The most bytes of all reports together; a report of 20,000 cells takes some 100 KB.
const CAPACITY: usize = 256 << 20;
/// The most bytes of one report, before it is packed.
const LARGEST: u64 = 512 << 20;

/// The cache of reports.
#[derive(Debug)]
pub(crate) struct ReportStore {
    entries: Entries,
}

impl ReportStore {
    /// The cache in `folder`; `warn` is told once when it is damaged.
    pub(crate) fn at(folder: &Path, warn: Box<dyn Fn(&str) + Send>) -> Self {
        Self { entries: Entries::at(folder.join("cache-1.sqlite"), CAPACITY, warn) }
    }

    /// What is kept under that key; `None` where there is nothing or it cannot be read.
    pub(crate) fn get(&mut self, key: &ReportKey) -> Option<Kept> {
        let packed = self.entries.get(&key.0)?;
        let mut bytes = Vec::with_capacity(packed.len() * 16);
        ZlibDecoder::new(&*packed).take(LARGEST).read_to_end(&mut bytes).ok()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let looked_up = serde_json::from_slice(&bytes[..line]).ok()?;
        Some(Kept { looked_up, report: bytes[line + 1..].into() })
    }

    /// Keeps a report.
    pub(crate) fn put(&mut self, key: &ReportKey, kept: &Kept) {
        if let Some(packed) = packed(kept) {
            self.entries.put(&key.0, &packed);
        }
    }
}

fn packed(kept: &Kept) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut encoder, &kept.looked_up).ok()?;
    encoder.write_all(b"\n").ok()?;
    encoder.write_all(&kept.report).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(report: &str) -> Kept {
        let looked_up = [("v1".to_owned(), "1f0c\n2".to_owned())].into();
        Kept { looked_up, report: report.as_bytes().into() }
    }

    fn store(folder: &Path) -> ReportStore {
        ReportStore::at(folder, Box::new(|text| panic!("{text}")))
    }

    #[test]
    fn a_report_comes_back_as_it_was_and_only_for_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let key = ReportKey::new("a", "b", None, "");
        store(folder.path()).put(&key, &kept("{\"schema\": 1}"));
        let mut store = store(folder.path());
        assert_eq!(store.get(&key), Some(kept("{\"schema\": 1}")));
        for other in [("b", "a", None, ""), ("ab", "", None, ""), ("a", "b", Some(""), "")] {
            assert_eq!(store.get(&ReportKey::new(other.0, other.1, other.2, other.3)), None);
        }
    }
}
