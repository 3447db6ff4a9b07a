//! Tickets, by every path that has to do with one.

use crate::asker::{Open, number, send};
use reqwest::Method;
use serde_json::{Value, json};

const FIELDS: [&str; 11] = [
    "acceptance_criteria",
    "assignee",
    "board_id",
    "column_entered_at",
    "created_at",
    "current_column",
    "description",
    "id",
    "priority",
    "title",
    "updated_at",
];

#[tokio::test]
async fn a_ticket_has_the_fields_that_it_had_and_keeps_what_was_written() {
    let open = Open::start();
    let asker = open.asker();
    let sent = json!({
        "title": "Water the plants", "description": "All *of* them.", "priority": "1.5",
        "acceptance_criteria": "* dry\n\n* wet", "assignee": "agent-7", "board_id": 1,
        "current_column": "In Progress",
    });
    let made = asker.post("/api/tickets/", sent.clone()).await.expect(201);
    let mut fields: Vec<&String> = made.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, FIELDS);
    for (field, value) in sent.as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    for field in ["created_at", "updated_at", "column_entered_at"] {
        made[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    }
    let path = format!("/api/tickets/{}", number(&made));
    assert_eq!(asker.get(&path).await.expect(200), made);
    assert_eq!(asker.get("/api/tickets/").await.expect(200), json!([made]));

    let changed = json!({ "title": "Water", "priority": "High", "assignee": null });
    let changed = asker.put(&path, changed).await.expect(200);
    assert_eq!(changed["title"], "Water");
    assert_eq!(changed["priority"], "High");
    assert_eq!(changed["assignee"], Value::Null);
    for field in ["description", "acceptance_criteria", "current_column", "created_at"] {
        assert_eq!(changed[field], made[field], "{field} was not sent");
    }
    let moved = asker.post(&format!("{path}/move"), json!({ "column": "Done" })).await.expect(200);
    assert_eq!(moved["current_column"], "Done");
    assert!(moved["column_entered_at"].as_str() > made["column_entered_at"].as_str());
    assert_eq!(asker.get(&path).await.expect(200), moved);

    asker.delete(&path).await.expect(204);
    asker.get(&path).await.refused(404, "notFound", "");
    asker.put(&path, json!({ "title": "x" })).await.refused(404, "notFound", "");
    assert_eq!(asker.get("/api/tickets/").await.expect(200), json!([]));
}

/// Number, board, column and assignee of a ticket.
type Made = (u64, u64, &'static str, String);
/// What a list is asked for, and which tickets that means.
type Query = (&'static str, fn(&Made) -> bool);

#[tokio::test]
async fn a_list_is_all_that_matches_and_pages_join_to_it() {
    let open = Open::start();
    let asker = open.asker();
    let other = asker.post("/api/boards/", json!({ "name": "Other", "columns": ["Done"] })).await;
    let other = number(&other.expect(201));
    let mut all: Vec<Made> = Vec::new();
    for at in 0..12 {
        let board = if at % 4 == 3 { other } else { 1 };
        let column = if at % 2 == 1 { "Done" } else { "Blocked" };
        let assignee = format!("agent {}", at % 3);
        let sent = json!({ "title": format!("{at}"), "column": column, "assignee": assignee });
        let made = asker.post(&format!("/api/tickets/?board_id={board}"), sent).await;
        all.push((number(&made.expect(201)), board, column, assignee));
    }
    let mut matching = Vec::new();
    let queries: [Query; 5] = [
        ("", |_| true),
        ("board_id=1", |it| it.1 == 1),
        ("column=Done", |it| it.2 == "Done"),
        ("assignee=agent%202", |it| it.3 == "agent 2"),
        ("board_id=1&column=Blocked&assignee=agent%200", |it| {
            it.1 == 1 && it.2 == "Blocked" && it.3 == "agent 0"
        }),
    ];
    for (query, matches) in queries {
        matching.clear();
        matching.extend(all.iter().filter(|it| matches(it)).map(|it| it.0));
        assert!(!matching.is_empty());
        let whole = asker.get(&format!("/api/tickets/?{query}")).await;
        assert!(whole.numbers().into_iter().eq(matching.iter().copied()), "{query}");
        for size in [1, 5, 100] {
            let (mut joined, mut after) = (Vec::new(), 0);
            loop {
                let path = format!("/api/tickets/?{query}&limit={size}&after={after}");
                let part = asker.get(path.replace("?&", "?").as_str()).await.ordered();
                let Some(last) = part.last() else { break };
                assert!(part.len() <= size);
                after = *last;
                joined.extend(part);
            }
            assert_eq!(joined, matching, "{query} in pages of {size}");
        }
    }
    let on_board = asker.get(&format!("/api/boards/{other}/tickets")).await.numbers();
    assert!(on_board.into_iter().eq(all.iter().filter(|it| it.1 == other).map(|it| it.0)));
}

#[tokio::test]
async fn what_is_not_known_is_named_and_nothing_is_done_where_it_matters() {
    let open = Open::start();
    let asker = open.asker();
    let columns = json!(["Not Started", "In Progress", "Blocked", "Ready for QC", "Done"]);
    let nowhere = json!({ "board_id": 1, "title": "x", "column": "Doing" });
    let refused = asker.post("/api/tickets/", nowhere).await;
    refused.refused(422, "noSuchColumn", "column");
    assert_eq!(refused.body["valid"], columns);
    let listed = asker.get("/api/tickets/?board_id=1&column=Doing").await;
    listed.refused(422, "noSuchColumn", "column");
    assert_eq!(listed.body["valid"], columns);
    for path in
        ["/api/tickets/?limits=100", "/api/tickets/?board_id=1&page=2", "/api/boards/1/tickets?q=a"]
    {
        let name = path.rsplit(['?', '&']).next().unwrap().split('=').next().unwrap();
        asker.get(path).await.refused(400, "unknownParameter", name);
    }
    asker.get("/api/tickets/?limit=0").await.refused(400, "badParameter", "limit");
    asker.post("/api/tickets/", json!({ "title": "x" })).await.refused(
        400,
        "missingField",
        "board_id",
    );
    asker.post("/api/tickets/", json!({ "board_id": 1 })).await.refused(
        400,
        "missingField",
        "title",
    );
    let wrong = json!({ "board_id": 1, "title": 7 });
    asker.post("/api/tickets/", wrong).await.refused(400, "badField", "title");
    asker.get("/api/tickets/?board_id=77").await.refused(404, "notFound", "");
    assert_eq!(asker.get("/api/tickets/").await.expect(200), json!([]));

    let sent = json!({ "board_id": 1, "title": "x", "status": "new", "estimate": 3 });
    let made = asker.post("/api/tickets/", sent).await;
    assert_eq!(made.header("x-holdfast-ignored"), "estimate, status");
    let path = format!("/api/tickets/{}", number(&made.body));
    let whole = asker.get(&path).await.expect(200);
    let put = asker.put(&path, whole.clone()).await;
    let read_only = "board_id, column_entered_at, created_at, id, updated_at";
    assert_eq!(put.header("x-holdfast-ignored"), read_only);
    assert_eq!(put.expect(200), whole, "it was sent back as it was");
    let doing = asker.post(&format!("{path}/move"), json!({ "column": "Doing" })).await;
    doing.refused(422, "noSuchColumn", "column");
    asker.post(&format!("{path}/move"), json!({})).await.refused(400, "missingField", "column");
    assert_eq!(asker.get(&path).await.expect(200), whole);
}

#[tokio::test]
async fn slashes_stand_where_they_stood() {
    let open = Open::start();
    let asker = open.asker();
    asker.post("/api/tickets/", json!({ "board_id": 1, "title": "x" })).await.expect(201);
    for path in
        ["/api/tickets", "/api/tickets/1/", "/api/boards/1/", "/api/boards/1/tickets/", "/health/"]
    {
        asker.get(path).await.expect(404);
    }
    for path in ["/api/tickets/", "/api/tickets/1", "/api/boards/", "/api/boards/1", "/health"] {
        asker.get(path).await.expect(200);
    }
    assert_eq!(asker.get("/health").await.body, json!({ "status": "healthy" }));
}

#[tokio::test]
async fn comments_are_listed_as_they_were_said() {
    let open = Open::start();
    let asker = open.asker();
    let made =
        asker.post("/api/tickets/", json!({ "board_id": 1, "title": "x" })).await.expect(201);
    let ticket = number(&made);
    let mut said = Vec::new();
    for (text, author) in
        [("One.", json!("agent-7")), ("Two.", json!("agent-8")), ("Three.", Value::Null)]
    {
        let mut sent = json!({ "ticket_id": ticket, "text": text });
        if !author.is_null() {
            sent["author"] = author.clone();
        }
        let comment = asker.post("/api/comments/", sent).await.expect(201);
        assert_eq!((&comment["text"], &comment["ticket_id"]), (&json!(text), &json!(ticket)));
        let named = author.as_str().unwrap_or("anybody here");
        assert_eq!(comment["author"], named);
        said.push(comment);
    }
    let listed = asker.get(&format!("/api/comments/ticket/{ticket}")).await;
    assert_eq!(listed.ordered().len(), said.len());
    assert_eq!(listed.body, json!(said));
    let nowhere = json!({ "ticket_id": 99, "text": "x" });
    asker.post("/api/comments/", nowhere).await.refused(404, "notFound", "");
}

#[tokio::test]
async fn a_write_is_repeated_under_its_key_and_done_once() {
    let open = Open::start();
    let asker = open.asker();
    let ask = || {
        let request = asker.request(Method::POST, "/api/tickets/?board_id=1");
        send(request.header("Idempotency-Key", "monday").json(&json!({ "title": "x" })))
    };
    let first = ask().await.expect(201);
    let again = ask().await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(number(&again.expect(201)), number(&first));
    assert_eq!(asker.get("/api/tickets/").await.numbers().len(), 1);
}
