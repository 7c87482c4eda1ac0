//! Reports shared by the machines of a team: a cache beside the user's own.

mod bounds;
mod bucket;
mod cache;
mod folder;
mod signature;

pub(crate) use bounds::{Bounds, Tally};
pub(crate) use cache::{Place, SharedCache, size};
