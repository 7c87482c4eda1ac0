//! Writing YAML.

mod analysis;
mod emitter;
mod round_trip;
mod scalar;
mod tree;

pub(crate) use analysis::analyze;
pub use emitter::{Emitter, Style};
pub use tree::{to_yaml, to_yaml_pretty};
