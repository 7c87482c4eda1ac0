//! The socket's side of the daemon: requests become questions to the service.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http_body_util::channel::Channel;
use hyper::body::Bytes;
use tokio::{
    sync::{
        Semaphore,
        broadcast::{self, error::RecvError},
        mpsc, oneshot,
    },
    time,
};

use super::{
    Status,
    journal::Journal,
    meters::{Meters, Sizes},
    protocol::{
        Failure, Form, REPOSITORIES_SCHEMA, ReportQuery, Repositories,
        Repository as ServedRepository,
    },
};
use crate::prediction::Predictor;

/// A loop that takes longer to answer is not well.
const HEALTHY: Duration = Duration::from_secs(1);

/// A client of events hears something this often.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Reports worked out at the same time for clients, beside the daemon's own queue.
const CLIENTS_SERVED: usize = 2;

/// A question to the service's loop.
pub(super) type StatusQuestion = oneshot::Sender<Status>;

/// All repositories that this process serves.
pub(super) type Roster = Arc<[Neighbour]>;

/// One of them.
pub(super) struct Neighbour {
    pub(super) socket: String,
    pub(super) status: mpsc::Sender<StatusQuestion>,
}

#[derive(Clone)]
struct Shared {
    own: usize,
    roster: Roster,
    moved: mpsc::Sender<()>,
    events: broadcast::Sender<Arc<str>>,
    meters: Arc<Meters>,
    journal: Arc<Journal>,
    predictor: Arc<Predictor>,
    places: Arc<Semaphore>,
}

/// What the routes need of the service.
pub(super) struct Links {
    /// Which of the roster has this socket.
    pub(super) own: usize,
    pub(super) roster: Roster,
    pub(super) moved: mpsc::Sender<()>,
    pub(super) events: broadcast::Sender<Arc<str>>,
    pub(super) meters: Arc<Meters>,
    pub(super) journal: Arc<Journal>,
}

type Answer<T> = Result<Json<T>, (StatusCode, Json<Failure>)>;

/// The routes of the socket.
pub(super) fn routes(links: Links, predictor: Arc<Predictor>) -> Router {
    let places = Arc::new(Semaphore::new(CLIENTS_SERVED));
    let Links { own, roster, moved, events, meters, journal } = links;
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/v1/status", get(status_of))
        .route("/v1/repositories", get(repositories_of))
        .route("/v1/report", get(report_of))
        .route("/v1/look", post(look))
        .route("/v1/events", get(events_of))
        .with_state(Shared { own, roster, moved, events, meters, journal, predictor, places })
}

/// What the loop of this socket's repository holds, as long as it answers.
async fn ask(shared: &Shared) -> Result<Status, (StatusCode, Json<Failure>)> {
    ask_one(shared.roster.get(shared.own).ok_or_else(stopping)?).await
}

async fn ask_one(neighbour: &Neighbour) -> Result<Status, (StatusCode, Json<Failure>)> {
    let (question, answer) = oneshot::channel();
    neighbour.status.send(question).await.map_err(|_| stopping())?;
    answer.await.map_err(|_| stopping())
}

async fn health(State(shared): State<Shared>) -> (StatusCode, &'static str) {
    match time::timeout(HEALTHY, ask(&shared)).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer\n"),
    }
}

async fn metrics(State(shared): State<Shared>) -> Result<Response, (StatusCode, Json<Failure>)> {
    let status = ask(&shared).await?;
    let sizes = Sizes {
        waiting: status.waiting,
        branches: status.branches.len(),
        dropped: shared.journal.dropped(),
        inventories: shared.predictor.inventories(),
    };
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, shared.meters.text(sizes)).into_response())
}

/// Server-sent events: `looked` when branches were looked at, `predicted` with the commits and the
/// sums of each prediction that ends, `missed` where the client was too slow for some.
async fn events_of(State(shared): State<Shared>) -> Response {
    let mut events = shared.events.subscribe();
    let (mut sender, body) = Channel::<Bytes>::new(16);
    tokio::spawn(async move {
        let hello: Arc<str> = "event: hello\ndata: {\"schema\":\"zij.events/v1\"}\n\n".into();
        let mut next = hello;
        // Ends when the client has gone.
        while sender.send_data(Bytes::from(next.as_bytes().to_vec())).await.is_ok() {
            next = match time::timeout(KEEP_ALIVE, events.recv()).await {
                Ok(Ok(event)) => event,
                Ok(Err(RecvError::Lagged(count))) => {
                    format!("event: missed\ndata: {{\"count\":{count}}}\n\n").into()
                }
                Ok(Err(RecvError::Closed)) => return,
                Err(_) => ": still here\n\n".into(),
            };
        }
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::new(body)).into_response()
}

async fn status_of(State(shared): State<Shared>) -> Answer<Status> {
    ask(&shared).await.map(Json)
}

async fn repositories_of(State(shared): State<Shared>) -> Answer<Repositories> {
    let mut repositories = Vec::new();
    for neighbour in &*shared.roster {
        let status = ask_one(neighbour).await?;
        repositories.push(ServedRepository {
            repository: status.repository,
            socket: neighbour.socket.clone(),
            waiting: status.waiting,
            branches: status.branches.len(),
        });
    }
    Ok(Json(Repositories { schema: REPOSITORIES_SCHEMA.to_owned(), repositories }))
}

async fn look(State(shared): State<Shared>) -> Json<serde_json::Value> {
    // A full channel already holds the news.
    let _full = shared.moved.try_send(());
    Json(serde_json::json!({}))
}

async fn report_of(
    State(shared): State<Shared>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, (StatusCode, Json<Failure>)> {
    shared.meters.served();
    let _place = shared.places.acquire().await.map_err(|_| stopping())?;
    let predictor = Arc::clone(&shared.predictor);
    let work = tokio::task::spawn_blocking(move || {
        let ReportQuery { base, head, form } = query;
        match form {
            Form::Json => predictor.json_between(base.as_deref(), &head).map(Bytes::from),
            Form::Packed => predictor.packed_between(base.as_deref(), &head).map(Bytes::from_owner),
        }
    });
    match work.await {
        Ok(Ok(report)) => Ok(([(CONTENT_TYPE, "application/json")], report).into_response()),
        Ok(Err(error)) => Err(failure(error.to_string())),
        Err(_) => Err(failure("the prediction stopped unexpectedly".to_owned())),
    }
}

fn failure(error: String) -> (StatusCode, Json<Failure>) {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(Failure { error }))
}

fn stopping() -> (StatusCode, Json<Failure>) {
    (StatusCode::SERVICE_UNAVAILABLE, Json(Failure { error: "the daemon is stopping".to_owned() }))
}
