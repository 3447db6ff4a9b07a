//! The authority of an unshared board: it signs what was resolved, numbers it, and takes it in, in one go.

use crate::{
    board::Board,
    change::*,
    fresh::Fresh,
    id::*,
    mutants::is_left_out,
    stamp::{ChangeId, Rank, Stamp},
};
use std::{collections::BTreeSet, sync::Arc};

/// A change is closed before it grows beyond this, but for one thing's own writes, which may be three
/// times as many; what CBOR adds stays far below the rest of [`CHANGE_BYTES_MAX`].
const CHANGE_VALUES_BYTES_MAX: usize = CHANGE_BYTES_MAX / 4;
/// What a write needs beside its value, at most: ids and names.
const WRITE_BYTES: usize = 160;

/// Who signs, and where that replica's changes on this board end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    pub replica: ReplicaId,
    /// The last number used; 0 before the first.
    pub rseq: u64,
    /// The hash of that change.
    pub prev: Hash,
}

/// What a person did, before it is split into changes.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    pub author: PersonId,
    /// The verb.
    pub intent: &'a str,
    /// The changes of one step of undo have the same.
    pub group: GroupId,
    /// The name of what anybody would do in the same way, so that it is done once; otherwise it gets a
    /// fresh one. It has to fit into one change.
    pub id: Option<ActId>,
}

/// What came of an act on one board.
#[derive(Debug, Default)]
pub struct Recorded {
    pub changes: Vec<Numbered>,
    /// What they touched, each once.
    pub touched: Vec<EntityId>,
}

/// Signs, numbers and absorbs. The signer goes on with it. On an error the board is as unusable as the
/// transaction around it: the caller drops both.
pub fn record(
    board: &mut Board,
    signer: &mut Signer,
    act: &Act,
    writes: Vec<Write>,
    fresh: &mut Fresh,
) -> Result<Recorded, Malformed> {
    let parts = split(writes);
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let mut touched = BTreeSet::new();
    let mut changes = Vec::with_capacity(parts.len());
    for (part, writes) in (0..).zip(parts) {
        let stamp = board.head.latest.tick(fresh.now_ms(), signer.replica);
        let change = Change {
            board: board.id,
            replica: signer.replica,
            rseq: signer.rseq + 1,
            prev: signer.prev,
            act: act.id.unwrap_or_else(|| ActId(fresh.uuid())),
            stamp,
            base: board.head.position,
            author: act.author,
            wall_ms: fresh.now_ms(),
            intent: act.intent.to_owned(),
            group: Group { id: act.group, part, parts: count },
            writes,
        };
        let (body, hash) = sign(&change)?;
        // An unshared board takes its stamp as it is: it was made above all that the board has seen.
        let numbered = number(board, change, body, hash, stamp);
        signer.rseq = numbered.change.rseq;
        signer.prev = numbered.hash;
        touched.extend(board.absorb(&numbered));
        changes.push(numbered);
    }
    Ok(Recorded { changes, touched: touched.into_iter().collect() })
}

/// Gives a signed change the next number of the board, and this canonical stamp.
pub fn number(
    board: &Board,
    change: Change,
    body: Arc<[u8]>,
    hash: Hash,
    cstamp: Stamp,
) -> Numbered {
    let Position { epoch, seq, chain: before } = board.head.position;
    let weak_ranks: Vec<Option<Rank>> = change
        .writes
        .iter()
        .filter_map(|write| Some((write, write.replaces?)))
        .map(|(write, replaced)| weak_rank(board, write, replaced, change.id()))
        .collect();
    let chain = chain(before, hash, cstamp, &weak_ranks);
    Numbered { change, body, hash, seq: seq + 1, epoch, cstamp, weak_ranks, chain }
}

/// The rank of a weak write by the change `by`, where `replaced` holds the register; none where another
/// does, which makes the write void.
pub fn weak_rank(board: &Board, write: &Write, replaced: ChangeId, by: ChangeId) -> Option<Rank> {
    let register = board.winner(write.entity, &write.slot)?;
    let stands = register.winner() == replaced;
    (stands || is_left_out("a weak write replaces whatever stands"))
        .then(|| Rank::just_above(&register.rank, by))
}

/// Parts that keep within the limits of a change, in order. Writes in a row to one thing stay together
/// as long as a change can hold them, so that one change creates it.
pub fn split(writes: Vec<Write>) -> Vec<Vec<Write>> {
    let mut parts: Vec<Vec<Write>> = Vec::new();
    let mut bytes = 0;
    let mut writes = writes.into_iter().peekable();
    while let Some(first) = writes.next() {
        let entity = first.entity;
        let mut run_bytes = size(&first);
        let mut run = vec![first];
        while let Some(write) = writes.next_if(|next| {
            next.entity == entity
                && run.len() < CHANGE_WRITES_MAX
                && run_bytes + size(next) <= CHANGE_VALUES_BYTES_MAX * 3
        }) {
            run_bytes += size(&write);
            run.push(write);
        }
        match parts.last_mut().filter(|part| {
            part.len() + run.len() <= CHANGE_WRITES_MAX
                && bytes + run_bytes <= CHANGE_VALUES_BYTES_MAX
        }) {
            Some(part) => {
                part.extend(run);
                bytes += run_bytes;
            }
            None => {
                parts.push(run);
                bytes = run_bytes;
            }
        }
    }
    parts
}

fn size(write: &Write) -> usize {
    write.value.bytes().len() + WRITE_BYTES
}
