//! What goes wrong, and how. Of the network see `network.rs`.

use crate::{
    client::Client,
    disk::{BoardRows, Disk, Holder},
    world::{World, YEAR_MS},
};
use domain::id::*;
use rand::{Rng, seq::SliceRandom};
use std::collections::{BTreeMap, BTreeSet};
use sync::message::*;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Disconnect,
    Crash,
    CrashHearing,
    ServerCrash,
    Clock,
    ServerClock,
    Copy,
    Restore,
    Rollback,
    RollbackUnseen,
    Compact,
    Role,
    Share,
    Abandon,
    /// A message is lost. A socket loses none from its middle: what was sent behind it is lost too, and the connection
    /// with it, and nobody hears what was answered to those before it.
    Drop,
    /// Nothing of a connection arrives for a while; all of it does later.
    Delay,
    /// What was accepted already is pushed again.
    Repeat,
    /// What an old connection said arrives behind the first words of a new one.
    Reorder,
    /// Some cannot reach the server for a while.
    Partition,
}

pub const FAULTS: [Fault; 19] = [
    Fault::Disconnect,
    Fault::Crash,
    Fault::CrashHearing,
    Fault::ServerCrash,
    Fault::Clock,
    Fault::ServerClock,
    Fault::Copy,
    Fault::Restore,
    Fault::Rollback,
    Fault::RollbackUnseen,
    Fault::Compact,
    Fault::Role,
    Fault::Share,
    Fault::Abandon,
    Fault::Drop,
    Fault::Delay,
    Fault::Repeat,
    Fault::Reorder,
    Fault::Partition,
];

impl World {
    pub fn fault(&mut self, at: usize) {
        let all: Vec<Fault> = self.faults.iter().copied().collect();
        let Some(fault) = all.choose(&mut self.rng).copied() else { return };
        if self.carry_out(fault, at) {
            self.say(|| format!("-- {fault:?} at {at}"));
            *self.happened.entry(fault).or_default() += 1;
        }
    }

    fn drop_sockets(&mut self) {
        for client in &mut self.clients {
            client.socket = None;
        }
    }

    fn carry_out(&mut self, fault: Fault, at: usize) -> bool {
        match fault {
            Fault::Disconnect => return self.clients[at].socket.take().is_some(),
            Fault::Crash => self.clients[at].start(),
            Fault::CrashHearing => {
                let waits = self.clients[at].socket.as_ref();
                if waits.is_none_or(|socket| socket.to_client.is_empty()) {
                    return false;
                }
                let stored = self.rng.r#gen();
                self.client_hears(at, Some(stored));
            }
            Fault::ServerCrash => {
                self.drop_sockets();
                self.server.offered.clear();
            }
            Fault::Clock => {
                let off = [0, 0, -YEAR_MS, YEAR_MS, -300_000, 61_000, 59_000, YEAR_MS];
                self.clients[at].skew_ms = *off.choose(&mut self.rng).unwrap();
            }
            Fault::ServerClock => {
                self.skew_ms =
                    *[0, 0, -3_600_000, YEAR_MS, -300_000].choose(&mut self.rng).unwrap();
                self.server_clock_was_wrong = true;
            }
            Fault::Copy => return self.copy(at),
            Fault::Restore => return self.restore(at),
            Fault::Rollback | Fault::RollbackUnseen => return self.roll_back(fault),
            Fault::Compact => {
                let ids: Vec<BoardId> = self.server.rooms.keys().copied().collect();
                let room = self.server.rooms.get_mut(ids.choose(&mut self.rng).unwrap()).unwrap();
                room.floor = self.rng.gen_range(room.floor..=room.head().seq);
            }
            Fault::Share | Fault::Abandon => return self.share(fault, at),
            Fault::Role => {
                let person = self.clients[at].person;
                let ids: Vec<BoardId> = self.server.rooms.keys().copied().collect();
                let room = self.server.rooms.get_mut(ids.choose(&mut self.rng).unwrap()).unwrap();
                let all = [Role::Viewer, Role::Commenter, Role::Editor, Role::Admin, Role::Owner];
                *room.members.get_mut(&person).unwrap() = *all.choose(&mut self.rng).unwrap();
            }
            Fault::Drop | Fault::Delay | Fault::Repeat | Fault::Reorder | Fault::Partition => {
                return self.network(fault, at);
            }
        }
        true
    }

    fn share(&mut self, fault: Fault, at: usize) -> bool {
        let Some(id) = self.own_board else { return false };
        let now_ms = self.now_ms;
        let client = &mut self.clients[at];
        // The server's clock is known once it was met.
        if fault == Fault::Share && client.socket.is_none() {
            return false;
        }
        let Some(rows) = client.disk.boards.get(&id) else { return false };
        match (fault, rows.holder) {
            (Fault::Share, Holder::Own) => client.promise(id, now_ms),
            (Fault::Abandon, Holder::Sharing) => client.abandon(id),
            _ => return false,
        }
        true
    }

    fn copy(&mut self, at: usize) -> bool {
        if self.clients.len() >= 6 {
            return false;
        }
        let name = self.clients.len();
        let saved = self.clients[at].save();
        let mut copy = Client::new(name, self.clients[at].person, saved.disk.clone());
        copy.load(saved);
        copy.skew_ms = self.clients[at].skew_ms;
        self.clients.push(copy);
        true
    }

    fn restore(&mut self, at: usize) -> bool {
        let Some(saved) = self.clients[at].backup.clone().filter(|_| self.rng.r#gen()) else {
            self.clients[at].backup = Some(self.clients[at].save());
            return false;
        };
        let had = held(&self.clients[at].disk);
        self.clients[at].load(saved);
        let has = held(&self.clients[at].disk);
        self.given_up.extend(had.difference(&has));
        true
    }

    fn roll_back(&mut self, fault: Fault) -> bool {
        let Some(backup) = self.backup.clone().filter(|_| self.rng.gen_bool(0.6)) else {
            self.backup = Some(self.server.clone());
            return false;
        };
        for (id, room) in &self.server.rooms {
            let heard: BTreeSet<ActId> = self
                .clients
                .iter()
                .flat_map(|client| {
                    let Some(rows) = client.disk.boards.get(id) else { return Vec::new() };
                    let log =
                        rows.log.values().filter(|it| it.1.is_some()).map(|it| it.0.change.act);
                    let former = rows.outbox.values().filter(|it| it.former.is_some());
                    let kept = rows.kept.values().map(|it| it.0.change.act);
                    log.chain(former.map(|it| it.change.act)).chain(kept).collect::<Vec<_>>()
                })
                .collect();
            let stays = backup.rooms.get(id).map_or(0, |room| room.log.len());
            let gone = room.log.iter().skip(stays).map(|it| it.change.act);
            self.unheard.extend(gone.filter(|act| !heard.contains(act)));
        }
        let roles: BTreeMap<BoardId, BTreeMap<PersonId, Role>> =
            self.server.rooms.iter().map(|(id, room)| (*id, room.members.clone())).collect();
        self.server = backup;
        self.server.offered.clear();
        for (id, room) in &mut self.server.rooms {
            if let Some(members) = roles.get(id) {
                room.members.clone_from(members);
            }
            if fault == Fault::Rollback {
                room.board.head.position.epoch = ReplicaId(Uuid::from_u128(self.rng.r#gen()));
            }
        }
        self.drop_sockets();
        true
    }
}

fn held(disk: &Disk) -> BTreeSet<ActId> {
    let of = |rows: &BoardRows| -> Vec<ActId> {
        let waiting = rows.outbox.values().map(|it| it.change.act);
        let kept = rows.kept.values().map(|(it, ..)| it.change.act);
        let log = rows.log.values().map(|(it, _)| it.change.act);
        waiting.chain(kept).chain(log).collect()
    };
    disk.boards.values().flat_map(of).collect()
}
