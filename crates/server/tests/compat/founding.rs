//! The test that this project began with, as it was made: fifty cards in nine seconds, each by a connection of its
//! own, and one look.

use crate::asker::{Open, number};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};
use tokio::{task::JoinSet, time::interval};

#[tokio::test]
async fn fifty_tickets_of_nine_seconds_are_fifty_in_the_list() {
    let open = Open::start();
    let (mut due, mut makers) = (interval(Duration::from_millis(180)), JoinSet::new());
    for at in 0..50 {
        due.tick().await;
        let asker = open.asker();
        makers.spawn(async move {
            let sent = json!({ "board_id": 1, "title": format!("founding {at}") });
            number(&asker.post("/api/tickets/", sent).await.expect(201))
        });
    }
    let made: BTreeSet<u64> = makers.join_all().await.into_iter().collect();
    assert_eq!(made.len(), 50, "a number was given twice");
    let listed = open.asker().get("/api/tickets/?board_id=1").await;
    assert_eq!(listed.numbers(), made);
    assert_eq!(listed.body.as_array().unwrap().len(), 50);
    assert_eq!(open.problems(), json!([]));
}
