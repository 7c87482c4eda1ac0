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

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inputs<'a> {
    /// The id of the tree that is compared from.
    pub(crate) base: &'a str,
    /// The id of the tree that is compared to.
    pub(crate) head: &'a str,
    /// What overrides the trees' own configuration.
    pub(crate) config: Option<&'a str>,
    /// What is known of the repository besides its trees.
    pub(crate) around: &'a str,
}

impl ReportKey {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of a report on this machine.
    pub(crate) fn new(inputs: &Inputs<'_>) -> Self {
        Self::of_build(&PROGRAM, inputs)
    }

    /// The key of a report that a build of zij makes anywhere.
    pub(crate) fn of_build(build: &str, inputs: &Inputs<'_>) -> Self {
        let Inputs { base, head, config, around } = inputs;
        let mut hasher = blake3::Hasher::new();
        for part in [Some(build), Some(base), Some(head), *config, Some(around)] {
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
    /// The packed report.
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
        Kept::unpacked(&self.entries.get(&key.0)?)
    }

    /// Keeps a report.
    pub(crate) fn put(&mut self, key: &ReportKey, kept: &Kept) {
        if let Some(packed) = kept.packed() {
            self.entries.put(&key.0, &packed);
        }
    }
}

impl Kept {
    pub(crate) fn packed(&self) -> Option<Vec<u8>> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut encoder, &self.looked_up).ok()?;
        encoder.write_all(b"\n").ok()?;
        encoder.write_all(&self.report).ok()?;
        encoder.finish().ok()
    }

    /// The inverse of [`Kept::packed`].
    pub(crate) fn unpacked(packed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::with_capacity(packed.len() * 16);
        ZlibDecoder::new(packed).take(LARGEST).read_to_end(&mut bytes).ok()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let looked_up = serde_json::from_slice(&bytes[..line]).ok()?;
        Some(Self { looked_up, report: bytes[line + 1..].into() })
    }
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
        let key =
            |base, head, config, around| ReportKey::new(&Inputs { base, head, config, around });
        let (of, key) = (key, key("a", "b", None, ""));
        store(folder.path()).put(&key, &kept("{\"schema\": 1}"));
        let mut store = store(folder.path());
        assert_eq!(store.get(&key), Some(kept("{\"schema\": 1}")));
        for other in [("b", "a", None, ""), ("ab", "", None, ""), ("a", "b", Some(""), "")] {
            assert_eq!(store.get(&of(other.0, other.1, other.2, other.3)), None);
        }
    }
}
