//! One try: a request, and what came back. Nothing of an answer counts but its status.

use super::{
    dial::{Unreached, dial},
    signature::sign,
    target::Target,
};
use crate::now_ms;
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, header},
};
use domain::id::BoardId;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use std::time::Duration;
use store::webhooks::{Delivery, Webhook};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// From the end of the connecting to the status.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A body is taken off a receiver's hands, so that it sees no broken connection, and thrown away: so much, and so long.
const BODY_BYTES_MAX: usize = 64 * 1024;
const BODY_WITHIN: Duration = Duration::from_secs(1);
const HEAD_BYTES_MAX: usize = 16 * 1024;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const BOARD: HeaderName = HeaderName::from_static("holdfast-board");
const EVENT: HeaderName = HeaderName::from_static("holdfast-event");
const PROGRAM: &str = concat!("Holdfast/", env!("CARGO_PKG_VERSION"));

/// What is sent.
pub struct Message {
    /// The same each time that it is tried, and of nothing else.
    pub id: String,
    pub event: &'static str,
    pub board: BoardId,
    /// Of the change; `None` for a ping.
    pub number: Option<u64>,
    pub body: Vec<u8>,
}

/// Why a receiver's answer does not count as taken.
pub const GONE: &str = "gone";
const REDIRECT: &str = "redirect";
const STATUS: &str = "status";

/// Tries once. It takes a bounded time, whatever the receiver does.
pub async fn send(webhook: &Webhook, message: Message, allowed: &[IpNet]) -> Delivery {
    let (at_ms, began) = (now_ms(), Instant::now());
    let (number, attempt) = (message.number, webhook.failures.saturating_add(1));
    let answered = exchange(webhook, message, at_ms, allowed).await;
    let (status, error) = match answered {
        Ok(status) => (Some(status.as_u16()), why_not_taken(status)),
        Err(unreached) => (None, Some(unreached.code())),
    };
    let duration_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let attempt = if number.is_some() { attempt } else { 1 };
    Delivery { number, attempt, at_ms, duration_ms, status, error: error.map(str::to_owned) }
}

fn why_not_taken(status: StatusCode) -> Option<&'static str> {
    match status {
        _ if status.is_success() => None,
        StatusCode::GONE => Some(GONE),
        // Whoever answers could send the server anywhere.
        _ if status.is_redirection() => Some(REDIRECT),
        _ => Some(STATUS),
    }
}

async fn exchange(
    webhook: &Webhook,
    message: Message,
    at_ms: i64,
    allowed: &[IpNet],
) -> Result<StatusCode, Unreached> {
    // What is in the database was read when it was made.
    let target = Target::read(&webhook.url).ok_or(Unreached::NoAddress)?;
    let request = request(webhook, message, &target, at_ms).ok_or(Unreached::NoAddress)?;
    let wire = dial(&target, allowed).await?;
    let answered = async {
        let shaken = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake::<_, Body>(TokioIo::new(wire))
            .await;
        let (mut sender, connection) = shaken.map_err(|_| Unreached::NoAnswer)?;
        // It ends with this try.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let answer = sender.send_request(request).await.map_err(|_| Unreached::NoAnswer)?;
        Ok((answer, driver))
    };
    let answered = timeout(ANSWER_WITHIN, answered).await.unwrap_or(Err(Unreached::TooSlow));
    let (answer, _driver) = answered?;
    let status = answer.status();
    let body = to_bytes(Body::new(answer.into_body()), BODY_BYTES_MAX);
    if !matches!(timeout(BODY_WITHIN, body).await, Ok(Ok(_))) {
        tracing::debug!(webhook = %webhook.id, "a receiver's answer was not read to its end");
    }
    Ok(status)
}

fn request(
    webhook: &Webhook,
    message: Message,
    target: &Target,
    at_ms: i64,
) -> Option<Request<Body>> {
    let timestamp = at_ms.div_euclid(1_000);
    let signature = sign(&webhook.secret, &message.id, timestamp, &message.body);
    Request::builder()
        .method(Method::POST)
        .uri(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, PROGRAM)
        .header(header::CONNECTION, HeaderValue::from_static("close"))
        .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header(ID, message.id)
        .header(TIMESTAMP, timestamp)
        .header(SIGNATURE, signature)
        .header(BOARD, message.board.to_string())
        .header(EVENT, message.event)
        .body(Body::from(Bytes::from(message.body)))
        .ok()
}
