//! Reports shared by the machines of a team: a cache beside the user's own.

mod cache;
mod folder;

pub(crate) use cache::SharedCache;
