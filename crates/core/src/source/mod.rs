//! What every later room reads from: the files of one revision.

mod documents;
mod files;
mod glob;
mod memory;
mod overlay;
mod path;
mod place;
mod tree;

pub use documents::split_documents;
pub use files::Files;
pub use glob::{Glob, GlobStyle};
pub use memory::MemoryTree;
pub use overlay::OverlayTree;
pub use path::{InvalidPath, TreePath};
pub use place::Place;
pub use tree::{ContentId, Entry, EntryKind, SourceError, Tree};
