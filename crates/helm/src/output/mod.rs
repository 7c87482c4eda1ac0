//! From rendered files to what Helm prints.

mod split;

pub use split::split_documents;
