//! From rendered files to what Helm prints.

mod collect;
mod head;
mod rendered;
mod split;
mod text;

pub(crate) use collect::Manifests;
pub use rendered::{Hook, HookEvent, Manifest, Rendered};
pub use split::split_documents;
