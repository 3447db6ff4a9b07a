//! Cards that go to another board of the folder: made anew there and put in the trash here, in one transaction and as one
//! step of undo. What was being typed on them goes along.

use crate::{engine::Engine, protocol::*, writing::Writing};
use domain::{
    edit::{Edit, Place},
    id::*,
    resolve::{Carried, Carry, resolve},
};
use std::collections::BTreeMap;
use store::{Connection, Stack, StoreError, drafts};

impl Engine {
    pub async fn carry(&mut self, carrying: &Carrying) -> Result<Edited, Failure> {
        let Carrying { board, to, copy, .. } = *carrying;
        if board == to {
            return Err(Failure::new(FailureCode::Refused, "The cards are on this board already."));
        }
        let verb = if copy { "copyCards" } else { "carryCards" };
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let created = match carry(&mut writing, verb, carrying).await {
            Ok(created) => created,
            Err(failure) => {
                writing.abandon().await?;
                return Err(failure);
            }
        };
        let patches = writing.finish(verb, Some(Stack::Undo), true).await?;
        let patch = self.tell(patches, if copy { to } else { board }).await?;
        self.tell_drafts().await?;
        Ok(Edited { board: to, unchanged: created.is_empty(), created, patch })
    }
}

async fn carry(
    writing: &mut Writing<'_>,
    verb: &str,
    carrying: &Carrying,
) -> Result<Vec<EntityId>, Failure> {
    let Carrying { board, cards, to, column, copy } = carrying;
    let from = writing.board(*board).await?;
    let at = writing.board(*to).await?;
    let (held, there, fresh) = writing.carrying(from, at);
    let carry = Carry {
        from: held.board(),
        by: held.me,
        cards,
        copy: *copy,
        column: *column,
        place: &Place::Last,
    };
    let Carried { writes, created, twins } = carry.resolve(there.board(), there.me, fresh)?;
    writing.write(at, verb, writes).await?;
    if !copy {
        let (held, fresh) = writing.resolving(from);
        let delete = Edit::DeleteCards { cards: cards.clone() };
        let resolved = resolve(held.board(), held.me, &delete, fresh)?;
        writing.write(from, verb, resolved.writes).await?;
        drafts_go_along(&mut writing.transaction, *to, &twins).await?;
    }
    Ok(created)
}

/// A draft names the field that it is of by the id of what has that field. The version that it began from is none of
/// the new card's.
async fn drafts_go_along(
    connection: &mut Connection,
    to: BoardId,
    twins: &BTreeMap<EntityId, EntityId>,
) -> Result<(), StoreError> {
    for mut draft in drafts::all(connection).await? {
        let Some(card) = draft.card.and_then(|card| twins.get(&card.into())) else { continue };
        drafts::remove(connection, &draft.key).await?;
        let parts: Vec<String> = draft
            .key
            .split('/')
            .map(|part| {
                let twin = part.parse().ok().and_then(|id: EntityId| twins.get(&id));
                twin.map_or_else(|| part.to_owned(), EntityId::to_string)
            })
            .collect();
        draft.key = parts.join("/");
        draft.board = to;
        draft.card = Some((*card).into());
        draft.base = None;
        drafts::put(connection, &draft).await?;
    }
    Ok(())
}
