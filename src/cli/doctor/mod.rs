//! `zij doctor`: what is missing or misconfigured.

mod checks;
mod command;

pub(super) use command::{DoctorArgs, run};
