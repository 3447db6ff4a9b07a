//! What is said, until it is heard; and what the network does to it.

use crate::{client::Socket, faults::Fault, telling::brief, world::World};
use domain::{fresh::Fresh, stamp::ChangeId, versions::is_version};
use rand::{Rng, seq::SliceRandom};
use sync::{frame, message::*, rows::Row};

/// As much waits in a socket for a client that does not read.
const SOCKET_MESSAGES_MAX: usize = 8;
/// And what one answer, and a look at the log of each board, come to.
const ANSWER_MESSAGES_MAX: usize = 6;

impl World {
    pub fn server_hears(&mut self, at: usize) {
        let now_ms = self.server_ms();
        let client = &mut self.clients[at];
        let arrives = |it: &&mut Socket| it.held_until_ms <= self.now_ms;
        let Some(socket) = client.socket.as_mut().filter(arrives) else { return };
        // Whoever does not read costs no memory: no more is read for them from the log, nor from them.
        if socket.to_client.len() >= SOCKET_MESSAGES_MAX {
            return;
        }
        if let Some(bytes) = socket.to_server.pop_front() {
            let message: FromClient = frame::read(&bytes).unwrap();
            for said in self.server.hear(&mut socket.session, client.person, message, now_ms) {
                socket.to_client.push_back(frame::write(&said).unwrap());
            }
        }
        for said in self.server.go_on(&mut socket.session, &mut self.rng) {
            socket.to_client.push_back(frame::write(&said).unwrap());
        }
        let waits = socket.to_client.len();
        if waits >= SOCKET_MESSAGES_MAX + ANSWER_MESSAGES_MAX {
            self.found("I13: a reader that is slow costs memory", || waits.to_string());
        }
        self.join();
        for numbered in self.server.rooms.values().flat_map(|room| room.log.iter().rev().take(50)) {
            self.names.insert(numbered.change.id(), numbered.change.act);
        }
    }

    pub fn client_hears(&mut self, at: usize, dies: Option<bool>) {
        let now_ms = self.now_ms;
        let client = &mut self.clients[at];
        let arrives = |it: &&mut Socket| it.held_until_ms <= now_ms;
        let Some(socket) = client.socket.as_mut().filter(arrives) else { return };
        let Some(bytes) = socket.to_client.pop_front() else { return };
        let mut fresh = Fresh::new(self.rng.r#gen(), now_ms);
        let message: FromServer = frame::read(&bytes).unwrap();
        let told = self.trace.is_some().then(|| brief(&message));
        let heard = client.hear(message, &mut fresh, dies);
        if let Some(told) = told {
            self.say(|| format!("{at} hears {told} dies {dies:?}"));
        }
        for row in &heard.rows {
            if let Row::Refuse { waiting, .. } = row
                && let Some(act) = self.acts.get_mut(&waiting.change.act)
            {
                act.refused = true;
            }
        }
        let said = |row: &Row| match row {
            Row::Log { numbered, .. } => numbered.change.writes.iter().any(is_version),
            row => matches!(row, Row::AllThings),
        };
        if dies.is_none() && heard.rows.iter().any(said) {
            self.merge(at);
        }
        if heard.mismatch {
            self.found("I6: the digests differ at one position", || format!("client {at}"));
        }
    }

    pub fn network(&mut self, fault: Fault, at: usize) -> bool {
        match fault {
            Fault::Drop => self.lose(at),
            Fault::Delay => self.delay(at),
            Fault::Repeat => self.repeat(at),
            Fault::Reorder => self.reorder(at),
            _ => self.part(at),
        }
    }

    fn said(&self, at: usize) -> usize {
        self.clients[at].socket.as_ref().map_or(0, |it| it.to_server.len())
    }

    fn lose(&mut self, at: usize) -> bool {
        let said = self.said(at);
        if said == 0 {
            return false;
        }
        let arrive = self.rng.gen_range(0..said);
        self.arrives(at, arrive);
        self.clients[at].socket = None;
        true
    }

    /// So many of the messages that a client said; nobody will read what is answered.
    fn arrives(&mut self, at: usize, count: usize) {
        for _ in 0..count {
            if let Some(socket) = &mut self.clients[at].socket {
                socket.to_client.clear();
                socket.held_until_ms = 0;
            }
            self.server_hears(at);
        }
    }

    fn delay(&mut self, at: usize) -> bool {
        let until = self.now_ms + *[60_000, 600_000].choose(&mut self.rng).unwrap();
        let Some(socket) = &mut self.clients[at].socket else { return false };
        socket.held_until_ms = until;
        true
    }

    fn repeat(&mut self, at: usize) -> bool {
        let accepted = self.clients[at].open.iter().any(|(id, shared)| {
            let room = self.server.rooms.get(id);
            let is_known = |id: ChangeId| room.is_some_and(|it| it.answered.contains_key(&id));
            shared.outbox().any(|it| is_known(it.change.id()))
        });
        if !accepted || self.is_cut_off(at) {
            return false;
        }
        self.clients[at].socket = None;
        self.connect(at);
        self.clients[at].push();
        for _ in 0..self.said(at) {
            self.server_hears(at);
        }
        true
    }

    fn reorder(&mut self, at: usize) -> bool {
        let late = self.said(at);
        if self.is_cut_off(at) || late == 0 {
            return false;
        }
        let old = self.clients[at].socket.take();
        self.connect(at);
        self.server_hears(at);
        let new = std::mem::replace(&mut self.clients[at].socket, old);
        self.arrives(at, late);
        self.clients[at].socket = new;
        true
    }

    /// A client and some of the others.
    fn part(&mut self, at: usize) -> bool {
        let until = self.now_ms + *[60_000, 600_000, 3_600_000].choose(&mut self.rng).unwrap();
        for other in 0..self.clients.len() {
            if other == at || self.rng.gen_bool(0.3) {
                self.clients[other].socket = None;
                self.cut_off.insert(other, until);
            }
        }
        true
    }

    pub fn is_cut_off(&self, at: usize) -> bool {
        self.cut_off.get(&at).is_some_and(|until| *until > self.now_ms)
    }
}
