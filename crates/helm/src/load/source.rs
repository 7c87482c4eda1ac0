//! The files of a chart, wherever they came from.

use std::{
    hash::BuildHasher as _,
    sync::{Arc, OnceLock},
};

use foldhash::fast::FixedState;

/// A file of a chart: `/`-separated name relative to the chart and content without a byte order mark.
#[derive(Debug, Clone)]
pub struct File {
    /// Path relative to the chart's root.
    pub name: String,
    /// Content.
    pub data: Arc<[u8]>,
    hash: OnceLock<u64>,
}

impl File {
    /// Makes a file of what was read, dropping a UTF-8 byte order mark.
    pub fn new(name: impl Into<String>, data: Arc<[u8]>) -> Self {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => rest.into(),
            None => data,
        };
        Self { name: name.into(), data, hash: OnceLock::new() }
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }

    /// The same content under another name.
    #[must_use]
    pub fn renamed(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), data: Arc::clone(&self.data), hash: self.hash.clone() }
    }

    /// A hash of the content for tables in memory, computed once; unequal files can have the same.
    pub(crate) fn content_hash(&self) -> u64 {
        *self.hash.get_or_init(|| FixedState::default().hash_one(&self.data))
    }
}
