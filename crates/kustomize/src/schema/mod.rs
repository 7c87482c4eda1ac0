//! Which lists a strategic merge patch merges, and by which keys.

mod built_in;
mod custom;
mod table;

pub(crate) use table::{FieldType, Merged, Schema};
