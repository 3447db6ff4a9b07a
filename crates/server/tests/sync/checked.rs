//! What a server's database promises by itself: answers and accepted changes stay, and `check` finds what does not
//! fit together.

use crate::{
    running::{cast::behind, failed},
    stage::Stage,
};
use serde_json::json;
use store::Store;
use sync::message::*;

/// A server with a board on which changes were accepted and refused.
async fn stage() -> Stage {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 3).await;
    let (mut ben, mut bens) = stage.join(adas.board(), "ada", "ben", "viewer").await;
    let (accepted, refused) = (adas.add("yes"), bens.add("no"));
    ada.push(adas.board(), accepted).await;
    ben.push(adas.board(), refused).await;
    assert_eq!(stage.problems(), json!([]));
    stage
}

async fn told(store: &mut Store, statement: &'static str) -> String {
    let outcome = sqlx::raw_sql(statement).execute(store.connection()).await;
    outcome.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn an_answer_and_an_accepted_change_are_never_taken_back() {
    let stage = stage().await;
    let mut store = behind(&stage.folder).await;
    for statement in [
        "delete from answered where refused is null",
        "delete from answered where refused is not null",
        "update answered set refused = null, seq = 1, stamp_ms = 1, stamp_counter = 1, stamp_replica = x'' where refused is not null",
        "update answered set hash = x'00' where seq = 2",
        "delete from log where seq = 5",
        "update log set body = x'00' where seq = 2",
    ] {
        let refusal = told(&mut store, statement).await;
        assert!(
            refusal.contains("may not") || refusal.contains("for ever"),
            "{statement}: {refusal}"
        );
    }
    store.close().await.unwrap();
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_check_finds_whatever_does_not_fit_together() {
    let damages = [
        "drop trigger answered_stays; delete from answered where seq = 2",
        "drop trigger answered_stays; delete from answered where refused is not null",
        "drop trigger answered_holds; update answered set stamp_ms = stamp_ms + 1 where seq = 3",
        "drop trigger answered_holds; update answered set act_id = (select act_id from log where seq = 1) where refused is not null",
        "update signer set rseq = rseq - 1",
        "update board_head set digest = randomblob(16)",
        "drop trigger answered_log_holds; update log set body = (select body from log where seq = 1) where seq = 2",
        "delete from entity where kind = 'card' and rowid = (select max(rowid) from entity)",
    ];
    for damage in damages {
        let stage = stage().await;
        let mut store = behind(&stage.folder).await;
        assert_eq!(told(&mut store, damage).await, "");
        store.close().await.unwrap();
        assert_eq!(
            failed(&stage.folder, &["check"], ""),
            (Some(3), "problems".to_owned()),
            "{damage}"
        );
    }
}

#[tokio::test]
async fn a_push_that_cannot_be_saved_is_asked_for_again() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let mut store = behind(&stage.folder).await;
    let holds = store.begin().await.unwrap();
    let changes = adas.add("later");
    ada.say(&FromClient::Push(Push { board, changes: changes.clone() })).await;
    let news = ada.news(board).await;
    assert!(matches!(news, BoardNews::Busy(1.., Some(Obstacle::Other))), "{news:?}");
    holds.rollback().await.unwrap();
    store.close().await.unwrap();
    let answers = ada.push(board, changes).await;
    assert!(matches!(answers[..], [(_, Answer::Accepted(..))]), "{answers:?}");
    adas.hear_up_to(adas.position().seq + 1, &mut ada).await;
    assert_eq!(adas.titles(), ["card 0", "later"]);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_board_that_another_process_changed_is_read_anew() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let first = adas.add("before");
    ada.push(board, first).await;
    adas.take(ada.changes().await);
    let mut store = behind(&stage.folder).await;
    assert_eq!(told(&mut store, "update board_head set epoch = randomblob(16)").await, "");
    store.close().await.unwrap();
    let second = adas.add("after");
    ada.push(board, second).await;
    let changes = ada.changes().await;
    assert_ne!(changes.from.epoch, adas.position().epoch);
    assert_eq!(changes.changes[0].0.epoch, changes.from.epoch);
    adas.take(changes);
    assert_eq!(adas.titles(), ["card 0", "before", "after"]);
    assert_eq!(stage.problems(), json!([]));
}
