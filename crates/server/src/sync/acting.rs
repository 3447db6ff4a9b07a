//! Acts that the server signs itself, for people who ask over HTTP. Its own replica is one of the board's: what it
//! signs is looked at, numbered and told of like what any other one pushes.

pub use super::accepting::role_of;
pub use sync::acceptance::Member;

use super::{Rooms, Sitting, live::LiveBoard, places::Place, taking_over::settle};
use crate::{ServerError, now_ms};
use domain::{
    board::Board,
    change::{self, Change, Group, Write},
    fresh::Fresh,
    id::*,
    log::{number, split},
};
use store::{
    Connection, Store,
    account::AccountId,
    rooms::{self, IncomingKey, OutcomeRow},
};
use sync::{
    acceptance::{End, Offer},
    message::{ACT_BYTES_MAX, ACT_PARTS_MAX, Answer, Refused},
    sharing::{self, Promise},
};

use std::sync::Arc;
use tokio::sync::watch;

/// What is to be signed.
pub struct Own<'a> {
    pub author: PersonId,
    pub intent: &'a str,
    pub group: GroupId,
    /// The act of each part.
    pub acts: &'a (dyn Fn(u32) -> ActId + Sync),
    pub writes: Vec<Write>,
}

/// What was signed under an act before.
pub struct First {
    pub group: GroupId,
    pub writes: Vec<Write>,
}

/// Somebody who is told that a board's log goes on, and keeps a place like every connection.
pub struct Listening {
    live: Arc<LiveBoard>,
    head: watch::Receiver<u64>,
    _place: Option<Place>,
}

impl Listening {
    pub fn begin(
        rooms: &Rooms,
        board: BoardId,
        account: AccountId,
    ) -> Result<Listening, ServerError> {
        let place = rooms.places.take(account)?;
        Ok(Listening { _place: Some(place), ..Listening::within(rooms, board) })
    }

    /// As [`Listening::begin`], for the server itself, which takes nobody's place.
    pub fn within(rooms: &Rooms, board: BoardId) -> Listening {
        let live = rooms.live.of(board);
        let head = live.subscribe();
        Listening { live, head, _place: None }
    }

    /// What was told up to now needs no more to be noticed.
    pub fn mark(&mut self) {
        self.head.mark_unchanged();
    }

    /// Comes back when the log went on since it was last marked.
    pub async fn goes_on(&mut self) {
        // The board is held here, so there is somebody to tell.
        self.head.changed().await.ok();
        tracing::trace!(board = %self.live.id, "the log went on");
    }
}

/// Chance and time for one act.
pub fn fresh() -> Result<Fresh, ServerError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| ServerError::Failed(error.to_string()))?;
    Ok(Fresh::new(seed, u64::try_from(now_ms()).unwrap_or(0)))
}

/// Signs, and takes in what was signed: all of it is in the log of this transaction, or the board is as it was.
pub async fn act(
    connection: &mut Connection,
    sitting: &mut Sitting,
    member: Member,
    own: Own<'_>,
    fresh: &mut Fresh,
) -> Result<Result<(), Refused>, ServerError> {
    let replica = sitting.replica(connection).await?;
    let end = sitting.end_of(connection, replica).await?;
    let Some(offers) = sign(&sitting.board, replica, end, own, fresh)? else {
        return Ok(Err(Refused::TooLarge));
    };
    let verdict = sitting.take_in(connection, member, offers, |verdict| {
        verdict.numbered.len() == verdict.answered.len()
    });
    let answers = verdict.await?.answers;
    Ok(answers.iter().find_map(|(_, answer)| refused(answer)).map_or(Ok(()), Err))
}

fn refused(answer: &Answer) -> Option<Refused> {
    match answer {
        Answer::Accepted(..) => None,
        Answer::Refused(why) => Some(*why),
        // Its own numbers were read in this transaction.
        Answer::Fork | Answer::Expected(_) => Some(Refused::Malformed),
    }
}

/// `None` where it is more than a board takes at once.
fn sign(
    fold: &Board,
    replica: ReplicaId,
    end: End,
    own: Own<'_>,
    fresh: &Fresh,
) -> Result<Option<Vec<Offer>>, ServerError> {
    let mut parts = split(own.writes);
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    if count > ACT_PARTS_MAX {
        return Ok(None);
    }
    let End { mut rseq, hash: mut prev, .. } = end;
    let (mut latest, mut bytes) = (fold.head.latest, 0);
    let mut offers = Vec::with_capacity(parts.len());
    for (part, writes) in (0..).zip(parts) {
        let stamp = latest.tick(fresh.now_ms(), replica);
        latest.see(stamp);
        rseq += 1;
        let change = Change {
            board: fold.id,
            replica,
            rseq,
            prev,
            act: (own.acts)(part),
            stamp,
            base: fold.head.position,
            author: own.author,
            wall_ms: fresh.now_ms(),
            intent: own.intent.to_owned(),
            group: Group { id: own.group, part, parts: count },
            writes,
        };
        let Ok((body, hash)) = change::sign(&change) else { return Ok(None) };
        bytes += body.len();
        if bytes > ACT_BYTES_MAX {
            return Ok(None);
        }
        prev = hash;
        offers.push(Offer { change, body, hash, former: None });
    }
    Ok(Some(offers))
}

/// Begins a board with what is signed, and makes whoever asks its owner.
pub async fn begin(
    connection: &mut Connection,
    board: BoardId,
    account: AccountId,
    own: Own<'_>,
    fresh: &mut Fresh,
) -> Result<(), ServerError> {
    let (replica, person) = (Store::replica(connection).await?, own.author);
    let mut fold = Board::new(board, ReplicaId(fresh.uuid()));
    let failed = |error: &dyn std::error::Error| ServerError::Failed(error.to_string());
    let offers = sign(&fold, replica, End::default(), own, fresh)?;
    let offers = offers.ok_or(ServerError::Failed("a new board is too large".to_owned()))?;
    let mut log = Vec::with_capacity(offers.len());
    for Offer { change, body, hash, .. } in offers {
        let stamp = change.stamp;
        let numbered = number(&fold, change, body, hash, stamp);
        fold.absorb(&numbered);
        log.push(numbered);
    }
    let (head, digest) = (fold.head.position, fold.head.digest.to_be_bytes());
    let promise = Promise { board, head, digest, person };
    let opened = sharing::open(&promise, log, fresh.now_ms()).map_err(|error| failed(&error))?;
    let key = IncomingKey { account, board, head: head.chain };
    settle(connection, key, &promise, &opened).await
}

/// What was done under an act before; `None` where nothing was.
pub async fn answered(
    connection: &mut Connection,
    board: BoardId,
    act: ActId,
) -> Result<Option<First>, ServerError> {
    let known = rooms::answers_to_acts(connection, board, [act]).await?;
    let seq = known.iter().find_map(|(answer, _)| match &answer.outcome {
        OutcomeRow::Accepted(seq, _) => Some(*seq),
        OutcomeRow::Refused(_) => None,
    });
    match seq {
        Some(seq) => First::read(connection, board, seq).await,
        None => Ok(None),
    }
}

/// The log goes up to this number, on disk.
pub fn tell(rooms: &Rooms, board: BoardId, head: u64) {
    rooms.live.tell(board, head);
}
