//! Who may do what on a board.

use super::{
    Asking,
    sent::{Named, Sent},
};
use crate::{
    ServerError, Shared,
    account::{callers::Scope, members},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::id::BoardId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::account::{AccountId, Role};
use uuid::Uuid;

pub async fn list(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named(board): Named<BoardId>,
) -> Result<Json<Value>, ServerError> {
    let caller = asking.with(Scope::Read)?;
    let members = members::list(&shared, board, caller.account()).await?;
    let members: Vec<Value> = members
        .iter()
        .map(|named| {
            json!({
                "account": named.member.account.to_string(),
                "name": named.name,
                "disabled": named.disabled,
                "role": named.member.role.name(),
                "person": named.member.person.to_string(),
                "sinceMs": named.member.since_ms,
            })
        })
        .collect();
    Ok(Json(json!({ "members": members })))
}

#[derive(Deserialize)]
pub struct Add {
    name: String,
    role: String,
}

pub async fn add(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named(board): Named<BoardId>,
    Sent(sent): Sent<Add>,
) -> Result<(StatusCode, Json<Value>), ServerError> {
    let asks = asking.in_person()?.account;
    let member = members::add(&shared, board, asks, &sent.name, role(&sent.role)?).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({
            "account": member.account.to_string(),
            "role": member.role.name(),
            "person": member.person.to_string(),
        })),
    ))
}

#[derive(Deserialize)]
pub struct ChangeRole {
    role: String,
}

pub async fn change(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named((board, account)): Named<(BoardId, Uuid)>,
    Sent(sent): Sent<ChangeRole>,
) -> Result<StatusCode, ServerError> {
    let asks = asking.in_person()?.account;
    let role = role(&sent.role)?;
    members::change(&shared, board, asks, AccountId(account), role).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn remove(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named((board, account)): Named<(BoardId, Uuid)>,
) -> Result<StatusCode, ServerError> {
    let asks = asking.in_person()?.account;
    members::remove(&shared, board, asks, AccountId(account)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub fn role(name: &str) -> Result<Role, ServerError> {
    Role::from_name(name).ok_or_else(|| {
        ServerError::bad_request("A role is owner, admin, editor, commenter or viewer.")
    })
}
