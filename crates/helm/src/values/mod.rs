//! The user's values: reading, layering, and laying them over the charts' defaults.

pub(crate) mod coalesce;
mod documents;
mod effective;
mod json;
mod layers;
mod origin;
pub mod strvals;

pub use documents::{ValuesFile, merge_maps};
pub use effective::effective;
pub(crate) use json::to_serde;
pub use layers::{SetFlag, ValuesLayer, merge_layers};
pub use origin::{Origin, origin_of};
