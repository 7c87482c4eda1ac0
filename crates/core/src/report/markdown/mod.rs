//! The report as Markdown, for a comment on a pull request.

mod change;
mod document;
mod escape;
mod finding;
mod fit;
mod impact;
mod matrix;

pub use document::{MARKER, Options, write};

#[cfg(test)]
mod tests;
