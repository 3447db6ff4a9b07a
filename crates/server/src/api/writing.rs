//! The road of a write. What is asked is resolved against the board inside the one writer's transaction, signed by
//! the server's own replica in the name of whoever asks, and from there on it is a change like any that is pushed:
//! looked at, numbered and stored by the same code, answered after the commit, told of from the log.

use super::{
    fields::Asked,
    operations::Operation,
    problem::Problem,
    records::{self, Thing},
};
use crate::{
    ServerError, Shared,
    sync::{
        Sitting,
        acting::{self, Member},
    },
    writer::{BoardWork, On, board_job},
};
use axum::http::{HeaderValue, StatusCode};
use domain::{
    board::Board,
    change::Write,
    fresh::Fresh,
    id::*,
    register::{Field, Kind},
    resolve::Series,
    text::{TITLE_BYTES_MAX, cut, title_from},
    value::Value,
};
use futures_util::future::BoxFuture;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};
use store::{Connection, account::AccountId};
use sync::message::Refused;
use uuid::Uuid;

/// An act that somebody asks for.
#[derive(Clone)]
pub struct Act {
    pub account: AccountId,
    /// What they are called where the board does not know them yet.
    pub name: String,
    pub board: BoardId,
    pub operations: Vec<(&'static Operation, Asked)>,
    pub key: Option<Key>,
    /// Only where the thing is still this.
    pub if_match: Option<HeaderValue>,
}

/// Under which an act is known, so that a repeat is answered and not done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    act: Uuid,
    /// Differs where something else is asked under the same key.
    group: Uuid,
}

impl Key {
    /// `what` is all that was asked: the method, the path and the body.
    pub fn new(account: AccountId, key: &str, what: &[&[u8]]) -> Key {
        let account = account.to_string();
        let named = |purpose: &[u8], parts: &[&[u8]]| {
            let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 idempotency keys");
            for part in [&[purpose, account.as_bytes(), key.as_bytes()], parts].concat() {
                hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                hasher.update(part);
            }
            let mut half = [0; 16];
            half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
            uuid::Builder::from_custom_bytes(half).into_uuid()
        };
        Key { act: named(b"act", &[]), group: named(b"group", what) }
    }

    /// The act of each change, where it takes several.
    pub fn act(&self, part: u32) -> ActId {
        let act = self.act.as_u128() ^ u128::from(part);
        ActId(Uuid::from_u128(act))
    }

    pub fn group(&self) -> GroupId {
        GroupId(self.group)
    }

    /// One that nobody will say again.
    pub fn fresh() -> Key {
        Key { act: Uuid::new_v4(), group: Uuid::new_v4() }
    }
}

/// What came of an act, on disk.
#[derive(Debug)]
pub struct Written {
    /// The number of the last change that the answer knows of.
    pub head: u64,
    /// What each operation made or changed.
    pub things: Vec<(&'static Operation, EntityId)>,
    /// How that stands now, where it is one thing; `None` where nothing is shown of it any more.
    pub record: Option<Vec<u8>>,
    /// It had been asked and answered before.
    pub repeats: bool,
}

/// What is shown of an act besides what it wrote, looked up in its transaction: an answer never fails after
/// what it is about was saved.
pub trait Show<T>:
    for<'c> Fn(&'c mut Connection, &'c Board, &'c Written) -> BoxFuture<'c, Result<T, ServerError>>
    + Send
    + Sync
    + 'static
{
}

impl<T, S> Show<T> for S where
    S: for<'c> Fn(
            &'c mut Connection,
            &'c Board,
            &'c Written,
        ) -> BoxFuture<'c, Result<T, ServerError>>
        + Send
        + Sync
        + 'static
{
}

pub async fn write(shared: &Shared, act: Act) -> Result<Written, ServerError> {
    let (on, head) = (act.on(shared), |written: &Written| written.head);
    let work = board_job(move |connection, sitting| {
        let act = act.clone();
        Box::pin(async move { act.carry_out(connection, sitting).await })
    });
    hand_in(shared, on, work, head).await
}

/// As [`write`], with what is shown of it.
pub async fn write_and<T: Send + 'static>(
    shared: &Shared,
    act: Act,
    show: impl Show<T>,
) -> Result<(Written, T), ServerError> {
    let (on, head) = (act.on(shared), |(written, _): &(Written, T)| written.head);
    let (act, show) = (act, Arc::new(show));
    let work = board_job(move |connection, sitting| {
        let (act, show) = (act.clone(), show.clone());
        Box::pin(async move {
            let written = act.carry_out(connection, sitting).await?;
            // It looks at rows.
            sitting.store(connection).await?;
            let shown = show(connection, &sitting.board, &written).await?;
            Ok((written, shown))
        })
    });
    hand_in(shared, on, work, head).await
}

async fn hand_in<T: Send + 'static>(
    shared: &Shared,
    on: On,
    work: impl BoardWork<T>,
    head: impl Fn(&T) -> u64 + Send + 'static,
) -> Result<T, ServerError> {
    let (rooms, board) = (shared.rooms.clone(), on.board);
    let tell = move |outcome: &T| acting::tell(&rooms, board, head(outcome));
    in_time(shared.writer.write_on_in_time(on, work, tell)).await
}

/// Whoever sent a key may repeat it where nobody knows the outcome.
pub async fn in_time<T>(
    written: impl Future<Output = Result<T, ServerError>>,
) -> Result<T, ServerError> {
    match written.await {
        Err(ServerError::Unknown(_)) => Err(ServerError::HandedOver),
        written => written,
    }
}

impl Act {
    /// The board that it is on, and the act by which a repeat is known.
    fn on(&self, shared: &Shared) -> On {
        let acts = self.key.iter().map(|key| key.act(0)).collect();
        On { rooms: shared.rooms.clone(), board: self.board, acts }
    }

    async fn carry_out(
        &self,
        connection: &mut Connection,
        sitting: &mut Sitting,
    ) -> Result<Written, ServerError> {
        let member = sitting.member(connection, self.account).await?;
        let member = member.ok_or(ServerError::NotFound("board"))?;
        if let Some(key) = &self.key
            && let Some(first) = sitting.answered(connection, key.act(0)).await?
        {
            if first.group != key.group() {
                return Err(Problem::key_reused().into());
            }
            return self.written(&sitting.board, member, &first.writes, true);
        }
        let mut fresh = acting::fresh()?;
        let planned = self.plan(&mut sitting.board, member, &mut fresh)?;
        // An act that changes nothing is known by its key all the same: it is not done later.
        if planned.writes.is_empty() && self.key.is_none() {
            return self.written(&sitting.board, member, &[], false);
        }
        let key = self.key.unwrap_or_else(Key::fresh);
        let own = acting::Own {
            author: member.person,
            intent: planned.verb,
            group: key.group(),
            acts: &|part| key.act(part),
            writes: planned.writes.clone(),
        };
        match acting::act(connection, sitting, member, own, &mut fresh).await? {
            Ok(()) => self.written(&sitting.board, member, &planned.writes, false),
            Err(Refused::Forbidden) => Err(ServerError::NotAllowed),
            Err(Refused::TooLarge | Refused::Malformed) => {
                let words = "The board would grow beyond what this server holds.";
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "tooLarge", words).into())
            }
        }
    }

    fn plan(
        &self,
        fold: &mut Board,
        me: Member,
        fresh: &mut Fresh,
    ) -> Result<Planned, ServerError> {
        if let (Some(sent), [(operation, asked)]) = (&self.if_match, &self.operations[..]) {
            let id = operation.target(asked)?;
            let record = operation.thing.record(fold, me, id)?;
            if !records::names(sent, record.as_deref()) {
                let words = "It was changed since. Read it again.";
                let problem = Problem::new(StatusCode::PRECONDITION_FAILED, "changed", words);
                return Err(problem.about("If-Match").into());
            }
        }
        let introduction = introduction(fold, me.person, &self.name, fresh);
        let mut series = Series::begin(fold, me.person, fresh);
        for (operation, asked) in &self.operations {
            operation.plan(asked, &mut series)?;
        }
        let verb = series.verb();
        let mut writes = series.end();
        if !writes.is_empty() {
            writes.extend(introduction);
        }
        Ok(Planned { verb, writes })
    }

    /// What is answered: of each operation the thing that it made or changed.
    fn written(
        &self,
        board: &Board,
        me: Member,
        writes: &[Write],
        repeats: bool,
    ) -> Result<Written, ServerError> {
        let mut made = made(writes);
        let mut things = Vec::with_capacity(self.operations.len());
        for (operation, asked) in &self.operations {
            let kind = operation.thing.kind();
            let id = match operation.makes {
                true => made.get_mut(&kind).and_then(VecDeque::pop_front),
                false => Some(operation.target(asked)?),
            };
            let id = id.ok_or(ServerError::Failed(format!("{} made nothing", operation.name)))?;
            things.push((*operation, id));
        }
        let record = match things[..] {
            [(operation, id)] => operation.thing.record(board, me, id)?,
            _ => None,
        };
        Ok(Written { head: board.head.position.seq, things, record, repeats })
    }
}

/// What an act made, of each kind in its order. What hangs below something else that it made came with that, as
/// items do with their checklist.
fn made(writes: &[Write]) -> HashMap<&Kind, VecDeque<EntityId>> {
    let of = |field: Field| writes.iter().filter(move |write| write.slot == field.clone().into());
    let all: HashSet<EntityId> = of(Field::CREATED).map(|write| write.entity).collect();
    let hangs = |write: &&Write| write.value.as_spot().is_some_and(|it| all.contains(&it.parent));
    let along: HashSet<EntityId> =
        of(Field::PLACE).filter(hangs).map(|write| write.entity).collect();
    let mut made: HashMap<&Kind, VecDeque<EntityId>> = HashMap::new();
    for write in of(Field::CREATED).filter(|write| !along.contains(&write.entity)) {
        made.entry(&write.kind).or_default().push_back(write.entity);
    }
    made
}

/// What an act comes to on a board.
struct Planned {
    verb: &'static str,
    writes: Vec<Write>,
}

/// Whoever writes has a name on the board, as on one that they opened on a desktop.
fn introduction(board: &Board, me: PersonId, name: &str, fresh: &Fresh) -> Vec<Write> {
    let entity = EntityId::from(me);
    if board.entity(entity).is_some() {
        return Vec::new();
    }
    let write = |field: Field, value| {
        let (kind, slot) = (Kind::PERSON, field.into());
        Write { kind, entity, slot, value, replaces: None, seen: None }
    };
    let title = title_from(name);
    vec![
        write(Field::CREATED, Value::created(Some(domain::view::signed(fresh.now_ms())), None)),
        write(Field::TITLE, Value::text(cut(&title, TITLE_BYTES_MAX))),
    ]
}

/// Where a thing is found.
pub fn location(board: BoardId, thing: Thing, id: EntityId) -> String {
    match thing {
        Thing::Board => format!("/api/v1/boards/{board}"),
        thing => format!("/api/v1/boards/{board}/{}/{id}", thing.path()),
    }
}
