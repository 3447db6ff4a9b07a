//! Who is here: told to those who follow a board, and to nobody else, and gone with whoever said it.

use crate::{
    peer::Peer,
    replica::Replica,
    stage::{Stage, is_heard},
};
use domain::id::*;
use reqwest::Method;
use serde_json::Value;
use std::fs;
use sync::message::*;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

fn card(number: u128) -> CardId {
    CardId(Uuid::from_u128(number))
}

fn at(board: BoardId, card: Option<CardId>) -> FromClient {
    FromClient::Here(Some(Looking { board, editing: false, card }))
}

/// Waits until the list is as wanted; who says so for each, and what they have open.
async fn lists(peer: &mut Peer, board: BoardId, wanted: &[(PersonId, Option<CardId>)]) {
    loop {
        let BoardNews::Here(present) = peer.news(board).await else { continue };
        let told: Vec<_> = present.iter().map(|it| (it.person, it.card)).collect();
        if told == wanted {
            return;
        }
    }
}

/// Ada has a board, and Ben follows it too.
async fn two(stage: &Stage, role: &str) -> (Peer, Replica, Peer, Replica) {
    let (ada, adas) = stage.shared("ada", 1).await;
    let (ben, bens) = stage.join(adas.board(), "ada", "ben", role).await;
    (ada, adas, ben, bens)
}

#[tokio::test]
async fn those_who_follow_a_board_hear_who_has_it_open_and_which_card() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "viewer").await;
    let board = adas.board();
    ben.say(&at(board, None)).await;
    lists(&mut ada, board, &[(bens.person, None)]).await;
    ben.say(&at(board, Some(card(1)))).await;
    lists(&mut ada, board, &[(bens.person, Some(card(1)))]).await;
    ada.say(&at(board, Some(card(2)))).await;
    let both = [(adas.person, Some(card(2))), (bens.person, Some(card(1)))];
    lists(&mut ada, board, &both).await;
    lists(&mut ben, board, &both).await;
    // Whoever comes later is told at once; a second device stands beside the first.
    let mut laptop = stage.peer("ben").await;
    laptop.say(&bens.follow()).await;
    lists(&mut laptop, board, &both).await;
    laptop.say(&at(board, None)).await;
    lists(&mut ada, board, &[both[0], both[1], (bens.person, None)]).await;
    ben.say(&FromClient::Here(None)).await;
    lists(&mut ada, board, &[both[0], (bens.person, None)]).await;
}

#[tokio::test]
async fn who_leaves_a_board_or_its_server_is_not_here_any_more() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "editor").await;
    let board = adas.board();
    let is_here = [(bens.person, None)];
    ben.say(&at(board, None)).await;
    lists(&mut ada, board, &is_here).await;
    ben.say(&FromClient::Leave(board)).await;
    lists(&mut ada, board, &[]).await;
    // It was said once, and holds again when the board is followed again.
    ben.say(&bens.follow()).await;
    lists(&mut ada, board, &is_here).await;
    drop(ben);
    lists(&mut ada, board, &[]).await;
    let mut ben = stage.peer("ben").await;
    ben.say(&at(board, None)).await;
    ben.say(&bens.follow()).await;
    lists(&mut ada, board, &is_here).await;
    ben.send(Message::text("no message")).await;
    lists(&mut ada, board, &[]).await;
    let mut ben = stage.peer("ben").await;
    ben.say(&bens.follow()).await;
    ben.say(&at(board, None)).await;
    lists(&mut ada, board, &is_here).await;
    let path = format!("/api/boards/{board}/members/{}", stage.people["ben"].id);
    stage.server.ask(Method::DELETE, &path, stage.token("ada"), Value::Null).await.expect(204);
    lists(&mut ada, board, &[]).await;
}

#[tokio::test]
async fn nobody_hears_of_a_board_of_others_or_shows_up_on_it() {
    let stage = Stage::with(&["ada", "ben", "eve"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "editor").await;
    let board = adas.board();
    let mut eve = stage.peer("eve").await;
    eve.say(&at(board, None)).await;
    eve.say(&adas.follow()).await;
    assert_eq!(eve.news(board).await, BoardNews::Gone);
    ben.say(&at(board, None)).await;
    // The first that Ada hears is Ben alone.
    let BoardNews::Here(present) = ada.news(board).await else { panic!("other news") };
    assert_eq!(present.iter().map(|it| it.person).collect::<Vec<_>>(), [bens.person]);
    is_heard(&mut eve).await;
}

#[tokio::test]
async fn one_who_speaks_the_first_version_is_told_nothing_and_says_nothing() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "editor").await;
    let board = adas.board();
    let mut old = Peer::old(&stage.server, stage.token("ben")).await;
    ben.say(&at(board, None)).await;
    lists(&mut ada, board, &[(bens.person, None)]).await;
    old.say(&bens.follow()).await;
    old.changes().await;
    ada.say(&at(board, None)).await;
    lists(&mut ben, board, &[(adas.person, None), (bens.person, None)]).await;
    // Had it been told, it would be heard before this.
    is_heard(&mut old).await;
    old.say(&at(board, None)).await;
    assert_eq!(old.goodbye().await, Some(GoodbyeCode::Protocol));
}

#[tokio::test]
async fn who_turns_around_all_the_time_is_told_of_at_a_pace_and_then_not_heard() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "editor").await;
    let board = adas.board();
    for number in 0..40 {
        ben.say(&at(board, Some(card(number)))).await;
    }
    let mut lists_heard = 0;
    loop {
        let BoardNews::Here(present) = ada.news(board).await else { panic!("other news") };
        lists_heard += 1;
        if present.iter().any(|it| it.card == Some(card(39))) {
            break;
        }
    }
    assert!(lists_heard < 40, "{lists_heard} lists");
    for number in 0..500 {
        ben.say(&at(board, Some(card(number)))).await;
    }
    assert_eq!(ben.goodbye().await, Some(GoodbyeCode::TooMuch));
    lists(&mut ada, board, &[]).await;
    let mut again = stage.peer("ben").await;
    again.say(&bens.follow()).await;
    again.say(&at(board, None)).await;
    lists(&mut ada, board, &[(bens.person, None)]).await;
}

#[tokio::test]
async fn who_is_here_is_written_down_nowhere() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, adas, mut ben, bens) = two(&stage, "editor").await;
    let board = adas.board();
    let secret = CardId(Uuid::new_v4());
    ben.say(&at(board, Some(secret))).await;
    lists(&mut ada, board, &[(bens.person, Some(secret))]).await;
    let files = fs::read_dir(&stage.folder).unwrap().map(|file| file.unwrap().path());
    let written: Vec<Vec<u8>> = files.filter_map(|path| fs::read(path).ok()).collect();
    let holds = |id: &[u8; 16]| written.iter().any(|it| it.windows(16).any(|part| part == id));
    assert!(holds(bens.person.bytes()), "a member is written down, and would be found");
    assert!(!holds(secret.bytes()));
}
