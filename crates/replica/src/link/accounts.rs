//! What is asked of a server over HTTP: a session, and which boards the account has.

use super::{
    LinkError, ServerUrl,
    dial::{Peer, dial},
};
use domain::id::*;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;
use store::account::Role;
use tokio::time::timeout;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// A session that was just begun.
#[derive(Debug, Deserialize)]
pub(crate) struct SignedIn {
    /// Absent where the server cannot say it again: signing in once more helps.
    pub token: Option<String>,
    pub account: SignedInAccount,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SignedInAccount {
    pub name: String,
}

/// A board of the account.
#[derive(Clone, Debug)]
pub(crate) struct ServerBoard {
    pub id: BoardId,
    pub title: String,
    pub role: Role,
    /// Who the account is on it.
    pub person: PersonId,
}

pub(crate) async fn sign_in(
    peer: &Peer,
    name: &str,
    password: &str,
) -> Result<SignedIn, LinkError> {
    let device = hostname();
    let credentials = json!({ "name": name, "password": password, "device": device });
    ask(peer, Method::POST, "/api/sign-in", None, Some(&credentials)).await
}

pub(crate) async fn boards(peer: &Peer, token: &str) -> Result<Vec<ServerBoard>, LinkError> {
    #[derive(Deserialize)]
    struct Listed {
        boards: Vec<ListedBoard>,
    }
    #[derive(Deserialize)]
    struct ListedBoard {
        id: BoardId,
        title: Option<String>,
        role: String,
        person: PersonId,
    }
    let listed: Listed = ask(peer, Method::GET, "/api/boards", Some(token), None).await?;
    let boards = listed.boards.into_iter().map(|board| {
        let role = Role::from_name(&board.role);
        Ok(ServerBoard {
            id: board.id,
            title: board.title.unwrap_or_default(),
            role: role.ok_or_else(|| LinkError::protocol("a role without a name"))?,
            person: board.person,
        })
    });
    boards.collect()
}

/// What the person will know this machine by in the list of their sessions.
pub(super) fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("Holdfast on {}", name.trim())
}

/// An answer without a body is a `()`.
pub(super) async fn ask<T: DeserializeOwned>(
    peer: &Peer,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Result<T, LinkError> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header(HOST, format!("{}:{}", bracketed(&peer.url), peer.url.port));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let bytes = match body {
        None => Bytes::new(),
        Some(body) => {
            request = request.header(CONTENT_TYPE, "application/json");
            Bytes::from(body.to_string())
        }
    };
    let request = request.body(Full::new(bytes)).map_err(LinkError::protocol)?;
    let asked = timeout(ANSWER_WITHIN, send(peer, request)).await;
    let (status, bytes) = asked.map_err(|_| LinkError::Silent)??;
    if !status.is_success() {
        return Err(refusal(status, &bytes));
    }
    let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    serde_json::from_slice(bytes).map_err(LinkError::protocol)
}

fn bracketed(url: &ServerUrl) -> String {
    if url.host().contains(':') { format!("[{}]", url.host()) } else { url.host().to_owned() }
}

async fn send(
    peer: &Peer,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), LinkError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(dial(peer).await?)).await?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
        let body = body.collect().await.map_err(LinkError::protocol)?;
        Ok((status, body.to_bytes()))
    };
    tokio::pin!(connection, exchange);
    tokio::select! {
        answered = &mut exchange => answered,
        // Its end may come with the answer.
        ended = &mut connection => { ended?; exchange.await }
    }
}

/// The server's own words, where it has some.
fn refusal(status: StatusCode, body: &[u8]) -> LinkError {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Problem {
        code: String,
        detail: String,
    }
    let Problem { code, detail } = serde_json::from_slice(body).unwrap_or_default();
    match &*code {
        "" => LinkError::protocol(format!("it answers with {status}")),
        "notSignedIn" => LinkError::SignedOut,
        _ => LinkError::Refused { code, words: detail },
    }
}
