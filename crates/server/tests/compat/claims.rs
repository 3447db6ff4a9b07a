//! A ticket is claimed once.

use crate::asker::{Open, number};
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn of_a_hundred_claims_at_once_exactly_one_wins() {
    let open = Open::start();
    let asker = open.asker();
    let made =
        asker.post("/api/tickets/", json!({ "board_id": 1, "title": "x" })).await.expect(201);
    let ticket = number(&made);
    let mut claims = JoinSet::new();
    for agent in 0..100 {
        let asker = asker.clone();
        claims.spawn(async move {
            // Whoever asks twice has it no more than others: half of them are the same agent.
            let path = format!("/api/tickets/{ticket}/claim?agent_id=agent-{}", agent.min(50));
            let answer = asker.post(&path, Value::Null).await;
            (answer.status, answer.body)
        });
    }
    let answers = claims.join_all().await;
    let won: Vec<&Value> = answers.iter().filter(|it| it.0 == 200).map(|it| &it.1).collect();
    let lost = answers.iter().filter(|it| it.0 == 409 && it.1["code"] == "claimed").count();
    assert_eq!((won.len(), lost), (1, 99), "{answers:?}");
    let stands = asker.get(&format!("/api/tickets/{ticket}")).await.expect(200);
    assert_eq!(stands, *won[0]);
    assert!(stands["assignee"].as_str().unwrap().starts_with("agent-"));
}

#[tokio::test]
async fn a_ticket_that_was_given_to_somebody_is_claimed_once_it_is_let_go() {
    let open = Open::start();
    let asker = open.asker();
    let sent = json!({ "board_id": 1, "title": "x", "assignee": "ben" });
    let ticket = number(&asker.post("/api/tickets/", sent).await.expect(201));
    let claim = format!("/api/tickets/{ticket}/claim?agent_id=ada");
    asker.post(&claim, Value::Null).await.refused(409, "claimed", "");
    asker.put(&format!("/api/tickets/{ticket}"), json!({ "assignee": null })).await.expect(200);
    assert_eq!(asker.post(&claim, Value::Null).await.expect(200)["assignee"], "ada");
    let nobody = format!("/api/tickets/{ticket}/claim");
    asker.post(&nobody, Value::Null).await.refused(400, "missingField", "agent_id");
}
