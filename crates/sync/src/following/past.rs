//! Going back: to where a replica's log and its server's part, with everything of one's own above that waiting again.

use crate::{
    message::{LOCATOR_MAX, Refused},
    rows::Row,
};
use domain::{
    board::Board,
    change::{Numbered, Position},
    mutants::is_left_out,
    shared::{Former, SharedBoard, Waiting},
    stamp::Stamp,
};
use std::sync::Arc;

/// All that a replica has of a board's log, and of a snapshot that is arriving.
#[derive(Debug, Default)]
pub struct Past {
    /// The log is whole behind this number.
    pub floor: u64,
    /// In order, with the line where this folder made it.
    pub log: Vec<(Numbered, Option<i64>)>,
    /// This folder's changes that a snapshot covered, with their numbers.
    pub kept: Vec<(Waiting, u64, Stamp)>,
    /// The parts of the snapshot, in order.
    pub staged: Vec<Vec<u8>>,
}

/// Positions, newest first, then further and further back, to find where two logs part.
pub fn locator_seqs(head: u64, floor: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    let mut back = 0;
    while seqs.len() < LOCATOR_MAX - 1 && head.saturating_sub(back) > floor {
        seqs.push(head - back);
        back = if back == 0 { 1 } else { back * 2 };
    }
    if floor > 0 || head > 0 {
        seqs.push(floor);
    }
    seqs
}

/// Takes the board back to an earlier position of its own log.
pub(super) fn go_back(shared: &mut SharedBoard, to: Position, mut past: Past, rows: &mut Vec<Row>) {
    let mut board = Board::new(shared.numbered().id, to.epoch);
    for (numbered, _) in past.log.iter().filter(|(it, _)| it.seq <= to.seq) {
        board.absorb(numbered);
    }
    board.head.position = to;
    past.log.retain(|(numbered, _)| numbered.seq > to.seq);
    take_up_again(shared, to.seq, past, rows);
    rows.push(Row::Unlog { after: to.seq });
    shared.stand_on(board);
    rows.extend([Row::AllThings, Row::Head]);
}

/// Lets this folder's changes above a number wait again, with the stamps that they had.
pub(super) fn take_up_again(shared: &mut SharedBoard, above: u64, past: Past, rows: &mut Vec<Row>) {
    let logged = past.log.into_iter().filter_map(|(numbered, line)| {
        let Numbered { change, body, hash, seq, cstamp, weak_ranks, .. } = numbered;
        let former = Some(Former { cstamp, weak_ranks });
        Some((Waiting { line: line?, change, body, hash, former }, seq, false))
    });
    let kept = past.kept.into_iter().map(|(waiting, seq, cstamp)| {
        let former = Some(Former { cstamp, weak_ranks: Vec::new() });
        (Waiting { former, ..waiting }, seq, true)
    });
    for (waiting, seq, was_kept) in logged.chain(kept) {
        if is_left_out("own changes are not offered again") {
            rows.push(Row::Refuse { waiting: Arc::new(waiting), why: Refused::Forbidden });
            continue;
        }
        if seq <= above || shared.waiting_act(waiting.change.act).is_some() {
            continue;
        }
        let line = waiting.line;
        let waiting = Arc::new(waiting);
        rows.push(Row::Queue(Arc::clone(&waiting)));
        rows.extend(was_kept.then_some(Row::Unkeep { line }));
        shared.put(waiting);
    }
}
