//! What a server says about a board, taken in: one transaction each, and only then told.

use crate::{
    engine::Engine,
    protocol::Failure,
    reading_on::{Current, current, stand_apart},
    storing::{is_of_board, past, staged, store_rows},
};
use domain::{change::Position, id::*};
use std::collections::BTreeSet;
use store::{
    Holding, Store, StoreError, account, boards, reading,
    sharing::{self, Authority},
};
use sync::{
    following::{Broken, Following, Mismatch, Near, locator_seqs},
    message::{BoardNews, BoardSeen, FromClient, Role},
    rows::Row,
};

/// What came of a piece of news; all of it is on disk.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// To be said to the server now.
    pub say: Vec<FromClient>,
    pub mismatch: Option<Mismatch>,
}

/// Nothing was stored; the connection is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HearError {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for HearError {
    fn from(error: StoreError) -> HearError {
        HearError::Failed(error.into())
    }
}

impl Engine {
    /// Takes in what a server says about a board. It is on disk, and told, when this returns. On an error the
    /// board is read anew when it is needed.
    pub(crate) async fn hear(
        &mut self,
        following: &mut Following,
        id: BoardId,
        news: BoardNews,
    ) -> Result<Heard, HearError> {
        let known = self.boards.remove(&id);
        let mut transaction = self.store.begin().await?;
        let mut current = current(&mut transaction, id, known).await?;
        let Holding::Shared(shared) = &mut current.held.holding else {
            return Err(Failure::not_found("shared board").into());
        };
        let fresh = ReplicaId(uuid::Uuid::new_v4());
        let replica = Store::replica(&mut transaction).await?;
        let past = match following.needs_past(&news) {
            true => Some(past(&mut transaction, id, shared.share.floor).await?),
            false => None,
        };
        let ends_at = ends_at(&news).filter(|seq| *seq != shared.share.known_seq);
        let received = following.receive(&mut shared.board, Near { replica, fresh, past }, news);
        let outcome = match received {
            Ok(outcome) => outcome,
            Err(broken) => {
                transaction.rollback().await.map_err(StoreError::from)?;
                if broken == Broken::Snapshot {
                    self.unstage(id).await?;
                }
                return Err(broken.into());
            }
        };
        if let Some(seq) = ends_at {
            sharing::put_known_seq(&mut transaction, id, seq).await?;
            shared.share.known_seq = seq;
        }
        if outcome.gone {
            sharing::put_role(&mut transaction, id, None).await?;
            shared.share.gone = true;
        }
        current.touched.extend(outcome.touched);
        let stored = store_heard(&mut transaction, &mut current, &outcome.rows).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.tell_heard(id, current, stored).await?;
        self.merge_apart(id).await;
        Ok(Heard { say: outcome.say, mismatch: outcome.mismatch })
    }

    /// The connection ended: what it taught about one board is stored where it outlives it.
    pub(crate) async fn hang_up(
        &mut self,
        following: &mut Following,
        id: BoardId,
    ) -> Result<(), Failure> {
        let known = self.boards.remove(&id);
        let mut transaction = self.store.begin().await?;
        let mut current = current(&mut transaction, id, known).await?;
        let Holding::Shared(shared) = &mut current.held.holding else { return Ok(()) };
        let rows = following.end(&mut shared.board);
        current.touched.extend(shared.board.show());
        let stored = store_heard(&mut transaction, &mut current, &rows).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.tell_heard(id, current, stored).await
    }

    async fn tell_heard(
        &mut self,
        id: BoardId,
        current: Current,
        stored: Stored,
    ) -> Result<(), Failure> {
        let Current { held, from, touched } = current;
        let touched: Vec<EntityId> =
            touched.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let patch = match stored {
            Stored::Anew => Some(held.reading_again()),
            Stored::Rows => Some(held.patch(from, &touched)),
            Stored::Nothing if held.number() == from => None,
            Stored::Nothing => Some(held.patch(from, &touched)),
        };
        self.boards.insert(id, held);
        if let Some(patch) = patch {
            self.tell(vec![patch], id).await?;
        }
        Ok(())
    }

    async fn unstage(&mut self, id: BoardId) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        sharing::unstage(&mut transaction, id).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// A board's part of a connection that is still to be made.
    pub(crate) async fn following(&mut self, id: BoardId) -> Result<Following, Failure> {
        Ok(Following::new(id, staged(self.store.connection(), id).await?))
    }

    /// Where this replica stands in a board's log, newest first, then further and further back.
    pub(crate) async fn locator(&mut self, id: BoardId) -> Result<Vec<Position>, Failure> {
        let connection = self.store.connection();
        let Some((head, _)) = boards::head(connection, id).await? else { return Ok(Vec::new()) };
        let Some(share) = sharing::share_of(connection, id).await? else { return Ok(Vec::new()) };
        let head = head.position;
        let mut locator = Vec::new();
        for seq in locator_seqs(head.seq, share.floor) {
            let position = match seq {
                _ if seq == head.seq => Some(head),
                0 => None,
                _ if seq == share.floor => {
                    Some(Position { epoch: head.epoch, seq, chain: share.floor_chain })
                }
                _ => boards::position(connection, id, seq).await?,
            };
            locator.extend(position);
        }
        Ok(locator)
    }

    /// What is to be pushed of a board now, with what other processes made.
    pub(crate) async fn push(
        &mut self,
        following: &mut Following,
        id: BoardId,
    ) -> Result<Option<FromClient>, Failure> {
        let held = self.held(id).await?;
        Ok(held.shared().and_then(|shared| following.push(&shared.board)))
    }

    /// The server told which boards the account has, and with which role.
    pub(crate) async fn boards_seen(
        &mut self,
        server: sharing::ServerId,
        seen: &[BoardSeen],
    ) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        for share in sharing::shares(&mut transaction).await? {
            // One that is being shared is no board of the account's yet.
            if share.server != server || share.authority == Authority::Sharing {
                continue;
            }
            let role = seen.iter().find(|it| it.board == share.board).map(|it| role(it.role));
            if (role.unwrap_or(share.role), role.is_none()) != (share.role, share.gone) {
                sharing::put_role(&mut transaction, share.board, role).await?;
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

/// What a piece of news left to tell.
enum Stored {
    Nothing,
    Rows,
    /// In place of all that there was.
    Anew,
}

async fn store_heard(
    connection: &mut store::Connection,
    current: &mut Current,
    rows: &[Row],
) -> Result<Stored, Failure> {
    let id = current.held.id();
    let Holding::Shared(shared) = &mut current.held.holding else { return Ok(Stored::Nothing) };
    store_rows(connection, &shared.board, rows).await?;
    if !rows.iter().any(is_of_board) {
        return Ok(Stored::Nothing);
    }
    sharing::put_shown(connection, id, shared.share.shown + 1).await?;
    let share = sharing::share_of(connection, id).await?;
    shared.share = share.ok_or_else(|| Failure::not_found("shared board"))?;
    if rows.iter().any(|row| matches!(row, Row::AllThings)) {
        reading::rebuild(connection, current.held.board(), current.held.me).await?;
        stand_apart(connection, &mut current.held).await?;
        return Ok(Stored::Anew);
    }
    let logged = rows.iter().filter_map(|row| match row {
        Row::Log { numbered, .. } => Some(&**numbered),
        _ => None,
    });
    reading::follow_shared(connection, &current.held, &current.touched, logged).await?;
    let differing = stand_apart(connection, &mut current.held).await?;
    current.touched.extend(differing);
    Ok(Stored::Rows)
}

/// Where the server's log ended when it said this.
fn ends_at(news: &BoardNews) -> Option<u64> {
    match news {
        BoardNews::Changes(changes) => Some(changes.head),
        BoardNews::Snapshot(offer) => Some(offer.at.seq),
        BoardNews::Diverged(_)
        | BoardNews::Part(_)
        | BoardNews::Answers(_)
        | BoardNews::Busy(..)
        | BoardNews::Gone
        | BoardNews::Here(_)
        | BoardNews::Share(_) => None,
    }
}

pub(crate) fn role(role: Role) -> account::Role {
    match role {
        Role::Viewer => account::Role::Viewer,
        Role::Commenter => account::Role::Commenter,
        Role::Editor => account::Role::Editor,
        Role::Admin => account::Role::Admin,
        Role::Owner => account::Role::Owner,
    }
}
