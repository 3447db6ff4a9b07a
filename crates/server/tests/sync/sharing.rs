//! A board of one's own goes to the server, which becomes its authority.

use crate::{
    peer::Peer,
    replica::Replica,
    stage::{Stage, follow, share},
};
use domain::id::BoardId;
use serde_json::json;
use sync::{message::*, sharing::Standing};
use uuid::Uuid;

async fn standing(peer: &mut Peer, board: BoardId, message: FromClient) -> Standing {
    peer.say(&message).await;
    match peer.news(board).await {
        BoardNews::Share(standing) => standing,
        other => panic!("{other:?}"),
    }
}

fn some_log(replica: &Replica, seq: u64, limit: usize) -> FromClient {
    FromClient::ShareLog(replica.board(), replica.position(), replica.log_after(seq, limit))
}

#[tokio::test]
async fn a_share_that_was_cut_goes_on_where_it_stopped() {
    let mut stage = Stage::with(&["ada"]).await;
    let replica = Replica::own(30);
    let board = replica.board();
    let mut ada = stage.peer("ada").await;
    let promise = || FromClient::Share(replica.promise());
    assert_eq!(standing(&mut ada, board, promise()).await, Standing::Staged(0));
    let mut staged = 0;
    while staged < 20 {
        let log = some_log(&replica, staged, 4);
        assert_eq!(standing(&mut ada, board, log).await, Standing::Staged(staged + 4));
        staged += 4;
        // What was answered is on disk; what comes twice, or with a gap, changes nothing.
        stage = stage.killed();
        ada = stage.peer("ada").await;
        assert_eq!(standing(&mut ada, board, promise()).await, Standing::Staged(staged));
        let repeated = some_log(&replica, staged - 4, 4);
        assert_eq!(standing(&mut ada, board, repeated).await, Standing::Staged(staged));
        let gap = some_log(&replica, staged + 1, 4);
        assert_eq!(standing(&mut ada, board, gap).await, Standing::Staged(staged));
        assert_eq!(ada.boards, [], "nobody sees half a board");
    }
    share(&mut ada, &replica, 7).await;
    follow(&mut ada, &replica).await;
    // Whoever did not hear the answer asks again.
    assert_eq!(standing(&mut ada, board, promise()).await, Standing::Shared);
    assert_eq!(standing(&mut ada, board, some_log(&replica, 28, 7)).await, Standing::Shared);
    let abandon = FromClient::ShareAbandon(board, replica.position());
    assert_eq!(standing(&mut ada, board, abandon).await, Standing::Shared);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_share_whose_last_answer_was_cut_is_there_whole_or_goes_on() {
    let mut stage = Stage::with(&["ada"]).await;
    for round in 0..6 {
        let replica = Replica::own(round * 3);
        let board = replica.board();
        let mut ada = stage.peer("ada").await;
        standing(&mut ada, board, FromClient::Share(replica.promise())).await;
        ada.say(&some_log(&replica, 0, 1_000)).await;
        if round % 2 == 1 {
            // It has been taken up, and no more is known.
            ada.say(&FromClient::Ping(1)).await;
            drop(ada);
        }
        stage = stage.killed();
        let mut ada = stage.peer("ada").await;
        let is_there = ada.boards.iter().any(|seen| seen.board == board);
        match standing(&mut ada, board, FromClient::Share(replica.promise())).await {
            Standing::Shared => {}
            Standing::Staged(0) => assert!(!is_there, "it was there, and is gone"),
            other => panic!("{other:?}"),
        }
        share(&mut ada, &replica, 2).await;
        follow(&mut ada, &replica).await;
    }
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn an_abandoned_share_is_gone_for_good_unless_it_is_promised_anew() {
    let stage = Stage::with(&["ada"]).await;
    let replica = Replica::own(5);
    let board = replica.board();
    let mut ada = stage.peer("ada").await;
    standing(&mut ada, board, FromClient::Share(replica.promise())).await;
    standing(&mut ada, board, some_log(&replica, 0, 3)).await;
    let abandon = || FromClient::ShareAbandon(board, replica.position());
    assert_eq!(standing(&mut ada, board, abandon()).await, Standing::Abandoned);
    let stage = stage.killed();
    let mut ada = stage.peer("ada").await;
    assert_eq!(standing(&mut ada, board, abandon()).await, Standing::Abandoned);
    assert_eq!(standing(&mut ada, board, some_log(&replica, 3, 9)).await, Standing::Broken);
    share(&mut ada, &replica, 2).await;
}

#[tokio::test]
async fn a_log_that_is_not_the_promised_one_is_thrown_away() {
    let stage = Stage::with(&["ada"]).await;
    let mut ada = stage.peer("ada").await;
    let replica = Replica::own(3);
    let board = replica.board();
    let mut promise = replica.promise();
    promise.digest[0] ^= 1;
    assert_eq!(standing(&mut ada, board, FromClient::Share(promise)).await, Standing::Staged(0));
    assert_eq!(standing(&mut ada, board, some_log(&replica, 0, 9)).await, Standing::Broken);

    // Changes of one board under the name of another.
    let mut promise = replica.promise();
    promise.board = BoardId(Uuid::new_v4());
    let (other, head) = (promise.board, promise.head);
    assert_eq!(standing(&mut ada, other, FromClient::Share(promise)).await, Standing::Staged(0));
    let log = FromClient::ShareLog(other, head, replica.log_after(0, 9));
    assert_eq!(standing(&mut ada, other, log).await, Standing::Broken);

    // In the right way it is still taken.
    share(&mut ada, &replica, 9).await;
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_board_that_somebody_else_shared_is_taken() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let replica = Replica::own(2);
    let board = replica.board();
    let (mut ada, mut eve) = (stage.peer("ada").await, stage.peer("eve").await);
    // Both are under way at once, and neither sees what the other has sent.
    standing(&mut eve, board, FromClient::Share(replica.promise())).await;
    standing(&mut eve, board, some_log(&replica, 0, 2)).await;
    share(&mut ada, &replica, 1).await;
    assert_eq!(standing(&mut eve, board, some_log(&replica, 2, 9)).await, Standing::Taken);
    assert_eq!(
        standing(&mut eve, board, FromClient::Share(replica.promise())).await,
        Standing::Taken
    );
    eve.say(&replica.follow()).await;
    assert_eq!(eve.news(board).await, BoardNews::Gone);
}

#[tokio::test]
async fn a_large_board_that_is_cut_many_times_keeps_every_card_and_its_digest() {
    let mut stage = Stage::with(&["ada", "ben"]).await;
    let original = Replica::imported(10_000);
    let board = original.board();
    let changes = original.position().seq;
    assert!(changes > 8, "{changes} changes");
    for number in 0..changes {
        let mut ada = stage.peer("ada").await;
        let promise = FromClient::Share(original.promise());
        assert_eq!(standing(&mut ada, board, promise).await, Standing::Staged(number));
        let log = some_log(&original, number, 1);
        if number + 1 < changes {
            assert_eq!(standing(&mut ada, board, log).await, Standing::Staged(number + 1));
        } else {
            assert_eq!(standing(&mut ada, board, log).await, Standing::Shared);
        }
        stage = stage.killed();
    }
    let (_ben, clone) = stage.join(board, "ada", "ben", "viewer").await;
    assert_eq!(clone.titles(), original.titles());
    assert_eq!(clone.shared.numbered().head, original.shared.numbered().head);
    assert_eq!(stage.problems(), json!([]));
}
