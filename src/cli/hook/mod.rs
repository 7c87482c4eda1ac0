//! `zij hook`: what git calls, and how it comes to call it.

mod command;
mod commit;
mod comparison;
mod doctor;
mod evaluation;
mod install;
mod message;
mod proof;
mod push;
mod server;
mod surroundings;

pub(crate) use command::{HookArgs, run};
pub(super) use install::facts_of;
