//! What an operator's tools ask: whether the server works, and its numbers.

use super::{ClientAddress, guard::bearer};
use crate::{
    ServerError, Shared,
    account::callers::{Caller, Scope},
};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::account;

/// A server that takes longer to read one row does not work.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// Whether changes are taken and rows can be read.
pub async fn health(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, ServerError> {
    if !shared.writer.is_alive() || *shared.stop.borrow() {
        return Err(ServerError::Ending);
    }
    let read = async {
        let mut reader = shared.readers.take().await?;
        Ok::<_, ServerError>(account::account_count(&mut reader).await?)
    };
    tokio::time::timeout(READ_WITHIN, read).await.map_err(|_| ServerError::Busy)??;
    Ok(Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })))
}

/// For whoever holds a token for it, and on the machine itself where no proxy stands before the server.
pub async fn metrics(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ServerError> {
    let local = address.is_loopback() && !shared.door.proxied;
    if !local {
        if !shared.door.private {
            return Err(ServerError::HttpsRequired);
        }
        let token = bearer(&headers).ok_or(ServerError::NotSignedIn)?;
        if !Caller::find(&shared, token).await?.has(Scope::Metrics) {
            return Err(ServerError::OutOfScope);
        }
    }
    let free = u32::try_from(shared.writer.free()).unwrap_or(u32::MAX);
    metrics::gauge!("holdfast_writer_queue_free").set(f64::from(free));
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, shared.metrics.render()))
}
