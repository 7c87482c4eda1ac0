//! One line of the log, in the shape of a Kubernetes audit event (`audit.k8s.io/v1`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{chain::Link, event::Event};

/// A record is never longer, in bytes; what is read back is searched for its start in so many.
pub(super) const LONGEST: usize = 64 << 10;

/// Keys of annotations that the chain is made of.
pub(super) const SEQUENCE: &str = "zij/seq";
pub(super) const PREVIOUS: &str = "zij/prev";
pub(super) const ALGORITHM: &str = "zij/hash";

/// One record. Fields are declared in the order of their names, so that equal records have equal
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// Flat, without dots in keys: Fluentd and Elasticsearch make objects of those.
    pub(crate) annotations: BTreeMap<String, String>,
    api_version: String,
    #[serde(rename = "auditID")]
    pub(crate) audit_id: String,
    kind: String,
    level: String,
    request_received_timestamp: String,
    #[serde(rename = "requestURI")]
    pub(crate) request_uri: String,
    pub(crate) response_status: ResponseStatus,
    stage: String,
    pub(crate) stage_timestamp: String,
    pub(crate) user: User,
    user_agent: String,
    pub(crate) verb: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResponseStatus {
    pub(crate) code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) username: String,
}

impl Record {
    /// The record of an event, chained to what stands before it.
    pub(super) fn new(event: &Event, previous: &Link, id: String, timestamp: &str) -> Self {
        let mut annotations = event.annotations();
        annotations.insert(SEQUENCE.to_owned(), (previous.sequence + 1).to_string());
        annotations.insert(PREVIOUS.to_owned(), previous.digest.to_string());
        Self {
            annotations,
            api_version: "audit.k8s.io/v1".to_owned(),
            audit_id: id,
            kind: "Event".to_owned(),
            level: "Metadata".to_owned(),
            request_received_timestamp: timestamp.to_owned(),
            request_uri: event.act.path().to_owned(),
            response_status: ResponseStatus { code: event.decision.code() },
            stage: "ResponseComplete".to_owned(),
            stage_timestamp: timestamp.to_owned(),
            user: User { username: event.user.clone() },
            user_agent: concat!("zij/", env!("CARGO_PKG_VERSION")).to_owned(),
            verb: event.act.verb().to_owned(),
        }
    }

    /// The record of one line; `None` where it is none.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// The line, with its end.
    pub(super) fn line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    pub(crate) fn sequence(&self) -> Option<u64> {
        self.note(SEQUENCE)?.parse().ok()
    }

    /// What tells it from all others, also where it arrives twice.
    pub(crate) fn document_id(&self) -> String {
        format!("{}-{}", self.audit_id, self.stage)
    }

    /// What an annotation says.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}
