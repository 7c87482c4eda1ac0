//! What a prediction says to its readers: one model, several forms.

mod command;
mod convert;
pub mod fleet;
pub mod hook;
pub mod json;
pub mod model;
mod paper;
mod printable;
mod sketch;
mod sums;
pub mod terminal;

pub use convert::Heading;
pub use paper::shortened;
pub use printable::printable;
pub use sketch::sketch;

#[cfg(test)]
mod predicted;
#[cfg(test)]
mod tests;
