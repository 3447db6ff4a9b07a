//! The boards of whoever asks.

use super::Asking;
use crate::{
    ServerError, Shared,
    account::{callers::Scope, members},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::id::BoardId;
use serde_json::{Value, json};
use std::sync::Arc;
use store::account;

pub async fn list(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
) -> Result<Json<Value>, ServerError> {
    let caller = asking.with(Scope::Read)?;
    let mut reader = shared.reader().await?;
    let boards = account::boards_of(&mut reader, caller.account()).await?;
    let boards: Vec<Value> = boards
        .iter()
        .map(|board| {
            json!({
                "id": board.board.to_string(), "title": board.title,
                "role": board.role.name(), "person": board.person.to_string(),
            })
        })
        .collect();
    Ok(Json(json!({ "boards": boards })))
}

/// Ends a board for all who are on it.
pub async fn end(
    shared: &Shared,
    asking: Asking,
    board: BoardId,
) -> Result<StatusCode, ServerError> {
    let asks = asking.in_person()?.account;
    members::end_board(shared, board, asks).await?;
    Ok(StatusCode::NO_CONTENT)
}
