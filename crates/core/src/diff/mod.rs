//! What differs between two values, two objects, two cells.

mod fields;
mod resources;
mod text;
mod values;

pub use fields::{FieldChange, apply, fields};
pub use resources::{Change, Changes, resources};
pub use text::{Hunk, Line, LineKind, Segment, hunks};
pub use values::{ValueChange, ValueSide, values};
