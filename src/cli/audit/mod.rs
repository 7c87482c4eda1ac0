//! `zij audit`: the record of what was decided.

mod command;
mod export;
mod filter;
mod log;
mod retire;
mod ship;
mod verify;

pub(super) use command::{AuditArgs, log_of, run};
