//! Links that make members.

use super::{
    Asking, ClientAddress,
    guard::bearer,
    members::role,
    people::{SentCredentials, let_in_json},
    sent::{Named, Sent},
};
use crate::{
    ServerError, Shared,
    account::{
        callers::Caller,
        invitations::{self, Joined},
    },
    now_ms,
};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::id::BoardId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::account::{Invitation, InvitationId};
use uuid::Uuid;

const fn one_use() -> u32 {
    1
}

const fn one_week() -> u32 {
    24 * 7
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Make {
    role: String,
    #[serde(default = "one_use")]
    uses: u32,
    #[serde(default = "one_week")]
    expires_in_hours: u32,
}

pub async fn make(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named(board): Named<BoardId>,
    Sent(sent): Sent<Make>,
) -> Result<(StatusCode, Json<Value>), ServerError> {
    let asks = asking.in_person()?.account;
    let role = role(&sent.role)?;
    let made =
        invitations::make(&shared, board, asks, role, sent.uses, sent.expires_in_hours).await?;
    let (invitation, secret) = made;
    let mut answer = invitation_json(&invitation);
    answer["secret"] = json!(secret.words());
    answer["link"] = json!(format!("{}/join#{}", shared.door.url, secret.words()));
    Ok((StatusCode::CREATED, Json(answer)))
}

pub async fn list(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named(board): Named<BoardId>,
) -> Result<Json<Value>, ServerError> {
    let asks = asking.in_person()?.account;
    let invitations = invitations::list(&shared, board, asks).await?;
    let invitations: Vec<Value> = invitations.iter().map(invitation_json).collect();
    Ok(Json(json!({ "invitations": invitations })))
}

pub async fn revoke(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
    Named((board, invitation)): Named<(BoardId, Uuid)>,
) -> Result<StatusCode, ServerError> {
    let asks = asking.in_person()?.account;
    invitations::revoke(&shared, board, asks, InvitationId(invitation)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub struct Look {
    secret: String,
}

pub async fn look(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Sent(sent): Sent<Look>,
) -> Result<Json<Value>, ServerError> {
    let promise = invitations::look(&shared, address, &sent.secret).await?;
    Ok(Json(json!({
        "board": promise.board.to_string(), "title": promise.title, "role": promise.role.name(),
        "madeBy": promise.made_by, "expiresMs": promise.expires_ms,
    })))
}

#[derive(Deserialize)]
pub struct Accept {
    secret: String,
    /// For whoever has no account here yet.
    account: Option<SentCredentials>,
}

pub async fn accept(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    headers: HeaderMap,
    Sent(sent): Sent<Accept>,
) -> Result<(StatusCode, Json<Value>), ServerError> {
    let Some(credentials) = sent.account else {
        let token = bearer(&headers).ok_or(ServerError::NotSignedIn)?;
        let Caller::Device(sign_in) = Caller::find(&shared, token).await? else {
            return Err(ServerError::OutOfScope);
        };
        let joined = invitations::accept(&shared, address, &sent.secret, sign_in.account).await?;
        return Ok((StatusCode::OK, Json(joined_json(&joined))));
    };
    let (joined, let_in) =
        invitations::accept_as_new(&shared, address, &sent.secret, credentials.into()).await?;
    let mut answer = let_in_json(&let_in);
    answer["joined"] = joined_json(&joined)["joined"].take();
    Ok((StatusCode::CREATED, Json(answer)))
}

fn joined_json(joined: &Joined) -> Value {
    json!({ "joined": {
        "board": joined.board.to_string(), "role": joined.role.name(),
        "person": joined.person.to_string(),
    } })
}

/// Its secret is known to nobody any more.
fn invitation_json(invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id.to_string(),
        "role": invitation.role.name(),
        "usesLeft": invitation.uses_left,
        "madeBy": invitation.made_by.to_string(),
        "madeMs": invitation.made_ms,
        "expiresMs": invitation.expires_ms,
        "revoked": invitation.revoked_ms.is_some(),
        "opens": invitation.opens(now_ms()),
    })
}
