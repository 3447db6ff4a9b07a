//! The paths of an earlier kanban server, for programs that were written for it: tickets, boards and comments with
//! whole numbers for ids. They show the same cards as everything else, and write by the same road. This is the one
//! place that says ticket.

mod access;
mod asking;
mod boards;
mod comments;
mod events;
mod happenings;
mod operations;
mod shown;
mod tickets;

pub use access::begin;
pub use events::connect;

use crate::{ServerError, Shared, api::BODY_BYTES_MAX, http};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Those below `/api`, with slashes at their ends where that server had them.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/tickets/", get(tickets::list).post(tickets::create))
        .route("/tickets/{ticket}", get(tickets::show).put(tickets::change).delete(tickets::delete))
        .route("/tickets/{ticket}/move", post(tickets::put))
        .route("/tickets/{ticket}/claim", post(tickets::claim))
        .route("/boards/", get(boards::list).post(boards::create))
        .route("/boards/{board}", get(boards::show).put(boards::change).delete(boards::delete))
        .route("/boards/{board}/columns", get(boards::columns).put(boards::put_columns))
        .route("/boards/{board}/tickets", get(boards::tickets))
        .route("/comments/", post(comments::create))
        .route("/comments/ticket/{ticket}", get(comments::list))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Whether the server works, in that server's words.
pub async fn health(state: State<Arc<Shared>>) -> Result<Json<Value>, ServerError> {
    let Json(_) = http::health(state).await?;
    Ok(Json(json!({ "status": "healthy" })))
}
