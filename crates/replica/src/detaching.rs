//! Leaving a shared board without losing anything of it: a copy that belongs to this folder alone is made in the
//! transaction that retires the original, so that either all of it happened or nothing. It asks no server.

use crate::{
    Desk,
    engine::{Engine, fresh, wall_ms},
    protocol::{Failure, FailureCode},
};
use domain::{id::*, view};
use store::{
    Connection, HeldBoard, Holding, SharedHolding, Store, StoreError, boards, drafts, reading,
    sharing::{self, Retired, ServerId},
    undo,
};
use sync::detaching::{Detached, NotDetached, detach};
use uuid::Uuid;

/// What becomes of a board here when its copy is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    Stays,
    /// It goes on without this folder.
    Retires,
    /// It goes on for nobody: its server is to be told, once the copy is shared where it moves to.
    Ends {
        moves_to: Option<ServerId>,
    },
}

impl Desk {
    /// Makes a copy of a shared board that belongs to this folder alone, and leaves the board unless it is kept.
    pub(crate) async fn detach(&self, board: BoardId, keep: bool) -> Result<BoardId, Failure> {
        let original = if keep { Original::Stays } else { Original::Retires };
        self.0.engine().await?.detach(board, original).await
    }
}

impl Engine {
    /// The copy comes back. Doing it again changes nothing: of a board that was left already, and of what was made of
    /// it then, that comes back.
    pub(crate) async fn detach(
        &mut self,
        id: BoardId,
        original: Original,
    ) -> Result<BoardId, Failure> {
        self.boards.remove(&id);
        let mut transaction = self.store.begin().await?;
        let retired = sharing::retired(&mut transaction).await?;
        if let Some(before) = retired.iter().find(|retired| retired.board == id) {
            return Ok(before.copy);
        }
        let held = boards::load(&mut transaction, id).await?;
        let HeldBoard { me, holding, .. } = held.ok_or_else(|| Failure::not_found("board"))?;
        let shared = match holding {
            Holding::Shared(shared) => shared,
            Holding::Own(_) if retired.iter().any(|retired| retired.copy == id) => return Ok(id),
            Holding::Own(_) => {
                let message = "The board is this folder's own already.";
                return Err(Failure::new(FailureCode::Refused, message));
            }
        };
        let detached = copy(&mut transaction, *shared, me).await?;
        let copy = detached.board().id;
        if original != Original::Stays {
            let (ends, moves_to) = match original {
                Original::Ends { moves_to } => (true, moves_to),
                Original::Stays | Original::Retires => (false, None),
            };
            let retired = Retired { board: id, copy, ends, moves_to, ended: false };
            sharing::retire(&mut transaction, &retired, view::signed(wall_ms())).await?;
            for (old, new) in detached.renamed {
                undo::renamed(&mut transaction, copy, old, new).await?;
                drafts::renamed(&mut transaction, copy, old, new).await?;
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        self.tell_all().await?;
        Ok(copy)
    }
}

/// The board as it shows, with what waits on it, under an id of its own.
pub(crate) async fn copy(
    connection: &mut Connection,
    shared: SharedHolding,
    me: PersonId,
) -> Result<Detached, Failure> {
    let SharedHolding { board, share } = shared;
    let log = boards::read_after(connection, share.board, 0, u32::MAX).await?;
    let mut fresh = fresh();
    let names = (BoardId(fresh.uuid()), ReplicaId(Uuid::new_v4()));
    let renamer = ReplicaId(Uuid::new_v4());
    let copy = detach(board, &log, share.floor, names, renamer, &mut fresh).map_err(no_copy)?;
    boards::begin_board(connection, copy.board(), me).await?;
    for numbered in &copy.log {
        boards::append_one(connection, numbered, None).await?;
    }
    boards::put_all_entities(connection, copy.board()).await?;
    let replica = Store::replica(connection).await?;
    boards::put_signer(connection, copy.board().id, &copy.signer(replica)).await?;
    reading::rebuild(connection, copy.board(), me).await?;
    Ok(copy)
}

fn no_copy(error: NotDetached) -> Failure {
    match error {
        NotDetached::Empty => {
            Failure::new(FailureCode::Refused, "Nothing of this board is here yet.")
        }
        NotDetached::Differs => {
            let message = "The copy would differ from the board, so that none was made.";
            Failure::new(FailureCode::Storage, message)
        }
        NotDetached::Malformed(error) => StoreError::from(error).into(),
    }
}
