//! What goes over the socket: HTTP/1.1 with JSON bodies.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/status` | [`Status`] |
//! | `GET /v1/repositories` | [`Repositories`]: all that the process serves, each on a socket of its own |
//! | `GET /v1/report?head=ID&base=ID` | a `zij.report/v1`; without `base` the whole of `head` is new |
//! | the same with `&form=packed` | the same for processes of the same build, see `Status::program` |
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

/// The name of the form of [`Repositories`].
pub(super) const REPOSITORIES_SCHEMA: &str = "zij.repositories/v1";

/// All repositories that one process serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repositories {
    /// Always `zij.repositories/v1`.
    pub(crate) schema: String,
    /// In the order in which they were named.
    pub(crate) repositories: Vec<Repository>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repository {
    /// Its git folder.
    pub(crate) repository: String,
    /// Where questions about it are answered.
    pub(crate) socket: String,
    /// Predictions that are not done yet.
    pub(crate) waiting: usize,
    pub(crate) branches: usize,
}

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
    /// How the report is written.
    #[serde(default)]
    pub(super) form: Form,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    /// As `zij.report/v1`.
    #[default]
    Json,
    /// As processes of the same build read it.
    Packed,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) error: String,
}
