//! The object database, readable from any thread.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use gix::{ObjectId, objs};
use tempfile::TempDir;
use zij_core::source::{SourceError, TreePath};

use crate::{error::chain, folder::FolderCache, id::content_id};

/// One opened repository. Handles of gix belong to a thread at a time, so idle ones wait here.
pub(crate) struct Store {
    shared: gix::ThreadSafeRepository,
    idle: Mutex<Vec<gix::Repository>>,
    pub(crate) folders: FolderCache,
    /// What trees were asked for by name, and what it was.
    pub(crate) looked_up: Mutex<BTreeMap<String, String>>,
    /// Whether an object was asked for that is not stored here.
    pub(crate) has_missed: AtomicBool,
    /// The list of object folders of a push that is not accepted yet; removed with the store.
    _object_folders: Option<TempDir>,
}

impl Store {
    pub(crate) fn new(
        shared: gix::ThreadSafeRepository,
        object_folders: Option<TempDir>,
    ) -> Arc<Self> {
        Arc::new(Self {
            shared,
            idle: Mutex::default(),
            folders: FolderCache::default(),
            looked_up: Mutex::default(),
            has_missed: AtomicBool::new(false),
            _object_folders: object_folders,
        })
    }

    /// A handle that is nobody else's.
    pub(crate) fn fresh(&self) -> gix::Repository {
        self.shared.to_thread_local()
    }

    /// Calls `read` with a handle no other thread uses meanwhile.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&gix::Repository) -> T) -> T {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = waiting.unwrap_or_else(|| self.shared.to_thread_local());
        let result = read(&handle);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }

    /// The bytes of an object of the wanted kind, asked for on behalf of `path`.
    pub(crate) fn object(
        &self,
        path: &TreePath,
        id: &ObjectId,
        wanted: objs::Kind,
        limit: u64,
    ) -> Result<Vec<u8>, SourceError> {
        let read = self.with(|repository| {
            let mut object = match repository.try_find_object(*id) {
                Ok(Some(object)) => object,
                Ok(None) => return Err(missing(path, id)),
                Err(error) if error.is_resource_exhausted() => {
                    let size = repository.find_header(*id).map_or(u64::MAX, |header| header.size());
                    return Err(SourceError::TooLarge { path: path.clone(), size, limit });
                }
                // A delta whose base a partial clone never fetched.
                Err(error) if error.is_not_found() => return Err(missing(path, id)),
                Err(error) => return Err(failed(path, chain(&error))),
            };
            if object.kind != wanted {
                let message = format!("object {id} is a {}, a {wanted} was expected", object.kind);
                return Err(failed(path, message));
            }
            let size = object.data.len() as u64;
            if size > limit {
                return Err(SourceError::TooLarge { path: path.clone(), size, limit });
            }
            Ok(std::mem::take(&mut object.data))
        });
        if matches!(read, Err(SourceError::Missing { .. } | SourceError::Store { .. })) {
            self.has_missed.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.shared.refs.git_dir()).finish_non_exhaustive()
    }
}

fn missing(path: &TreePath, id: &ObjectId) -> SourceError {
    SourceError::Missing { path: path.clone(), id: content_id(id) }
}

pub(crate) fn failed(path: &TreePath, message: String) -> SourceError {
    SourceError::Store { path: path.clone(), message }
}
