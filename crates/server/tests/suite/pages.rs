//! The plain pages: what a browser without the app can do.

use crate::running::{
    PASSWORD, Server,
    cast::{behind, board, people},
    folder,
};
use serde_json::json;
use store::account::Role;

async fn page(server: &Server, path: &str) -> String {
    let answer = server.client.get(format!("{}{path}", server.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    answer.text().await.unwrap()
}

async fn fill(
    server: &Server,
    path: &str,
    secret: &str,
    name: &str,
    password: &str,
) -> (u16, String) {
    let form = [("secret", secret), ("name", name), ("password", password)];
    let sent = server.client.post(format!("{}{path}", server.url)).form(&form).send().await;
    let answer = sent.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_server_is_set_up_by_a_form() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let link = server.set_up.clone().unwrap();
    let shown = page(&server, "/setup").await;
    assert!(shown.contains("<form method=\"post\" action=\"/setup\">"));
    assert!(page(&server, "/").await.contains(&server.url));
    let (status, shown) = fill(&server, "/setup", &link, "Ada", "short").await;
    assert_eq!(status, 422);
    assert!(
        shown.contains("role=\"alert\"") && shown.contains("at least 10 characters"),
        "{shown}"
    );
    assert!(!shown.contains("hfu_"));
    let (status, shown) = fill(&server, "/setup", &link, "A<b>da", PASSWORD).await;
    assert_eq!(status, 201);
    assert!(shown.contains("A&#60;b&#62;da") && !shown.contains("hfs_"), "{shown}");
    server.sign_in("a<b>da", PASSWORD).await.expect(200);
    let (status, _) = fill(&server, "/setup", &link, "Eve", PASSWORD).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn an_invitation_is_accepted_by_a_form() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let people = people(&server, &folder, &["ada"]).await;
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(&people["ada"], Role::Owner)]).await;
    store.close().await.unwrap();
    let path = format!("/api/boards/{board}/invitations");
    let made = server.post(&path, &people["ada"].token, json!({ "role": "editor" })).await;
    let made = made.expect(201);
    let link = made["link"].as_str().unwrap();
    assert!(page(&server, "/join").await.contains("holdfast://join/"));
    let (status, shown) = fill(&server, "/join", link, "ada", PASSWORD).await;
    assert_eq!(status, 409);
    assert!(shown.contains("Somebody has this name already."));
    let (status, shown) = fill(&server, "/join", link, "ben", PASSWORD).await;
    assert_eq!(status, 201);
    assert!(shown.contains("You are a member of the board now.") && !shown.contains("hfs_"));
    let token = server.token("ben").await;
    let boards = server.get("/api/boards", &token).await.expect(200);
    assert_eq!(boards["boards"][0]["role"], "editor");
    let (status, _) = fill(&server, "/join", link, "cleo", PASSWORD).await;
    assert_eq!(status, 410);
}
