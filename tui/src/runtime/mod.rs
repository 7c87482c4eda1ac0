//! The terminal, the input and the loop.

mod input;
mod link;
mod session;
mod terminal;

pub use link::{Feed, Link, link};
pub use session::{Error, run};
