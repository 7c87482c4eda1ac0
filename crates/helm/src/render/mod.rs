//! Rendering a chart.

mod context;
mod engine;
mod failure;
mod file_glob;
mod files;
mod objects;
mod options;
mod release;
mod values_object;

pub use engine::{Engine, Inputs};
pub(crate) use objects::NIL_STRING_MAP;
pub use options::{Hooks, RenderOptions};
pub use release::Release;
