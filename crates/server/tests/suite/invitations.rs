//! Links that make members: counted, expiring, taken back.

use crate::running::{
    PASSWORD, Server,
    cast::{Person, behind, board, people},
    folder,
};
use domain::id::BoardId;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use store::account::{self, InvitationId, Role, SecretHash};

/// A server with a board, its owner, and two others who are no members.
async fn stage(folder: &Path) -> (Server, BoardId, Person, Person, Person) {
    let server = Server::start(folder);
    let mut people = people(&server, folder, &["ada", "ben", "cleo"]).await;
    let mut take = |name: &str| people.remove(name).unwrap();
    let (ada, ben, cleo) = (take("ada"), take("ben"), take("cleo"));
    let mut store = behind(folder).await;
    let board = board(&mut store, &[(&ada, Role::Owner)]).await;
    store.close().await.unwrap();
    (server, board, ada, ben, cleo)
}

async fn invite(server: &Server, board: BoardId, by: &Person, body: Value) -> Value {
    let path = format!("/api/boards/{board}/invitations");
    server.post(&path, &by.token, body).await.expect(201)
}

async fn accept(server: &Server, who: &Person, invitation: &Value) -> crate::running::Answer {
    let sent = json!({ "secret": invitation["link"] });
    server.post("/api/invitations/accept", &who.token, sent).await
}

#[tokio::test]
async fn a_link_is_told_once_and_makes_as_many_members_as_it_says() {
    let (_root, folder) = folder();
    let (server, board, ada, ben, cleo) = stage(&folder).await;
    let made = invite(&server, board, &ada, json!({ "role": "editor", "uses": 1 })).await;
    let link = made["link"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/join#hfi_", server.url)));
    let promise = json!({ "secret": link });
    let promise = server.post("/api/invitations/look", "", promise).await.expect(200);
    assert_eq!((&promise["role"], &promise["madeBy"]), (&json!("editor"), &json!("ada")));

    let joined = accept(&server, &ben, &made).await.expect(200);
    assert_eq!(joined["joined"]["role"], "editor");
    let again = accept(&server, &ben, &made).await.expect(200);
    assert_eq!(joined, again, "whoever did not hear the answer asks again");
    accept(&server, &cleo, &made).await.refused(410, "invitationEnded");
    let boards = server.get("/api/boards", &ben.token).await.expect(200);
    assert_eq!(boards["boards"][0]["id"], board.to_string());
    assert_eq!(boards["boards"][0]["person"], joined["joined"]["person"]);

    let path = format!("/api/boards/{board}/invitations");
    let listed = server.get(&path, &ada.token).await.expect(200);
    let listed = &listed["invitations"][0];
    assert_eq!((&listed["usesLeft"], &listed["opens"]), (&json!(0), &json!(false)));
    assert!(!listed.to_string().contains("hfi_"));
}

#[tokio::test]
async fn a_link_makes_an_account_for_whoever_has_none() {
    let (_root, folder) = folder();
    let (server, board, ada, ..) = stage(&folder).await;
    let made = invite(&server, board, &ada, json!({ "role": "commenter", "uses": 1 })).await;
    let join = async |name: &str, password: &str| {
        let account = json!({ "name": name, "password": password, "device": "laptop" });
        let sent = json!({ "secret": made["secret"], "account": account });
        server.post("/api/invitations/accept", "", sent).await
    };
    join("BEN", PASSWORD).await.refused(409, "nameTaken");
    join("dora", "short").await.refused(422, "weakPassword");
    let joined = join("dora", PASSWORD).await.expect(201);
    assert_eq!(joined["joined"]["role"], "commenter");
    let token = joined["token"].as_str().unwrap();
    let me = server.get("/api/me", token).await.expect(200);
    assert_eq!(me["account"]["operator"], false);
    join("emil", PASSWORD).await.refused(410, "invitationEnded");
    server.sign_in("emil", PASSWORD).await.refused(401, "badCredentials");
    let nobody = json!({ "secret": made["secret"] });
    server.post("/api/invitations/accept", "", nobody).await.refused(401, "notSignedIn");
}

#[tokio::test]
async fn a_link_that_was_taken_back_or_is_too_old_opens_nothing() {
    let (_root, folder) = folder();
    let (server, board, ada, ben, cleo) = stage(&folder).await;
    let revoked = invite(&server, board, &ada, json!({ "role": "viewer", "uses": 9 })).await;
    let id = revoked["id"].as_str().unwrap();
    let path = format!("/api/boards/{board}/invitations/{id}");
    server.ask(Method::DELETE, &path, &ben.token, Value::Null).await.refused(404, "notFound");
    accept(&server, &cleo, &revoked).await.expect(200);
    server.ask(Method::DELETE, &path, &ada.token, Value::Null).await.expect(204);
    accept(&server, &ben, &revoked).await.refused(410, "invitationEnded");

    let secret = "hfi_00112233445566778899aabbccddeeff";
    let expired = account::Invitation {
        id: InvitationId::fresh(),
        board,
        role: Role::Viewer,
        uses_left: 1,
        made_by: ada.id,
        made_ms: 1,
        expires_ms: server::now_ms() - 1,
        revoked_ms: None,
    };
    let mut store = behind(&folder).await;
    let hash = SecretHash(*blake3::hash(secret.as_bytes()).as_bytes());
    account::add_invitation(store.connection(), &expired, hash).await.unwrap();
    store.close().await.unwrap();
    accept(&server, &ben, &json!({ "link": secret })).await.refused(410, "invitationEnded");
    let look = json!({ "secret": secret });
    server.post("/api/invitations/look", "", look).await.refused(410, "invitationEnded");
}

#[tokio::test]
async fn a_link_falls_with_the_role_of_whoever_made_it() {
    let (_root, folder) = folder();
    let (server, board, ada, ben, cleo) = stage(&folder).await;
    let admin = invite(&server, board, &ada, json!({ "role": "admin" })).await;
    accept(&server, &ben, &admin).await.expect(200);
    let bens = invite(&server, board, &ben, json!({ "role": "editor" })).await;
    let member = format!("/api/boards/{board}/members/{}", ben.id);
    let lower = json!({ "role": "editor" });
    server.ask(Method::PUT, &member, &ada.token, lower).await.expect(204);
    accept(&server, &cleo, &bens).await.refused(410, "invitationEnded");
    let raise = json!({ "role": "admin" });
    server.ask(Method::PUT, &member, &ada.token, raise).await.expect(204);
    accept(&server, &cleo, &bens).await.expect(200);
}

#[tokio::test]
async fn whoever_comes_back_is_the_same_person_and_no_link_lowers_anybody() {
    let (_root, folder) = folder();
    let (server, board, ada, ben, _) = stage(&folder).await;
    let editor = invite(&server, board, &ada, json!({ "role": "editor", "uses": 5 })).await;
    let viewer = invite(&server, board, &ada, json!({ "role": "viewer", "uses": 5 })).await;
    let first = accept(&server, &ben, &editor).await.expect(200);
    let lesser = accept(&server, &ben, &viewer).await.expect(200);
    assert_eq!(lesser["joined"]["role"], "editor");
    let member = format!("/api/boards/{board}/members/{}", ben.id);
    server.ask(Method::DELETE, &member, &ben.token, Value::Null).await.expect(204);
    let boards = server.get("/api/boards", &ben.token).await.expect(200);
    assert_eq!(boards["boards"], json!([]));
    let back = accept(&server, &ben, &viewer).await.expect(200);
    assert_eq!(back["joined"]["role"], "viewer");
    assert_eq!(back["joined"]["person"], first["joined"]["person"]);
}

#[tokio::test]
async fn an_invitation_has_bounds() {
    let (_root, folder) = folder();
    let (server, board, ada, ..) = stage(&folder).await;
    let path = format!("/api/boards/{board}/invitations");
    for body in [
        json!({ "role": "king" }),
        json!({ "role": "viewer", "uses": 0 }),
        json!({ "role": "viewer", "uses": 1001 }),
        json!({ "role": "viewer", "expiresInHours": 0 }),
        json!({ "role": "viewer", "expiresInHours": 100_000 }),
    ] {
        server.post(&path, &ada.token, body).await.refused(400, "badRequest");
    }
}
