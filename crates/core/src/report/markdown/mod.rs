//! The report as Markdown, for a comment on a pull request.

mod change;
mod document;
mod escape;
mod finding;
mod fit;
mod foreword;
mod impact;
mod matrix;

pub use document::{MARKER, Options, write, write_after};

#[cfg(test)]
mod tests;
