//! The corridor: tree → inventory → documents → resources → changes → prediction → report.
//!
//! Each room is a module that uses only the rooms before it. Nothing here starts a process,
//! opens a file or a socket, or reads a clock: what a room needs comes in through
//! [`source::Tree`] or as an argument.
#![warn(missing_docs)]

pub mod diff;
pub mod inventory;
pub mod policy;
pub mod predict;
pub mod render;
pub mod report;
pub mod resource;
pub mod source;
