//! What goes over the socket: HTTP/1.1 with JSON bodies.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/status` | [`Status`] |
//! | `GET /v1/report?head=ID&base=ID` | a `zij.report/v1`; without `base` the whole of `head` is new |
//! | `GET /v1/events` | server-sent events: `hello`, `looked`, `predicted`, `missed` |
//! | `GET /healthz` | 200 as long as the loop answers, else 503 |
//! | `GET /metrics` | counters in Prometheus' text format |
//! | `POST /v1/look` | `{}`: the branches are looked at at once |
//!
//! A failure answers 422 with a [`Failure`]. Ids are full commit ids in hexadecimal.

use serde::{Deserialize, Serialize};

use super::BranchStatus;

/// The name of the form of [`Status`].
pub(super) const STATUS_SCHEMA: &str = "zij.status/v1";

/// What the daemon holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Always `zij.status/v1`.
    pub(crate) schema: String,
    /// The daemon's version.
    pub(crate) version: String,
    /// What tells the daemon's program from others of the same version.
    #[serde(default)]
    pub(crate) program: String,
    pub(crate) pid: u32,
    /// The repository's git folder.
    pub(crate) repository: String,
    /// Predictions that are not done yet.
    pub(crate) waiting: usize,
    /// The most recently committed first.
    pub(crate) branches: Vec<BranchStatus>,
}

/// Which report is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReportQuery {
    pub(super) base: Option<String>,
    pub(super) head: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) error: String,
}
