//! The order of work.

mod accumulator;
mod api;
mod metadata;
mod plugins;
mod target;
mod transformer;

pub use api::{Build, FieldOrigin, Options, Reorder, ResourceOrigin, build};
