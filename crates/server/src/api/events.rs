//! A board's changes as they are numbered, as server-sent events. They are read from the log by each listener's own
//! cursor, so that one who comes back with the last number that they saw gets each change exactly once, and one who
//! reads slowly costs nothing but its place.

use super::{
    changes::{SINCE, begins, change_shown},
    fields::{Asked, Field},
    problem::Problem,
    reads::HEAD,
    requests::Request,
};
use crate::{
    ServerError, Shared,
    account::{
        callers::{Caller, Scope},
        members,
    },
    now_ms,
    sync::acting::Listening,
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use domain::id::BoardId;
use futures_util::stream;
use std::{convert::Infallible, sync::Arc, time::Duration};
use store::{account::AccountId, rooms};
use tokio::{sync::watch, time::timeout};

pub const PARAMETERS: &[Field] = &[SINCE];
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
/// Where nothing happens, something is sent so often, so that both ends know that the other is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Changes of one event stream that are in memory at once.
const CHANGES_AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = 256 * 1024;

/// Somebody who listens.
struct Listener {
    shared: Arc<Shared>,
    board: BoardId,
    account: AccountId,
    token: String,
    /// When that ends by itself.
    ends_ms: Option<i64>,
    /// Up to where they were told.
    cursor: u64,
    listening: Listening,
    /// Counts up when rights may have changed.
    access: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
}

pub async fn listen(shared: Arc<Shared>, request: &Request) -> Result<Response, ServerError> {
    let asked = request.parameters(PARAMETERS)?;
    let (board, account) = (request.board()?, request.account());
    let (access, stop) = (shared.access.subscribe(), shared.stop.subscribe());
    // It listens first and reads then, so that nothing falls between the two.
    let listening = Listening::begin(&shared.rooms, board, account)?;
    let mut reader = shared.reader().await?;
    members::role_on(&mut reader, board, account).await?;
    let since = since(request, &asked)?;
    let head = begins(&mut reader, board, since.unwrap_or(0)).await?;
    drop(reader);
    let cursor = since.unwrap_or(head);
    let (token, ends_ms) = (request.token.clone(), request.caller.ends_ms());
    let listener =
        Listener { shared, board, account, token, ends_ms, cursor, listening, access, stop };
    let first = Bytes::from_static(b"retry: 1000\n\n");
    let events = stream::unfold((Some(first), listener), |(first, mut listener)| async move {
        let next = match first {
            Some(first) => Some(first),
            None => listener.next().await,
        };
        next.map(|bytes| (Ok::<_, Infallible>(bytes), (None, listener)))
    });
    let mut answer = Response::new(Body::from_stream(events));
    let kind = HeaderValue::from_static("text/event-stream");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer.headers_mut().insert(HEAD, HeaderValue::from(cursor));
    Ok(answer)
}

/// From which number on: the last that they saw, or else as the address says.
fn since(request: &Request, asked: &Asked) -> Result<Option<u64>, Problem> {
    let Some(last) = request.headers.get(LAST_EVENT) else { return asked.get("since") };
    let number = last.to_str().ok().and_then(|text| text.parse().ok());
    let words = "The last event is named by its number.";
    number.map(Some).ok_or_else(|| Problem::bad_header("Last-Event-ID", words))
}

impl Listener {
    /// What is sent next; `None` where the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.ends_ms.is_some_and(|ends_ms| now_ms() >= ends_ms) {
                return None;
            }
            if self.access.has_changed().unwrap_or(true) {
                self.access.mark_unchanged();
                if !self.may_listen().await {
                    return None;
                }
            }
            // What is told from here on is noticed below, even if it is read now.
            self.listening.mark();
            match self.read_on().await {
                Ok(events) if events.is_empty() => {}
                Ok(events) => return Some(events.into()),
                Err(error) => {
                    tracing::error!(%error, "events could not be read");
                    return None;
                }
            }
            let happens = async {
                tokio::select! {
                    biased;
                    _ = self.stop.wait_for(|stop| *stop) => false,
                    _ = self.access.changed() => {
                        self.access.mark_changed();
                        true
                    }
                    () = self.listening.goes_on() => true,
                }
            };
            match timeout(HEARTBEAT, happens).await {
                Ok(true) => {}
                Ok(false) => return None,
                // A token may end by itself.
                Err(_) if !self.may_listen().await => return None,
                Err(_) => return Some(Bytes::from_static(b": still here\n\n")),
            }
        }
    }

    /// Whether they are still let in, and to this board.
    async fn may_listen(&self) -> bool {
        let caller = Caller::find(&self.shared, &self.token).await;
        let is_they = caller.is_ok_and(|it| it.account() == self.account && it.has(Scope::Read));
        let role = async {
            let mut reader = self.shared.reader().await?;
            members::role_on(&mut reader, self.board, self.account).await
        };
        is_they && role.await.is_ok()
    }

    /// The next changes as events; nothing where there is none.
    async fn read_on(&mut self) -> Result<Vec<u8>, ServerError> {
        let mut reader = self.shared.reader().await?;
        let after = self.cursor;
        let read = rooms::read_on(&mut reader, self.board, after, CHANGES_AT_ONCE, BYTES_AT_ONCE);
        let changes = read.await?.map(|stretch| stretch.changes).unwrap_or_default();
        drop(reader);
        let mut events = Vec::new();
        for numbered in &changes {
            let shown = change_shown(numbered)?;
            events.extend(format!("id: {}\nevent: change\ndata: ", numbered.seq).bytes());
            events.extend(shown);
            events.extend_from_slice(b"\n\n");
            self.cursor = numbered.seq;
        }
        Ok(events)
    }
}
