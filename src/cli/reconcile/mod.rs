//! `zij reconcile`: the nightly check.

mod command;
mod memory;
mod nightly;
mod page;

pub(super) use command::{ReconcileArgs, run};
