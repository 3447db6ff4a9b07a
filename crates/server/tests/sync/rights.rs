//! Who is let in, what they may, and how they lose it.

use crate::{
    peer::{Peer, hello, refused},
    replica::Replica,
    running::{PASSWORD, cast::Person, done},
    stage::{Stage, is_heard},
};
use domain::edit::{Edit, Place};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use sync::message::*;

#[tokio::test]
async fn nobody_is_let_in_without_a_token_of_a_device() {
    let stage = Stage::with(&["ada"]).await;
    let bearer = format!("Bearer {}", stage.token("ada"));
    let wrong = format!("Bearer hfs_{}", "0".repeat(64));
    assert_eq!(refused(&stage.server, &[]).await, 401);
    assert_eq!(refused(&stage.server, &[("authorization", &wrong)]).await, 401);
    assert_eq!(refused(&stage.server, &[("authorization", "Bearer nonsense")]).await, 401);
    let page = [("authorization", bearer.as_str()), ("origin", "http://evil.example")];
    assert_eq!(refused(&stage.server, &page).await, 403);
    let key = done(&stage.folder, &["token", "create", "ada", "--scope", "read"], "");
    let key = format!("Bearer {}", key["token"].as_str().unwrap());
    assert_eq!(refused(&stage.server, &[("authorization", &key)]).await, 403);
    stage.server.get("/sync", stage.token("ada")).await.refused(426, "badRequest");
    is_heard(&mut stage.peer("ada").await).await;
}

#[tokio::test]
async fn hello_comes_first_and_once_and_in_a_version_that_both_speak() {
    let stage = Stage::with(&["ada"]).await;
    let token = stage.token("ada");
    let mut early = Peer::silent(&stage.server, token).await;
    early.say(&FromClient::Ping(1)).await;
    assert_eq!(early.goodbye().await, Some(GoodbyeCode::Protocol));
    let mut twice = Peer::connect(&stage.server, token).await;
    twice.say(&hello(PROTOCOL_MAX)).await;
    assert_eq!(twice.goodbye().await, Some(GoodbyeCode::Protocol));
    let mut newer = Peer::silent(&stage.server, token).await;
    let hello =
        Hello { protocol_min: PROTOCOL_MAX + 1, protocol_max: 9, app: "tomorrow".to_owned() };
    newer.say(&FromClient::Hello(hello)).await;
    assert_eq!(newer.goodbye().await, Some(GoodbyeCode::Version));
}

#[tokio::test]
async fn a_board_of_others_is_not_there() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 2).await;
    let (board, at) = (adas.board(), adas.position());
    let mut eve = stage.peer("eve").await;
    assert_eq!(eve.boards, []);
    let mut eves = Replica::empty(board, adas.person);
    eve.say(&adas.follow()).await;
    assert_eq!(eve.news(board).await, BoardNews::Gone);
    eve.say(&FromClient::Part(PartWanted { board, at, part: 0 })).await;
    assert_eq!(eve.news(board).await, BoardNews::Gone);
    let changes = eves.sign("hostile", Vec::new());
    eve.say(&FromClient::Push(Push { board, changes })).await;
    assert_eq!(eve.news(board).await, BoardNews::Gone);
    let added = adas.add("mine");
    ada.push(board, added).await;
    is_heard(&mut eve).await;
}

#[tokio::test]
async fn a_refused_change_does_not_block_those_behind_it() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 2).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "viewer").await;
    let column = crate::replica::first_column(bens.shared.shown()).into();
    bens.add("not allowed");
    bens.edit(&Edit::CollapseColumn { column, collapsed: true });
    bens.edit(&Edit::AddColumn { title: "not allowed".to_owned(), place: Place::Last });
    let pushed = bens.waiting();
    let answers = ben.push(board, pushed.clone()).await;
    let forbidden = Answer::Refused(Refused::Forbidden);
    let outcomes: Vec<Answer> = answers.iter().map(|(_, answer)| *answer).collect();
    let [first, Answer::Accepted(seq, _), third] = outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!((first, third), (forbidden, forbidden));
    assert_eq!(ben.push(board, pushed).await, answers, "and it stays refused");
    adas.hear_up_to(seq, &mut ada).await;
    assert_eq!(adas.titles(), ["card 0", "card 1"]);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn nobody_signs_in_the_name_of_another() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_ada, adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "editor").await;
    bens.person = adas.person;
    let forged = bens.add("by ada?");
    let answers = ben.push(board, forged).await;
    assert!(matches!(answers[..], [(_, Answer::Refused(Refused::Forbidden))]), "{answers:?}");
}

async fn change_role(stage: &Stage, board: impl ToString, by: &str, of: &Person, to: &str) {
    let path = format!("/api/boards/{}/members/{}", board.to_string(), of.id);
    let sent = json!({ "role": to });
    let answer = stage.server.ask(Method::PUT, &path, stage.token(by), sent).await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn a_lowered_role_is_told_and_holds_at_once() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_ada, adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "editor").await;
    change_role(&stage, board, "ada", &stage.people["ben"], "viewer").await;
    assert_eq!(ben.boards().await[0].role, Role::Viewer);
    let added = bens.add("too late");
    let answers = ben.push(board, added).await;
    assert!(matches!(answers[..], [(_, Answer::Refused(Refused::Forbidden))]), "{answers:?}");
    change_role(&stage, board, "ada", &stage.people["ben"], "admin").await;
    assert_eq!(ben.boards().await[0].role, Role::Admin);
    let added = bens.add("in time");
    let answers = ben.push(board, added).await;
    assert!(matches!(answers[..], [(_, Answer::Accepted(..))]), "{answers:?}");
}

#[tokio::test]
async fn a_removed_member_hears_that_the_board_is_gone_and_nothing_more_of_it() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, bens) = stage.join(board, "ada", "ben", "editor").await;
    let path = format!("/api/boards/{board}/members/{}", stage.people["ben"].id);
    let removed = stage.server.ask(Method::DELETE, &path, stage.token("ada"), Value::Null).await;
    assert_eq!(removed.status, 204);
    assert_eq!(ben.boards().await.len(), 0);
    assert_eq!(ben.news(board).await, BoardNews::Gone);
    let added = adas.add("secret");
    ada.push(board, added).await;
    ben.say(&bens.follow()).await;
    assert_eq!(ben.news(board).await, BoardNews::Gone);
    is_heard(&mut ben).await;
}

#[tokio::test]
async fn whoever_signs_out_or_is_disabled_is_said_goodbye() {
    let stage = Stage::with(&["ada", "ben", "cleo"]).await;
    let (mut ada, mut ben) = (stage.peer("ada").await, stage.peer("ben").await);
    let mut cleo = stage.peer("cleo").await;
    stage.server.post("/api/sign-out", stage.token("ada"), Value::Null).await.expect(204);
    assert_eq!(ada.goodbye().await, Some(GoodbyeCode::SignedOut));
    // By another process.
    done(&stage.folder, &["user", "disable", "ben"], "");
    assert_eq!(ben.goodbye().await, Some(GoodbyeCode::SignedOut));
    is_heard(&mut cleo).await;
}

#[tokio::test]
async fn another_password_ends_the_other_devices() {
    let stage = Stage::with(&["ada"]).await;
    let other = stage.server.token("ada").await;
    let mut mine = stage.peer("ada").await;
    let mut theirs = Peer::connect(&stage.server, &other).await;
    let sent = json!({ "current": PASSWORD, "next": "another horse battery" });
    stage.server.post("/api/me/password", stage.token("ada"), sent).await.expect(200);
    assert_eq!(theirs.goodbye().await, Some(GoodbyeCode::SignedOut));
    is_heard(&mut mine).await;
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, _) = stage.shared("ada", 1).await;
    let mut silent = Peer::silent(&stage.server, stage.token("ada")).await;
    stage.server.signal(Signal::TERM);
    assert_eq!(ada.goodbye().await, Some(GoodbyeCode::Stopping));
    assert_eq!(silent.goodbye().await, Some(GoodbyeCode::Stopping));
    assert!(stage.server.ended().success());
}
