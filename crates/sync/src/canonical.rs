//! The canonical stamp: the one that the authority gives. It never refuses a change for its time, and changes a
//! stamp as little as it can: one from a clock far ahead gets the server's, one that would lose to what its
//! author had seen, or made before, is lifted to just above that.

use crate::known::{Known, Offer};
use domain::{
    board::Board,
    change::Position,
    log::weak_rank,
    mutants::is_left_out,
    stamp::{Latest, Rank, Stamp},
};

/// A clock may be ahead by so much without being corrected.
pub const AHEAD_MS_MAX: u64 = 60_000;

/// The stamp and the ranks of the weak writes for a change that is to be numbered next. `last` is the same
/// replica's last canonical stamp.
pub fn canonical(
    board: &Board,
    known: &Known,
    offer: &Offer,
    last: Option<Latest>,
    now_ms: u64,
) -> (Stamp, Vec<Option<Rank>>) {
    let replica = offer.change.replica;
    // A server clock that stepped back stops nothing.
    let accepted =
        if is_left_out("the server's clock counts alone") { 0 } else { board.head.latest.ms };
    let now_ms = now_ms.max(accepted.saturating_sub(AHEAD_MS_MAX));
    let believes = is_left_out("a clock far ahead is believed");
    let ahead = |stamp: Stamp| stamp.ms > now_ms + AHEAD_MS_MAX && !believes;
    let own = offer.change.stamp;
    let forgets = is_left_out("a former stamp is forgotten");
    let former = offer.former.as_ref().filter(|former| !ahead(former.cstamp) && !forgets);
    let last = last.filter(|_| !is_left_out("an act is not lifted above its device's last"));
    let above = |stamp: Stamp, floor: Option<Latest>| {
        let far = is_left_out("a lift goes above all that there is");
        above(stamp, floor, if far { board.head.latest } else { Latest::default() })
    };
    let cstamp = match former {
        // It was canonical once: only what the same replica did before it can lift it.
        Some(former) => above(Stamp { replica, ..former.cstamp }, last),
        None if ahead(own) => board.head.latest.tick(now_ms, replica),
        None => above(own, last.max(seen_above(board, known, offer))),
    };
    let named = former.filter(|former| {
        former.cstamp.ms == cstamp.ms
            && former.cstamp.counter == cstamp.counter
            && former.weak_ranks.len() == weak_count(offer)
            && !former.weak_ranks.iter().flatten().any(|rank| ahead(rank.stamp))
    });
    let by = offer.change.id();
    let ranks = match named {
        Some(former) => {
            former.weak_ranks.iter().map(|rank| rank.map(|it| Rank { change: by, ..it })).collect()
        }
        None if is_left_out("weak writes are as strong as others") => {
            let strong = Rank { stamp: cstamp, minor: 0, change: by };
            vec![Some(strong); weak_count(offer)]
        }
        None => weak_ranks(board, known, offer),
    };
    (cstamp, ranks)
}

fn weak_count(offer: &Offer) -> usize {
    offer.change.writes.iter().filter(|write| write.replaces.is_some()).count()
}

/// Lifted no further than to just above `floor`, or `least` where that is above it.
fn above(stamp: Stamp, floor: Option<Latest>, least: Latest) -> Stamp {
    match floor {
        Some(floor) if Latest::from(stamp) <= floor => floor.max(least).tick(0, stamp.replica),
        _ => stamp,
    }
}

/// The greatest stamp, not below the change's own, of the values that its author had seen and writes over. A
/// position that is not one of this log says nothing about what was seen.
fn seen_above(board: &Board, known: &Known, offer: &Offer) -> Option<Latest> {
    if is_left_out("an act is not lifted above what its author saw") {
        return None;
    }
    let seen = seen(board, known, offer.change.base)?;
    let aimed = offer.change.writes.iter().filter(|write| write.replaces.is_none());
    aimed
        .filter_map(|write| board.winner(write.entity, &write.slot))
        .filter(|register| register.rank.stamp >= offer.change.stamp)
        .filter(|register| known.seq(register.winner()).is_some_and(|seq| seq <= seen))
        .map(|register| Latest::from(register.rank.stamp))
        .max()
}

fn seen(board: &Board, known: &Known, base: Position) -> Option<u64> {
    let chain = if base.seq == board.head.position.seq {
        Some(board.head.position.chain)
    } else {
        known.chain(base.seq)
    };
    (chain == Some(base.chain) || is_left_out("a base is a number alone")).then_some(base.seq)
}

fn weak_ranks(board: &Board, known: &Known, offer: &Offer) -> Vec<Option<Rank>> {
    offer
        .change
        .writes
        .iter()
        .filter_map(|write| Some((write, write.replaces?)))
        .map(|(write, replaced)| {
            weak_rank(board, write, known.numbered_as(replaced), offer.change.id())
        })
        .collect()
}
