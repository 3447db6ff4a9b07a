//! What must hold after every step, and what in the end.

use crate::{
    live,
    merging::{described, pairs},
    world::World,
};
use domain::{board::Board, id::*, merge::MERGE, register::Field};
use std::collections::{BTreeMap, BTreeSet};
use sync::canonical::AHEAD_MS_MAX;

/// Two clocks that are right may still differ by so much.
const CLOCKS_DIFFER_MS: u64 = 130_000;

impl World {
    /// After every step.
    pub fn check_each(&mut self) {
        let mut wrong = Vec::new();
        for client in &self.clients {
            for (id, shared) in &client.open {
                let again = client.disk.boards[id].load(*id);
                if !same(again.numbered(), shared.numbered())
                    || !same(again.shown(), shared.shown())
                {
                    wrong.push(("I7: the disk does not say what is shown", client.name, *id));
                }
                if again.numbered().head != shared.numbered().head {
                    wrong.push(("I7: the disk has another head", client.name, *id));
                }
                let rows = &client.disk.boards[id];
                let mut places: Vec<ActId> = rows.outbox.values().map(|it| it.change.act).collect();
                places.extend(rows.kept.values().map(|it| it.0.change.act));
                places.extend(rows.refused.values().map(|it| it.0.change.act));
                places.extend(rows.log.values().map(|it| it.0.change.act));
                let mut seen = BTreeSet::new();
                if places.into_iter().any(|act| !seen.insert(act)) {
                    wrong.push(("I2: a change is in two places", client.name, *id));
                }
            }
        }
        for (what, client, id) in wrong {
            self.found(what, || format!("client {client}, board {id}"));
        }
        if self.now_ms.is_multiple_of(16) {
            self.judge_live();
        }
        self.check_nothing_jumps_back();
    }

    /// What a person wrote stays, until somebody writes over it.
    fn check_nothing_jumps_back(&mut self) {
        let mut wrong = Vec::new();
        for client in &self.clients {
            for ((id, register), own) in &client.own {
                let stands =
                    |act: &&ActId| !self.acts[*act].refused && !self.given_up.contains(*act);
                let Some(last) = own.iter().rev().find(stands) else { continue };
                if self.acts[last].writes[register].is_some() {
                    continue;
                }
                let Some(shared) = client.open.get(id) else { continue };
                // Emptying the trash forgets what was written.
                if shared.shown().entity(register.0).is_some_and(|it| it.purged()) {
                    continue;
                }
                let winner = shared.shown().winner(register.0, &register.1);
                let holds = winner.and_then(|it| self.act_of(client, *id, it.winner()));
                if holds == Some(*last) {
                    continue;
                }
                let mut older: BTreeSet<ActId> =
                    own.iter().take_while(|it| *it != last).copied().collect();
                let mut at = Some(*last);
                while let Some(act) = at {
                    at = self.acts.get(&act).and_then(|it| it.saw.get(register)).copied();
                    if !at.is_none_or(|act| older.insert(act)) {
                        break;
                    }
                }
                if holds.is_none_or(|act| older.contains(&act) && !self.unheard.contains(&act)) {
                    wrong.push(format!(
                        "client {}: {last} vanished from {register:?}, {holds:?} shows",
                        client.name
                    ));
                }
            }
        }
        for detail in wrong {
            self.found("a value jumped back to an older one", || detail);
        }
    }

    fn judge_live(&mut self) {
        let shown = self.clients.iter().flat_map(|it| it.open.values()).map(|it| it.shown());
        let all = shown.chain(self.server.rooms.values().map(|it| &it.board));
        let wrong: Vec<_> = all.filter_map(|board| live::judge(board).err()).collect();
        for (what, detail) in wrong {
            self.found(what, || detail);
        }
    }

    /// In the end, when everything is quiet.
    pub fn judge(&mut self) {
        self.judge_live();
        let ids: Vec<BoardId> = self.server.rooms.keys().copied().collect();
        let mut logged = BTreeSet::new();
        for id in &ids {
            self.judge_log(*id, &mut logged);
            self.judge_replicas(*id);
            self.judge_ranks(*id);
            self.judge_descriptions(*id);
        }
        let lost: Vec<ActId> = self
            .acts
            .iter()
            .filter(|(act, it)| {
                !it.refused && !logged.contains(*act) && !self.given_up.contains(*act)
            })
            .map(|(act, _)| *act)
            .collect();
        for act in lost {
            let client = self.acts_client(act);
            self.found("I1: an act is lost", || format!("{act} of client {client}"));
        }
    }

    fn acts_client(&self, act: ActId) -> usize {
        self.acts.get(&act).map_or(usize::MAX, |it| it.client)
    }

    fn judge_log(&mut self, id: BoardId, logged: &mut BTreeSet<ActId>) {
        let room = &self.server.rooms[&id];
        let mut at = domain::change::Position { seq: 0, chain: Default::default(), ..room.head() };
        let (mut ids, mut gap) = (BTreeSet::new(), false);
        let (mut twice, mut act_twice) = (false, None);
        for numbered in &room.log {
            gap |= !numbered.follows(at);
            at = numbered.position();
            twice |= !ids.insert(numbered.change.id());
            if !logged.insert(numbered.change.act) {
                act_twice = Some(numbered.change.act);
            }
        }
        let ahead = |it: &&domain::change::Numbered| it.cstamp.ms > self.now_ms + AHEAD_MS_MAX + 1;
        let ahead = room.log.iter().find(ahead).map(|it| it.cstamp);
        // Any order of the log is the same board.
        let mut folded = Board::new(id, room.head().epoch);
        let mut shuffled: Vec<_> = room.log.iter().collect();
        rand::seq::SliceRandom::shuffle(&mut shuffled[..], &mut self.rng);
        for numbered in shuffled {
            folded.absorb(numbered);
        }
        let differs = folded.head.digest != room.board.head.digest;
        if let Some(stamp) = ahead.filter(|_| !self.server_clock_was_wrong) {
            self.found("a stamp was accepted that is far ahead", || format!("{stamp:?}"));
        }
        if gap {
            self.found("I4: the log has a gap or a broken chain", || id.to_string());
        }
        if twice {
            self.found("I3: a change is in the log twice", || id.to_string());
        }
        if let Some(act) = act_twice {
            self.found("I3: an act is in the log twice", || act.to_string());
        }
        if differs {
            self.found("I5: another order of the log is another board", || id.to_string());
        }
    }

    fn judge_replicas(&mut self, id: BoardId) {
        let mut wrong = Vec::new();
        for client in &self.clients {
            let Some(shared) = client.open.get(&id) else { continue };
            let room = &self.server.rooms[&id];
            let head = shared.numbered().head;
            if head.position.seq != room.head().seq {
                continue;
            }
            if head.digest != room.board.head.digest || !same(shared.numbered(), &room.board) {
                wrong.push(format!("client {}, board {id}", client.name));
            }
        }
        for detail in wrong {
            self.found("I6: equal heads, other boards", || detail);
        }
    }

    /// What could be merged was; whatever else stands apart is there to be offered.
    fn judge_descriptions(&mut self, id: BoardId) {
        let room = &self.server.rooms[&id];
        let merged = room.log.iter().filter(|it| it.change.intent == MERGE);
        self.merges += merged.filter(|it| it.weak_ranks.iter().any(Option::is_some)).count();
        let whole = |person: &PersonId| {
            self.clients.iter().any(|client| {
                client.person == *person
                    && client.disk.boards.get(&id).is_some_and(|rows| rows.floor == 0)
            })
        };
        let mut left = Vec::new();
        for (card, known) in described(room.log.iter()) {
            let Some(register) = room.board.winner(card.into(), &Field::TEXT.into()) else {
                continue;
            };
            let pairs = pairs(card, &known, register.winner(), false);
            let could = pairs.into_iter().filter(|(authors, _)| authors.iter().any(&whole));
            let acts = could.filter_map(|(_, merge)| merge.map(|merge| merge.act));
            left.extend(acts.filter(|act| !self.acts.contains_key(act)));
        }
        for act in left {
            self.found("two descriptions that fit stand apart", || act.to_string());
        }
    }

    fn judge_ranks(&mut self, id: BoardId) {
        let mut wrong: Vec<(&'static str, String)> = Vec::new();
        for (register, ranks) in self.ranks(id) {
            let of: BTreeMap<ActId, _> = ranks.iter().copied().collect();
            for (act, rank) in &ranks {
                let Some(known) = self.acts.get(act) else { continue };
                if let Some(replaced) = known.writes[&register] {
                    let Some(replaced) = of.get(&replaced) else { continue };
                    for (other, between) in &ranks {
                        let Some(theirs) = self.acts.get(other) else { continue };
                        let aimed = theirs.writes[&register].is_none();
                        if aimed
                            && replaced < between
                            && between < rank
                            && !known.known.contains(other)
                        {
                            wrong.push((
                                "I9: a weak write undid an aimed one",
                                format!("{act} {other}"),
                            ));
                        }
                    }
                    continue;
                }
                let heard = |act: &&ActId| !self.unheard.contains(*act);
                let saw = known.saw.get(&register).filter(heard);
                if let Some(seen) = saw.and_then(|seen| of.get(seen))
                    && seen >= rank
                {
                    wrong.push((
                        "I9: an edit lost to the value that its author saw",
                        format!("{act} on {register:?}: {rank:?} against {seen:?}"),
                    ));
                }
                for before in &known.own_before[&register] {
                    let weak = self.acts[before].writes[&register].is_some();
                    if !weak && of.get(before).is_some_and(|before| before >= rank) {
                        wrong.push((
                            "I9: an act lost to an earlier one of its device",
                            act.to_string(),
                        ));
                    }
                }
                for (other, above) in &ranks {
                    let Some(theirs) = self.acts.get(other) else { continue };
                    let later = known.t > theirs.t + CLOCKS_DIFFER_MS;
                    let both_good = known.good && theirs.good && !self.server_clock_was_wrong;
                    let later = later && heard(&other);
                    let aimed = theirs.writes[&register].is_none();
                    if later && both_good && aimed && above > rank {
                        wrong.push((
                            "a later act lost, though all clocks were right",
                            act.to_string(),
                        ));
                    }
                }
            }
        }
        for (what, detail) in wrong {
            self.found(what, || detail);
        }
    }
}

fn same(one: &Board, other: &Board) -> bool {
    one.things() == other.things()
        && one.entities().all(|(id, entity)| other.entity(id) == Some(entity))
}
