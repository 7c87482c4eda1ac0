//! `zij demo`: a small fleet in a temporary folder, and the main job on it.

mod command;
mod files;

pub(super) use command::{DemoArgs, run};
