//! The socket's side of the daemon: requests become questions to the service.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use tokio::sync::{Semaphore, mpsc, oneshot};
use zij_core::report::model::Report;

use super::{
    Status,
    protocol::{Failure, ReportQuery},
};
use crate::prediction::Predictor;

/// Reports worked out at the same time for clients, beside the daemon's own queue.
const CLIENTS_SERVED: usize = 2;

/// A question to the service's loop.
pub(super) type StatusQuestion = oneshot::Sender<Status>;

#[derive(Clone)]
struct Shared {
    status: mpsc::Sender<StatusQuestion>,
    predictor: Arc<Predictor>,
    places: Arc<Semaphore>,
}

type Answer<T> = Result<Json<T>, (StatusCode, Json<Failure>)>;

/// The routes of the socket.
pub(super) fn routes(status: mpsc::Sender<StatusQuestion>, predictor: Arc<Predictor>) -> Router {
    let places = Arc::new(Semaphore::new(CLIENTS_SERVED));
    Router::new()
        .route("/v1/status", get(status_of))
        .route("/v1/report", get(report_of))
        .with_state(Shared { status, predictor, places })
}

async fn status_of(State(shared): State<Shared>) -> Answer<Status> {
    let (question, answer) = oneshot::channel();
    shared.status.send(question).await.map_err(|_| stopping())?;
    answer.await.map(Json).map_err(|_| stopping())
}

async fn report_of(
    State(shared): State<Shared>,
    Query(query): Query<ReportQuery>,
) -> Answer<Report> {
    let _place = shared.places.acquire().await.map_err(|_| stopping())?;
    let predictor = Arc::clone(&shared.predictor);
    let work = tokio::task::spawn_blocking(move || {
        predictor.between(query.base.as_deref(), &query.head, &|_, _| {})
    });
    match work.await {
        Ok(Ok(report)) => Ok(Json(report)),
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
