//! How much of a chart is read at most.

/// Limits on reading a chart. The first two are Helm's, the others keep a hostile folder harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadLimits {
    /// Bytes of one file (`MaxDecompressedFileSize`).
    pub file_bytes: u64,
    /// Bytes of all files of one archive (`MaxDecompressedChartSize`).
    pub archive_bytes: u64,
    /// Bytes of all files of one folder.
    pub folder_bytes: u64,
    /// Number of files of one folder or archive.
    pub files: usize,
    /// Directory levels of a folder, and levels of charts within charts.
    pub depth: usize,
}

impl Default for LoadLimits {
    fn default() -> Self {
        Self {
            file_bytes: 5 << 20,
            archive_bytes: 100 << 20,
            folder_bytes: 1 << 30,
            files: 100_000,
            depth: 64,
        }
    }
}
