//! What Argo CD would deploy: `Application` and `ApplicationSet` objects, expanded to a fixpoint.

mod application;
mod discover;
mod expand;
mod helm;
mod kustomize;
mod listing;
mod project;
mod reader;
mod revision;
mod roots;
mod scan;
mod set;
mod settings;
mod source;
mod surroundings;

use super::object;

pub(super) use expand::expand;
pub(super) use listing::{Listing, Listings};
pub(super) use reader::is_local;
pub use scan::Memo;
pub(super) use scan::{Found, referenced, text_entries};
