//! From a cell to the documents that would be applied.

mod document;
mod failure;
mod reads;
mod renderer;
mod values;

pub use document::{Document, Hook, Rendering};
pub use failure::{FailureKind, RenderFailure};
pub use reads::{InputsKey, Reads};
pub use renderer::Renderer;
pub use values::EffectiveValues;
