//! `ApplicationSet`: generators, templates, and the applications they make.

mod files;
mod generate;
mod generators;
mod parameters;
mod patch;
mod template;

pub(super) use generate::{Generated, generate, without_lines};
