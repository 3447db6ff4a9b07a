//! A server that was set back to a backup.

use crate::{
    peer::Peer,
    running::{Server, done},
    stage::Stage,
};
use domain::shared::Former;
use serde_json::json;
use sync::message::*;

#[tokio::test]
async fn a_restored_server_begins_a_new_epoch_and_gets_back_what_it_forgot() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 4).await;
    let board = adas.board();
    let added = adas.add("in the backup");
    ada.push(board, added).await;
    adas.take(ada.changes().await);
    let kept = adas.position();
    let file = stage.folder.with_file_name("backup.db");
    done(&stage.folder, &["backup", file.to_str().unwrap()], "");
    let added = adas.add("forgotten");
    let waiting = added[0].clone();
    let answers = ada.push(board, added).await;
    let [(_, Answer::Accepted(seq, cstamp))] = answers[..] else { panic!("{answers:?}") };
    adas.take(ada.changes().await);

    let Stage { root: _root, folder, server, .. } = stage;
    server.stop();
    done(&folder, &["restore", file.to_str().unwrap()], "");
    let server = Server::start(&folder);
    let token = server.token("ada").await;
    let mut ada = Peer::connect(&server, &token).await;
    ada.say(&adas.follow()).await;
    let BoardNews::Diverged(common) = ada.news(board).await else { panic!("it did not diverge") };
    assert_eq!((common.seq, common.chain), (kept.seq, kept.chain));
    assert_ne!(common.epoch, kept.epoch);
    let changes = ada.changes().await;
    assert_eq!((changes.from, changes.changes.len()), (common, 0));

    // It comes back with the stamp that it had.
    let former = Some(Former { cstamp, weak_ranks: Vec::new() });
    let again = ada.push(board, vec![Pushed { former, ..waiting }]).await;
    assert_eq!(again, answers);
    let changes = ada.changes().await;
    assert_eq!((changes.changes.len(), changes.changes[0].0.seq), (1, seq));
    assert_eq!(changes.changes[0].0.chain, adas.position().chain, "the same log as before");
    assert_eq!(done(&folder, &["check"], "")["problems"], json!([]));
}
