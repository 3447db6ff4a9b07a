//! Somebody who reads while others write: what was acknowledged before a read began must be in it.

use crate::{
    act::Id,
    agent::Common,
    reading::Board,
    tongue,
    wire::{Asked, Wire},
};
use anyhow::Result;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::sync::watch;

/// The reader rests between two reads, longer where a read takes long.
const REST_MIN: Duration = Duration::from_millis(20);
const REST_FOR_EACH: u32 = 4;

/// What the reads came to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Watched {
    pub reads: usize,
    /// Cards that a read did not show, though they were acknowledged before it began: in how many reads, and
    /// for how long after the acknowledgement at most.
    pub stale: BTreeMap<Id, Stale>,
    /// Cards that one read showed twice.
    pub twice: BTreeSet<Id>,
    /// Reads that were not answered as they must be.
    pub faults: Vec<String>,
    #[serde(skip)]
    pub seen: BTreeSet<Id>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stale {
    pub reads: usize,
    pub last_us: u64,
}

/// Reads until it is told to end.
pub async fn watch(
    mut wire: Wire,
    board: &Board,
    common: &Common,
    ended: watch::Receiver<bool>,
) -> Watched {
    let mut watched = Watched::default();
    let paths = [tongue::cards(&board.id, ""), tongue::search(&board.id, &board.word, "")];
    for asked in paths.iter().cycle() {
        let began = common.clock.now_us();
        if *ended.borrow() {
            break;
        }
        let before = common.acknowledged.so_far();
        match look(&mut wire, asked).await {
            Ok(shown) => watched.take(shown, &before, common.clock.now_us()),
            Err(error) => watched.faults.push(format!("{}: {error:#}", asked.path)),
        }
        let took = Duration::from_micros(common.clock.now_us() - began);
        tokio::time::sleep(REST_MIN.max(took * REST_FOR_EACH)).await;
    }
    watched
}

async fn look(wire: &mut Wire, asked: &Asked) -> Result<Vec<Id>> {
    let answer = wire.ask(asked).await?;
    tongue::array(&answer)?.iter().map(tongue::id).collect()
}

impl Watched {
    fn take(&mut self, shown: Vec<Id>, before: &[Id], now_us: u64) {
        self.reads += 1;
        let mut once = BTreeSet::new();
        for id in shown {
            if !once.insert(id.clone()) {
                self.twice.insert(id);
            }
        }
        for id in before.iter().filter(|id| !once.contains(*id)) {
            let stale = self.stale.entry(id.clone()).or_default();
            stale.reads += 1;
            stale.last_us = now_us;
        }
        self.seen.append(&mut once);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_acknowledged_before_a_read_and_is_not_in_it_is_stale() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let mut watched = Watched::default();
        watched.take(ids(&["a", "c", "c"]), &ids(&["a", "b"]), 5);
        watched.take(ids(&["a", "b"]), &ids(&["a", "b"]), 9);
        assert_eq!(
            watched.stale,
            BTreeMap::from([("b".to_owned(), Stale { reads: 1, last_us: 5 })])
        );
        assert_eq!(watched.twice, BTreeSet::from(["c".to_owned()]));
        assert_eq!(watched.seen.len(), 3);
    }
}
