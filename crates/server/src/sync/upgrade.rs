//! From an HTTP request to a conversation.

use super::{
    session::{Guest, converse},
    socket::Socket,
};
use crate::{ServerError, Shared, account::callers::Caller, http::bearer};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Lets a device in that is signed in. A page in a browser is none: it would carry the rights of whoever
/// looks at it, so whatever says where it comes from is refused.
pub async fn open(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
) -> Result<Response, ServerError> {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        return Err(refused(StatusCode::FORBIDDEN, "Not for pages."));
    }
    let access = shared.access.subscribe();
    let token = bearer(headers).ok_or(ServerError::NotSignedIn)?.to_owned();
    let accept = accept_key(headers)?;
    let Caller::Device(sign_in) = Caller::find(&shared, &token).await? else {
        return Err(ServerError::OutOfScope);
    };
    let upgrade = upgrade(&mut request)?;
    let place = shared.rooms.places.take(sign_in.account)?;
    let guest = Guest { account: sign_in.account, name: sign_in.name, token, access, place };
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => {
                let (stop, patience) = (shared.stop.subscribe(), shared.reader_patience);
                let socket = Socket::new(upgraded, stop, patience).await;
                converse(shared, socket, guest).await;
            }
            Err(error) => tracing::debug!(%error, "a connection was not upgraded"),
        }
    });
    Ok(switching(accept))
}

/// The answer after which the connection is a WebSocket.
pub fn switching(accept: HeaderValue) -> Response {
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// What becomes a connection once the answer is sent.
pub fn upgrade(request: &mut Request) -> Result<OnUpgrade, ServerError> {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    upgrade.ok_or_else(|| refused(StatusCode::UPGRADE_REQUIRED, "Not this way."))
}

/// The answer to a handshake of RFC 6455.
pub fn accept_key(headers: &HeaderMap) -> Result<HeaderValue, ServerError> {
    let names = |name: HeaderName, what: &str| {
        let lists = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        lists.flat_map(|list| list.split(',')).any(|word| word.trim().eq_ignore_ascii_case(what))
    };
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let is_one = names(header::CONNECTION, "upgrade")
        && names(header::UPGRADE, "websocket")
        && names(header::SEC_WEBSOCKET_VERSION, "13");
    let key = key
        .filter(|_| is_one)
        .ok_or_else(|| refused(StatusCode::UPGRADE_REQUIRED, "This is spoken on a WebSocket."))?;
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()));
    accept.map_err(|error| ServerError::Failed(error.to_string()))
}

fn refused(status: StatusCode, words: &str) -> ServerError {
    ServerError::BadRequest { status, words: words.to_owned() }
}
