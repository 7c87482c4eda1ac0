//! Fetching what a fleet needs from outside its repository: the only place that uses the network,
//! and only for `zij vendor`.

mod address;
mod archive;
mod artifact;
mod charts;
mod copy;
mod credentials;
mod error;
mod fetch;
mod folder;
mod git;
mod helper;
mod http;
mod registry;
mod run;
mod versions;
mod worktree;

pub(crate) use run::{Choice, Mode, Outcome, Report, Session, State};
