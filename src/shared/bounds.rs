//! What may stay in a folder of entries: the ones that were used last.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How much may stay, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    /// Bytes of all entries.
    pub(crate) bytes: Option<u64>,
    /// Since an entry was used last.
    pub(crate) age: Option<Duration>,
}

/// A number of entries and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

/// A file of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Tally {
    fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(entry.bytes);
    }
}

/// The files of a folder, those that writers have not finished among them; links are left alone.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder)? {
        // Others may remove it at the same time.
        let Ok(file) = file else { continue };
        let Ok(data) = file.metadata() else { continue };
        if data.is_file()
            && let Ok(used) = data.modified()
        {
            found.push(Entry { path: file.path(), bytes: data.len(), used });
        }
    }
    Ok(found)
}

/// What stays and what goes.
pub(super) fn parted(
    mut entries: Vec<Entry>,
    bounds: Bounds,
    now: SystemTime,
) -> (Vec<Entry>, Vec<Entry>) {
    entries.sort_by(|one, other| other.used.cmp(&one.used).then_with(|| one.path.cmp(&other.path)));
    let mut bytes = 0_u64;
    entries.into_iter().partition(|entry| {
        bytes = bytes.saturating_add(entry.bytes);
        // What is used in the future was used on a machine whose clock is ahead.
        let age = now.duration_since(entry.used).unwrap_or_default();
        bounds.bytes.is_none_or(|most| bytes <= most) && bounds.age.is_none_or(|most| age <= most)
    })
}

/// Removes files; one that is gone already is gone.
///
/// # Errors
/// When one may not be removed.
pub(super) fn remove(entries: &[Entry]) -> io::Result<()> {
    for entry in entries {
        match fs::remove_file(&entry.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn tally(entries: &[Entry]) -> Tally {
    let mut tally = Tally::default();
    for entry in entries {
        tally.add(entry);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_stays() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let entry = |name: &str, bytes, age| Entry {
            path: name.into(),
            bytes,
            used: now - Duration::from_secs(age),
        };
        let all = vec![entry("a", 10, 900), entry("b", 20, 5), entry("c", 30, 100)];
        let names = |entries: &[Entry]| -> String {
            entries.iter().map(|entry| entry.path.to_string_lossy()).collect()
        };
        for (bytes, age, stays, goes) in [
            (None, None, "bca", ""),
            (Some(50), None, "bc", "a"),
            (Some(49), None, "b", "ca"),
            (Some(0), None, "", "bca"),
            (None, Some(100), "bc", "a"),
            (Some(25), Some(900), "b", "ca"),
        ] {
            let bounds = Bounds { bytes, age: age.map(Duration::from_secs) };
            let (kept, gone) = parted(all.clone(), bounds, now);
            assert_eq!((&*names(&kept), &*names(&gone)), (stays, goes), "{bounds:?}");
        }
        assert_eq!(tally(&all), Tally { entries: 3, bytes: 60 });
    }
}
