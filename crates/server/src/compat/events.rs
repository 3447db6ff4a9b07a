//! What happens on a board, told on a WebSocket. It is read from the log by each listener's own cursor: told are
//! only things that are on disk, each once, and one who reads slowly is merely behind.

use super::{
    access,
    asking::{self, Call},
    happenings::{About, Happening, happenings},
    operations::BOARD,
    shown::{Remark, TicketBoard},
    tickets::ticket,
};
use crate::{
    ServerError, Shared,
    account::{
        callers::{Caller, Scope},
        members,
    },
    api::{Problem, reading::see},
    sync::{accept_key, acting::Listening, switching, upgrade},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{board::Board, id::BoardId, register::Field, value::Value as Held};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{Connection, account::AccountId, rooms};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Bytes, Message,
        protocol::{Role, WebSocketConfig},
    },
};

/// How often the other end is asked whether it is there, and after how much silence it is not.
const PING_EVERY: Duration = Duration::from_secs(8);
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// Nobody has to say anything here.
const HEARD_BYTES_MAX: usize = 64 * 1024;
const CHANGES_AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = 256 * 1024;

/// Somebody who listens.
struct Listener {
    shared: Arc<Shared>,
    board: BoardId,
    number: u64,
    account: AccountId,
    /// What they hold; `None` where they need nothing.
    token: Option<String>,
    /// Up to where they were told.
    cursor: u64,
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

pub async fn connect(
    State(shared): State<Arc<Shared>>,
    call: Call,
    mut request: Request,
) -> Result<Response, ServerError> {
    access::same_origin(request.headers(), &shared)?;
    let asked = call.request.parameters(&[BOARD])?.get::<u64>(BOARD.name)?;
    let number = asked.ok_or_else(|| Problem::missing_field(BOARD.name))?;
    let board = asking::board(&shared, number).await?;
    let account = call.request.account();
    let access = shared.access.subscribe();
    // It listens first and reads then, so that nothing falls between the two.
    let listening = Listening::begin(&shared.rooms, board, account)?;
    let cursor = see(&shared, board, account).await?.board.head.position.seq;
    let accept = accept_key(request.headers())?;
    let upgrade = upgrade(&mut request)?;
    let is_anybody = matches!(call.request.caller, Caller::Anybody);
    let token = (!is_anybody).then(|| call.request.token.clone());
    let listener = Listener { shared, board, number, account, token, cursor };
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => listener.converse(upgraded, listening, access).await,
            Err(error) => tracing::debug!(%error, "a connection was not upgraded"),
        }
    });
    Ok(switching(accept))
}

impl Listener {
    async fn converse(
        mut self,
        upgraded: Upgraded,
        mut listening: Listening,
        mut access: watch::Receiver<u64>,
    ) {
        let config = WebSocketConfig::default()
            .max_message_size(Some(HEARD_BYTES_MAX))
            .max_frame_size(Some(HEARD_BYTES_MAX));
        let stream = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let mut stop = self.shared.stop.subscribe();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.tell(&mut socket, &mut listening, &mut access) => {}
        }
        // Whoever takes nothing any more is not waited for.
        tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await.ok();
    }

    /// Comes back when there is nobody to tell any more, or they may not be told.
    async fn tell(
        &mut self,
        socket: &mut Socket,
        listening: &mut Listening,
        access: &mut watch::Receiver<u64>,
    ) {
        let (mut look, mut heard) = (interval(PING_EVERY), Instant::now());
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let connected = json!({ "event": "connected", "data": { "board_id": self.number } });
        if send(socket, &connected).await.is_none() {
            return;
        }
        loop {
            if access.has_changed().unwrap_or(true) {
                access.mark_unchanged();
                if !self.may_listen().await {
                    return;
                }
            }
            // What is told from here on is noticed below, even if it is read now.
            listening.mark();
            let events = match self.read_on().await {
                Ok(events) => events,
                Err(error) => return tracing::error!(%error, "events could not be read"),
            };
            if let Some(events) = events {
                for event in &events {
                    if send(socket, event).await.is_none() {
                        return;
                    }
                }
                continue;
            }
            tokio::select! {
                () = listening.goes_on() => {}
                _ = access.changed() => access.mark_changed(),
                message = socket.next() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => heard = Instant::now(),
                },
                // A token may end by itself.
                _ = look.tick() => {
                    let ping = Message::Ping(Bytes::new());
                    if heard.elapsed() >= DEAD_AFTER
                        || !self.may_listen().await
                        || socket.send(ping).await.is_err()
                    {
                        return;
                    }
                }
            }
        }
    }

    /// Whether they are still let in, and to this board.
    async fn may_listen(&self) -> bool {
        if let Some(token) = &self.token {
            let caller = Caller::find(&self.shared, token).await;
            if !caller.is_ok_and(|it| it.account() == self.account && it.has(Scope::Read)) {
                return false;
            }
        }
        let role = async {
            let mut reader = self.shared.reader().await?;
            members::role_on(&mut reader, self.board, self.account).await
        };
        role.await.is_ok()
    }

    /// What the next changes mean; `None` where there is none.
    async fn read_on(&mut self) -> Result<Option<Vec<Value>>, ServerError> {
        let mut reader = self.shared.reader().await?;
        let after = self.cursor;
        let read = rooms::read_on(&mut reader, self.board, after, CHANGES_AT_ONCE, BYTES_AT_ONCE);
        let changes = read.await?.map(|stretch| stretch.changes).unwrap_or_default();
        drop(reader);
        let Some(last) = changes.last().map(|last| last.seq) else { return Ok(None) };
        // It shows how things stand by now, which may be further on than the change.
        let seen = see(&self.shared, self.board, self.account).await?.board;
        let mut reader = self.shared.reader().await?;
        let mut events = Vec::new();
        #[cfg(feature = "mutants")]
        let changes: Vec<_> =
            changes.into_iter().filter(|it| !crate::mutants::is_untold(it.seq)).collect();
        for happening in changes.iter().flat_map(|numbered| happenings(&numbered.change)) {
            events.extend(self.event(&mut reader, &seen, happening).await?);
        }
        self.cursor = last;
        Ok(Some(events))
    }

    /// As it is sent; `None` where nothing is left of what it is about.
    async fn event(
        &self,
        reader: &mut Connection,
        board: &Board,
        Happening { event, about }: Happening,
    ) -> Result<Option<Value>, ServerError> {
        let with_data = |data: Value| json!({ "event": event, "data": data });
        let told = match about {
            About::Board => Some(shown(&TicketBoard::of(board, self.number))?),
            About::Ticket(id) => match ticket(reader, board, id).await? {
                Some(ticket) => Some(shown(&ticket)?),
                None => rooms::number_of_thing(reader, self.board, id)
                    .await?
                    .map(|number| self.gone(number)),
            },
            About::Comment(id) => {
                let card =
                    board.entity(id).and_then(|it| it.value(Field::CARD)).and_then(Held::as_id);
                let ticket = match card {
                    Some(card) => rooms::number_of_thing(reader, self.board, card).await?,
                    None => None,
                };
                match rooms::number_of_thing(reader, self.board, id).await?.zip(ticket) {
                    Some((number, ticket)) => match Remark::of(board, id, number, ticket) {
                        Some(remark) => Some(shown(&remark)?),
                        None => Some(json!({ "id": number, "ticket_id": ticket })),
                    },
                    None => None,
                }
            }
        };
        Ok(told.map(with_data))
    }

    /// Of a ticket that is no more.
    fn gone(&self, number: u64) -> Value {
        json!({ "id": number, "board_id": self.number })
    }
}

fn shown(record: &impl Serialize) -> Result<Value, ServerError> {
    serde_json::to_value(record).map_err(|error| ServerError::Failed(error.to_string()))
}

/// `None` where nobody takes it any more.
async fn send(socket: &mut Socket, event: &Value) -> Option<()> {
    socket.send(Message::Text(event.to_string().into())).await.ok()
}
