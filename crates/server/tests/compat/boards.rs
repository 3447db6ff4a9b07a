//! Boards by numbers, and by ids as the app has them, at paths that begin alike.

use crate::{
    asker::{Asker, Open, number},
    stage::Stage,
};
use serde_json::json;

#[tokio::test]
async fn a_board_is_made_read_changed_and_put_into_the_trash() {
    let open = Open::start();
    let asker = open.asker();
    let sent = json!({ "name": "Garden", "columns": ["A", "B", "C"], "owner": "me" });
    let made = asker.post("/api/boards/", sent).await;
    assert_eq!(made.header("x-holdfast-ignored"), "owner");
    let made = made.expect(201);
    let path = format!("/api/boards/{}", number(&made));
    assert_eq!((&made["name"], &made["columns"]), (&json!("Garden"), &json!(["A", "B", "C"])));
    assert_eq!(asker.get(&path).await.expect(200), made);
    assert_eq!(asker.get("/api/boards/").await.ordered(), [1, number(&made)]);
    let renamed = asker.put(&path, json!({ "name": "Yard" })).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["columns"]), (&json!("Yard"), &made["columns"]));
    asker.delete(&path).await.expect(204);
    asker.get(&path).await.expect(404);
    assert_eq!(asker.get("/api/boards/").await.ordered(), [1]);
}

#[tokio::test]
async fn columns_become_the_names_that_are_put_and_no_ticket_goes_with_one() {
    let open = Open::start();
    let asker = open.asker();
    let columns = "/api/boards/1/columns";
    let sent = json!({ "board_id": 1, "title": "x", "column": "Blocked" });
    let ticket = number(&asker.post("/api/tickets/", sent).await.expect(201));
    for names in [
        json!(["Done", "Blocked", "Not Started"]),
        json!(["New", "Blocked", "Done", "Newer"]),
        json!(["Blocked", "Newer", "New"]),
        json!(["Blocked"]),
    ] {
        assert_eq!(asker.put(columns, names.clone()).await.expect(200), names);
        assert_eq!(asker.get(columns).await.expect(200), names);
        assert_eq!(asker.get("/api/boards/1").await.expect(200)["columns"], names);
    }
    asker.put(columns, json!(["Other"])).await.refused(409, "columnInUse", "columns");
    asker.put(columns, json!(["Blocked", "A", "A"])).await.refused(422, "twice", "columns");
    asker.put(columns, json!({ "columns": [] })).await.expect(400);
    assert_eq!(asker.get(columns).await.expect(200), json!(["Blocked"]));
    let stands = asker.get(&format!("/api/tickets/{ticket}")).await.expect(200);
    assert_eq!(stands["current_column"], "Blocked");
}

#[tokio::test]
async fn the_app_and_those_clients_have_their_own_boards_paths() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_peer, replica) = stage.shared("ada", 2).await;
    let board = replica.board();
    let ada = Asker::new(&stage.server, stage.token("ada"));
    let ben = Asker::new(&stage.server, stage.token("ben"));
    let by_app = ada.get("/api/boards").await.expect(200);
    assert_eq!(by_app["boards"][0]["id"], board.to_string());
    assert_eq!(ada.get("/api/boards/").await.ordered(), [1]);
    assert_eq!(ada.get("/api/boards/1/tickets").await.numbers().len(), 2);
    // One that is no member learns nothing, whichever way they ask.
    assert_eq!(ben.get("/api/boards/").await.expect(200), json!([]));
    assert_eq!(ben.get("/api/tickets/").await.expect(200), json!([]));
    for path in
        ["/api/boards/1", "/api/boards/1/columns", "/api/tickets/1", "/api/comments/ticket/1"]
    {
        ben.get(path).await.refused(404, "notFound", "");
    }
    ben.delete("/api/tickets/1").await.refused(404, "notFound", "");
    // Without a token nothing is shown where nobody opened it.
    for path in ["/api/boards/", "/api/tickets/", "/api/boards/1", "/ws/connect?board_id=1"] {
        Asker::new(&stage.server, "").get(path).await.refused(401, "notSignedIn", "");
    }
    ben.delete(&format!("/api/boards/{board}")).await.expect(404);
    ada.delete(&format!("/api/boards/{board}")).await.expect(204);
    ada.get("/api/boards/1").await.expect(404);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    stage.invited(replica.board(), "ada", "ben", "viewer").await;
    let ben = Asker::new(&stage.server, stage.token("ben"));
    assert_eq!(ben.get("/api/tickets/").await.ordered(), [1]);
    ben.put("/api/tickets/1", json!({ "title": "x" })).await.refused(403, "notAllowed", "");
    ben.delete("/api/tickets/1").await.refused(403, "notAllowed", "");
    ben.delete("/api/boards/1").await.refused(403, "notAllowed", "");
    assert_eq!(ben.get("/api/tickets/").await.ordered(), [1]);
}
