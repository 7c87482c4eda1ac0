//! Test repositories made by the real git, in an environment nothing outside can leak into.
//!
//! For `[dev-dependencies]` only: a fault in the set-up panics, as a failed test should.
#![warn(missing_docs)]
#![expect(clippy::panic, reason = "a broken set-up is a failed test")]

mod environment;
mod repository;

pub use environment::{Environment, Outcome};
pub use repository::{Format, TestRepository};
