//! Noticing that refs have moved.

use std::path::Path;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// Watches a repository's refs for as long as it lives.
pub(super) struct RefWatch {
    _watcher: RecommendedWatcher,
}

impl RefWatch {
    /// Sends a unit whenever a branch may have moved; several moves may be one.
    ///
    /// # Errors
    /// When the system gives no notifications for this folder; polling is left then.
    pub(super) fn start(common_dir: &Path, moved: mpsc::Sender<()>) -> notify::Result<Self> {
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // A full channel already holds the news.
            if event.is_ok_and(|event| concerns_refs(&event)) {
                let _full = moved.try_send(());
            }
        })?;
        // `packed-refs` and `HEAD` are replaced by renames in the folder itself.
        watcher.watch(common_dir, RecursiveMode::NonRecursive)?;
        watcher.watch(&common_dir.join("refs"), RecursiveMode::Recursive)?;
        Ok(Self { _watcher: watcher })
    }
}

fn concerns_refs(event: &Event) -> bool {
    let is_ref = |path: &Path| {
        path.extension().is_none_or(|extension| extension != "lock")
            && (path.components().any(|part| part.as_os_str() == "refs")
                || path.ends_with("packed-refs")
                || path.ends_with("HEAD"))
    };
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| is_ref(path))
}
