//! A snapshot that arrives part by part, and takes the place of the board in one transaction when all of it is here.

use super::{Broken, Following, Near, Outcome, past::take_up_again};
use crate::{message::*, rows::Row};
use domain::{
    board::{Board, Entity, Head, register_digest},
    id::*,
    mutants::is_left_out,
    shared::SharedBoard,
    stamp::{Latest, Stamp},
};
use std::collections::BTreeMap;

impl Following {
    pub(super) fn stage(
        &mut self,
        offer: SnapshotOffer,
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        if offer.parts == 0 {
            return Err(Broken::Snapshot);
        }
        self.verified = false;
        let here =
            self.staged.take().filter(|(old, _)| *old == offer).map_or(0, |(_, parts)| parts);
        if here == 0 {
            outcome.rows.push(Row::Stage(Box::new(offer.clone())));
        }
        let part = here;
        outcome.say.push(FromClient::Part(PartWanted { board: self.board, at: offer.at, part }));
        self.staged = Some((offer, here));
        Ok(())
    }

    pub(super) fn take_part(
        &mut self,
        shared: &mut SharedBoard,
        near: Near,
        part: Part,
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        let expected =
            |(offer, here): &&(SnapshotOffer, u32)| offer.at == part.at && *here == part.part;
        let Some((offer, here)) = self.staged.as_ref().filter(expected).cloned() else {
            return Ok(());
        };
        let things = Vec::from(part.things);
        if here + 1 < offer.parts {
            outcome.rows.push(Row::StagePart { part: here, things });
            let next = PartWanted { board: self.board, at: offer.at, part: here + 1 };
            outcome.say.push(FromClient::Part(next));
            self.staged = Some((offer, here + 1));
            return Ok(());
        }
        let mut past = near.past.unwrap_or_default();
        let mut staged = std::mem::take(&mut past.staged);
        staged.push(things);
        let board = unpack(self.board, &offer, &staged)?;
        self.staged = None;
        outcome.rows.push(Row::Unstage);
        if is_left_out("a snapshot takes the outbox with it") {
            let lines: Vec<i64> = shared.outbox().map(|waiting| waiting.line).collect();
            let gone = lines.into_iter().filter_map(|line| shared.remove(line));
            outcome.rows.extend(gone.flat_map(|waiting| {
                let line = waiting.line;
                [
                    Row::Keep {
                        waiting,
                        seq: 0,
                        cstamp: Stamp { ms: 0, counter: 0, replica: near.replica },
                    },
                    Row::Unqueue { line },
                ]
            }));
        }
        // An offer that was made a while ago may lie below.
        let common = offer.common.map_or(0, |common| common.seq).min(offer.at.seq);
        take_up_again(shared, common, past, &mut outcome.rows);
        // What was numbered meanwhile, after the snapshot was asked for, was pushed already: it waits as anything does.
        self.push_unmarked_again();
        outcome.rows.push(Row::Unlog { after: common });
        shared.stand_on(board);
        outcome.rows.extend([Row::AllThings, Row::Head, Row::Floor(offer.at.seq)]);
        self.verified = true;
        Ok(())
    }
}

fn unpack(board: BoardId, offer: &SnapshotOffer, parts: &[Vec<u8>]) -> Result<Board, Broken> {
    let mut entities = BTreeMap::new();
    let mut digest = 0u128;
    for part in parts {
        let things: Vec<Thing> = minicbor::decode(part).map_err(|_| Broken::Snapshot)?;
        for Thing { id, kind, registers } in things {
            for register in &registers {
                digest = digest.wrapping_add(register_digest(id, register));
            }
            if entities.insert(id, Entity::from_registers(kind, registers)).is_some() {
                return Err(Broken::Snapshot);
            }
        }
    }
    let whole = u64::try_from(entities.len()) == Ok(offer.things)
        && digest == u128::from_be_bytes(offer.digest);
    if !whole {
        return Err(Broken::Snapshot);
    }
    let latest = Latest { ms: offer.latest_ms, counter: offer.latest_counter };
    let head = Head { position: offer.at, latest, digest };
    Ok(Board::from_entities(board, head, entities))
}
