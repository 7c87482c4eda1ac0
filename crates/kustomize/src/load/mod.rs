//! Reading, and nothing but what may be read.

mod disk;
mod folder;
mod loader;
pub mod remote;

pub use disk::DiskFolder;
pub use folder::{EntryKind, Folder, FolderError, Located, MemoryFolder};
pub use loader::{LoadRestrictor, Read, ReadOutcome};
pub(crate) use loader::{Loader, Reads, join};
pub use remote::Vendored;
pub(crate) use remote::is_remote_file;
