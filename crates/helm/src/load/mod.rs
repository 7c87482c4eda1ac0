//! Reading charts.

mod archive;
mod chart;
mod directory;
mod disk;
mod folder;
mod ignore;
mod limits;
mod source;

pub use archive::{ensure_archive, read_files as read_archive};
pub use disk::DiskFolder;
pub use folder::{Entry, EntryKind, Folder, FolderError, MemoryFolder};
pub use ignore::{IgnoreError, IgnoreRules};
pub use limits::LoadLimits;
pub use source::File;
