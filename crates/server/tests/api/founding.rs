//! The test that this project began with: what was answered is in every list.

use crate::{
    client::{Client, id},
    replica::{Replica, first_column},
    stage::Stage,
};
use domain::{id::EntityId, register::Kind};
use serde_json::json;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// The cards of a replica's first column.
fn held(replica: &Replica) -> BTreeSet<String> {
    let board = replica.shared.numbered();
    let column: EntityId = first_column(board);
    board.below(column, &Kind::CARD).map(|it| it.0.to_string()).collect()
}

#[tokio::test]
async fn fifty_cards_of_eight_clients_are_in_every_list() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 0).await;
    let board = replica.board();
    let client = Client::program(&stage, "ada", board, &["read", "write"]);
    let column = client.column().await;
    let mut makers = JoinSet::new();
    for maker in 0..8 {
        let (client, column) = (client.again(&stage), column.clone());
        makers.spawn(async move {
            let mut made = Vec::new();
            for number in (0..50).filter(|number| number % 8 == maker) {
                let title = format!("founding {number}");
                let answer =
                    client.post("cards", json!({ "column": column, "title": title })).await;
                let head = answer.head();
                let card = answer.expect(201);
                assert_eq!((&card["title"], &card["column"]), (&json!(title), &json!(column)));
                // It is in every read from here on, whoever else writes.
                assert!(client.get("cards").await.ids().contains(&id(&card)));
                made.push((id(&card), head));
            }
            made
        });
    }
    let made: Vec<(String, u64)> = makers.join_all().await.into_iter().flatten().collect();
    let ids: BTreeSet<String> = made.iter().map(|it| it.0.clone()).collect();
    let numbers: BTreeSet<u64> = made.iter().map(|it| it.1).collect();
    assert_eq!((ids.len(), numbers.len()), (50, 50), "an id or a number was given twice");

    let whole = client.get("cards").await;
    assert_eq!(whole.ids(), ids);
    for card in whole.array() {
        assert_eq!(client.get(&format!("cards/{}", id(&card))).await.expect(200), card);
    }
    assert_eq!(whole.head(), *numbers.last().unwrap());
    for size in [1, 7, 50, 100] {
        let joined = client.pages("cards", size).await;
        assert_eq!(joined, whole.ordered(), "pages of {size}");
    }
    assert_eq!(client.get(&format!("cards?column={column}")).await.ids(), ids);
    assert_eq!(client.get("search?q=founding").await.ids(), ids);
    assert_eq!(client.pages("search?q=founding", 7).await, whole.ordered());
    replica.hear_up_to(whole.head(), &mut peer).await;
    assert_eq!(held(&replica), ids);
    assert_eq!(replica.position().seq, whole.head());
    let (_ben, clone) = stage.join(board, "ada", "ben", "viewer").await;
    assert_eq!(held(&clone), ids);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn what_a_desktop_pushed_and_what_a_program_wrote_stand_side_by_side() {
    let stage = Stage::with(&["ada"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 3).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    for round in 0..5 {
        let pushed = replica.add(&format!("pushed {round}"));
        peer.push(replica.board(), pushed).await;
        let first = json!({ "column": column, "title": format!("written {round}"), "first": true });
        let answer = client.post("cards", first).await;
        replica.hear_up_to(answer.head(), &mut peer).await;
        answer.expect(201);
    }
    assert_eq!(client.get("cards").await.ids(), held(&replica));
    let written = ["written 4", "written 3", "written 2", "written 1", "written 0", "card 0"];
    assert_eq!(replica.titles()[..6], written);
    assert_eq!(stage.problems(), json!([]));
}
