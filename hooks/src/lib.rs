//! What git says to a hook, what a hook answers, and how one is installed and removed.
//!
//! Everything but [`Facts::inspect`], [`Plan::apply`] and [`read_input`] works on values alone. No
//! process is started and no environment is read: the caller runs git and passes in its answers.
#![warn(missing_docs)]

mod approval;
mod doctor;
mod exit;
mod facts;
mod hook;
mod plan;
mod protocol;
mod shim;
mod update;

pub use approval::{OverrideRequest, PlanName};
pub use doctor::{Diagnosis, Fault, diagnose};
pub use exit::{Decision, Failure, Outcome, Side};
pub use facts::{
    ConfigHook, Existing, Facts, GitAnswers, GitVersion, HooksFolder, HooksPath, InspectError,
    Manager, QUESTIONS, Scope,
};
pub use hook::{Hook, UnknownHook};
pub use plan::{ApplyError, Note, Plan, RunGit, Step};
pub use protocol::{
    INPUT_LIMIT, ProtocolError, parse_pre_push, parse_pre_receive, parse_update, read_input,
};
pub use shim::{NotEmbeddable, Shim};
pub use update::{Ancestry, Change, ObjectName, RefKind, RefText, RefUpdate};
