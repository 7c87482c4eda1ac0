//! Asking a running daemon.

use std::{path::PathBuf, time::Duration};

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Method, Request, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use zij_core::report::model::{Report, SCHEMA};

use super::{DaemonPlace, Repositories, Status, protocol::Failure};

/// No answer is larger; a fleet of 50,000 cells needs a tenth of it.
const LARGEST_ANSWER: usize = 256 << 20;

/// How long a daemon may take to accept a connection and say who it is.
const PATIENCE: Duration = Duration::from_millis(500);

/// A daemon's socket.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    socket: PathBuf,
}

/// Why a daemon gave no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// There is none, or it does not talk; the caller can do the work itself.
    Unreachable(String),
    /// It tried and failed; the caller would fail too.
    Failed(String),
    /// It did not answer in time.
    Late,
}

impl Client {
    /// A client of the daemon that listens there; `None` where no socket is.
    pub(crate) fn at(place: &DaemonPlace) -> Option<Self> {
        place.socket.exists().then(|| Self { socket: place.socket.clone() })
    }

    /// What the daemon holds.
    pub(crate) fn status(&self) -> Result<Status, Unanswered> {
        self.get("/v1/status", PATIENCE)
    }

    /// All repositories that the same process serves.
    pub(crate) fn repositories(&self) -> Result<Repositories, Unanswered> {
        self.get("/v1/repositories", PATIENCE)
    }

    /// Makes the daemon look at the branches now.
    pub(crate) fn look(&self, patience: Duration) -> Result<(), Unanswered> {
        let _looked: serde_json::Value = self.ask(Method::POST, "/v1/look", patience)?;
        Ok(())
    }

    /// The report from one commit to another, of a daemon of the same build; it predicts it if it
    /// has not yet.
    pub(crate) fn report(
        &self,
        base: Option<&str>,
        head: &str,
        patience: Duration,
    ) -> Result<Report, Unanswered> {
        let base = base.map(|base| format!("&base={base}")).unwrap_or_default();
        let path = format!("/v1/report?form=packed&head={head}{base}");
        let body = self.answer(Method::GET, &path, patience)?;
        Report::unpacked(&body)
            .filter(|report| report.schema == SCHEMA)
            .ok_or_else(|| Unanswered::Unreachable("the report is unreadable".to_owned()))
    }

    fn get<T: DeserializeOwned>(&self, path: &str, patience: Duration) -> Result<T, Unanswered> {
        self.ask(Method::GET, path, patience)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        patience: Duration,
    ) -> Result<T, Unanswered> {
        let body = self.answer(method, path, patience)?;
        serde_json::from_slice(&body)
            .map_err(|error| Unanswered::Unreachable(format!("the answer is unreadable: {error}")))
    }

    /// The body of an answer that is no failure.
    fn answer(&self, method: Method, path: &str, patience: Duration) -> Result<Bytes, Unanswered> {
        let unreachable = |error: std::io::Error| Unanswered::Unreachable(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(unreachable)?;
        runtime.block_on(async {
            let connect = tokio::time::timeout(PATIENCE, UnixStream::connect(&self.socket));
            let stream = connect.await.map_err(|_| Unanswered::Late)?.map_err(unreachable)?;
            let answer = tokio::time::timeout(patience, exchange(stream, method, path));
            let (status, body) = answer
                .await
                .map_err(|_| Unanswered::Late)?
                .map_err(|error| Unanswered::Unreachable(error.to_string()))?;
            read(status, body)
        })
    }
}

fn read(status: StatusCode, body: Bytes) -> Result<Bytes, Unanswered> {
    if status.is_success() {
        return Ok(body);
    }
    match serde_json::from_slice(&body) {
        Ok(Failure { error }) => Err(Unanswered::Failed(error)),
        Err(_) => Err(Unanswered::Unreachable(format!("the daemon answers {status}"))),
    }
}

/// One request and its whole answer.
async fn exchange(
    stream: UnixStream,
    method: Method,
    path: &str,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "zij")
        .body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await?.to_bytes();
    connection.abort();
    Ok((status, body))
}
