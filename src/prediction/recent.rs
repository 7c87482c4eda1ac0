//! The reports that were made last, and those that are being made.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::store::{Kept, ReportKey};

/// The most bytes of reports that are held.
const BYTES: usize = 16 << 20;

/// Reports that need not be looked for on the disk, the newest first.
#[derive(Debug, Default)]
pub(super) struct Recent {
    reports: Mutex<VecDeque<(ReportKey, Kept)>>,
    /// Held by the thread that makes the report of that key.
    making: Mutex<HashMap<ReportKey, Arc<Mutex<()>>>>,
}

impl Recent {
    pub(super) fn get(&self, key: &ReportKey) -> Option<Kept> {
        let mut reports = locked(&self.reports);
        let at = reports.iter().position(|(known, _)| known == key)?;
        let found = reports.remove(at)?;
        let kept = found.1.clone();
        reports.push_front(found);
        Some(kept)
    }

    /// Lets go of all that are held; they are on the disk.
    pub(super) fn clear(&self) {
        locked(&self.reports).clear();
    }

    pub(super) fn put(&self, key: &ReportKey, kept: Kept) {
        let mut reports = locked(&self.reports);
        reports.retain(|(known, _)| known != key);
        reports.push_front((*key, kept));
        let mut bytes = 0;
        reports.retain(|(_, kept)| {
            bytes += kept.report.len();
            bytes <= BYTES
        });
    }

    /// What `make` gives, while no other thread makes the same report: who comes later finds it made.
    pub(super) fn one_at_a_time<T>(&self, key: &ReportKey, make: impl FnOnce() -> T) -> T {
        let own = Arc::clone(locked(&self.making).entry(*key).or_default());
        let result = {
            let _turn = locked(&own);
            make()
        };
        let mut making = locked(&self.making);
        // This one and that of the map: nobody waits.
        if Arc::strong_count(&own) <= 2 {
            making.remove(key);
        }
        result
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind it is whole whenever something could panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
