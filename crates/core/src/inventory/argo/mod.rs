//! What Argo CD would deploy: `Application` and `ApplicationSet` objects, expanded to a fixpoint.

mod application;
mod discover;
mod expand;
mod helm;
mod kustomize;
mod object;
mod project;
mod reader;
mod revision;
mod roots;
mod scan;
mod set;
mod settings;
mod source;

pub(super) use expand::expand;
pub use scan::Memo;
