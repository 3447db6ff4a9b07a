//! Accounts and keys by the command line, while the server runs.

use crate::running::{PASSWORD, Server, command, done, failed, folder};
use serde_json::json;
use std::fs;

#[tokio::test]
async fn an_account_made_beside_a_running_server_signs_in_and_is_disabled() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let add = ["user", "add", "Ada", "--operator", "--password-stdin"];
    assert_eq!(done(&folder, &add, &format!("{PASSWORD}\n"))["operator"], true);
    assert_eq!(failed(&folder, &add, PASSWORD), (Some(1), "nameTaken".to_owned()));
    let late = json!({ "secret": server.set_up, "name": "Eve", "password": PASSWORD });
    server.post("/api/setup", "", late).await.refused(403, "setUpEnded");
    let token = server.token("ada").await;
    server.get("/api/me", &token).await.expect(200);
    done(&folder, &["user", "disable", "ADA"], "");
    server.get("/api/me", &token).await.refused(401, "notSignedIn");
    server.sign_in("ada", PASSWORD).await.refused(401, "badCredentials");
    let listed = done(&folder, &["user", "list"], "");
    assert_eq!((&listed[0]["name"], &listed[0]["disabled"]), (&json!("Ada"), &json!(true)));
    assert!(!listed.to_string().contains("argon2"));
    done(&folder, &["user", "enable", "ada"], "");
    server.get("/api/me", &token).await.refused(401, "notSignedIn");
    server.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn another_password_by_the_command_line_signs_out_everywhere() {
    let (root, folder) = folder();
    let server = Server::start(&folder);
    let token = server.set_up("ada").await;
    let file = root.path().join("password");
    fs::write(&file, "from a file, whole\n").unwrap();
    let change = command(&folder, &["user", "passwd", "ada"])
        .env("HOLDFAST_PASSWORD_FILE", &file)
        .output()
        .unwrap();
    assert!(change.status.success(), "{change:?}");
    server.get("/api/me", &token).await.refused(401, "notSignedIn");
    server.sign_in("ada", "from a file, whole").await.expect(200);
    let nobody = failed(&folder, &["user", "passwd", "eve", "--password-stdin"], PASSWORD);
    assert_eq!(nobody, (Some(1), "notFound".to_owned()));
}

#[tokio::test]
async fn a_key_opens_what_it_was_given_until_it_is_revoked() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let create = |scope: &str| done(&folder, &["token", "create", "ada", "--scope", scope], "");
    let (read, numbers) = (create("read"), create("metrics"));
    let token = |made: &serde_json::Value| made["token"].as_str().unwrap().to_owned();
    let me = server.get("/api/me", &token(&read)).await.expect(200);
    assert_eq!(me["token"]["scopes"], "read");
    server.get("/api/boards", &token(&read)).await.expect(200);
    server.get("/api/boards", &token(&numbers)).await.refused(403, "outOfScope");
    let sign_out = server.post("/api/sign-out", &token(&read), serde_json::Value::Null).await;
    sign_out.refused(403, "outOfScope");
    let id = read["id"].as_str().unwrap();
    done(&folder, &["token", "revoke", id], "");
    server.get("/api/boards", &token(&read)).await.refused(401, "notSignedIn");
    assert_eq!(failed(&folder, &["token", "revoke", id], "").1, "notFound");
    let listed = done(&folder, &["token", "list"], "");
    assert_eq!(listed.as_array().unwrap().iter().filter(|it| it["opens"] == true).count(), 1);
    assert!(!listed.to_string().contains("hfa_"));
    let unknown = failed(&folder, &["token", "create", "ada", "--scope", "all"], "");
    assert_eq!(unknown, (Some(2), "usage".to_owned()));
}

#[tokio::test]
async fn what_a_backup_or_a_thief_reads_opens_nothing() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let link = server.set_up.clone().unwrap();
    let token = server.set_up("ada").await;
    let key = done(&folder, &["token", "create", "ada", "--scope", "read"], "");
    server.stop();
    let bytes = fs::read(folder.join("holdfast-server.db")).unwrap();
    let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(contains("argon2id"));
    for secret in
        [link.split('#').nth(1).unwrap(), &token, key["token"].as_str().unwrap(), PASSWORD]
    {
        assert!(!contains(secret), "{secret} lies there in plain words");
    }
}

#[test]
fn a_mistyped_folder_is_not_made() {
    let (_root, folder) = folder();
    assert_eq!(failed(&folder, &["user", "list"], "").1, "noFolder");
    assert!(!folder.exists());
    assert_eq!(failed(&folder, &["serve", "--tls-cert", "x.pem"], "").0, Some(2));
    assert_eq!(failed(&folder, &["serve", "--base-url", "boards.example"], "").0, Some(2));
}
