//! A server whose disk is full says so, keeps what it acknowledged, and goes on by itself.

use crate::{
    namespace::{fill, mount, ran_in_a_namespace},
    peer::Peer,
    running::{done, folder},
    stage::Stage,
};
use domain::id::BoardId;
use reqwest::Method;
use serde_json::json;
use std::fs;
use sync::message::*;

/// What the server says to a push.
async fn pushed(peer: &mut Peer, board: BoardId, changes: Vec<Pushed>) -> BoardNews {
    peer.say(&FromClient::Push(Push { board, changes })).await;
    loop {
        match peer.news(board).await {
            BoardNews::Changes(_) => {}
            news => return news,
        }
    }
}

#[tokio::test]
async fn a_push_to_a_full_disk_is_told_why_and_accepted_when_there_is_room() {
    if ran_in_a_namespace("full::a_push_to_a_full_disk_is_told_why_and_accepted_when_there_is_room")
    {
        return;
    }
    let (root, folder) = folder();
    mount(&["-t", "tmpfs", "-o", "size=16m", "tmpfs"], root.path());
    let filling = root.path().join("filling");
    let stage = Stage::at(root, folder, &["ada"], &[]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    fill(&filling);
    let mut accepted = 0;
    let refused = loop {
        let changes = adas.add(&"word ".repeat(2_000));
        match pushed(&mut ada, board, changes.clone()).await {
            BoardNews::Answers(answers) => {
                assert!(matches!(answers[..], [(_, Answer::Accepted(..))]), "{answers:?}");
                accepted += 1;
            }
            BoardNews::Busy(1.., Some(Obstacle::DiskFull)) => break changes,
            other => panic!("{other:?} behind {accepted} accepted"),
        }
    };
    fs::remove_file(&filling).unwrap();
    let answers = pushed(&mut ada, board, refused).await;
    let BoardNews::Answers(answers) = answers else { panic!("{answers:?}") };
    let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
    assert_eq!(seq, adas.position().seq + accepted + 1, "all that was accepted is there");
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_write_that_a_full_disk_did_not_take_is_said_not_to_be_saved() {
    if ran_in_a_namespace("full::a_write_that_a_full_disk_did_not_take_is_said_not_to_be_saved") {
        return;
    }
    let (root, folder) = folder();
    mount(&["-t", "tmpfs", "-o", "size=16m", "tmpfs"], root.path());
    let filling = root.path().join("filling");
    let stage = Stage::at(root, folder, &["ada"], &[]).await;
    let (_ada, adas) = stage.shared("ada", 0).await;
    let create = ["token", "create", "ada", "--scope", "read", "--scope", "write"];
    let made = done(&stage.folder, &create, "");
    let (server, token) = (&stage.server, made["token"].as_str().unwrap());
    let path = |below: &str| format!("/api/v1/boards/{}/{below}", adas.board());
    let columns = server.get(&path("columns"), token).await.expect(200);
    let post = async |number: usize| {
        let body = json!({
            "column": columns[0]["id"], "title": format!("card {number}"),
            "description": "word ".repeat(2_000),
        });
        let url = format!("{}{}", server.url, path("cards"));
        let request = server.client.request(Method::POST, url).bearer_auth(token).json(&body);
        let key = format!("key {number}");
        let answer = request.header("Idempotency-Key", key).send().await.unwrap();
        crate::running::answer(answer).await
    };
    fill(&filling);
    let mut accepted = 0;
    let refused = loop {
        match post(accepted).await {
            answer if answer.status == 201 => accepted += 1,
            answer => break answer,
        }
    };
    // The disk has no room for what a commit writes: that it failed is known, and so is what it left.
    refused.refused(503, "notSaved");
    let listed = server.get(&path("cards"), token).await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), accepted);
    fs::remove_file(&filling).unwrap();
    post(accepted).await.expect(201);
    let listed = server.get(&path("cards"), token).await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), accepted + 1);
    assert_eq!(stage.problems(), json!([]));
}
