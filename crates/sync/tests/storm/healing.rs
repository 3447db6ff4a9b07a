//! The faults stop: now everything must come together.

use crate::{disk::Holder, world::World};
use sync::message::Role;

impl World {
    /// The faults stop: now everything must come together.
    pub fn heal(&mut self) {
        self.say(|| "--- heal".into());
        self.cut_off.clear();
        for socket in self.clients.iter_mut().filter_map(|it| it.socket.as_mut()) {
            socket.held_until_ms = 0;
        }
        for room in self.server.rooms.values_mut() {
            room.members.values_mut().for_each(|role| *role = Role::Owner);
        }
        for _ in 0..60 {
            self.now_ms += 500;
            for at in 0..self.clients.len() {
                self.connect(at);
                let now_ms = self.now_ms;
                let client = &mut self.clients[at];
                let own = client.disk.boards.iter().find(|(_, it)| it.holder == Holder::Own);
                if let Some(id) = own.map(|(id, _)| *id) {
                    client.promise(id, now_ms);
                }
            }
            for _ in 0..40 {
                for at in 0..self.clients.len() {
                    self.clients[at].push();
                    self.server_hears(at);
                    self.client_hears(at, None);
                }
            }
            // A process that ended between hearing and merging does it when it hears the next word.
            for at in 0..self.clients.len() {
                self.merge(at);
            }
            self.check_each();
            if self.quiet() {
                return;
            }
        }
        self.found("I10: it never comes to rest", String::new);
    }

    fn quiet(&self) -> bool {
        self.clients.iter().all(|client| {
            client.open.iter().all(|(id, shared)| {
                let Some(room) = self.server.rooms.get(id) else { return false };
                shared.outbox().next().is_none()
                    && shared.numbered().head.position.seq == room.head().seq
                    && client.disk.boards[id].holder == Holder::Server
            })
        })
    }
}
