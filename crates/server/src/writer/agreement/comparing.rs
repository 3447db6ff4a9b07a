//! What the server on disk holds, against the one in memory.

use super::{Answered, Room, Script, jobs::row_role};
use crate::sync::known_answer;
use domain::{
    board::{Board, Entity},
    id::*,
    stamp::ChangeId,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, account, boards, rooms};

/// What a transaction may have changed on a board.
#[derive(Default)]
pub struct Scope {
    /// Of the log, what is behind this number.
    pub log_after: u64,
    pub changes: BTreeSet<ChangeId>,
    pub acts: BTreeSet<ActId>,
    pub replicas: BTreeSet<ReplicaId>,
}

impl Scope {
    /// All of a board.
    pub fn of(room: &Room) -> Scope {
        Scope {
            log_after: 0,
            changes: room.answered.keys().copied().collect(),
            acts: room.answered.values().map(|it| it.act).collect(),
            replicas: room.ends.keys().copied().collect(),
        }
    }
}

pub async fn compare(connection: &mut Connection, script: &Script, id: BoardId, scope: &Scope) {
    let room = &script.model.rooms[&id];
    let board = rooms::load(connection, id).await.unwrap().unwrap();
    assert_eq!(board.head, room.board.head);
    assert_eq!(things(&board), things(&room.board), "the registers and their winners");
    let log = boards::read_after(connection, id, scope.log_after, u32::MAX).await.unwrap();
    assert_eq!(log, room.log[usize::try_from(scope.log_after).unwrap()..]);
    compare_answers(connection, room, scope).await;
    for replica in &scope.replicas {
        let end = rooms::end(connection, id, *replica).await.unwrap();
        let end = end.map(|it| (it.rseq, it.hash, it.latest));
        assert_eq!(end, room.ends.get(replica).map(|it| (it.rseq, it.hash, it.latest)));
    }
    for somebody in &script.people {
        let role = account::role(connection, id, somebody.account).await.unwrap();
        assert_eq!(role, room.members.get(&somebody.person).map(|role| row_role(*role)));
    }
    let head = room.head().seq;
    assert_eq!(rooms::floor(connection, id, head).await.unwrap(), room.floor);
    for (seq, chain) in rooms::chains(connection, id, scope.log_after..=head).await.unwrap() {
        assert_eq!(Some(chain), room.chain_at(seq));
    }
}

/// What was answered, by change and by act, and under which id the log has it.
async fn compare_answers(connection: &mut Connection, room: &Room, scope: &Scope) {
    let id = room.board.id;
    let logged = |answered: &Answered| match answered.answer {
        sync::acceptance::Outcome::Accepted(seq, _) => {
            Some(room.log[usize::try_from(seq - 1).unwrap()].change.id())
        }
        sync::acceptance::Outcome::Refused(_) => None,
    };
    let told = |rows: Vec<rooms::KnownAnswer>| -> BTreeMap<ChangeId, (Answered, Option<ChangeId>)> {
        let rows =
            rows.into_iter().map(|(row, logged)| (row.id, (known_answer(row).unwrap(), logged)));
        rows.collect()
    };
    let model =
        |wanted: &dyn Fn(&Answered) -> bool| -> BTreeMap<ChangeId, (Answered, Option<ChangeId>)> {
            let answered = room.answered.values().filter(|it| wanted(it));
            answered.map(|it| (it.id, (*it, logged(it)))).collect()
        };
    let changes = scope.changes.iter().copied();
    let by_change = rooms::answers(connection, id, changes).await.unwrap();
    assert_eq!(told(by_change), model(&|it| scope.changes.contains(&it.id)));
    let acts = scope.acts.iter().copied();
    let by_act = rooms::answers_to_acts(connection, id, acts).await.unwrap();
    assert_eq!(told(by_act), model(&|it| scope.acts.contains(&it.act)));
}

fn things(board: &Board) -> BTreeMap<EntityId, Entity> {
    board.entities().map(|(id, it)| (id, it.clone())).collect()
}
