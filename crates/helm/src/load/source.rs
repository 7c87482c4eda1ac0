//! The files of a chart, wherever they came from.

use std::sync::Arc;

/// A file of a chart: `/`-separated name relative to the chart and content without a byte order mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path relative to the chart's root.
    pub name: String,
    /// Content.
    pub data: Arc<[u8]>,
}

impl File {
    /// Makes a file of what was read, dropping a UTF-8 byte order mark.
    pub fn new(name: impl Into<String>, data: Arc<[u8]>) -> Self {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => rest.into(),
            None => data,
        };
        Self { name: name.into(), data }
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }
}
