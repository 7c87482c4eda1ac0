//! Test repositories made by the real git, in an environment nothing outside can leak into.
//!
//! For `[dev-dependencies]` only: a fault in the set-up panics, as a failed test should.
#![warn(missing_docs)]
#![expect(clippy::panic, reason = "a broken set-up is a failed test")]

mod environment;
mod registry;
mod repository;
mod server;

pub use environment::{Environment, Outcome};
pub use registry::{Registry, digest};
pub use repository::{Format, TestRepository};
pub use server::{Answer, Body, Request, Server};
