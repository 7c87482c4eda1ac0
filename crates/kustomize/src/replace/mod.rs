//! Replacements: values copied from one object into others.

mod path;
mod replacement;
mod structured;
mod yaml_text;

pub(crate) use replacement::{apply_replacements, load_replacements};
