//! The first account, signing in and out, another password, and who one is.

use super::{Asking, ClientAddress, sent::Sent};
use crate::{
    Secret, ServerError, Shared,
    account::{
        callers::{Caller, Scope},
        people::{self, Credentials, LetIn},
    },
};
use axum::{Extension, Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
pub struct SentCredentials {
    pub name: String,
    pub password: String,
    #[serde(default)]
    pub device: String,
}

impl From<SentCredentials> for Credentials {
    fn from(sent: SentCredentials) -> Credentials {
        Credentials { name: sent.name, password: sent.password, device: Some(sent.device) }
    }
}

#[derive(Deserialize)]
pub struct SetUp {
    secret: String,
    #[serde(flatten)]
    credentials: SentCredentials,
}

pub async fn set_up(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Sent(sent): Sent<SetUp>,
) -> Result<(StatusCode, Json<Value>), ServerError> {
    let let_in = people::set_up(&shared, address, &sent.secret, sent.credentials.into()).await?;
    Ok((StatusCode::CREATED, Json(let_in_json(&let_in))))
}

pub async fn sign_in(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Sent(sent): Sent<SentCredentials>,
) -> Result<Json<Value>, ServerError> {
    let let_in = people::sign_in(&shared, address, sent.into()).await?;
    Ok(Json(let_in_json(&let_in)))
}

pub async fn sign_out(
    State(shared): State<Arc<Shared>>,
    asking: Asking,
) -> Result<StatusCode, ServerError> {
    people::sign_out(&shared, asking.in_person()?.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn me(asking: Asking) -> Result<Json<Value>, ServerError> {
    let caller = asking.with(Scope::Read)?;
    let mut me = json!({ "account": {
        "id": caller.account().to_string(), "name": caller.name(), "operator": caller.is_operator(),
    } });
    match &caller {
        Caller::Device(sign_in) => {
            me["device"] = json!({ "name": sign_in.device, "signedInMs": sign_in.made_ms });
        }
        Caller::Anybody => {}
        Caller::Program(token) => {
            me["token"] = json!({
                "label": token.label, "scopes": token.scopes, "expiresMs": token.expires_ms,
            });
        }
    }
    Ok(Json(me))
}

#[derive(Deserialize)]
pub struct ChangePassword {
    current: String,
    next: String,
}

pub async fn change_password(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    asking: Asking,
    Sent(sent): Sent<ChangePassword>,
) -> Result<Json<Value>, ServerError> {
    let sign_in = asking.in_person()?;
    let ended = people::change_password(&shared, address, sign_in, sent.current, sent.next).await?;
    Ok(Json(json!({ "endedSignIns": ended })))
}

pub fn let_in_json(let_in: &LetIn) -> Value {
    json!({
        "token": let_in.token.as_ref().map(Secret::words),
        "account": {
            "id": let_in.account.to_string(), "name": let_in.name, "operator": let_in.operator,
        },
    })
}
