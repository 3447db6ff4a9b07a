//! A board is shared with both servers, in stretches, and with ends and repeats between them.

use super::{BOARDS_MAX, NOW_MS, Script, Stage, authority::Session};
use crate::sync::{arrived, look_through, promised, settle};
use domain::{
    board::Board,
    change::Numbered,
    id::*,
    log::{Act, Signer, record},
};
use rand::Rng;
use store::rooms::{self, IncomingKey};
use sync::{
    message::{BoardNews, FromClient, FromServer, NumberedBytes},
    sharing::{Promise, Standing},
};

impl Stage {
    /// Somebody's own board comes to the server whole.
    pub async fn share(&mut self, script: &mut Script) {
        assert!(script.model.rooms.len() < BOARDS_MAX);
        let who = script.rng.gen_range(0..script.people.len());
        let somebody = script.people[who];
        let (board, log) = own_board(script, somebody.person);
        let (id, head) = (board.id, board.head.position);
        let digest = board.head.digest.to_be_bytes();
        let promise = Promise { board: id, head, digest, person: somebody.person };
        let key = IncomingKey { account: somebody.account, board: id, head: head.chain };
        script.model.people = vec![somebody.person];
        let mut session = Session::default();
        while !script.model.rooms.contains_key(&id) {
            let message = FromClient::Share(promise.clone());
            let model = stands(script, &mut session, somebody.person, message);
            let mut transaction = self.store().begin().await.unwrap();
            let standing = promised(&mut transaction, key, &promise).await.unwrap();
            assert_eq!(standing, model);
            let Standing::Staged(seq) = standing else { panic!("{standing:?}") };
            let some = log[usize::try_from(seq).unwrap()..].iter().take(3).cloned();
            let some: Vec<_> = some.map(NumberedBytes).collect();
            let message = FromClient::ShareLog(id, head, some.clone());
            let model = stands(script, &mut session, somebody.person, message);
            let mut standing = arrived(&mut transaction, key, head, some).await.unwrap();
            if standing == Standing::Staged(head.seq) {
                let share = rooms::incoming(&mut transaction, key).await.unwrap().unwrap();
                let staged = rooms::incoming_log(&mut transaction, &share).await.unwrap();
                let (promise, opened) = look_through(id, &share.promise, &staged).unwrap();
                rooms::end_incoming(&mut transaction, key).await.unwrap();
                settle(&mut transaction, key, &promise, &opened).await.unwrap();
                standing = Standing::Shared;
            }
            assert_eq!(standing, model);
            store::commit(transaction).await.unwrap();
        }
        script.saw("a board was shared");
        self.compare_all(script).await;
    }
}

fn stands(
    script: &mut Script,
    session: &mut Session,
    person: PersonId,
    message: FromClient,
) -> Standing {
    let said = script.model.hear(session, person, message, NOW_MS);
    match said.into_iter().next() {
        Some(FromServer::Board(_, BoardNews::Share(standing))) => standing,
        other => panic!("{other:?}"),
    }
}

/// A board that its folder numbered itself.
fn own_board(script: &mut Script, author: PersonId) -> (Board, Vec<Numbered>) {
    let id = BoardId(script.fresh.uuid());
    let mut board = Board::new(id, ReplicaId(script.fresh.uuid()));
    let replica = ReplicaId(script.fresh.uuid());
    let mut signer = Signer { replica, rseq: 0, prev: Default::default() };
    // The script looks up what stands on the boards of the server.
    let empty = super::Room::of(board.clone(), Vec::new());
    script.model.rooms.insert(id, empty);
    let mut log = Vec::new();
    for _ in 0..script.rng.gen_range(3..12) {
        let writes = script.some_writes(id);
        let group = GroupId(script.fresh.uuid());
        let act = Act { author, intent: "edit", group, id: None };
        log.extend(
            record(&mut board, &mut signer, &act, writes, &mut script.fresh).unwrap().changes,
        );
    }
    script.model.rooms.remove(&id);
    (board, log)
}
