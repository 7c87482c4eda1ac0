//! From a cell to the documents that would be applied.

mod anew;
mod cache;
mod cell;
mod chart;
mod comparison;
mod copies;
mod directory;
mod document;
mod edits;
mod elsewhere;
mod failure;
mod folder;
mod generate;
mod helm;
mod inflation;
mod inputs;
mod kustomize;
mod kustomize_charts;
mod message;
mod reads;
mod renderer;
mod rework;
mod roots;
mod secret_values;
mod source_files;
mod substitute;
mod values;

pub(crate) use cache::Cache;
pub use comparison::Comparison;
pub use copies::{Copies, Fetched};
pub use document::{Anew, Document, Hook, Rendering};
pub use failure::{FailureKind, RenderFailure};
pub(crate) use folder::unreadable;
pub use inflation::{InflationFlags, inflate};
pub use reads::{InputsKey, Reads};
pub use renderer::Renderer;
pub use secret_values::ValuesPath;
pub use substitute::{SubstituteError, Variables, substitute};
pub use values::EffectiveValues;

#[cfg(test)]
mod tests;
