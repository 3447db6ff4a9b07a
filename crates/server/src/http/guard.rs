//! Who asks and how; and the headers that every answer carries.

use crate::{
    ServerError, Shared,
    account::callers::{Caller, Scope},
    deadline,
    shared::READER_WITHIN,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use store::account::SignIn;
use tokio::time::{timeout, timeout_at};

/// Reading a request and answering it together.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Pages have no script, load their style from here, and send their forms here.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Who asks, as an address; behind a proxy, as the proxy says.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Finds out the address before anything else needs it.
pub async fn address(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    // A list may come as several headers: it is one.
    let lists = request.headers().get_all("x-forwarded-for");
    let last = lists.iter().next_back().and_then(|list| list.to_str().ok());
    let client = shared.door.client(peer.ip(), last);
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

/// Refuses what carries a password or a token where everybody can read along.
pub async fn private(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if shared.door.private {
        next.run(request).await
    } else {
        ServerError::HttpsRequired.into_response()
    }
}

/// Gives up a request that takes too long to arrive.
pub async fn in_time(request: Request, next: Next) -> Response {
    let answered = timeout(ANSWER_WITHIN, deadline::from_now(next.run(request))).await;
    answered.unwrap_or_else(|_| {
        let (status, words) = (StatusCode::REQUEST_TIMEOUT, "It took too long to arrive.");
        ServerError::BadRequest { status, words: words.to_owned() }.into_response()
    })
}

/// Puts the headers that every answer carries, and counts it.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let status = answer.status().as_u16().to_string();
    metrics::counter!("holdfast_http_answers_total", "status" => status).increment(1);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // Answers hold tokens and names: nobody keeps them but the one who asked.
    let unset = HeaderValue::from_static("no-store");
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(unset);
    answer
}

/// Somebody who was let in.
pub struct Asking(pub Caller);

impl Asking {
    /// Whether what they hold was given that right.
    pub fn with(self, scope: Scope) -> Result<Caller, ServerError> {
        if self.0.has(scope) { Ok(self.0) } else { Err(ServerError::OutOfScope) }
    }

    /// A person at a device: a program does not manage people.
    pub fn in_person(self) -> Result<SignIn, ServerError> {
        match self.0 {
            Caller::Device(sign_in) => Ok(sign_in),
            Caller::Program(_) | Caller::Anybody => Err(ServerError::OutOfScope),
        }
    }
}

impl FromRequestParts<Arc<Shared>> for Asking {
    type Rejection = ServerError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, ServerError> {
        let token = bearer(&parts.headers).ok_or(ServerError::NotSignedIn)?;
        let found = timeout_at(deadline::within(READER_WITHIN), Caller::find(shared, token)).await;
        found.map_err(|_| ServerError::Busy)?.map(Asking)
    }
}

/// The token of a request, where one is sent exactly once.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
