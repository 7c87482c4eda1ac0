//! Rendering a chart.

mod chart_struct;
mod context;
mod engine;
mod failure;
mod file_glob;
mod files;
mod objects;
mod options;
mod release;
mod values_object;

pub(crate) use chart_struct::is_nil_type;
pub use engine::{Engine, Inputs};
pub(crate) use objects::{NIL_STRING_LIST, NIL_STRING_MAP};
pub use options::{Hooks, RenderOptions};
pub use release::Release;
