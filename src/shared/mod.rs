//! Reports shared by the machines of a team: a cache beside the user's own.

mod bucket;
mod cache;
mod folder;
mod signature;

pub(crate) use cache::SharedCache;
