//! What was answered is there after a kill, and what was not is there whole or not at all.

use crate::{peer::Peer, replica::Replica, stage::Stage};
use serde_json::json;
use std::collections::BTreeSet;
use sync::message::*;

/// The whole board as the server has it now.
async fn fetched(stage: &Stage, name: &str, replica: &Replica) -> Replica {
    let mut peer = stage.peer(name).await;
    let mut clone = Replica::empty(replica.board(), replica.person);
    peer.say(&clone.follow()).await;
    loop {
        let changes = peer.changes().await;
        let head = changes.head;
        clone.take(changes);
        if clone.position().seq == head {
            return clone;
        }
    }
}

#[tokio::test]
async fn a_change_that_was_answered_survives_a_kill() {
    let mut stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 2).await;
    let board = adas.board();
    for round in 0..5 {
        let title = format!("round {round}");
        let added = adas.add(&title);
        let answers = ada.push(board, added.clone()).await;
        stage = stage.killed();
        let there = fetched(&stage, "ada", &adas).await;
        assert_eq!(there.titles().last(), Some(&title));
        let mut after = stage.peer("ada").await;
        assert_eq!(after.push(board, added).await, answers);
        ada = after;
    }
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_push_that_a_kill_cut_is_there_whole_or_not_and_a_retry_completes_it() {
    const PEERS: usize = 6;
    let mut stage = Stage::with(&["ada"]).await;
    let (_ada, adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let mut replicas = Vec::new();
    for _ in 0..PEERS {
        replicas.push(fetched(&stage, "ada", &adas).await);
    }
    let mut cut = 0;
    for round in 0..6 {
        let mut peers: Vec<Peer> = Vec::new();
        for _ in 0..PEERS {
            peers.push(stage.peer("ada").await);
        }
        for (at, replica) in replicas.iter_mut().enumerate() {
            replica.add(&format!("{round} of {at}, one"));
            replica.add(&format!("{round} of {at}, two"));
        }
        for (peer, replica) in peers.iter_mut().zip(&replicas) {
            let changes = replica.waiting();
            peer.say(&FromClient::Push(Push { board, changes })).await;
        }
        let mut answered = Vec::new();
        for peer in peers.iter_mut().take(round) {
            answered.push(peer.news(board).await);
        }
        stage = stage.killed();
        let there = fetched(&stage, "ada", &adas).await;
        let titles: BTreeSet<String> = there.titles().into_iter().collect();
        for (at, replica) in replicas.iter_mut().enumerate() {
            let both =
                ["one", "two"].map(|which| titles.contains(&format!("{round} of {at}, {which}")));
            assert_eq!(both[0], both[1], "half of a push is there");
            assert!(both[0] || at >= answered.len(), "what was answered is gone");
            cut += usize::from(!both[0]);
            let mut peer = stage.peer("ada").await;
            let answers = peer.push(board, replica.waiting()).await;
            if let Some(BoardNews::Answers(first)) = answered.get(at) {
                assert_eq!(&answers, first, "the retry got another answer");
            }
            let accepted = |(_, answer): &(_, Answer)| matches!(answer, Answer::Accepted(..));
            assert!(answers.iter().all(accepted), "{answers:?}");
        }
        let there = fetched(&stage, "ada", &adas).await;
        for replica in &mut replicas {
            let (from, head) = (replica.position(), there.position().seq);
            let changes = there.log_after(from.seq, 1_000);
            replica.take(Changes { from, changes, head, digest: None });
            assert_eq!(replica.shared.outbox().count(), 0);
        }
        let titles = there.titles();
        assert_eq!(
            titles.len(),
            titles.iter().collect::<BTreeSet<_>>().len(),
            "something is there twice"
        );
    }
    assert!(cut > 0, "no push was cut");
    assert_eq!(stage.problems(), json!([]));
}
