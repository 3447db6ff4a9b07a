//! Check, backup and restore.

use crate::running::{
    PASSWORD, Server,
    cast::{behind, board, people},
    done, failed, folder,
};
use serde_json::json;
use store::account::Role;

#[tokio::test]
async fn a_restored_backup_lets_nobody_in_on_an_old_token() {
    let (root, folder) = folder();
    let server = Server::start(&folder);
    let people = people(&server, &folder, &["ada"]).await;
    let ada = &people["ada"];
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(ada, Role::Owner)]).await;
    store.close().await.unwrap();
    let path = format!("/api/boards/{board}/invitations");
    let made = server.post(&path, &ada.token, json!({ "role": "viewer" })).await.expect(201);
    let key = done(&folder, &["token", "create", "ada", "--scope", "read"], "");
    let file = root.path().join("backup.db");
    let file = file.to_str().unwrap();

    done(&folder, &["backup", file], "");
    assert_eq!(failed(&folder, &["backup", file], "").1, "exists");
    done(&folder, &["user", "add", "later", "--password-stdin"], PASSWORD);
    assert_eq!(failed(&folder, &["restore", file], "").1, "alreadyOpen");
    server.get("/api/me", &ada.token).await.expect(200);
    server.stop();
    done(&folder, &["restore", file], "");

    let server = Server::start(&folder);
    assert_eq!(server.set_up, None);
    server.get("/api/me", &ada.token).await.refused(401, "notSignedIn");
    let key = key["token"].as_str().unwrap();
    server.get("/api/me", key).await.refused(401, "notSignedIn");
    let look = json!({ "secret": made["link"] });
    server.post("/api/invitations/look", "", look).await.refused(410, "invitationEnded");
    server.sign_in("later", PASSWORD).await.refused(401, "badCredentials");
    let token = server.token("ada").await;
    let boards = server.get("/api/boards", &token).await.expect(200);
    assert_eq!(boards["boards"][0]["id"], board.to_string());
    assert_eq!(done(&folder, &["check"], "")["problems"], json!([]));
}

#[tokio::test]
async fn a_server_is_restored_into_an_empty_folder() {
    let (root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let file = root.path().join("backup.db");
    done(&folder, &["backup", file.to_str().unwrap()], "");
    server.stop();
    let elsewhere = root.path().join("elsewhere");
    done(&elsewhere, &["restore", file.to_str().unwrap()], "");
    let server = Server::start(&elsewhere);
    server.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_check_finds_damage_whether_the_server_runs_or_not() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    assert_eq!(done(&folder, &["check"], "")["problems"], json!([]));
    let mut store = behind(&folder).await;
    // A device of an account that there is not.
    sqlx::raw_sql(
        "pragma foreign_keys = off;
         insert into sign_in values (randomblob(16), randomblob(32), randomblob(16), '', 1, 1, null)",
    )
    .execute(store.connection())
    .await
    .unwrap();
    store.close().await.unwrap();
    assert_eq!(failed(&folder, &["check"], ""), (Some(3), "problems".to_owned()));
    let left = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with(".check-")));
    server.stop();
    assert_eq!(failed(&folder, &["check"], ""), (Some(3), "problems".to_owned()));
}

#[test]
fn what_is_no_backup_of_a_server_is_not_restored() {
    let (root, folder) = folder();
    let file = root.path().join("other.db");
    std::fs::write(&file, b"not a database at all".repeat(400)).unwrap();
    assert_eq!(failed(&folder, &["restore", file.to_str().unwrap()], "").1, "databaseCorrupt");
    assert!(!folder.join("holdfast-server.db").exists());
}
