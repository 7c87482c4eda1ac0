//! Replacements: values copied from one object into others.

mod path;
mod replacement;
mod structured;

pub(crate) use replacement::{apply_replacements, load_replacements};
