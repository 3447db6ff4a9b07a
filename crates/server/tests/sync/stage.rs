//! A server, people, and a board that one of them shared.

use crate::{
    peer::Peer,
    replica::Replica,
    running::{
        Server,
        cast::{Person, people},
        done, folder,
    },
};
use domain::id::{BoardId, PersonId};
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};
use sync::{
    message::{BoardNews, FromClient, FromServer, Role},
    sharing::Standing,
};
use tempfile::TempDir;

pub struct Stage {
    /// Goes away with the test.
    pub root: TempDir,
    pub folder: PathBuf,
    pub server: Server,
    pub people: BTreeMap<String, Person>,
}

impl Stage {
    pub async fn with(names: &[&str]) -> Stage {
        Stage::set(names, &[]).await
    }

    /// Whose server gives a reader so many seconds.
    pub async fn patient(names: &[&str], seconds: u16) -> Stage {
        Stage::set(names, &["--reader-patience", &seconds.to_string()]).await
    }

    async fn set(names: &[&str], settings: &[&str]) -> Stage {
        let (root, folder) = folder();
        Stage::at(root, folder, names, settings).await
    }

    /// In a folder that was made ready for it.
    pub async fn at(root: TempDir, folder: PathBuf, names: &[&str], settings: &[&str]) -> Stage {
        let server = Server::start_with(&folder, settings);
        let people = people(&server, &folder, names).await;
        Stage { root, folder, server, people }
    }

    pub fn token(&self, name: &str) -> &str {
        &self.people[name].token
    }

    pub async fn peer(&self, name: &str) -> Peer {
        Peer::connect(&self.server, self.token(name)).await
    }

    /// Somebody shares a board of theirs and stays connected, following it.
    pub async fn shared(&self, name: &str, cards: usize) -> (Peer, Replica) {
        let replica = Replica::own(cards);
        let mut peer = self.peer(name).await;
        share(&mut peer, &replica, 1_000).await;
        follow(&mut peer, &replica).await;
        (peer, replica)
    }

    /// Somebody becomes a member by an invitation, and clones the board.
    pub async fn join(&self, board: BoardId, by: &str, name: &str, role: &str) -> (Peer, Replica) {
        let person = self.invited(board, by, name, role).await;
        let mut peer = self.peer(name).await;
        let mut replica = Replica::empty(board, person);
        peer.say(&replica.follow()).await;
        loop {
            let changes = peer.changes().await;
            let head = changes.head;
            replica.take(changes);
            if replica.position().seq == head {
                return (peer, replica);
            }
        }
    }

    pub async fn invited(&self, board: BoardId, by: &str, name: &str, role: &str) -> PersonId {
        let path = format!("/api/boards/{board}/invitations");
        let made = self.server.post(&path, self.token(by), json!({ "role": role })).await;
        let sent = json!({ "secret": made.expect(201)["link"] });
        let joined = self.server.post("/api/invitations/accept", self.token(name), sent).await;
        joined.expect(200)["joined"]["person"].as_str().unwrap().parse().unwrap()
    }

    /// Killed, and started again on the same folder.
    pub fn killed(self) -> Stage {
        let Stage { root, folder, server, people } = self;
        server.kill();
        let server = Server::start(&folder);
        Stage { root, folder, server, people }
    }

    /// What `check` finds, beside the running server.
    pub fn problems(&self) -> serde_json::Value {
        done(&self.folder, &["check"], "")["problems"].clone()
    }
}

/// The whole way from a promise to a shared board, so many changes at a time.
pub async fn share(peer: &mut Peer, replica: &Replica, at_once: usize) {
    let (board, head) = (replica.board(), replica.position());
    peer.say(&FromClient::Share(replica.promise())).await;
    loop {
        match peer.news(board).await {
            BoardNews::Share(Standing::Shared) => break,
            BoardNews::Share(Standing::Staged(seq)) => {
                let log = replica.log_after(seq, at_once);
                peer.say(&FromClient::ShareLog(board, head, log)).await;
            }
            other => panic!("{other:?}"),
        }
    }
    if !peer.boards.iter().any(|seen| seen.board == board) {
        peer.boards().await;
    }
    let seen = peer.boards.iter().find(|seen| seen.board == board).unwrap();
    assert_eq!((seen.role, seen.person), (Role::Owner, replica.person));
}

/// Goes on where the replica stands, at the end of the log.
pub async fn follow(peer: &mut Peer, replica: &Replica) {
    peer.say(&replica.follow()).await;
    let changes = peer.changes().await;
    assert_eq!((changes.from.seq, changes.head), (replica.position().seq, replica.position().seq));
    assert_eq!(changes.from.chain, replica.position().chain);
}

/// Asks whether the other end still listens.
pub async fn is_heard(peer: &mut Peer) {
    peer.say(&FromClient::Ping(7)).await;
    loop {
        match peer.hear().await {
            FromServer::Pong(7) => return,
            FromServer::Boards(_) => {}
            other => panic!("{other:?}"),
        }
    }
}
