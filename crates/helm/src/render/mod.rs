//! Rendering a chart.

mod context;
mod engine;
mod failure;
mod file_glob;
mod files;
mod objects;
mod options;
mod release;

pub use engine::{Engine, Inputs};
pub use options::{Hooks, RenderOptions};
pub use release::Release;
