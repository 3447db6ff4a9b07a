//! Changes over WebSockets: connections that push as replicas do, the next when the last is answered. What is
//! pushed was signed before the time begins.

use crate::{
    creates::list,
    report::Report,
    server::{Board, Server},
};
use anyhow::{Context, Result, bail, ensure};
use domain::{
    change::{self, Change, Group, Hash, Position, Write},
    fresh::Fresh,
    id::*,
    key::{OrderKey, keys_between},
    register::{Field, Kind},
    stamp::Latest,
    value::Value,
};
use futures_util::{SinkExt, StreamExt};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use sync::{
    frame,
    message::{Answer, BoardNews, FromClient, FromServer, Hello, PROTOCOL_MIN, Push, Pushed},
};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

const CONNECTIONS: u32 = 10;
/// More is not signed, and a round that has pushed all of it ends.
const CHANGES_MAX: usize = 12_000;
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A socket, and the changes that go through it.
struct Pusher {
    stream: WebSocketStream<TcpStream>,
    board: BoardId,
    changes: Vec<Pushed>,
    cards: Vec<EntityId>,
}

struct Heard {
    cards: Vec<EntityId>,
    times: Vec<Duration>,
    until: Instant,
}

/// One round on a new board, with so many changes in each push.
pub async fn measure(
    server: &Server,
    changes: usize,
    time: Duration,
    report: &mut Report,
) -> Result<()> {
    let board = server.make_board().await?;
    let token = server.sign_in().await?;
    let mut pushers = JoinSet::new();
    let mut ready = Vec::new();
    for _ in 0..CONNECTIONS {
        ready.push(Pusher::open(server.address, &token, &board).await?);
    }
    let began = Instant::now();
    for pusher in ready {
        pushers.spawn(pusher.push(changes, began + time));
    }
    let (mut cards, mut times, mut ended) = (BTreeSet::new(), Vec::new(), began);
    while let Some(heard) = pushers.join_next().await {
        let heard = heard??;
        cards.extend(heard.cards.iter().map(|card| card.0.to_string()));
        times.extend(heard.times);
        ended = ended.max(heard.until);
    }
    let took = (ended - began).as_secs_f64();
    let listed = list(server.address, &server.token, &board).await?;
    ensure!(listed == cards, "what was acknowledged is not what is listed");
    let made = u32::try_from(cards.len())?;
    let what = format!("WebSocket: changes, {CONNECTIONS} connections, {changes} a push");
    report.rate(&what, f64::from(made) / took, &format!("{made} in {took:.1} s"));
    report.times("  pushed to answered", times, "");
    Ok(())
}

impl Pusher {
    async fn open(address: SocketAddr, token: &str, board: &Board) -> Result<Pusher> {
        let mut request = format!("ws://{address}/sync").into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (stream, _) = client_async(request, stream).await?;
        let board_id = BoardId(board.id.parse()?);
        let (changes, cards) = (Vec::new(), Vec::new());
        let mut pusher = Pusher { stream, board: board_id, changes, cards };
        let app = "holdfast-load".to_owned();
        // All that is needed here, and a server of any age speaks it.
        let (protocol_min, protocol_max) = (PROTOCOL_MIN, PROTOCOL_MIN);
        pusher.say(&FromClient::Hello(Hello { protocol_min, protocol_max, app })).await?;
        loop {
            if let FromServer::Boards(boards) = pusher.hear().await? {
                let seen = boards.iter().find(|seen| seen.board == board_id);
                let author = seen.context("the board is not told")?.person;
                pusher.sign(author, EntityId(board.column.parse()?))?;
                return Ok(pusher);
            }
        }
    }

    /// Cards, one behind the other.
    fn sign(&mut self, author: PersonId, column: EntityId) -> Result<()> {
        let wall_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let (replica, mut latest) = (ReplicaId(Uuid::new_v4()), Latest::default());
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(replica.bytes());
        let (mut prev, mut fresh) = (Hash::default(), Fresh::new(seed, wall_ms));
        let mut key: Option<OrderKey> = None;
        for rseq in 1..=u64::try_from(CHANGES_MAX)? {
            let keys = keys_between(key.as_ref(), None, 1, 128, fresh.rng());
            let next = keys.and_then(|mut keys| keys.pop()).context("no more keys")?;
            let card = fresh.entity();
            let stamp = latest.tick(wall_ms, replica);
            latest.see(stamp);
            let change = Change {
                board: self.board,
                replica,
                rseq,
                prev,
                act: ActId(Uuid::new_v4()),
                stamp,
                base: Position { epoch: replica, seq: 0, chain: Hash::default() },
                author,
                wall_ms,
                intent: "addCards".to_owned(),
                group: Group { id: GroupId(Uuid::new_v4()), part: 0, parts: 1 },
                writes: writes(card, wall_ms, column, &next),
            };
            let (body, hash) = change::sign(&change)?;
            prev = hash;
            key = Some(next);
            self.changes.push(Pushed { body: body.to_vec().into(), former: None });
            self.cards.push(card);
        }
        Ok(())
    }

    async fn push(mut self, count: usize, until: Instant) -> Result<Heard> {
        let mut heard = Heard { cards: Vec::new(), times: Vec::new(), until: Instant::now() };
        let changes = std::mem::take(&mut self.changes);
        for part in changes.chunks(count) {
            if Instant::now() >= until {
                break;
            }
            let push = FromClient::Push(Push { board: self.board, changes: part.to_vec() });
            let began = Instant::now();
            self.say(&push).await?;
            self.accepted(part.len()).await?;
            heard.times.push(began.elapsed());
            let done = heard.cards.len();
            heard.cards.extend(&self.cards[done..done + part.len()]);
        }
        heard.until = Instant::now();
        Ok(heard)
    }

    async fn accepted(&mut self, count: usize) -> Result<()> {
        loop {
            match self.hear().await? {
                FromServer::Board(_, BoardNews::Answers(answers)) => {
                    let is_accepted = |answer: &Answer| matches!(answer, Answer::Accepted(..));
                    let all = answers.iter().all(|(_, answer)| is_accepted(answer));
                    ensure!(all && answers.len() == count, "not all was accepted: {answers:?}");
                    return Ok(());
                }
                FromServer::Boards(_) => {}
                other => bail!("{other:?}"),
            }
        }
    }

    async fn say(&mut self, message: &FromClient) -> Result<()> {
        Ok(self.stream.send(Message::Binary(frame::write(message)?.into())).await?)
    }

    async fn hear(&mut self) -> Result<FromServer> {
        loop {
            let heard = timeout(ANSWER_WITHIN, self.stream.next()).await;
            match heard.context("no answer in time")?.context("the server closed")?? {
                Message::Binary(bytes) => return Ok(frame::read(&bytes)?),
                Message::Close(why) => bail!("the server closed: {why:?}"),
                _ => {}
            }
        }
    }
}

fn writes(card: EntityId, wall_ms: u64, column: EntityId, key: &OrderKey) -> Vec<Write> {
    let write = |field: Field, value| {
        let (kind, slot) = (Kind::CARD, field.into());
        Write { kind, entity: card, slot, value, replaces: None, seen: None }
    };
    vec![
        write(Field::CREATED, Value::created(Some(domain::view::signed(wall_ms)), None)),
        write(Field::TITLE, Value::text("one of many")),
        write(Field::PLACE, Value::spot(column, key)),
    ]
}
