//! The daemon: keeps every branch predicted and answers on a unix socket.

mod calendar;
mod client;
mod dispatcher;
mod journal;
mod listener;
mod meters;
mod place;
mod protocol;
mod rendered;
mod server;
mod service;
mod watch;

pub(crate) use client::{Client, Unanswered};
pub(crate) use dispatcher::{BranchStatus, Predicted};
pub(crate) use place::DaemonPlace;
pub(crate) use protocol::{Repositories, Repository, Status};
pub(crate) use service::{Charge, Keeps, serve};
