//! What a prediction says to its readers: one model, several forms.

mod alike;
pub mod combine;
mod command;
mod convert;
pub mod explain;
pub mod fleet;
pub mod foreword;
mod grouped;
pub mod hook;
pub mod html;
mod impact;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod model;
mod packed;
mod paper;
mod pods;
mod printable;
pub mod rollback;
pub mod sarif;
mod sketch;
mod sums;
pub mod terminal;

pub use convert::Heading;
pub use paper::shortened;
pub use pods::span;
pub use printable::printable;
pub use sketch::sketch;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod predicted;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod together;
